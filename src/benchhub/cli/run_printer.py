"""What a person sees of `bh run`: progress on standard error, results on standard output."""

import sys
from collections.abc import Callable
from typing import Any

import msgspec

from benchhub.cli import exit_codes
from benchhub.cli.human import human, human_seconds
from benchhub.cli.table import print_table
from benchhub.flows.collect import Collected, finite_values
from benchhub.flows.events import BuildStarted, Event, RunFinished, RunStarted, TargetFailed, Warned
from benchhub.flows.parse_output import parsed_of
from benchhub.model.case import Case, param_text
from benchhub.model.report import Report
from benchhub.model.unit import Metric
from benchhub.plugin.contract import Captured
from benchhub.stats.summary import summarise

FAILURES_SHOWN_MAX = 20
MESSAGE_LINES_SHOWN_MAX = 12

PreviousValue = Callable[[Report, Case, Metric], float | None]
"""The value of the same line before this command, in base units."""


class RunPrinter:
    """A watcher that prints; at the end it knows the exit code."""

    def __init__(self) -> None:
        self.finished: list[RunFinished] = []
        self.failed: list[TargetFailed] = []
        self.is_interrupted = False

    def on(self, event: Event) -> None:
        """Say what happens, in one line."""
        match event:
            case BuildStarted():
                _say(f"  build {event.label} {event.note}".rstrip())
            case RunStarted():
                _say(f"  run {event.number}/{event.count} {event.label}{_cell(event.cell)}")
            case RunFinished():
                self.finished.append(event)
                _say(_line_of(event))
            case TargetFailed():
                self.failed.append(event)
                _say(f"  error {event.label}{_cell(event.cell)}: {event.why}")
                if event.hint:
                    _say(f"    {event.hint}")
            case Warned():
                _say(f"  warning: {event.text}")

    @property
    def exit_code(self) -> int:
        """The code that says most: interrupted, timed out, nothing ran, failed, not kept, in this order."""
        statuses = {event.report.envelope.status for event in self.finished}
        if self.is_interrupted or "interrupted" in statuses:
            return exit_codes.INTERRUPTED
        if "timeout" in statuses:
            return exit_codes.TIMEOUT
        has_run = any(event.collected.has_cases for event in self.finished)
        if not has_run and (self.failed or "error" in statuses):
            return exit_codes.NOTHING_RAN
        if self.failed or statuses & {"failed", "error"}:
            return exit_codes.FAILED
        return exit_codes.NOT_KEPT if any(event.not_kept_because for event in self.finished) else exit_codes.OK

    def print_results(self, previous: PreviousValue) -> None:
        """Print the values of all runs, what failed, and one last line that says what was kept and what to type."""
        rows = _value_rows(self.finished, previous)
        if rows:
            print_table(("case", "metric", "value", "spread", "runs", "before", "change"), rows, "table")
        self._print_failures()
        if self.finished:
            print(self._last_line())

    def print_json(self) -> None:
        """Print one object on standard output."""
        runs = [_run_document(event) for event in self.finished]
        failed = [msgspec.to_builtins(failure) for failure in self.failed]
        document = {"exit_code": self.exit_code, "runs": runs, "failed_targets": failed}
        sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")

    def _print_failures(self) -> None:
        failures = [
            (collected.catalog.cases[outcomes.case[i]], outcomes.status[i], outcomes.message[i])
            for collected in (event.collected for event in self.finished)
            for outcomes in (collected.body.outcomes,)
            for i in range(len(outcomes.case))
            if outcomes.status[i] in {"failed", "error", "timeout"}
        ]
        for case, status, message in failures[:FAILURES_SHOWN_MAX]:
            print(f"\n{status}: {case.suite} {case.said_name or case.name}")
            for line in (message or "").strip().splitlines()[:MESSAGE_LINES_SHOWN_MAX]:
                print(f"    {line}")
        if len(failures) > FAILURES_SHOWN_MAX:
            print(f"\n… and {len(failures) - FAILURES_SHOWN_MAX} more; `bh show latest` has them all")
        for event in self.finished:
            for problem in event.collected.body.problems[:FAILURES_SHOWN_MAX]:
                first, *more = problem.text.strip().splitlines() or [""]
                print(f"\nproblem: {problem.kind}: {problem.where}\n    {first}")
                for line in more[: MESSAGE_LINES_SHOWN_MAX - 1]:
                    print(f"    {line}")

    def _last_line(self) -> str:
        kept = [event.run_id for event in self.finished if event.run_id is not None]
        waiting = [event for event in self.finished if event.not_kept_because]
        counts: dict[str, int] = {}
        samples = 0
        for event in self.finished:
            for word, count in counts_of(event.collected).items():
                counts[word] = counts.get(word, 0) + count
            samples += len(event.collected.body.lines.said_values)
        what = ", ".join(f"{count} {word}" for word, count in counts.items())
        told = f"\n{what}{', ' if what else ''}{samples} samples"
        if kept:
            saved = f"run {kept[0]}" if len(kept) == 1 else f"runs {kept[0]}–{kept[-1]}"  # noqa: RUF001 -- a range
            told += f"; saved as {saved}: `bh show {kept[-1]}`"
        if waiting:
            told += (
                f"\nnot in the database: {waiting[0].not_kept_because}; nothing is lost, "
                f"the next bh command tries again with {len(waiting)} waiting run{'s' * (len(waiting) > 1)}"
            )
        return told


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _cell(cell: dict[str, str]) -> str:
    return f"{{{','.join(f'{name}={value}' for name, value in cell.items())}}}" if cell else ""


def _line_of(event: RunFinished) -> str:
    envelope = event.report.envelope
    counts = ", ".join(f"{count} {word}" for word, count in counts_of(event.collected).items())
    wall_s = sum(execution.wall_s for execution in envelope.executions)
    number = f" {event.number}/{event.count}" if event.count > 1 else ""
    unread = event.collected.body.unread_count
    odd = f", {unread} unread lines" if unread else ""
    return f"  {envelope.status}{number} {envelope.label}: {counts or 'nothing ran'}{odd} in {human_seconds(wall_s)}"


def counts_of(collected: Collected) -> dict[str, int]:
    """Return how many cases ended how, ``measured`` for those that gave numbers."""
    counts: dict[str, int] = {}
    measured = len(set(collected.body.lines.case))
    if measured:
        counts["measured"] = measured
    for status in collected.body.outcomes.status:
        counts[status] = counts.get(status, 0) + 1
    return counts


def _value_rows(finished: list[RunFinished], previous: PreviousValue) -> list[tuple[Any, ...]]:
    """Return one row per case and metric: the median over runs of each run's median."""
    runs: dict[tuple[Any, ...], list[float]] = {}
    shown: dict[tuple[Any, ...], tuple[Report, Case, Metric]] = {}
    for event in finished:
        samples: dict[tuple[Any, ...], list[float]] = {}
        for case, unit, value in finite_values(event.collected):
            key = (event.report.envelope.label, *case.key(), unit.metric)
            samples.setdefault(key, []).append(value)
            shown.setdefault(key, (event.report, case, unit.metric))
        for key, values in samples.items():
            runs.setdefault(key, []).append(summarise(values).value)
    rows: list[tuple[Any, ...]] = []
    for key, (report, case, metric) in shown.items():
        over_runs = summarise(runs[key])
        before = previous(report, case, metric)
        rows.append(
            (
                f"{case.name} {param_text(case.params)}".rstrip(),
                metric.name,
                human(over_runs.value, metric.unit),
                _spread(over_runs.value, over_runs.lo, over_runs.hi),
                over_runs.n,
                human(before, metric.unit),
                f"{(over_runs.value / before - 1) * 100:+.1f}%" if before else "",
            )
        )
    return rows


def _spread(value: float, lo: float | None, hi: float | None) -> str:
    """Return how far the runs lie apart, as the larger distance from their median."""
    if lo is None or hi is None or value == 0:
        return ""
    return f"±{max(hi / value - 1, 1 - lo / value) * 100:.1f}%"


def _run_document(event: RunFinished) -> dict[str, Any]:
    envelope = event.report.envelope
    parsed = parsed_of(
        envelope.framework.name,
        event.collected,
        Captured(exit_code=envelope.exit_code, is_timed_out=any(e.is_timed_out for e in envelope.executions)),
    )
    return {
        "run_id": event.run_id,
        "not_kept_because": event.not_kept_because,
        "uid": envelope.uid,
        "label": envelope.label,
        "cell": envelope.spec.cell,
        "exit_code": envelope.exit_code,
        "started_at_ms": envelope.started_at_ms,
        "finished_at_ms": envelope.finished_at_ms,
        **msgspec.to_builtins(msgspec.structs.replace(parsed, run_status=envelope.status)),
    }
