"""A framework that keeps its promises, small enough to be broken one promise at a time."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from benchhub.errors import UserError
from benchhub.model.case import Case
from benchhub.model.place import Target
from benchhub.model.record import LogLine, Outcome, Record, Result, Unread
from benchhub.model.report import Column, NativeTable
from benchhub.model.unit import Metric, SaidUnit
from benchhub.plugin.conformance import FrameworkConformance
from benchhub.plugin.contract import Captured, Framework, Plan, PlanRequest, Step, Stream, Tree

UNIT = SaidUnit("ms", Metric("time", "s", "lower"), divide=1e3)
CASE = Case("counting", "count")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rounds: int = 3


class Counting:
    """Reads lines ``ms NUMBER`` and ``ok``; its files are called ``counting.cfg``."""

    name: ClassVar[str] = "counting"
    version: ClassVar[int] = 1
    format: ClassVar[str] = "counting-text"
    options: ClassVar[type[msgspec.Struct]] = Options
    tables: ClassVar[tuple[NativeTable, ...]] = (
        NativeTable("counting_result", "results", (Column("ms", "real", "unit:ms", "As printed."),)),
    )

    def detect(self, tree: Tree) -> Iterable[Target]:
        for directory in tree.directories_with("counting.cfg"):
            if tree.read(f"{directory}/counting.cfg".lstrip("/")).startswith(b"count"):
                yield Target("counting", directory, self.name, is_detected=True)

    def plan(self, request: PlanRequest) -> Plan:
        options: Any = request.options
        if options.rounds < 1:
            what = "no rounds"
            raise UserError(what)
        ask = Step(("counting", "--version"), request.directory)
        argv = ("counting", str(options.rounds), *request.arguments)
        version = request.answers.get("version", b"").decode(errors="replace")
        return Plan(asks={"version": ask}, steps=(Step(argv, request.directory),), tool_version=version)

    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:
        for stream in captured.streams:
            for number, line in enumerate(self.lines(stream), 1):
                if logs:
                    yield LogLine(None, stream.name, line)
                yield from self.record(stream.name, number, line)

    def lines(self, stream: Stream) -> list[str]:
        return [line.decode(errors="replace") for line in b"".join(stream.open()).splitlines()]

    def record(self, stream: str, number: int, line: str) -> Iterator[Record]:
        word, _, rest = line.partition(" ")
        if word == "ok":
            yield Outcome(CASE, "passed")
            return
        try:
            yield Result(CASE, (UNIT,), [float(rest)])
        except ValueError:
            yield Unread(number, "not-a-count", line[:1000], stream=stream)

    def sniff(self, head: bytes, name: str) -> float:  # noqa: ARG002 -- a name may be anything
        return 0.9 if head.startswith(b"ms ") else 0.0


def suite_of(framework: Framework, folder: Path) -> type[FrameworkConformance]:
    """Return the conformance suite over ``framework`` and one capture."""
    capture = folder / "captured" / "two-counts"
    if not capture.exists():
        capture.mkdir(parents=True)
        (capture / "stdout.txt").write_bytes(b"ms 1.5\nms 2\nok\nwhat is this\n")
    # Named so that pytest does not collect it: it is run by `failures`.
    return type(
        "Suite",
        (FrameworkConformance,),
        {
            "framework": framework,
            "captures": folder / "captured",
            "files": {"bench/counting.cfg": b"count to three", "counting.cfg": b"count"},
            "targets": (Target("long", "", framework.name, options={"rounds": "10"}),),
        },
    )


def failures(suite: type[FrameworkConformance]) -> dict[str, str]:
    """Return what each test that fails has to say, by the test's name."""
    told: dict[str, str] = {}
    for name in dir(suite):
        if name.startswith("test_"):
            try:
                getattr(suite(), name)()
            except Exception as error:  # noqa: BLE001 -- whatever a broken framework raises
                told[name] = "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
    return told
