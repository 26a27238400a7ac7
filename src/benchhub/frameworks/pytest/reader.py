"""What a session of pytest left becomes records: events, the JSON of pytest-benchmark, and what was printed."""

from collections.abc import Iterator

import msgspec

from benchhub.frameworks.pytest.benchmarks import Benchmark, is_benchmarks, read_benchmarks
from benchhub.frameworks.pytest.cases import Cases, case_of, subtest_case, suite_of
from benchhub.frameworks.pytest.events import Event, events, is_events, lines_of
from benchhub.frameworks.pytest.outcomes import Ending, Running, ending_of, ending_with, of_report, outcome_of
from benchhub.model.case import Case
from benchhub.model.record import (
    MESSAGE_CHARACTERS_MAX,
    RETRIED,
    Context,
    LogLine,
    Outcome,
    Problem,
    Record,
    SuiteResult,
    Unread,
)
from benchhub.plugin.contract import Captured, Stream

FORMAT = 1
"""Of the events that this reader knows."""

WORDS_BYTES_MAX = 16_000
"""Of what a tool printed last, this much is looked at."""

CONTEXT_CHARACTERS_MAX = 1_000

SESSION = "the session"
"""Where a problem is that is nobody's alone."""

NO_TESTS = 5
"""What pytest ends with when it found nothing to run."""


def read(captured: Captured, *, logs: bool = False) -> Iterator[Record]:
    """Yield what the bytes say; never raises."""
    session = Session(captured)
    sources: list[Stream] = []
    for stream in captured.streams:
        head = stream.head()
        if is_events(head):
            sources.append(stream)
        elif is_benchmarks(head):
            yield from session.take_benchmarks(stream)
        elif stream.name not in {"stdout", "stderr"}:
            yield Unread(1, "not-pytest-output", head[:200].decode("utf-8", "replace"), stream=stream.name)
    for stream in sources:
        for event in events(stream):
            yield from [event] if isinstance(event, Unread) else session.take(event, logs=logs)
    yield from session.finish()
    if logs:
        yield from _printed_lines(captured, {stream.name for stream in sources})


class Session:
    """The state of one session, from its first event to its last.

    Attributes:
        cases: Of its tests, as far as they are known.
    """

    def __init__(self, captured: Captured) -> None:
        self._captured = captured
        self.cases = Cases()
        self._running: dict[str, Running] = {}
        self._ran: set[str] = set()
        self._attempts: dict[str, int] = {}
        self._subtests: dict[tuple[str, str], int] = {}
        self._benchmarks: dict[str, list[Benchmark]] = {}
        self._collected: set[tuple[str, str]] = set()
        self._deselected = 0
        self._started: Event | None = None
        self._finished: Event | None = None
        self._why = ""
        self._thinned: list[str] = []
        self._measured_count = 0
        self._passed_benchmarks = 0

    def take_benchmarks(self, stream: Stream) -> Iterator[Record]:
        """Keep the numbers until it is known what became of their tests."""
        benchmarks, others = read_benchmarks(stream)
        for benchmark in benchmarks:
            self._benchmarks.setdefault(benchmark.node, []).append(benchmark)
            self.cases.benchmarks.add(benchmark.node)
            self._measured_count += 1
            if benchmark.step > 1:
                self._thinned.append(f"1 of {benchmark.step} rounds of {benchmark.node}")
        yield from others

    # -- events

    def take(self, event: Event, *, logs: bool) -> Iterator[Record]:  # noqa: C901 -- a table
        """Yield what an event tells."""
        match event.event:
            case "report":
                yield from self._report(event, logs=logs)
            case "begin":
                yield from self._close(event.node)
                self._running[event.node] = Running(event.node)
                self._ran.add(event.node)
            case "end":
                yield from self._close(event.node)
            case "item":
                self._item(event)
            case "collect":
                yield from self._collect(event)
            case "start":
                yield from self._start(event)
            case "internal-error":
                yield Problem("internal-error", SESSION, ending_with(event.text, MESSAGE_CHARACTERS_MAX))
            case "interrupted":
                self._why = event.text.strip(" :")
            case "deselected":
                self._deselected += event.count
            case "finish":
                self._finished = event
                self._why = self._why or event.text
            case _:
                pass  # Warnings, whose number the last event tells; and what a newer version may say.

    def _start(self, event: Event) -> Iterator[Record]:
        self._started = event
        if event.format > FORMAT:
            yield Unread(1, "newer-format", f"format {event.format}, known is {FORMAT}", stream="events")
        said = {"pytest": event.pytest, "python": event.python, "implementation": event.implementation}
        yield from (Context(key, value) for key, value in said.items() if value)
        if event.plugins:
            yield Context("plugins", " ".join(event.plugins))

    def _item(self, event: Event) -> None:
        self.cases.nodes.append(event.node)
        self.cases.learn(event.node, event.parts)
        if event.bench:
            self.cases.benchmarks.add(event.node)

    def _collect(self, event: Event) -> Iterator[Record]:
        if (event.node, event.outcome) in self._collected:
            return  # Every worker collects.
        self._collected.add((event.node, event.outcome))
        suite = suite_of(event.node)
        if event.outcome == "skipped":
            yield SuiteResult(suite, "skipped", event.outcome)
        else:
            yield SuiteResult(suite, "error", event.outcome or None)
            yield Problem("collection-error", suite, ending_with(event.text, MESSAGE_CHARACTERS_MAX))

    def _report(self, event: Event, *, logs: bool) -> Iterator[Record]:
        self.cases.learn(event.node, event.parts)
        if event.subtest is not None:
            yield self._subtest(event)
            return
        running = self._running.setdefault(event.node, Running(event.node))
        self._ran.add(event.node)
        if running.take(event):
            yield from self._close(event.node)
            if logs:
                yield from _captured_lines(self.cases.of(event.node), event)

    def _subtest(self, event: Event) -> Outcome:
        assert event.subtest is not None  # noqa: S101 -- asked by the caller
        case = subtest_case(self.cases.of(event.node), event.subtest)
        key = (event.node, case.said_name)
        self._subtests[key] = self._subtests.get(key, 0) + 1
        alone = Running(event.node, {"call": event})
        ending = of_report(event)
        flagged = msgspec.structs.replace(ending, flags=(*ending.flags, "subtest"))
        return outcome_of(case, alone, self._subtests[key], flagged)

    def _close(self, node: str, ending: Ending | None = None) -> Iterator[Record]:
        """Yield what became of a test that runs no more."""
        running = self._running.pop(node, None)
        if running is None:
            return
        if not running.reports and ending is None:
            self._running[node] = running  # Older versions announce a test that never came to report.
            return
        case = self.cases.of(node)
        attempt = self._attempts[node] = self._attempts.get(node, 0) + 1
        outcome = outcome_of(case, running, attempt, ending or ending_of(running))
        if RETRIED not in outcome.flags:
            # pytest-benchmark says of a test that was tried again only what it measured in all.
            for benchmark in self._benchmarks.pop(node, []):
                yield from benchmark.records(case)
                outcome = msgspec.structs.replace(outcome, facts={**(outcome.facts or {}), **benchmark.facts})
        self._passed_benchmarks += case.kind == "bench" and outcome.status == "passed"
        yield outcome

    # -- the end

    def finish(self) -> Iterator[Record]:
        """Yield what is left to say when all bytes are read."""
        has_benchmarks = bool(self._benchmarks)
        yield from self._died() if self._finished is None else self._interrupted()
        yield from self._benchmarks_alone()
        if self._thinned:
            yield Context("samples", "; ".join(self._thinned)[:CONTEXT_CHARACTERS_MAX])
        if self._started is not None:
            yield from self._summary()
        elif not has_benchmarks:
            yield from self._complaint()

    def _died(self) -> Iterator[Record]:
        """Yield what became of the tests during which the process died."""
        if not self._running:
            return
        said = words_of(self._captured, "stderr") or words_of(self._captured, "stdout")
        is_timeout = self._captured.is_timed_out or "++ Timeout ++" in said
        code = self._captured.exit_code
        how = "was ended by the time limit" if is_timeout else f"died{'' if code is None else f' ({_code(code)})'}"
        for node in list(self._running):
            text = f"Python {how} while this test ran\n{said}"
            flags = () if is_timeout else ("crashed",)
            yield from self._close(node, Ending("timeout" if is_timeout else "error", None, flags, text))
            if not is_timeout:
                yield Problem("died", node, text[:MESSAGE_CHARACTERS_MAX])

    def _interrupted(self) -> Iterator[Record]:
        for node in list(self._running):
            why = self._why or "the session ended while this test ran"
            if self._captured.is_timed_out:
                yield from self._close(node, Ending("timeout", None, (), f"ended by the time limit: {why}"))
            else:
                yield from self._close(node, Ending("error", None, ("interrupted",), why))

    def _benchmarks_alone(self) -> Iterator[Record]:
        """Yield the numbers of which no event tells what became of their tests."""
        for node, benchmarks in self._benchmarks.items():
            case = case_of(node, benchmarks[0].parts(), "bench")
            for attempt, benchmark in enumerate(benchmarks, 1):
                yield from benchmark.records(case)
                yield Outcome(case, "passed", attempt=attempt, flags=("outcome-unknown",), facts=benchmark.facts)

    def _summary(self) -> Iterator[Record]:
        finished = self._finished
        if finished is not None and finished.warnings:
            yield Context("warnings", str(finished.warnings))
        if self._deselected:
            yield Context("deselected", str(self._deselected))
        yield from self._numbers_lost()
        count = len(self.cases.nodes)
        missing = count - sum(node in self._ran for node in self.cases.nodes)
        if missing:
            why = f": {self._why}" if self._why else ""
            yield Problem("not-run", SESSION, f"{missing} of {count} collected tests did not run{why}")
        if finished is None and not self._ran:
            yield Problem("unfinished-suite", SESSION, "the events end before any test")
        elif finished is None and self._captured.exit_code is None:
            yield Problem("unfinished-suite", SESSION, "the events end before the session does")
        if finished is not None and finished.exit_code == NO_TESTS:
            others = f": {self._deselected} are left out by what was asked for" if self._deselected else ""
            yield Problem("no-tests", SESSION, f"pytest found nothing to run{others}")

    def _numbers_lost(self) -> Iterator[Record]:
        """Yield a problem where benchmarks passed and nobody wrote their numbers."""
        has_plugin = self._started is not None and any(p.startswith("pytest-benchmark-") for p in self._started.plugins)
        if has_plugin and not self._measured_count and self._passed_benchmarks:
            text = f"{self._passed_benchmarks} of them passed, but pytest-benchmark wrote no numbers"
            why = ": it does so at the end, which never came" if self._finished is None else ""
            yield Problem("no-numbers", SESSION, text + why)

    def _complaint(self) -> Iterator[Record]:
        """Yield why pytest ended before it began, in its own words."""
        said = words_of(self._captured, "stderr") or words_of(self._captured, "stdout")
        if said:
            yield Problem("pytest-failed", SESSION, ending_with(said, MESSAGE_CHARACTERS_MAX))


def _code(code: int) -> str:
    signals = 128
    return f"signal {code - signals}" if code > signals else f"exit code {code}"


def words_of(captured: Captured, name: str) -> str:
    """Return what was printed last on a stream."""
    tail = b""
    for stream in captured.streams:
        if stream.name == name and not is_events(stream.head()) and not is_benchmarks(stream.head()):
            for chunk in stream.open():
                tail = (tail + chunk)[-WORDS_BYTES_MAX:]
    return tail.decode("utf-8", "replace").strip()


# -- log lines -----------------------------------------------------------------------------------------------------


def _captured_lines(case: Case, report: Event) -> Iterator[LogLine]:
    """Yield what pytest captured while a test ran."""
    for title, text in report.sections:
        stream = "stderr" if "stderr" in title else "stdout"
        yield from (LogLine(case, stream, line) for line in text.splitlines())


def _printed_lines(captured: Captured, left_out: set[str]) -> Iterator[LogLine]:
    """Yield what the process printed itself; of result files a line each, so that nothing seems lost."""
    for stream in captured.streams:
        if stream.name in {"stdout", "stderr"} and stream.name not in left_out:
            for line in lines_of(stream):
                yield LogLine(None, stream.name, line.decode("utf-8", "replace").rstrip("\r\n"))
