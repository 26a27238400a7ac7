"""What pytest tells while it runs: which test runs, and how it ended."""

import msgspec

from benchhub.frameworks.pytest.events import decoder
from benchhub.frameworks.pytest.reader import Session
from benchhub.model.record import LogLine, Outcome
from benchhub.plugin.contract import Began, Captured, LiveRecord
from benchhub.plugin.growing import GrowingLines

EVENT_BYTES_MAX = 1 << 18
"""A longer event, of a failure that says very much, is left for ``read``."""


class PytestLive:
    """Follows one session: its events lie in a file of their own, what it prints is for people."""

    def __init__(self) -> None:
        self._session = Session(Captured())
        self._lines: dict[str, GrowingLines] = {}

    def take(self, stream: str, data: bytes) -> list[LiveRecord]:
        """Return what the next bytes tell; never raises."""
        is_printed = stream in {"stdout", "stderr"}
        lines = self._lines.setdefault(
            stream, GrowingLines() if is_printed else GrowingLines(bytes_max=EVENT_BYTES_MAX)
        )
        records: list[LiveRecord] = []
        for line in lines.take(data):
            if not is_printed:
                self._take_event(line, records)
            elif line.strip():
                records.append(LogLine(None, stream, line.decode("utf-8", "replace")))
        return records

    def _take_event(self, line: bytes, records: list[LiveRecord]) -> None:
        try:
            event = decoder().decode(line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return  # Cut, or none of ours: `read` says what it is.
        records += [record for record in self._session.take(event, logs=False) if isinstance(record, Outcome)]
        cases = self._session.cases
        if event.event == "begin" and cases.nodes:  # Workers tell a test's parameters later: who asks now gets a name
            records.append(Began(cases.of(event.node)))  # without them, and so would who asks then.
