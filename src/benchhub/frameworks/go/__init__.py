"""`go test`: one reader, two frameworks. ``gotest`` runs the tests of a module, ``gobench`` its benchmarks.

The way of the bytes, in the order of the files:

- ``blocks``       bytes become blocks of whole lines
- ``events``       `go test -json`: a line of JSON becomes an event
- ``text``         plain text: a line becomes what an event would have said
- ``package``      the state of one package: what is printed, and what its end means
- ``cases``        which of its cases run, how they ended, what comes of those that never did; ``running`` is one
- ``results``      which lines are a benchmark's numbers, and whose; ``names`` and ``units`` read them
- ``trouble``      panics and time-outs; ``facts``: configuration and coverage
- ``diagnostics``  what `go` itself says: build errors and complaints
- ``problems``     the doubts, listed
- ``live``         what is told while it still writes

``planning`` and ``flags`` make command lines, ``detection`` finds modules.
"""

from collections.abc import Iterable, Iterator
from typing import ClassVar

import msgspec

from benchhub.frameworks.go import detection
from benchhub.frameworks.go.planning import (
    GoBenchOptions,
    GoTestOptions,
    bench_flags,
    cpu_is_given,
    plan,
    test_flags,
)
from benchhub.model.place import Target
from benchhub.model.record import Record
from benchhub.model.report import Column, NativeTable
from benchhub.plugin.contract import Captured, Framework, LiveReader, Plan, PlanRequest, Tree

READER_VERSION = 1

BENCH_TABLE = NativeTable(
    "gobench_result",
    "results",
    (
        Column("procs", "integer", "fact:procs", "GOMAXPROCS, by the suffix of the name."),
        Column("iterations", "integer", "iterations", "b.N of the line."),
        Column("ns_op", "real", "unit:ns/op", "Nanoseconds per operation, as printed."),
        Column("b_op", "real", "unit:B/op", "Bytes allocated per operation, as printed."),
        Column("allocs_op", "real", "unit:allocs/op", "Allocations per operation, as printed."),
        Column("mb_s", "real", "unit:MB/s", "Throughput in 1e6 bytes per second, as printed."),
        Column("extra", "json", "other-units", "What else was printed: unit to number, or the word for no number."),
    ),
    suite_name="package",
    case_name="benchmark",
)
TEST_TABLE = NativeTable(
    "gotest_result",
    "outcomes",
    (
        Column(
            "action", "text", "raw_status", "pass, fail or skip; NULL when Go said nothing and the reader concluded."
        ),
        Column("elapsed_s", "real", "duration_s", "Seconds, as Go says them: in steps of 10 ms."),
    ),
    suite_name="package",
    case_name="test",
)


class GoTest:
    """Tests, examples and fuzz targets."""

    name: ClassVar[str] = "gotest"
    version: ClassVar[int] = READER_VERSION
    format: ClassVar[str] = "go-test-json"
    options: ClassVar[type[msgspec.Struct]] = GoTestOptions
    tables: ClassVar[tuple[NativeTable, ...]] = (TEST_TABLE,)

    def detect(self, tree: Tree) -> Iterable[Target]:
        """Yield one target per module that has tests."""
        return detection.modules_with(tree, detection.TEST, self.name)

    def plan(self, request: PlanRequest) -> Plan:
        """Return `go test` commands."""
        return plan(request, test_flags(request.options))

    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:
        """Yield what the bytes say; never raises."""
        return _read(captured, logs=logs)

    def live(self, captured: Captured) -> LiveReader:
        """Return a reader that follows one run."""
        from benchhub.frameworks.go.live import GoLive  # noqa: PLC0415 -- see _read

        return GoLive(cpu_is_given=bool(cpu_is_given(captured.options, captured.arguments)))

    def sniff(self, head: bytes, name: str) -> float:  # noqa: ARG002 -- the content tells
        """Return how surely this is output of `go test`."""
        from benchhub.frameworks.go import reader  # noqa: PLC0415 -- see _read

        return reader.confidence(head)


class GoBench:
    """Benchmarks."""

    name: ClassVar[str] = "gobench"
    version: ClassVar[int] = READER_VERSION
    format: ClassVar[str] = "go-test-json"
    options: ClassVar[type[msgspec.Struct]] = GoBenchOptions
    tables: ClassVar[tuple[NativeTable, ...]] = (BENCH_TABLE,)

    def detect(self, tree: Tree) -> Iterable[Target]:
        """Yield one target per module that has benchmarks."""
        return detection.modules_with(tree, detection.BENCHMARK, self.name)

    def plan(self, request: PlanRequest) -> Plan:
        """Return `go test -bench` commands."""
        flags = bench_flags(request.options, is_counting_instructions=request.is_counting_instructions)
        return plan(request, flags)

    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:
        """Yield what the bytes say; never raises."""
        return _read(captured, logs=logs)

    def live(self, captured: Captured) -> LiveReader:
        """Return a reader that follows one run."""
        from benchhub.frameworks.go.live import GoLive  # noqa: PLC0415 -- see _read

        return GoLive(cpu_is_given=bool(cpu_is_given(captured.options, captured.arguments)))

    def sniff(self, head: bytes, name: str) -> float:  # noqa: ARG002 -- the content tells
        """Return how surely this is output of `go test`, surer where a benchmark is named."""
        from benchhub.frameworks.go import reader  # noqa: PLC0415 -- see _read

        sure = reader.confidence(head)
        return min(1.0, sure + 0.05) if sure and reader.names_benchmarks(head) else sure - 0.05 if sure else 0.0


def _read(captured: Captured, *, logs: bool) -> Iterator[Record]:
    # The reader is most of this folder, and who only looks for modules (`bh list`) does not need it.
    from benchhub.frameworks.go import reader  # noqa: PLC0415

    return reader.read(captured, cpu_is_given=cpu_is_given(captured.options, captured.arguments), logs=logs)


GOTEST: Framework = GoTest()
GOBENCH: Framework = GoBench()
