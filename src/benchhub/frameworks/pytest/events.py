"""What ``inside/benchhub_pytest.py`` wrote: a line of JSON becomes an event."""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from benchhub.model.record import UNREAD_TEXT_CHARACTERS_MAX, Unread
from benchhub.plugin.contract import Stream

LINE_BYTES_MAX = 1 << 24
"""A longer line is no event of ours."""

Part = tuple[str, list[str], list[str] | None]
"""Of a test's name between brackets: its text, the parameters it tells, and their values, where these are known."""


class Subtest(msgspec.Struct, frozen=True):
    """What a sub-test was called with.

    Attributes:
        kwargs: Name and value, as pytest writes it.
    """

    message: str | None = None
    kwargs: list[tuple[str, str]] = []


class Event(msgspec.Struct, frozen=True):
    """One line; which fields are filled depends on ``event``.

    Attributes:
        event: ``start``, ``collect``, ``deselected``, ``item``, ``begin``, ``report``, ``end``, ``warning``,
            ``internal-error``, ``interrupted``, ``finish``.
        node: pytest's name of a file or test, ``tests/test_sort.py::TestSort::test_fast[10]``.
        when: Of a report: ``setup``, ``call``, ``teardown``; anything else when a worker died.
        outcome: Of a report: ``passed``, ``failed``, ``skipped``, ``rerun``.
        text: Why it did not pass.
        crash: The exception of that, in short.
        sections: Title and text of what was captured.
        xfail: The reason, where a failure was expected.
        bench: It asks for the fixture ``benchmark``.
    """

    event: str
    node: str = ""
    when: str | None = ""
    outcome: str = ""
    duration_s: float = 0.0
    text: str = ""
    crash: str = ""
    sections: list[tuple[str, str]] = []
    xfail: str | None = None
    worker: str | None = None
    parts: list[Part] | None = None
    subtest: Subtest | None = None
    bench: bool = False
    format: int = 0
    pytest: str = ""
    python: str = ""
    implementation: str = ""
    root: str = ""
    plugins: list[str] = []
    count: int = 0
    exit_code: int | None = None
    warnings: int = 0


def is_events(head: bytes) -> bool:
    """Tell whether a file that begins so is one of ours."""
    return head.lstrip().startswith(b'{"event": ')


def events(stream: Stream) -> Iterator[Event | Unread]:
    """Yield the events of a stream, in order."""
    decode = decoder().decode
    byte_offset = 0
    for number, line in enumerate(lines_of(stream), 1):
        text = line.strip()
        if text:
            try:
                yield decode(text)
            except (msgspec.MsgspecError, UnicodeError, RecursionError):
                cut = text[: 4 * UNREAD_TEXT_CHARACTERS_MAX].decode("utf-8", "replace")[:UNREAD_TEXT_CHARACTERS_MAX]
                yield Unread(number, "not-an-event", cut, byte_offset, stream.name)
        byte_offset += len(line)


def lines_of(stream: Stream) -> Iterator[bytes]:
    """Yield the lines with their ends, the same however the bytes are cut; those that are too long in pieces."""
    rest = b""
    for chunk in stream.open():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield from _pieces(line + b"\n")
        while len(rest) >= LINE_BYTES_MAX:
            yield rest[:LINE_BYTES_MAX]
            rest = rest[LINE_BYTES_MAX:]
    if rest:
        yield rest


def _pieces(line: bytes) -> Iterator[bytes]:
    if len(line) <= LINE_BYTES_MAX:
        yield line
        return
    for start in range(0, len(line), LINE_BYTES_MAX):
        yield line[start : start + LINE_BYTES_MAX]


@lru_cache(maxsize=1)
def decoder() -> msgspec.json.Decoder[Event]:
    """Return what decodes a line."""
    return msgspec.json.Decoder(Event)
