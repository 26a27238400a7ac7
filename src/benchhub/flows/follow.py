"""A program's bytes on their way: kept first, then told to whoever watches, at a pace that disturbs nobody.

What is told is for eyes and may be late or incomplete; what is kept is neither.
"""

import time

from benchhub.flows.events import Heard, Watcher
from benchhub.plugin.contract import Captured, Followed, Framework, LiveReader, Sink

TOLD_BYTES_MAX = 1 << 16
"""At most so much is told at once. At ten times a second that is more than anybody reads, and costs little."""

SILENCE_S_MAX = 1.0
"""A watcher hears of the time at least this often, if only to show it."""


class Following:
    """A sink before another one, which tells what is written.

    Args:
        sink: Keeps the bytes.
        reader: Says what they mean; ``None`` when nobody can.
        watcher: Who wants to know; has a pace.
        is_told: Whether the bytes are worth telling; else only time passes.
    """

    def __init__(self, sink: Sink, watcher: Watcher, *, reader: LiveReader | None = None, is_told: bool = True) -> None:
        self._sink = sink
        self._reader = reader
        self._watcher = watcher
        self._pace_s = watcher.pace_s or SILENCE_S_MAX
        self._is_told = is_told
        self._waiting: list[tuple[str, bytes]] = []
        self._room = TOLD_BYTES_MAX
        self._gaps: set[str] = set()
        self._skipped_bytes = 0
        self._told_at = time.monotonic()

    def write(self, stream: str, data: bytes) -> None:
        """Keep ``data``, and tell it soon; where more comes than is told at once, a gap begins until the next line."""
        self._sink.write(stream, data)
        if not self._is_told:
            return
        start = 0
        if stream in self._gaps:
            start = data.find(b"\n") if self._room else -1
            if start < 0:
                self._skipped_bytes += len(data)
                return
            self._gaps.discard(stream)
            self._skipped_bytes += start
        told = data[start : start + self._room]
        left = len(data) - start - len(told)
        if left:
            self._skipped_bytes += left
            self._gaps.add(stream)
        self._room -= len(told)
        self._waiting.append((stream, told))

    def tick(self) -> float:
        """Tell what waits when it is due; return in how many seconds something will be."""
        due_s = self._told_at + (self._pace_s if self._waiting else SILENCE_S_MAX) - time.monotonic()
        if due_s > 0:
            return due_s
        self.tell()
        return SILENCE_S_MAX

    def tell(self) -> None:
        """Tell what waits, and that time passes."""
        said, skipped_bytes = self._waiting, self._skipped_bytes
        self._waiting, self._skipped_bytes, self._room = [], 0, TOLD_BYTES_MAX
        self._told_at = time.monotonic()
        if self._reader is None:
            self._watcher.on(Heard(said=tuple(said), skipped_bytes=skipped_bytes))
            return
        records = [record for stream, data in said for record in self._reader.take(stream, data)]
        self._watcher.on(Heard(records=tuple(records), skipped_bytes=skipped_bytes))


def reader_for(framework: Framework, captured: Captured) -> LiveReader | None:
    """Return who says what the bytes of a run mean while they come; ``None`` when the framework cannot."""
    return framework.live(captured) if isinstance(framework, Followed) else None
