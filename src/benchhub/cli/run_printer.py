"""What `bh run` ends with: results on standard output, and an exit code."""

import sys

import msgspec

from benchhub.cli import exit_codes
from benchhub.cli.human import plural
from benchhub.cli.pipes import may_be_unread
from benchhub.cli.progress.quiet import say
from benchhub.cli.run_results import PreviousValue, print_run_results
from benchhub.flows.events import Event, RunFinished, TargetFailed, Watcher
from benchhub.flows.parse_output import Parsed, parsed_of
from benchhub.plugin.contract import Captured


class RunPrinter:
    """A watcher that prints at the end, and then knows the exit code.

    Args:
        progress: Shows how it goes meanwhile.
    """

    def __init__(self, progress: Watcher | None = None) -> None:
        self._progress = progress
        self.finished: list[RunFinished] = []
        self.failed: list[TargetFailed] = []
        self.is_interrupted = False

    @property
    def pace_s(self) -> float | None:
        """How soon it wants to know what a running program does."""
        return None if self._progress is None else self._progress.pace_s

    def on(self, event: Event) -> None:
        """Take note of what ends, and let it be shown."""
        if isinstance(event, RunFinished):
            self.finished.append(event)
        elif isinstance(event, TargetFailed):
            self.failed.append(event)
        if self._progress is not None:
            self._progress.on(event)

    @property
    def exit_code(self) -> int:
        """The code that says most, in the order of ``exit_codes.PRECEDENCE``."""
        statuses = {event.report.envelope.status for event in self.finished}
        has_run = any(event.collected.has_cases for event in self.finished)
        has_failed = bool(self.failed) or bool(statuses & {"failed", "error"})
        holds = {
            exit_codes.INTERRUPTED: self.is_interrupted or "interrupted" in statuses,
            exit_codes.TIMEOUT: "timeout" in statuses,
            exit_codes.NOTHING_RAN: has_failed and not has_run,
            exit_codes.FAILED: has_failed,
            exit_codes.NOTHING_MATCHED: not has_run,
            exit_codes.NOT_KEPT: any(event.not_kept_because for event in self.finished),
        }
        return next((code for code in exit_codes.PRECEDENCE if holds[code]), exit_codes.OK)

    def print_results(self, previous: PreviousValue) -> None:
        """Print the values of all runs, what failed, and one last line that says what was kept and what to type."""
        # Whoever has read enough still wants to know how it went.
        with may_be_unread(sys.stdout):
            print_run_results(self.finished, previous)
        disturbed = [event for event in self.finished if event.disturbed_by]
        if disturbed:
            of_runs = f"{len(disturbed)} of {plural(len(self.finished), 'run')}"
            say(sys.stderr, [f"  disturbed: {of_runs}, the last time {' and '.join(disturbed[-1].disturbed_by)}"])

    def print_json(self) -> None:
        """Print one object on standard output: a ``RunDocument``."""
        document = RunDocument(self.exit_code, [_document_of(event) for event in self.finished], self.failed)
        with may_be_unread(sys.stdout):
            sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")


class OneRun(Parsed, frozen=True, kw_only=True):
    """One run in ``bh run --json``: what its output says, and how it ran.

    Attributes:
        run_id: Its number in the database; ``null`` when it could not be kept there and waits in the spool.
        not_kept_because: Why, then.
        uid: Its id everywhere.
        label: Of its target.
        cell: Axis to value, without axes at their default.
        exit_code: Of the first program that did not end well, else 0; ``null`` for imported output.
        started_at_ms: Milliseconds since 1970, UTC.
        finished_at_ms: Likewise; ``null`` for a run that was killed.
    """

    run_id: int | None
    not_kept_because: str | None
    uid: str
    label: str
    cell: dict[str, str]
    exit_code: int | None
    started_at_ms: int
    finished_at_ms: int | None


class RunDocument(msgspec.Struct, frozen=True):
    """What ``bh run --json`` and ``bh import --json`` print.

    Attributes:
        exit_code: What ``bh run`` ends with.
        runs: In the order in which they ended.
        failed_targets: Those that could not be built or started.
    """

    exit_code: int
    runs: list[OneRun]
    failed_targets: list[TargetFailed]


def _document_of(event: RunFinished) -> OneRun:
    envelope = event.report.envelope
    captured = Captured(exit_code=envelope.exit_code, is_timed_out=any(e.is_timed_out for e in envelope.executions))
    parsed = parsed_of(envelope.framework.name, event.collected, captured)
    return OneRun(
        run_id=event.run_id,
        not_kept_because=event.not_kept_because,
        uid=envelope.uid,
        label=envelope.label,
        cell=envelope.spec.cell,
        exit_code=envelope.exit_code,
        started_at_ms=envelope.started_at_ms,
        finished_at_ms=envelope.finished_at_ms,
        **(msgspec.structs.asdict(parsed) | {"run_status": envelope.status}),
    )
