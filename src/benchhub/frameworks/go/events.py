"""`go test -json`: events in lines of JSON, with other lines between them.

Source: ``go doc cmd/test2json`` and ``go help buildjson``; Go 1.19 to 1.27 were run.
"""

from collections.abc import Iterator
from io import BytesIO
from itertools import groupby
from operator import attrgetter

import msgspec

from benchhub.frameworks.go.blocks import Block, blocks
from benchhub.frameworks.go.diagnostics import Diagnostics
from benchhub.frameworks.go.event import FRAMES, STATUS, Event, Session
from benchhub.frameworks.go.package import Package
from benchhub.model.record import UNREAD_TEXT_CHARACTERS_MAX, Context, Problem, Unread
from benchhub.plugin.contract import Stream

_OF_BUILD = frozenset({"build-output", "build-fail"})
_package_name = attrgetter("Package")
DECODER = msgspec.json.Decoder(Event)


class EventReader:
    """Reads a stream of events; one state per package, since packages are interleaved."""

    def __init__(self, session: Session, diagnostics: Diagnostics, *, is_timed_out: bool) -> None:
        self._session = session
        self._diagnostics = diagnostics
        self._is_timed_out = is_timed_out
        self._packages: dict[str, Package] = {}
        self._line_number = 0
        self._has_bad_utf8 = False

    def read(self, stream: Stream) -> Iterator[None]:
        """Read all of a stream; yields whenever records may be waiting."""
        for block in blocks(stream):
            events = _decode(block.data)
            if events is None:
                for data, offset in _lines(block):
                    self._line_number += 1
                    self._line(offset, data)
            else:
                self._line_number += len(events)
                self._take_all(events)
            yield
        for package in self._packages.values():
            package.cut(is_timed_out=self._is_timed_out)
        yield

    def _take_all(self, events: list[Event]) -> None:
        """Take the events of a block; most follow others of their package."""
        for name, of_package in groupby(events, _package_name):
            while event := self._packages[name].take(of_package) if name in self._packages else next(of_package, None):
                self._take(event)
        for package in self._packages.values():
            package.settle()

    def _take(self, event: Event) -> None:
        """Take any event."""
        action = event.Action
        if action in _OF_BUILD:
            self._diagnostics.take_build_output(event.ImportPath, event.Output)
            return
        package = self._package(event.Package)
        if action in STATUS and not event.Test:
            del self._packages[event.Package]
            self._diagnostics.packages_ended.add(event.Package)
            package.end(STATUS[action], action, event.Elapsed, failed_build=event.FailedBuild)
        elif action in STATUS:
            package.end_case(event.Test, action, event.Elapsed)
        elif action == "run":
            package.begin(event.Test)
        elif action == "start":
            package.is_old = False
        elif action == "pause":
            package.cases.pause(event.Test)
        elif action == "attr":
            package.cases.attribute(event.Test, event.Key, event.Value)
        elif action == "artifacts":
            self._session.records.append(Context("artifact", event.Path, f"{package.name}.{event.Test}"))
        elif action == "output" and (event.Output[:4] != "=== " or event.Output[4:8] not in FRAMES):
            package.output(event.Test, event.Output)

    def _package(self, name: str) -> Package:
        package = self._packages.get(name)
        if package is None:
            package = self._packages[name] = Package(name, self._session)
        return package

    # -- lines one by one ----------------------------------------------------------------------------------------------

    def _line(self, offset: int, data: bytes) -> None:
        """Take a line that may be no event: the tool speaks in between, programs do, and files are damaged."""
        if not data.strip():
            return
        if data.lstrip()[:1] == b"{" and self._take_line(data):
            return
        if not self._diagnostics.take_line(data.decode("utf-8", "replace")):
            text = data.decode("utf-8", "replace").rstrip("\r\n")[:UNREAD_TEXT_CHARACTERS_MAX]
            self._session.records.append(Unread(self._line_number, "not-json", text, offset))

    def _take_line(self, data: bytes) -> bool:
        """Take a line as an event; return whether it is one."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = data.decode("utf-8", "replace")
            if not self._has_bad_utf8:
                self._has_bad_utf8 = True
                self._session.records.append(
                    Problem("invalid-utf8", "stdout", "replaced in records, kept in the raw output")
                )
        try:
            self._take(DECODER.decode(text))
        except (msgspec.MsgspecError, RecursionError):
            return False
        return True


def _decode(data: bytes) -> list[Event] | None:
    """Return the events of a block that holds one on each line; ``None`` for any other block."""
    try:
        events = DECODER.decode_lines(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    # The decoder passes over empty lines, and takes two events of one line.
    return events if len(events) == len(BytesIO(data).readlines()) else None


def _lines(block: Block) -> Iterator[tuple[bytes, int]]:
    """Yield bytes and offset of each line, without its end."""
    offset = block.byte_offset
    lines = block.data.split(b"\n")
    for data in lines if lines[-1] else lines[:-1]:
        yield data, offset
        offset += len(data) + 1


def log_lines(stream: Stream) -> Iterator[tuple[str, str, str]]:
    """Yield package, case and text of every line of output, parts put together."""
    parts: dict[tuple[str, str], str] = {}
    for block in blocks(stream):
        for data, _ in _lines(block):
            if not data.strip():
                continue
            try:
                event = DECODER.decode(data.decode("utf-8", "replace"))
            except (msgspec.MsgspecError, RecursionError, UnicodeError):
                yield "", "", data.decode("utf-8", "replace").rstrip("\r")
                continue
            who = (event.Package, event.Test)
            text = parts.pop(who, "") + event.Output
            if text.endswith("\n"):
                yield (*who, text[:-1])
            elif text:
                parts[who] = text
    for who, text in parts.items():
        yield (*who, text)
