"""Bytes of `go test` become records: JSON or text, whichever it is."""

import re
from collections.abc import Iterator

from benchhub.frameworks.go.blocks import blocks
from benchhub.frameworks.go.diagnostics import Diagnostics
from benchhub.frameworks.go.event import Session
from benchhub.frameworks.go.events import EventReader, log_lines
from benchhub.frameworks.go.names import bench_case
from benchhub.frameworks.go.text import TextReader
from benchhub.frameworks.go.units import Units
from benchhub.model.case import Case
from benchhub.model.record import LogLine, Record, Unread
from benchhub.plugin.contract import Captured, Stream

HEAD_BYTES = 1 << 16

_EVENT = re.compile(rb'^[ \t]*\{.*"Action":\s*"[a-z-]+"', re.MULTILINE)
_TEXT = re.compile(
    rb"^\x16?(?:=== RUN |--- (?:PASS|FAIL|SKIP|BENCH): |ok  \t\S|FAIL\t\S|\?   \t\S|goos: |Benchmark\S*\s+\d+\s|"
    rb"panic: |Benchmark\S* *\t)",
    re.MULTILINE,
)


def is_json(head: bytes) -> bool:
    """Tell whether output that begins so is that of `go test -json`: some text may print what looks like an event."""
    head = head[:HEAD_BYTES]
    events = len(_EVENT.findall(head))
    return events > 0 and events >= len(_TEXT.findall(head))


def is_text(head: bytes) -> bool:
    """Tell whether output that begins so is that of `go test`."""
    return _TEXT.search(head[:HEAD_BYTES]) is not None


_VERBOSE = re.compile(rb"^\x16?=== RUN |^(Benchmark\S*)\r?\n(?:\1/\S*\r?\n|\1(?:-\d+)? *\t)", re.MULTILINE)
_BENCHMARK = re.compile(
    rb'"Test":\s*"Benchmark|^Benchmark\S*(?:\s+\d+\s|\s*$| *\t)|"Output":\s*"Benchmark', re.MULTILINE
)


def confidence(head: bytes) -> float:
    """Return from 0 to 1 how surely output that begins so is that of `go test`."""
    if is_json(head):
        return 0.9
    return 0.7 if is_text(head) else 0.0


def names_benchmarks(head: bytes) -> bool:
    """Tell whether a benchmark is named."""
    return _BENCHMARK.search(head) is not None


def read(captured: Captured, *, cpu_is_given: bool | None, logs: bool = False) -> Iterator[Record]:
    """Yield what the bytes say; never raises.

    Args:
        captured: What the run left.
        cpu_is_given: Whether ``-cpu`` was; ``None`` when the command is not known.
        logs: Also yield a ``LogLine`` for every line of output.
    """
    records: list[Record] = []
    diagnostics = Diagnostics(records.append)
    units = Units()
    attempts: dict[str, dict[str, int]] = {}
    outputs: list[Stream] = []
    for stream in captured.streams:
        if stream.name == "stderr":
            diagnostics.take_stream(stream)
        elif stream.name == "stdout" or _is_ours(stream):
            outputs.append(stream)
        else:
            records.append(Unread(1, "not-go-output", "", stream=stream.name))
    for stream in outputs:
        in_json = is_json(_head(stream))
        session = Session(
            records=records,
            units=units,
            is_json=in_json,
            is_verbose=in_json or _is_verbose(_head(stream)),
            cpu_is_given=cpu_is_given,
            build_output=diagnostics.build_output,
            attempts=attempts,
        )
        reader = (EventReader if in_json else TextReader)(session, diagnostics, is_timed_out=captured.is_timed_out)
        for _ in reader.read(stream):
            yield from records
            records.clear()
    diagnostics.finish(is_bad=captured.exit_code != 0)
    yield from records
    if logs:
        for stream in captured.streams:
            yield from _log_lines(stream)


def _is_verbose(head: bytes) -> bool:
    """Tell whether text was written with ``-v``: names of benchmarks then stand on lines of their own."""
    return _VERBOSE.search(head) is not None


def _is_ours(stream: Stream) -> bool:
    head = _head(stream)
    return is_json(head) or is_text(head)


def _head(stream: Stream) -> bytes:
    return next((block.data for block in blocks(stream)), b"")


def _log_lines(stream: Stream) -> Iterator[Record]:
    if is_json(_head(stream)):
        cases: dict[tuple[str, str], Case] = {}
        for package, test, text in log_lines(stream):
            case = cases.get((package, test)) if test else None
            if test and case is None:
                case = cases[package, test] = _case(package, test)
            yield LogLine(case, stream.name, text)
        return
    for block in blocks(stream):
        lines = block.data.decode("utf-8", "replace").split("\n")
        yield from (LogLine(None, stream.name, line.rstrip("\r")) for line in (lines if lines[-1] else lines[:-1]))


def _case(package: str, test: str) -> Case:
    if test.startswith("Benchmark"):
        return bench_case(package, test)
    return Case(package, test, {}, "test", test)
