"""What `bh run` ends with: results on standard output, and an exit code."""

import sys

from benchhub.cli import exit_codes
from benchhub.cli.colour import Paint
from benchhub.cli.fit import wrapped
from benchhub.cli.human import plural
from benchhub.cli.pipes import may_be_unread
from benchhub.cli.progress.quiet import say
from benchhub.cli.run_results import PLAIN, print_run_results
from benchhub.cli.run_rows import PreviousValue
from benchhub.cli.table import room_on
from benchhub.flows.events import Event, RunFinished, TargetFailed, Watcher


class RunPrinter:
    """A watcher that prints at the end, and then knows the exit code.

    Args:
        progress: Shows how it goes meanwhile.
        paint: For the colours of the results.
    """

    def __init__(self, progress: Watcher | None = None, paint: Paint = PLAIN) -> None:
        self._progress = progress
        self._paint = paint
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
            print_run_results(self.finished, previous, self._paint)
        disturbed = [event for event in self.finished if event.disturbed_by]
        if disturbed:
            of_runs = f"{len(disturbed)} of {plural(len(self.finished), 'run')}"
            words = f"  disturbed: {of_runs}, the last time {' and '.join(disturbed[-1].disturbed_by)}"
            say(sys.stderr, [wrapped(words, 4, room_on(sys.stderr))])

    def print_json(self) -> None:
        """Print one object on standard output: a ``RunDocument``."""
        from benchhub.cli.run_document import json_of  # noqa: PLC0415 -- mostly a person reads

        with may_be_unread(sys.stdout):
            sys.stdout.buffer.write(json_of(self.exit_code, self.finished, self.failed) + b"\n")
