"""pytest: one reader, two frameworks. ``pytest`` runs the tests of a project, ``pytest-benchmark`` its benchmarks.

The way of the bytes, in the order of the files:

- ``inside``      what runs in the Python of the project: it writes down what pytest tells its plug-ins
- ``events``      a line of that becomes an event
- ``benchmarks``  the JSON of pytest-benchmark: samples and statistics
- ``cases``       node ids become cases with parameters
- ``outcomes``    the phases of a test become its outcome
- ``reader``      a session from its first event to its last, both files joined
- ``live``        the same while it runs, as far as it can be told then
- ``problems``    the doubts, listed

``planning`` finds the Python and makes command lines, ``detection`` finds projects.
"""

from collections.abc import Iterable, Iterator
from typing import ClassVar

import msgspec

from benchhub.frameworks.pytest import detection, reader
from benchhub.frameworks.pytest.benchmarks import is_benchmarks
from benchhub.frameworks.pytest.events import is_events
from benchhub.frameworks.pytest.live import PytestLive
from benchhub.frameworks.pytest.planning import (
    PytestBenchmarkOptions,
    PytestOptions,
    plan_benchmarks,
    plan_tests,
)
from benchhub.model.place import Target
from benchhub.model.record import Record
from benchhub.model.report import Column, NativeTable
from benchhub.plugin.contract import Captured, Framework, LiveReader, Plan, PlanRequest, Tree

READER_VERSION = 1

_PHASES = (
    Column("outcome", "text", "raw_status", "As pytest says: passed, failed, error, skipped, xfailed, xpassed, rerun."),
    Column("setup_s", "real", "fact:setup_s", "Seconds in the fixtures before the test."),
    Column("call_s", "real", "fact:call_s", "Seconds in the test."),
    Column("teardown_s", "real", "fact:teardown_s", "Seconds in the fixtures after the test."),
)
TEST_TABLE = NativeTable(
    "pytest_result",
    "outcomes",
    (*_PHASES, Column("worker", "text", "fact:worker", "The worker of pytest-xdist that ran it.")),
    suite_name="file",
    case_name="test",
)
BENCH_TABLE = NativeTable(
    "pytest_benchmark_result",
    "outcomes",
    (
        *_PHASES,
        Column("group_name", "text", "fact:group", "The group that the benchmark declares."),
        Column("rounds", "integer", "fact:rounds", "How many samples pytest-benchmark took."),
        Column("iterations", "integer", "fact:iterations", "Calls in each round."),
        Column("samples", "integer", "fact:samples", "How many of the rounds are kept as samples."),
        Column("min_s", "real", "fact:min", "Seconds per call, the least of all rounds, as pytest-benchmark says."),
        Column("max_s", "real", "fact:max", "The most of all rounds."),
        Column("mean_s", "real", "fact:mean", "Their mean."),
        Column("median_s", "real", "fact:median", "Their median."),
        Column("stddev_s", "real", "fact:stddev", "Their standard deviation."),
        Column("q1_s", "real", "fact:q1", "Their first quartile."),
        Column("q3_s", "real", "fact:q3", "Their third quartile."),
        Column("iqr_s", "real", "fact:iqr", "The distance of the two."),
        Column("outliers", "text", "fact:outliers", "Beyond one deviation of the mean; beyond 1.5 IQR of a quartile."),
        Column("ops", "real", "fact:ops", "Calls per second, of the mean."),
        Column("extra_info", "json", "fact:extra_info", "What the benchmark itself notes."),
        Column("bench_options", "json", "fact:options", "How pytest-benchmark was set for it."),
    ),
    suite_name="file",
    case_name="benchmark",
)


class Pytest:
    """Tests, run by pytest in the project's own Python."""

    name: ClassVar[str] = "pytest"
    version: ClassVar[int] = READER_VERSION
    format: ClassVar[str] = "pytest-events"
    options: ClassVar[type[msgspec.Struct]] = PytestOptions
    tables: ClassVar[tuple[NativeTable, ...]] = (TEST_TABLE,)

    def detect(self, tree: Tree) -> Iterable[Target]:
        """Yield one target per project that has tests."""
        return detection.projects_with_tests(tree, self.name)

    def plan(self, request: PlanRequest) -> Plan:
        """Return a pytest command. Raises ``ToolError`` where pytest is not installed."""
        return plan_tests(request)

    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:
        """Yield what the bytes say; never raises."""
        return reader.read(captured, logs=logs)

    def live(self, captured: Captured) -> LiveReader:  # noqa: ARG002 -- the events tell all
        """Return who follows a session."""
        return PytestLive()

    def sniff(self, head: bytes, name: str) -> float:  # noqa: ARG002 -- the content tells
        """Return how surely these are events of pytest."""
        if is_events(head):
            return 0.9 if b'"bench": true' not in head else 0.85
        return 0.0


class PytestBenchmark:
    """Benchmarks, run by pytest-benchmark: every round is a sample."""

    name: ClassVar[str] = "pytest-benchmark"
    version: ClassVar[int] = READER_VERSION
    format: ClassVar[str] = "pytest-benchmark-json"
    options: ClassVar[type[msgspec.Struct]] = PytestBenchmarkOptions
    tables: ClassVar[tuple[NativeTable, ...]] = (BENCH_TABLE,)

    def detect(self, tree: Tree) -> Iterable[Target]:
        """Yield one target per project that has benchmarks."""
        return detection.projects_with_benchmarks(tree, self.name)

    def plan(self, request: PlanRequest) -> Plan:
        """Return a pytest command. Raises ``ToolError`` where pytest or pytest-benchmark is not installed."""
        return plan_benchmarks(request)

    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:
        """Yield what the bytes say; never raises."""
        return reader.read(captured, logs=logs)

    def live(self, captured: Captured) -> LiveReader:  # noqa: ARG002 -- the events tell all
        """Return who follows a session; numbers come at its end."""
        return PytestLive()

    def sniff(self, head: bytes, name: str) -> float:  # noqa: ARG002 -- the content tells
        """Return how surely this is JSON of pytest-benchmark, or events of its benchmarks."""
        if is_benchmarks(head):
            return 0.95
        if is_events(head):
            return 0.9 if b'"bench": true' in head else 0.85
        return 0.0


PYTEST: Framework = Pytest()
PYTEST_BENCHMARK: Framework = PytestBenchmark()
