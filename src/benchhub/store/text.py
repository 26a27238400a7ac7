"""Text and numbers that every database takes."""

from array import array
from collections.abc import Sequence
from typing import overload

SQL_INTEGER_MAX = 2**63 - 1


@overload
def sql_text(text: str) -> str: ...
@overload
def sql_text(text: None) -> None: ...
@overload
def sql_text(text: str | None) -> str | None: ...
def sql_text(text: str | None) -> str | None:
    """Return what a tool said with NUL shown as ``␀``: PostgreSQL refuses it, and SQLite's functions stop there.

    The byte itself is in the report and in the raw output.
    """
    return text.replace("\0", "␀") if text and "\0" in text else text


def sql_number(number: int | None) -> int | float | None:
    """Return a whole number as SQL can hold it: what needs more than 64 bits becomes a real number."""
    return float(number) if number is not None and not -SQL_INTEGER_MAX <= number <= SQL_INTEGER_MAX else number


def sql_numbers(numbers: list[int | None]) -> Sequence[int | float | None]:
    """Return the same list, unless it holds what SQL cannot."""
    try:
        array("q", numbers)  # type: ignore[type-var]  # The fastest way to look at each of them.
    except (OverflowError, TypeError):
        return [sql_number(number) for number in numbers]
    return numbers
