"""Columns: values one after the other, where some may be absent, and facts of any kind."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from benchhub.rpc.convert.refusal import finite_all, refuse, same_length
from benchhub.rpc.v1.report_pb2 import FactColumn
from benchhub.rpc.v1.run_pb2 import DoubleColumn, IntColumn, TextColumn

INT_MIN, INT_MAX = -(2**63), 2**63 - 1

T = TypeVar("T", int, float, str)
T_co = TypeVar("T_co", int, float, str, covariant=True)


class _Column(Protocol[T_co]):
    """What the three kinds of columns have in common."""

    @property
    def values(self) -> Sequence[T_co]: ...
    @property
    def absent(self) -> Sequence[int]: ...


def int_column(values: Sequence[int | None]) -> IntColumn | None:
    """Return whole numbers as a column; ``None`` when all are absent."""
    return _column(IntColumn, values, 0)


def double_column(values: Sequence[float | None]) -> DoubleColumn | None:
    """Return numbers as a column; ``None`` when all are absent."""
    return _column(DoubleColumn, values, 0.0)


def text_column(values: Sequence[str | None]) -> TextColumn | None:
    """Return texts as a column; ``None`` when all are absent."""
    return _column(TextColumn, values, "")


C = TypeVar("C", IntColumn, DoubleColumn, TextColumn)


def _column(make: Callable[..., C], values: Sequence[T | None], empty: T) -> C | None:
    if None not in values:
        return make(values=values) if values else None
    absent = [row for row, value in enumerate(values) if value is None]
    if len(absent) == len(values):
        return None
    return make(values=[empty if value is None else value for value in values], absent=absent)


def values_of(column: _Column[T], *, rows: int, is_said: bool, where: str) -> list[T | None]:
    """Return the values of a column.

    Args:
        column: The message.
        rows: How many there must be.
        is_said: Whether the message is there; else all are absent.
        where: Of the field.

    Raises:
        MessageError: There are more or fewer, or an absent row is none of them.
    """
    if not is_said:
        return [None] * rows
    values: list[T | None] = list(column.values)
    same_length(rows, values, f"{where}.values")
    for at, row in enumerate(column.absent):
        if row >= rows:
            raise refuse(f"{where}.absent[{at}]", f"is {row}, but there are {rows} rows")
        values[row] = None
    return values


def numbers_of(column: DoubleColumn, *, rows: int, is_said: bool, where: str) -> list[float | None]:
    """Return the values of a column of finite numbers; see ``values_of``.

    Raises:
        MessageError: Likewise, or one of them is not finite.
    """
    finite_all(column.values, f"{where}.values")
    return values_of(column, rows=rows, is_said=is_said, where=where)


def fact_column(name: str, values: Sequence[Any]) -> FactColumn:
    """Return facts of one name, as narrow as they are: whole numbers, numbers, texts, else JSON."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {int} and all(value is None or INT_MIN <= value <= INT_MAX for value in values):
        return FactColumn(name=name, ints=int_column(values))
    if kinds == {float} and _is_finite(values):
        return FactColumn(name=name, doubles=double_column(values))
    if kinds == {str}:
        return FactColumn(name=name, texts=text_column(values))
    return FactColumn(name=name, json=msgspec.json.encode(list(values)).decode()) if values else FactColumn(name=name)


def _is_finite(values: Iterable[float | None]) -> bool:
    return all(value is None or value - value == 0 for value in values)


def facts_of(column: FactColumn, where: str) -> list[Any]:
    """Return facts of one name; as many as are there.

    Raises:
        MessageError: They are no column.
    """
    kind = column.WhichOneof("column")
    if kind is None:
        return []
    if kind == "json":
        return _json_list(column.json, f"{where}.json")
    values = getattr(column, kind)
    rows = len(values.values)
    if kind == "doubles":
        return numbers_of(values, rows=rows, is_said=True, where=f"{where}.doubles")
    return values_of(values, rows=rows, is_said=True, where=f"{where}.{kind}")


def _json_list(text: str, where: str) -> list[Any]:
    try:
        return msgspec.json.decode(text, type=list[Any])
    except msgspec.DecodeError as error:
        raise refuse(where, f"is no JSON array: {error}") from error
