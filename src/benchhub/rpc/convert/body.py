"""All that was read: numbers and outcomes in columns, and the short lists beside them."""

from collections.abc import Iterable, Sequence
from itertools import chain
from math import isfinite
from typing import Any, TypeVar

import msgspec

from benchhub.model.record import Context, Problem, Statistic, SuiteResult, Unread
from benchhub.model.report import Catalog, Lines, OutcomeColumns
from benchhub.rpc.convert.cases import case_message, case_of, unit_message, unit_of
from benchhub.rpc.convert.columns import (
    INT_MAX,
    INT_MIN,
    double_column,
    fact_column,
    facts_of,
    int_column,
    numbers_of,
    text_column,
    values_of,
)
from benchhub.rpc.convert.flat import fields_of, without_nul
from benchhub.rpc.convert.refusal import Allowance, finite, indexes, refuse, same_length
from benchhub.rpc.convert.words import CASE_STATUSES
from benchhub.rpc.v1 import report_pb2

T = TypeVar("T")

_NOT_FINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def lines_message(lines: Lines, widths: Sequence[int], start: int, stop: int) -> report_pb2.Lines:
    """Return some of the printed lines as a message.

    Args:
        lines: All of them.
        widths: How many units each shape has.
        start: The first; facts that are the same on all lines travel with line 0.
        stop: The one behind the last.
    """
    shape = lines.shape[start:stop]
    first = sum(map(widths.__getitem__, lines.shape[:start]))
    last = first + sum(map(widths.__getitem__, shape))
    facts = [(name, values) for name, values in lines.facts.items() if start == 0 or _is_column(values, lines)]
    return report_pb2.Lines(
        case=lines.case[start:stop],
        shape=shape,
        iterations=int_column(lines.iterations[start:stop]),
        said_values=_doubles(lines.said_values[first:last]),
        facts=[
            fact_column(name, values[start:stop] if _is_column(values, lines) else values) for name, values in facts
        ],
    )


def _is_column(values: list[Any], lines: Lines) -> bool:
    """Tell whether a fact has a value for each line, and not one for all of them."""
    return len(values) == len(lines.case)


def _doubles(said: list[float | str]) -> list[float]:
    if str not in set(map(type, said)):
        return said  # type: ignore[return-value]  # There are no words among them.
    return [_NOT_FINITE[value] if isinstance(value, str) else value for value in said]


def lines_of(message: report_pb2.Lines, catalog: Catalog, allowance: Allowance) -> Lines:
    """Return the printed lines of one part.

    Raises:
        MessageError: A column is too long or too short, or an index points nowhere.
    """
    case = indexes(message.case, len(catalog.cases), "case", "cases")
    rows = len(case)
    is_one_shape = not message.shape and len(catalog.shapes) == 1
    shape = [0] * rows if is_one_shape else indexes(message.shape, len(catalog.shapes), "shape", "shapes")
    same_length(rows, shape, "shape")
    widths = [len(units) for units in catalog.shapes]
    values = sum(map(widths.__getitem__, shape))
    if values != len(message.said_values):
        raise refuse("said_values", f"has {len(message.said_values)} numbers, the units of the shapes ask for {values}")
    is_said = message.HasField("iterations")
    allowance.take("facts", message.facts)
    return Lines(
        case,
        shape,
        values_of(message.iterations, rows=rows, is_said=is_said, where="iterations"),
        _said(list(message.said_values)),
        _fact_columns(message),
    )


def _said(values: list[float]) -> list[float | str]:
    # A sum of finite numbers may overflow: then each is looked at for nothing.
    if isfinite(sum(values)):
        return values  # type: ignore[return-value]  # A list that will not be changed.
    return [value if isfinite(value) else _word(value) for value in values]


def _word(value: float) -> str:
    return next((word for word, number in _NOT_FINITE.items() if number == value), "NaN")


def _fact_columns(message: report_pb2.Lines) -> dict[str, list[Any]]:
    columns = {one.name: facts_of(one, f"facts[{at}]") for at, one in enumerate(message.facts)}
    if len(columns) != len(message.facts):
        raise refuse("facts", "has two of one name")
    return columns


def outcomes_message(outcomes: OutcomeColumns, start: int, stop: int) -> report_pb2.Outcomes:
    """Return some of the outcomes as a message."""
    flags, facts = outcomes.flags[start:stop], outcomes.facts[start:stop]
    return report_pb2.Outcomes(
        case=outcomes.case[start:stop],
        status=CASE_STATUSES.numbers(outcomes.status[start:stop]),  # type: ignore[arg-type]  # Numbers are taken, too.
        raw_status=text_column(outcomes.raw_status[start:stop]),
        attempt=outcomes.attempt[start:stop],
        duration_s=double_column(outcomes.duration_s[start:stop]),
        message=text_column(outcomes.message[start:stop]),
        flags=[report_pb2.RowFlags(row=row, flags=words) for row, words in enumerate(flags) if words],
        facts=[
            report_pb2.RowFacts(row=row, facts=[_fact_message(name, value) for name, value in one.items()])
            for row, one in enumerate(facts)
            if one is not None
        ],
    )


def outcomes_of(message: report_pb2.Outcomes, catalog: Catalog, allowance: Allowance) -> OutcomeColumns:
    """Return the outcomes of one part.

    Raises:
        MessageError: A column is too long or too short, or something in it cannot be.
    """
    case = indexes(message.case, len(catalog.cases), "case", "cases")
    rows = len(case)
    same_length(rows, message.status, "status")
    attempt = list(message.attempt) or [1] * rows
    same_length(rows, attempt, "attempt")
    has = message.HasField
    return OutcomeColumns(
        case,
        CASE_STATUSES.words(message.status, "status"),
        values_of(message.raw_status, rows=rows, is_said=has("raw_status"), where="raw_status"),
        attempt,
        numbers_of(message.duration_s, rows=rows, is_said=has("duration_s"), where="duration_s"),
        values_of(message.message, rows=rows, is_said=has("message"), where="message"),
        _flags_of(message.flags, rows, allowance),
        _row_facts_of(message.facts, rows, allowance),
    )


def _flags_of(messages: Sequence[report_pb2.RowFlags], rows: int, allowance: Allowance) -> list[tuple[str, ...]]:
    allowance.take("flags", messages)
    flags: list[tuple[str, ...]] = [()] * rows
    for at, one in enumerate(messages):
        _check_row(one.row, rows, f"flags[{at}].row")
        flags[one.row] = tuple(without_nul(word, f"flags[{at}].flags") for word in one.flags)
    return flags


def _row_facts_of(
    messages: Sequence[report_pb2.RowFacts], rows: int, allowance: Allowance
) -> list[dict[str, Any] | None]:
    allowance.take("facts", messages)
    facts: list[dict[str, Any] | None] = [None] * rows
    for at, one in enumerate(messages):
        _check_row(one.row, rows, f"facts[{at}].row")
        allowance.take("facts", one.facts)
        told = {fact.name: _fact_of(fact, f"facts[{at}].facts") for fact in one.facts}
        if len(told) != len(one.facts):
            raise refuse(f"facts[{at}].facts", "has two of one name")
        facts[one.row] = told
    return facts


def _check_row(row: int, rows: int, where: str) -> None:
    if row >= rows:
        raise refuse(where, f"is {row}, but there are {rows} rows")


def _fact_message(name: str, value: Any) -> report_pb2.Fact:  # noqa: ANN401 -- what a tool said
    if value is None:
        return report_pb2.Fact(name=name)
    if isinstance(value, str):
        return report_pb2.Fact(name=name, text=value)
    if isinstance(value, float) and isfinite(value):
        return report_pb2.Fact(name=name, double=value)
    if type(value) is int and INT_MIN <= value <= INT_MAX:
        return report_pb2.Fact(name=name, int=value)
    return report_pb2.Fact(name=name, json=msgspec.json.encode(value).decode())


def _fact_of(message: report_pb2.Fact, where: str) -> Any:  # noqa: ANN401 -- what a tool said
    kind = message.WhichOneof("value")
    if kind is None:
        return None
    value = getattr(message, kind)
    if kind == "double":
        return finite(value, f"{where}.double")
    if kind != "json":
        return value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError as error:
        raise refuse(f"{where}.json", f"is no JSON: {error}") from error


def statistic_message(said: Statistic) -> report_pb2.Statistic:
    """Return a number that the tool computed as a message."""
    return report_pb2.Statistic(
        case=case_message(said.case),
        unit=unit_message(said.unit),
        statistic=said.statistic,
        said_value=said.said_value,
        n=said.n,
    )


def statistic_of(message: report_pb2.Statistic, allowance: Allowance) -> Statistic:
    """Return a number that the tool computed.

    Raises:
        MessageError: Something in it cannot be.
    """
    return Statistic(
        case_of(message.case, allowance),
        unit_of(message.unit),
        message.statistic,
        finite(message.said_value, "said_value"),
        message.n if message.HasField("n") else None,
    )


def suite_message(suite: SuiteResult) -> report_pb2.SuiteResult:
    """Return how a suite ended as a message."""
    return report_pb2.SuiteResult(
        suite=suite.suite,
        status=CASE_STATUSES.number(suite.status),
        raw_status=suite.raw_status,
        duration_s=suite.duration_s,
    )


def suite_of(message: report_pb2.SuiteResult) -> SuiteResult:
    """Return how a suite ended.

    Raises:
        MessageError: Something in it cannot be.
    """
    return SuiteResult(
        message.suite,
        CASE_STATUSES.word(message.status, "status"),
        message.raw_status if message.HasField("raw_status") else None,
        finite(message.duration_s, "duration_s") if message.HasField("duration_s") else None,
    )


def context_message(told: Context) -> report_pb2.Context:
    """Return a fact that the tool told as a message."""
    return report_pb2.Context(**fields_of(told))


def problem_message(problem: Problem) -> report_pb2.Problem:
    """Return what casts doubt as a message."""
    return report_pb2.Problem(**fields_of(problem))


def unread_message(unread: Unread) -> report_pb2.Unread:
    """Return a place that no reader understood as a message."""
    return report_pb2.Unread(**fields_of(unread))


def context_of(message: report_pb2.Context) -> Context:
    """Return a fact that the tool told."""
    return Context(message.key, message.value, message.suite)


def problem_of(message: report_pb2.Problem) -> Problem:
    """Return what casts doubt."""
    return Problem(message.kind, message.where, message.text)


def unread_of(message: report_pb2.Unread) -> Unread:
    """Return a place that no reader understood.

    Raises:
        MessageError: Its stream or reason holds NUL.
    """
    stream = without_nul(message.stream, "stream") if message.HasField("stream") else "stdout"
    return Unread(message.line, without_nul(message.why, "why"), message.text, message.byte_offset, stream)


def joined_lines(slices: Sequence[Lines]) -> Lines:
    """Return the lines of all parts as one.

    Raises:
        MessageError: A fact has neither a value for each line nor one for all.
    """
    names = dict.fromkeys(name for one in slices for name in one.facts)
    joined = Lines(
        _joined(one.case for one in slices),
        _joined(one.shape for one in slices),
        _joined(one.iterations for one in slices),
        _joined(one.said_values for one in slices),
        {name: _joined(one.facts.get(name, []) for one in slices) for name in names},
    )
    for at, values in enumerate(joined.facts.values()):
        if len(values) != 1:
            same_length(len(joined.case), values, f"facts[{at}]")
    return joined


def _joined(columns: Iterable[list[T]]) -> list[T]:
    return list(chain.from_iterable(columns))


def joined_outcomes(slices: Sequence[OutcomeColumns]) -> OutcomeColumns:
    """Return the outcomes of all parts as one."""
    if len(slices) == 1:
        return slices[0]
    columns = OutcomeColumns.__struct_fields__
    return OutcomeColumns(*(_joined(getattr(one, name) for one in slices) for name in columns))
