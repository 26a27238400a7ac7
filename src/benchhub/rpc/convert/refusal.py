"""What a message may not say, and the error that names the field."""

from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from math import isfinite
from typing import TypeVar

from benchhub.errors import MessageError

OBJECTS_MAX = 100_000
"""Messages inside one message: 4 MiB hold millions of empty ones, and each costs half a microsecond to look at."""

TEXT_CHARACTERS_MAX = 4096
"""Of what becomes a name in a database."""


def refuse(where: str, what: str, *, hint: str | None = None) -> MessageError:
    """Return the error that says what is wrong with a field."""
    return MessageError(where, what, hint=hint)


class Allowance:
    """How many messages may still be looked at: counted before they are walked."""

    def __init__(self, objects_max: int = OBJECTS_MAX) -> None:
        self._objects_max = objects_max
        self._left = objects_max

    @property
    def taken(self) -> int:
        """How many were looked at."""
        return self._objects_max - self._left

    def take(self, where: str, *lists: Sized) -> None:
        """Count what is about to be walked.

        Raises:
            MessageError: There is more than one message may hold.
        """
        self.take_count(where, sum(map(len, lists)))

    def take_count(self, where: str, count: int) -> None:
        """Count what was looked at elsewhere.

        Raises:
            MessageError: There is more than one message may hold.
        """
        self._left -= count
        if self._left < 0:
            raise refuse(where, f"brings this message to more than {OBJECTS_MAX} objects", hint="send it in parts")


M = TypeVar("M")
T = TypeVar("T")


def each(messages: Iterable[M], move: Callable[[M], T], where: str) -> tuple[T, ...]:
    """Return what ``move`` makes of each message.

    Raises:
        MessageError: What it raised, with the place in the list.
    """
    moved: list[T] = []
    try:
        for message in messages:
            moved.append(move(message))  # noqa: PERF401 -- how many there are already tells which one is wrong
    except MessageError as error:
        raise error.within(f"{where}[{len(moved)}]") from error
    return tuple(moved)


@contextmanager
def within(place: str) -> Iterator[None]:
    """Say of every field that is refused inside where it lies."""
    try:
        yield
    except MessageError as error:
        raise error.within(place) from error


def finite(value: float, where: str) -> float:
    """Return a number that may be neither NaN nor infinite.

    Raises:
        MessageError: It is.
    """
    if not isfinite(value):
        raise refuse(where, f"is {value}", hint="leave out what is not known; only said values may be no number")
    return value


def finite_all(values: Sequence[float], where: str) -> list[float]:
    """Return numbers, none of which may be NaN or infinite.

    Raises:
        MessageError: One is.
    """
    found = list(values)
    # A sum of finite numbers may overflow: only then is each looked at.
    if not isfinite(sum(found)):
        for row, value in enumerate(found):
            finite(value, f"{where}[{row}]")
    return found


def name(text: str, where: str) -> str:
    """Return a text that becomes a name: not empty, not long, without NUL.

    Raises:
        MessageError: It cannot be one.
    """
    if not text:
        raise refuse(where, "is missing")
    if len(text) > TEXT_CHARACTERS_MAX:
        raise refuse(where, f"has {len(text)} characters, at most {TEXT_CHARACTERS_MAX} are kept")
    if "\0" in text:
        raise refuse(where, "holds NUL, which no database takes in a name")
    return text


def same_length(rows: int, values: Sized, where: str, *, beside: str = "case") -> None:
    """Check that a column is as long as the others.

    Raises:
        MessageError: It is not.
    """
    if len(values) != rows:
        raise refuse(where, f"has {len(values)} rows, `{beside}` beside it has {rows}")


def indexes(values: Sequence[int], count: int, where: str, what: str) -> list[int]:
    """Return indexes into a list of the catalog.

    Raises:
        MessageError: One of them points behind its end.
    """
    found = list(values)
    if found and max(found) >= count:
        row = next(row for row, index in enumerate(found) if index >= count)
        raise refuse(f"{where}[{row}]", f"is {found[row]}, but the catalog has {count} {what}")
    return found
