"""Which output of a run is shown while it runs, as lines.

All of it when somebody asked for it. Else of a program that BenchHub knows nothing about, the output of its first run:
whoever types `bh run -- CMD` wants to see what CMD says, once. Of a tool whose output is understood, the failures.
"""

from benchhub.cli.clean import clean, decoded
from benchhub.cli.colour import Paint
from benchhub.cli.human import human
from benchhub.cli.progress.words import failure_lines
from benchhub.cli.run_results import is_failure
from benchhub.flows.events import Heard, RunStarted
from benchhub.model.record import LogLine, Outcome
from benchhub.plugin.contract import LiveRecord
from benchhub.plugin.growing import GrowingLines


class Told:
    """Turns what is heard of a run into lines.

    Args:
        paint: For colours; without them, a program's own colours are taken away too.
        is_all: Show all output.
        is_silent: Show none, failures aside.
    """

    def __init__(self, paint: Paint, *, is_all: bool, is_silent: bool = False) -> None:
        self._is_shown = is_all
        self._paint = paint
        self._is_all = is_all
        self._is_silent = is_silent
        self._seen: set[tuple[str, ...]] = set()
        self._heading = ""
        self._lines: dict[str, GrowingLines] = {}
        self._failed_parents: set[tuple[str, str]] = set()

    def start(self, event: RunStarted, heading: str = "") -> None:
        """A run begins; ``heading`` stands above its output, if it has any that is shown."""
        who = (event.label, *event.cell.values())
        self._is_shown = self._is_all or (who not in self._seen and not self._is_silent)
        self._seen.add(who)
        self._heading = heading
        self._lines = {}
        self._failed_parents.clear()

    def output(self, heard: Heard) -> list[str]:
        """Return the lines of output that have ended."""
        if not self._is_shown:
            return []
        lines = [text for stream, data in heard.said for text in self._ended(stream, data)]
        if self._is_all:
            lines += [_text_of(record, self._paint) for record in heard.records if isinstance(record, LogLine)]
        if heard.skipped_bytes and (self._is_all or heard.said):
            lines.append(f"… {human(heard.skipped_bytes, 'B')} not shown; `bh log` has them")
        return self._headed(lines)

    def failures(self, records: tuple[LiveRecord, ...]) -> list[str]:
        """Return the failures among the records; a test that failed since a part of it did says nothing new."""
        lines: list[str] = []
        for record in records:
            if not isinstance(record, Outcome) or not is_failure(record):
                continue
            name = record.case.said_name or record.case.name
            if (record.case.suite, name) in self._failed_parents:
                continue
            parts = name.split("/")
            self._failed_parents |= {(record.case.suite, "/".join(parts[:n])) for n in range(1, len(parts))}
            lines += failure_lines(record, self._paint, has_message=not self._is_all)
        return lines

    def open_line(self) -> str:
        """Return what stands on a line that has not ended: a question, a progress bar."""
        growing = next((lines.open for lines in reversed(self._lines.values()) if lines.open), b"")
        return decoded(growing, is_coloured=False).expandtabs() if self._is_shown else ""

    def end(self) -> list[str]:
        """Return the lines that nobody ended: the run is over."""
        lines = [decoded(line, is_coloured=self._paint.is_on) for one in self._lines.values() for line in one.end()]
        self._lines = {}
        return self._headed(lines) if self._is_shown else []

    def _headed(self, lines: list[str]) -> list[str]:
        if not lines or not self._heading:
            return lines
        heading, self._heading = self._heading, ""
        return [heading, *lines]

    def _ended(self, stream: str, data: bytes) -> list[str]:
        growing = self._lines.setdefault(stream, GrowingLines())
        return [decoded(line, is_coloured=self._paint.is_on) for line in growing.take(data)]


def _text_of(line: LogLine, paint: Paint) -> str:
    return clean(line.text, is_coloured=paint.is_on)
