"""What `go test -json` tells while it writes: which case runs, how it ended, the numbers as they come.

Provisional on purpose. Whether a line that looks like a result is one, ``results`` decides when all is there.
"""

from collections import deque

import msgspec

from benchhub.frameworks.go.event import FRAMES, STATUS, Event
from benchhub.frameworks.go.events import DECODER
from benchhub.frameworks.go.names import bench_case, procs_of
from benchhub.frameworks.go.units import Units
from benchhub.model.case import Case
from benchhub.model.record import LogLine, Outcome, Result
from benchhub.plugin.contract import Began, LiveRecord
from benchhub.plugin.growing import GrowingLines

MESSAGE_LINES_MAX = 20
"""Of the output of a test that runs, the last ones are remembered: for what is said when it fails."""

RUNNING_MAX = 2_000
"""Tests that run at once, whose output is remembered."""


class GoLive:
    """Follows one run.

    Args:
        cpu_is_given: GOMAXPROCS makes cases.
    """

    def __init__(self, *, cpu_is_given: bool) -> None:
        self._cpu_is_given = cpu_is_given
        self._lines = {"stdout": GrowingLines(), "stderr": GrowingLines()}
        self._units = Units()
        self._printed: dict[tuple[str, str], deque[str]] = {}
        self._parts: dict[tuple[str, str], str] = {}
        self._announced: dict[str, str] = {}

    def take(self, stream: str, data: bytes) -> list[LiveRecord]:
        """Return what the next bytes tell; never raises."""
        records: list[LiveRecord] = []
        if stream not in self._lines:
            return records  # A file that is none of Go's.
        for line in self._lines[stream].take(data):
            if line[:1] == b"{" and stream == "stdout":
                self._take_event(line, records)
            elif line.strip():
                records.append(LogLine(None, stream, line.decode("utf-8", "replace")))
        return records

    def _take_event(self, line: bytes, records: list[LiveRecord]) -> None:
        try:
            event = DECODER.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return  # Cut, or not Go's: `read` says what it is.
        action = event.Action
        if action == "output":
            self._output(event, records)
        elif action == "run":
            self._begin(event, records)
        elif action in STATUS and event.Test:
            self._end(event, records)
        elif action == "build-output":
            records.append(LogLine(None, "stdout", event.Output.rstrip("\n")))

    def _begin(self, event: Event, records: list[LiveRecord]) -> None:
        records.append(Began(_case(event.Package, event.Test)))
        if event.Test.startswith("Benchmark"):
            self._announced[event.Package] = event.Test
        if len(self._printed) < RUNNING_MAX:
            self._printed[event.Package, event.Test] = deque(maxlen=MESSAGE_LINES_MAX)

    def _end(self, event: Event, records: list[LiveRecord]) -> None:
        printed = self._printed.pop((event.Package, event.Test), ())
        # A benchmark that passed has given its numbers; its parent, which only starts others, gives none.
        if event.Action == "pass" and event.Test.startswith("Benchmark"):
            return
        message = "\n".join(printed) if event.Action == "fail" else None
        case = _case(event.Package, event.Test)
        records.append(Outcome(case, STATUS[event.Action], event.Action, duration_s=event.Elapsed, message=message))

    def _output(self, event: Event, records: list[LiveRecord]) -> None:
        who = (event.Package, event.Test)
        text = self._parts.pop(who, "") + event.Output
        if not text.endswith("\n"):
            self._parts[who] = text[: MESSAGE_LINES_MAX * 1000]
            return
        text = text[:-1]
        records.append(LogLine(_case(*who) if event.Test else None, "stdout", text))
        if text.startswith("Benchmark"):
            self._take_result(event, text, records)
        elif (printed := self._printed.get(who)) is not None and not _is_frame(text):
            printed.append(text)

    def _take_result(self, event: Event, text: str, records: list[LiveRecord]) -> None:
        name, tab, numbers = text.partition("\t")
        name = name.rstrip(" ")
        if not tab:
            if event.Test in {"", name} and self._announced.get(event.Package) != name:
                self._announced[event.Package] = name
                records.append(Began(bench_case(event.Package, name)))
            return
        said_name = self._announced.get(event.Package, name)
        procs = procs_of(name, said_name)
        result = _numbers(numbers)
        if procs is None or result is None:
            return
        iterations, values, units = result
        case = bench_case(event.Package, said_name, cpu=procs if self._cpu_is_given else None)
        records.append(Result(case, self._units.shape(units), values, iterations))


def _case(package: str, test: str) -> Case:
    return bench_case(package, test) if test.startswith("Benchmark") else Case(package, test, {}, "test", test)


def _is_frame(text: str) -> bool:
    return text.lstrip(" ").startswith("--- ") or (text[:4] == "=== " and text[4:8] in FRAMES)


def _numbers(text: str) -> tuple[int, list[float], tuple[str, ...]] | None:
    """Return iterations, values and units of what stands behind a benchmark's name."""
    first, *words = text.split()
    try:
        values = [float(word) for word in words[::2]]
        iterations = int(first)
    except ValueError:
        return None
    units = tuple(words[1::2])
    return (iterations, values, units) if values and len(values) == len(units) == len(set(units)) else None
