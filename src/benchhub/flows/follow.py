"""A program's bytes on their way: kept first, then told to whoever watches, at a pace that disturbs nobody.

What is told is for eyes and may be late or incomplete; what is kept is neither.
"""

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

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
        files: By name, those that grow meanwhile and that the reader understands; they need not be there yet.
    """

    def __init__(
        self,
        sink: Sink,
        watcher: Watcher,
        *,
        reader: LiveReader | None = None,
        is_told: bool = True,
        files: Mapping[str, Path] | None = None,
    ) -> None:
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
        self._files = dict(files or {}) if reader is not None else {}
        self._opened: dict[str, BinaryIO] = {}

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
        is_listening = self._waiting or self._files
        due_s = self._told_at + (self._pace_s if is_listening else SILENCE_S_MAX) - time.monotonic()
        if due_s > 0:
            return due_s
        self.tell()
        return self._pace_s if self._files else SILENCE_S_MAX

    def tell(self) -> None:
        """Tell what waits, and that time passes."""
        said, skipped_bytes = self._waiting, self._skipped_bytes
        self._waiting, self._skipped_bytes, self._room = [], 0, TOLD_BYTES_MAX
        self._told_at = time.monotonic()
        if self._reader is None:
            self._watcher.on(Heard(said=tuple(said), skipped_bytes=skipped_bytes))
            return
        said += self._grown()
        records = [record for stream, data in said for record in self._reader.take(stream, data)]
        self._watcher.on(Heard(records=tuple(records), skipped_bytes=skipped_bytes))

    def close(self) -> None:
        """Look at no file any more."""
        for file in self._opened.values():
            file.close()
        self._files, self._opened = {}, {}

    def _grown(self) -> list[tuple[str, bytes]]:
        """Return what files have more of than the last time; of much the rest comes the next time."""
        for name, path in self._files.items():
            if name not in self._opened:
                with contextlib.suppress(OSError):  # Not there yet, or never: `read` says so at the end.
                    self._opened[name] = path.open("rb", buffering=0)
        grown: list[tuple[str, bytes]] = []
        for name, file in self._opened.items():
            with contextlib.suppress(OSError):
                grown.append((name, file.read(TOLD_BYTES_MAX)))
        return [(name, data) for name, data in grown if data]


def reader_for(framework: Framework, captured: Captured) -> LiveReader | None:
    """Return who says what the bytes of a run mean while they come; ``None`` when the framework cannot."""
    return framework.live(captured) if isinstance(framework, Followed) else None
