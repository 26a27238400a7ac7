"""A framework for tests: one program, whose output and result files are one number a line."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

import msgspec

from benchhub.model.case import Case
from benchhub.model.place import Target
from benchhub.model.record import Record, Result
from benchhub.model.report import NativeTable
from benchhub.model.unit import Metric, SaidUnit
from benchhub.plugin.contract import Captured, Plan, PlanRequest, ResultFile, Step, Tree

SECONDS = SaidUnit("s", Metric("time", "s", "lower"))


class Options(msgspec.Struct):
    """None."""


class Reporting:
    """Expects ``files`` of ``argv``; what was said by which file is told by the case's name."""

    name: ClassVar[str] = "reporting"
    version: ClassVar[int] = 1
    format: ClassVar[str] = "numbers"
    options: ClassVar[type[msgspec.Struct]] = Options
    tables: ClassVar[tuple[NativeTable, ...]] = ()

    def __init__(self, files: tuple[ResultFile, ...], argv: tuple[str, ...]) -> None:
        self._files = files
        self._argv = argv

    def detect(self, tree: Tree) -> Iterable[Target]:  # noqa: ARG002 -- nothing is found by itself
        return ()

    def plan(self, request: PlanRequest) -> Plan:
        return Plan(steps=(Step(self._argv, request.directory),), files=self._files)

    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:  # noqa: ARG002 -- no log is asked for
        for stream in captured.streams:
            for line in b"".join(stream.open()).decode().split():
                yield Result(Case(captured.label, stream.name), (SECONDS,), [float(line)])

    def sniff(self, head: bytes, name: str) -> float:  # noqa: ARG002 -- nobody asks
        return 0.0
