"""For eyes: a status line below, and above it what failed and what programs print."""

import time
from functools import partial
from types import TracebackType
from typing import Self, TextIO

from benchhub.cli.colour import Paint
from benchhub.cli.fit import cut
from benchhub.cli.progress.screen import Screen
from benchhub.cli.progress.status import status_line
from benchhub.cli.progress.told import Told
from benchhub.cli.progress.watched import Expect, Watched
from benchhub.cli.progress.words import build_line, finished_line, start_line, target_failed_lines
from benchhub.cli.terminal import columns_of
from benchhub.flows.events import BuildStarted, Event, Heard, RunFinished, RunStarted, TargetFailed, Warned

REDRAW_S = 0.1
"""At most so often is the status drawn; what goes by above it is not held back."""

FIRST_DRAW_S = 0.3
"""Whatever is over sooner needs no status."""

LINES_OF_RUNS_MAX = 10
"""With more runs, those that passed get no line of their own: the status counts them, and they are all alike."""


class TerminalProgress:
    """Draws on a terminal."""

    pace_s: float | None = REDRAW_S

    def __init__(self, stream: TextIO, paint: Paint, expect: Expect, *, is_verbose: bool = False) -> None:
        self._stream = stream
        self._screen = Screen(stream, partial(columns_of, stream))
        self._paint = paint
        self._told = Told(paint, is_all=is_verbose)
        self._is_verbose = is_verbose
        self._watched = Watched(expect)
        self._drawn_at = time.monotonic() - REDRAW_S + FIRST_DRAW_S

    def on(self, event: Event) -> None:
        """Show what happens."""
        lines = self._lines_of(event)
        now = time.monotonic()
        if lines or now - self._drawn_at >= REDRAW_S:
            staying = self._staying(now) if now - self._watched.started_at >= FIRST_DRAW_S else []
            self._screen.show(lines, staying)
            self._drawn_at = now

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave a clean terminal."""
        self._screen.close()

    def _lines_of(self, event: Event) -> list[str]:
        """Return what goes by, and take note of the event."""
        match event:
            case BuildStarted():
                self._watched.build(event.label)
                return [build_line(event.label, event.note)] if self._is_verbose else []
            case RunStarted():
                self._watched.start(event)
                self._told.start(event, f"  {start_line(event)}" if event.count > 1 else "")
                return []
            case Heard():
                self._watched.hear(event.records)
                return [*self._told.output(event), *self._told.failures(event.records)]
            case RunFinished():
                self._watched.finish(event)
                return [*self._told.end(), *self._line_of(event)]
            case TargetFailed():
                return [*self._told.end(), *target_failed_lines(event, self._paint)]
            case Warned():
                return [f"  warning: {event.text}"]

    def _line_of(self, event: RunFinished) -> list[str]:
        is_alike = event.report.envelope.status == "passed" and event.count > LINES_OF_RUNS_MAX
        return [] if is_alike and not self._is_verbose else [finished_line(event, self._paint)]

    def _staying(self, now: float) -> list[str]:
        columns = columns_of(self._stream) - 1  # A full line makes some terminals go on to the next.
        lines = (cut(self._told.open_line(), columns), status_line(self._watched, now, columns, self._paint))
        return [line for line in lines if line]
