"""What is known of the command while it runs: the state behind the status line."""

import time
from collections.abc import Callable, Iterable

import msgspec

from benchhub.cli.human import human
from benchhub.cli.run_results import FAILED, is_failure
from benchhub.flows.collect import finite_values, with_cell
from benchhub.flows.events import RunFinished, RunStarted
from benchhub.model.case import Case, case_hash, param_text
from benchhub.model.identity import RunUid
from benchhub.model.record import RETRIED, Outcome, Result
from benchhub.model.report import Envelope
from benchhub.plugin.contract import Began, LiveRecord

CASES_REMEMBERED_MAX = 100_000


class Expected(msgspec.Struct, frozen=True):
    """What earlier runs of the same cell tell.

    Attributes:
        cases: How many gave a number or an outcome the last time; ``None`` when nobody knows.
        values: The last value on the same line, by hash of case, name and unit of metric.
        wall_s: How long a run takes; ``None`` when nobody knows.
    """

    cases: int | None = None
    values: dict[tuple[bytes, str, str], float] = {}
    wall_s: float | None = None


Expect = Callable[[Envelope], Expected]


class Watched:
    """Grows with what is heard.

    Attributes:
        label: Of what runs or is built; ``""`` before the first.
        doing: ``build``, ``run``, or ``""``.
        number: Of the run, of ``count``.
        case: That runs, for people; ``""`` when nobody says.
        value: The last one; ``""`` before the first.
        change: Of that against history: ``+1.2%``; ``""`` where there is none.
        done: How many cases of this run have ended.
        failures: How many cases have failed so far, over all runs.
        started_at: On the monotonic clock.
    """

    def __init__(self, expect: Expect) -> None:
        self.label = ""
        self.doing = ""
        self.number = self.count = 0
        self.case = ""
        self.value = self.change = ""
        self.failures = 0
        self.started_at = self.run_started_at = time.monotonic()
        self.expected = Expected()
        self._expect = expect
        self._expected: dict[tuple[str, ...], Expected] = {}
        self._envelope: Envelope | None = None
        self._ended: set[tuple[str, str]] = set()
        self._uid: RunUid | None = None

    @property
    def done(self) -> int:
        """How many cases of this run have ended."""
        return len(self._ended)

    def build(self, label: str) -> None:
        """Something is built."""
        self.label, self.doing, self.case = label, "build", ""

    def start(self, event: RunStarted) -> None:
        """A run begins."""
        who = (event.label, *(f"{name}={value}" for name, value in event.cell.items()))
        self.label = f"{event.label}{{{','.join(who[1:])}}}" if event.cell else event.label
        self.doing, self.number, self.count, self.case = "run", event.number, event.count, ""
        self.run_started_at = time.monotonic()
        self._envelope = event.envelope
        self._ended = set()
        if who not in self._expected:
            self._expected[who] = self._expect(event.envelope)
        self.expected = self._expected[who]

    def hear(self, records: Iterable[LiveRecord]) -> None:
        """A running program tells something."""
        for record in records:
            if isinstance(record, Began):
                self.case = name_of(record.case)
            elif isinstance(record, Result):
                self.case = name_of(record.case)
                self._end(record.case)
                self._measure(record)
            elif isinstance(record, Outcome):
                self._end(record.case)
                self.failures += is_failure(record)

    def finish(self, event: RunFinished) -> None:
        """A run ended; a program that tells nothing itself was measured all the same."""
        self.doing, self.case = "", ""
        if not self._ended:
            found = next(finite_values(event.collected), None)
            outcomes = event.collected.body.outcomes
            pairs = zip(outcomes.status, outcomes.flags, strict=True)
            self.failures += sum(status in FAILED and RETRIED not in flags for status, flags in pairs)
            if found is not None:
                self._say(found[0], found[1].metric.name, found[1].metric.unit, found[2])

    def left_s(self, now: float) -> float | None:
        """Return how long all runs will still take; ``None`` when that is not known of the one that runs."""
        if not self.expected.wall_s or not self.count:
            return None
        ran_s = now - self.run_started_at
        return max(0.0, self.expected.wall_s - ran_s) + self.expected.wall_s * (self.count - self.number)

    def _end(self, case: Case) -> None:
        if len(self._ended) < CASES_REMEMBERED_MAX:
            self._ended.add((case.suite, case.said_name or case.name))

    def _measure(self, result: Result) -> None:
        metric = result.units[0].metric
        self._say(self._whole(result.case), metric.name, metric.unit, result.units[0].base(result.said_values[0]))

    def _whole(self, case: Case) -> Case:
        cell = self._envelope.spec.cell if self._envelope else {}
        return with_cell(case, cell) if cell else case

    def _say(self, case: Case, metric: str, unit: str, value: float) -> None:
        self.value = human(value, unit)
        framework = self._envelope.framework.name if self._envelope else ""
        before = self.expected.values.get((case_hash(framework, case), metric, unit)) if self.expected.values else None
        self.change = f"{(value / before - 1) * 100:+.1f}%" if before else ""


def name_of(case: Case) -> str:
    """Return the name of a case as people read it."""
    if case.kind == "test":
        return case.said_name or case.name
    return f"{case.name} {param_text(case.params)}".rstrip()
