"""Only what went wrong."""

from types import TracebackType
from typing import Self, TextIO

from benchhub.cli.colour import Paint
from benchhub.cli.pipes import may_be_unread
from benchhub.cli.progress.words import target_failed_lines
from benchhub.flows.events import Event, TargetFailed, Warned


class QuietProgress:
    """Says what a person must know, and nothing else."""

    pace_s: float | None = None

    def __init__(self, stream: TextIO, paint: Paint) -> None:
        self._stream = stream
        self._paint = paint

    def on(self, event: Event) -> None:
        """Say what went wrong."""
        if isinstance(event, TargetFailed):
            say(self._stream, target_failed_lines(event, self._paint))
        elif isinstance(event, Warned):
            say(self._stream, [f"  warning: {event.text}"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""


def say(stream: TextIO, lines: list[str]) -> None:
    """Write lines; a run does not end because nobody listens."""
    if lines:
        with may_be_unread(stream):
            stream.write("".join(f"{line}\n" for line in lines))
