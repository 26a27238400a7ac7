"""Cases, metrics and units: the catalog."""

from functools import lru_cache

from benchhub.model.case import Case, Param
from benchhub.model.report import Catalog
from benchhub.model.unit import Metric, SaidUnit, tidy
from benchhub.rpc.convert.flat import without_nul
from benchhub.rpc.convert.refusal import Allowance, each, finite, refuse
from benchhub.rpc.convert.words import BETTERS, KINDS, ORIGINS
from benchhub.rpc.v1 import case_pb2, report_pb2

REMEMBERED = 16
REMEMBERED_BYTES_MAX = 512 << 10
"""Of a catalog as it was sent: 4 000 cases; each takes ten times as much when it is a catalog."""


def case_message(case: Case) -> case_pb2.Case:
    """Return a case as a message."""
    params = [
        case_pb2.Param(name=name, value=param.value, origin=ORIGINS.number(param.origin))
        for name, param in case.params.items()
    ]
    kind = KINDS.number(case.kind)
    return case_pb2.Case(suite=case.suite, name=case.name, params=params, kind=kind, said_name=case.said_name)


def shape_message(shape: tuple[SaidUnit, ...]) -> report_pb2.Shape:
    """Return units that were printed together as a message."""
    return report_pb2.Shape(units=map(unit_message, shape))


def unit_message(unit: SaidUnit) -> case_pb2.SaidUnit:
    """Return a unit as a message."""
    metric = case_pb2.Metric(
        name=unit.metric.name,
        unit=unit.metric.unit,
        better=BETTERS.number(unit.metric.better) if unit.metric.better else case_pb2.BETTER_UNSPECIFIED,
        exact=unit.metric.exact,
    )
    return case_pb2.SaidUnit(said=unit.said, metric=metric, multiply=unit.multiply, divide=unit.divide)


def catalog_of(message: report_pb2.Catalog, allowance: Allowance) -> Catalog:
    """Return a catalog, or the slice of one that a part holds.

    Run after run brings the same one, and making it takes most of the time that a report takes: the last few are
    remembered by their bytes.

    Raises:
        MessageError: Something in it cannot be.
    """
    data = message.SerializeToString()
    if len(data) > REMEMBERED_BYTES_MAX:
        return _catalog_of(message, allowance)
    catalog, objects = _remembered(data)
    allowance.take_count("catalog", objects)
    return catalog


@lru_cache(maxsize=REMEMBERED)
def _remembered(data: bytes) -> tuple[Catalog, int]:
    """Return a catalog, and how many messages it was made of."""
    allowance = Allowance()
    return _catalog_of(report_pb2.Catalog.FromString(data), allowance), allowance.taken


def _catalog_of(message: report_pb2.Catalog, allowance: Allowance) -> Catalog:
    allowance.take("catalog", message.cases, message.shapes)
    cases = each(message.cases, lambda case: case_of(case, allowance), "catalog.cases")
    shapes = each(message.shapes, lambda shape: _shape_of(shape, allowance), "catalog.shapes")
    return Catalog(cases, shapes)


def _shape_of(message: report_pb2.Shape, allowance: Allowance) -> tuple[SaidUnit, ...]:
    allowance.take("units", message.units)
    return each(message.units, unit_of, "units")


def case_of(message: case_pb2.Case, allowance: Allowance) -> Case:
    """Return a case.

    Raises:
        MessageError: Something in it cannot be.
    """
    kind, said = KINDS.word(message.kind, "kind"), message.params
    if not said:
        return Case(message.suite, message.name, {}, kind, message.said_name)
    allowance.take("params", said)
    params = {param.name: Param(param.value, ORIGINS.word(param.origin, "params.origin")) for param in said}
    if len(params) != len(said):
        raise refuse("params", "has two of one name")
    return Case(message.suite, message.name, params, kind, message.said_name)


def unit_of(message: case_pb2.SaidUnit) -> SaidUnit:
    """Return a unit.

    Raises:
        MessageError: Something in it cannot be.
    """
    if not message.HasField("metric"):
        return tidy(without_nul(message.said, "said"))
    metric = Metric(
        without_nul(message.metric.name, "metric.name"),
        without_nul(message.metric.unit, "metric.unit"),
        BETTERS.word(message.metric.better, "metric.better") if message.metric.better else None,
        message.metric.exact,
    )
    multiply = finite(message.multiply, "multiply") if message.HasField("multiply") else 1.0
    divide = finite(message.divide, "divide") if message.HasField("divide") else 1.0
    if not divide:
        raise refuse("divide", "is 0")
    return SaidUnit(message.said, metric, multiply, divide)
