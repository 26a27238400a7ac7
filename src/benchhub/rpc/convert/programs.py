"""Programs that ran, and what they used."""

from benchhub.model.run import Execution, ResourceUse, Usage, UsageSeries
from benchhub.rpc.convert.columns import int_column, values_of
from benchhub.rpc.convert.flat import fields_of, flat, without_nul
from benchhub.rpc.convert.refusal import Allowance, finite_all, refuse, same_length
from benchhub.rpc.convert.words import COUNTED, RESOURCE_SCOPES, ROLES
from benchhub.rpc.v1 import run_pb2


def usage_message(usage: Usage) -> run_pb2.Usage:
    """Return what a program used as a message."""
    return run_pb2.Usage(counted=COUNTED.number(usage.counted), **fields_of(usage, "counted"))


def usage_of(message: run_pb2.Usage, where: str) -> Usage:
    """Return what a program used.

    Raises:
        MessageError: Something in it cannot be.
    """
    return Usage(counted=COUNTED.word(message.counted, f"{where}.counted"), **flat(message, where))


def execution_message(execution: Execution) -> run_pb2.Execution:
    """Return a program that ran as a message."""
    return run_pb2.Execution(
        **fields_of(execution, "usage", "role", "parts", "series"),
        usage=usage_message(execution.usage),
        role=ROLES.number(execution.role),
        parts=[run_pb2.PartUsage(name=key, usage=usage_message(one)) for key, one in execution.parts.items()],
        series=None if execution.series is None else _series_message(execution.series),
    )


def execution_of(message: run_pb2.Execution, allowance: Allowance) -> Execution:
    """Return a program that ran.

    Raises:
        MessageError: Something in it cannot be.
    """
    allowance.take("parts", message.parts)
    parts = {
        without_nul(one.name, f"parts[{at}].name"): usage_of(one.usage, f"parts[{at}].usage")
        for at, one in enumerate(message.parts)
    }
    if len(parts) != len(message.parts):
        raise refuse("parts", "has two of one name")
    return Execution(
        **flat(message),
        usage=usage_of(message.usage, "usage"),
        role=ROLES.word(message.role, "role"),
        parts=parts,
        series=_series_of(message.series, "series") if message.HasField("series") else None,
    )


def resource_message(use: ResourceUse) -> run_pb2.ResourceUse:
    """Return what a run or a part used as a message."""
    return run_pb2.ResourceUse(
        scope=RESOURCE_SCOPES.number(use.name),
        suite=use.suite,
        usage=usage_message(use.usage),
        wall_s=use.wall_s,
        series=map(_series_message, use.series),
    )


def resource_of(message: run_pb2.ResourceUse, allowance: Allowance) -> ResourceUse:
    """Return what a run or a part used.

    Raises:
        MessageError: Something in it cannot be.
    """
    allowance.take("series", message.series)
    return ResourceUse(
        RESOURCE_SCOPES.word(message.scope, "scope"),
        usage=usage_of(message.usage, "usage"),
        series=tuple(_series_of(one, f"series[{at}]") for at, one in enumerate(message.series)),
        **flat(message),
    )


def _series_message(series: UsageSeries) -> run_pb2.UsageSeries:
    return run_pb2.UsageSeries(
        time_s=series.time_s,
        cpu_s=series.cpu_s,
        memory_bytes=int_column(series.memory_bytes),
        anonymous_bytes=int_column(series.anonymous_bytes),
        processes=series.processes,
    )


def _series_of(message: run_pb2.UsageSeries, where: str) -> UsageSeries:
    rows = len(message.time_s)
    same_length(rows, message.cpu_s, f"{where}.cpu_s", beside="time_s")
    same_length(rows, message.processes, f"{where}.processes", beside="time_s")
    columns = {
        name: values_of(getattr(message, name), rows=rows, is_said=message.HasField(name), where=f"{where}.{name}")
        for name in ("memory_bytes", "anonymous_bytes")
    }
    return UsageSeries(
        finite_all(message.time_s, f"{where}.time_s"),
        finite_all(message.cpu_s, f"{where}.cpu_s"),
        processes=list(message.processes),
        **columns,
    )
