"""For logs: a line for each run that ended, and a heartbeat while nothing else is said."""

import time
from types import TracebackType
from typing import Self, TextIO

from benchhub.cli.colour import Paint
from benchhub.cli.progress.quiet import say
from benchhub.cli.progress.status import clock
from benchhub.cli.progress.told import Told
from benchhub.cli.progress.watched import Expected, Watched
from benchhub.cli.progress.words import build_line, finished_line, start_line, target_failed_lines
from benchhub.flows.events import BuildStarted, Event, Heard, RunFinished, RunStarted, TargetFailed, Warned

HEARTBEAT_S = 30.0
"""CI systems end jobs that say nothing; people wonder sooner."""


class LineProgress:
    """Writes lines, each once.

    Args:
        stream: Where.
        paint: Colours, if somebody asked for them.
        is_verbose: Show all output.
        is_silent: Show no output, unless ``is_verbose``.
        has_groups: The output of each run is a group that can be folded, as GitHub has them.
        heartbeat_s: How long nothing may be said.
    """

    pace_s: float | None = 0.5

    def __init__(
        self,
        stream: TextIO,
        paint: Paint,
        *,
        is_verbose: bool = False,
        is_silent: bool = False,
        has_groups: bool = False,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self._stream = stream
        self._paint = paint
        self._told = Told(paint, is_all=is_verbose, is_silent=is_silent)
        self._watched = Watched(lambda _envelope: Expected())
        self._has_groups = has_groups
        self._heartbeat_s = heartbeat_s
        self._is_open = False
        self._failures: list[str] = []
        self._said_at = time.monotonic()

    def on(self, event: Event) -> None:
        """Say what happens."""
        match event:
            case BuildStarted():
                self._watched.build(event.label)
                self._say([build_line(event.label, event.note)])
            case RunStarted():
                self._start(event)
            case Heard():
                self._hear(event)
            case RunFinished():
                self._watched.finish(event)
                self._say_output(self._told.end())
                self._say([*self._end(), finished_line(event, self._paint)])
            case TargetFailed():
                self._say([*self._end(), *target_failed_lines(event, self._paint)])
            case Warned():
                self._say([f"  warning: {event.text}"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what is open."""
        self._say(self._end())

    def _start(self, event: RunStarted) -> None:
        self._watched.start(event)
        words = start_line(event)
        heading = f"::group::{words}" if self._has_groups else f"  {words}" if event.count > 1 else ""
        self._told.start(event, heading)

    def _hear(self, event: Heard) -> None:
        self._watched.hear(event.records)
        self._say_output(self._told.output(event))
        failures = self._told.failures(event.records)
        if self._is_open:
            self._failures += failures  # In a group that is folded nobody sees them.
        else:
            self._say(failures)
        if time.monotonic() - self._said_at >= self._heartbeat_s:
            self._say([self._heartbeat()])

    def _say_output(self, lines: list[str]) -> None:
        self._is_open = self._is_open or (bool(lines) and self._has_groups)
        self._say(lines)

    def _end(self) -> list[str]:
        """Return what closes the output of a run."""
        lines = ["::endgroup::"] if self._is_open else []
        lines += self._failures
        self._is_open, self._failures = False, []
        return lines

    def _heartbeat(self) -> str:
        watched = self._watched
        words = [f"{watched.doing} {watched.number}/{watched.count}" if watched.doing == "run" else watched.doing]
        words += [f"{watched.done} done"] if watched.done else []
        words += [watched.case] if watched.case else []
        words += [f"{watched.failures} failed"] if watched.failures else []
        running = f"  still running {watched.label}: {', '.join(filter(None, words))}"
        return f"{running} after {clock(time.monotonic() - watched.started_at)}"

    def _say(self, lines: list[str]) -> None:
        if lines:
            self._said_at = time.monotonic()
            say(self._stream, lines)
