"""A terminal on which lines go by, above a few that stay.

Below what stays there is always an empty line on which the cursor stands: whoever is killed leaves a clean terminal.
The terminal is never waited for: one that is stopped (Ctrl-S) or slow must not hold up a program that is measured.
"""

import contextlib
import os
import re
import select
import time
from collections.abc import Callable
from typing import TextIO

from benchhub.cli.fit import width
from benchhub.cli.human import plural

WAITING_BYTES_MAX = 1 << 16
"""What waits for a terminal that takes nothing; more lines are left out, and counted."""

CLOSE_S_MAX = 2.0
"""How long the last words wait for such a terminal."""

_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")


class Screen:
    """Draws on a terminal.

    Args:
        stream: The terminal.
        columns: Returns how wide it is now; asked each time, so that a change of size needs no signal.
    """

    def __init__(self, stream: TextIO, columns: Callable[[], int]) -> None:
        stream.flush()
        self._columns = columns
        self._fd = _without_waiting(stream.fileno())
        self._staying: list[str] = []
        self._waiting = b""
        self._left_out = 0

    @property
    def waiting_bytes(self) -> int:
        """How much the terminal has not taken yet."""
        return len(self._waiting)

    def show(self, lines: list[str], staying: list[str] | None = None) -> None:
        """Let ``lines`` go by.

        Args:
            lines: May be wider than the terminal.
            staying: What stays below them from now on, each line within the width; ``None`` for what stayed.
        """
        self._flush()
        if len(self._waiting) > WAITING_BYTES_MAX:
            self._left_out += len(lines)
            return
        if self._left_out and not self._waiting:
            lines = [f"… {plural(self._left_out, 'line')} not shown: the terminal took none", *lines]
            self._left_out = 0
        keep = self._staying if staying is None else staying
        text = self._erasure() + "".join(f"{line}\n" for line in (*lines, *keep))
        self._staying = keep
        self._waiting += text.encode("utf-8", "replace")
        self._flush()

    def close(self) -> None:
        """Remove what stays, and let the terminal be."""
        if self._fd < 0:
            return
        self.show([], staying=[])
        end = time.monotonic() + CLOSE_S_MAX
        while self._waiting and (left_s := end - time.monotonic()) > 0:
            select.select([], [self._fd], [], left_s)
            self._flush()
        if self._fd > 2:  # noqa: PLR2004 -- one of our own
            os.close(self._fd)
        self._fd = -1

    def _erasure(self) -> str:
        """Return what removes the lines that stay, also when the terminal became narrower and wrapped them."""
        columns = self._columns()
        rows = sum(max(1, -(-width(_COLOUR.sub("", line)) // columns)) for line in self._staying)
        return f"\r\x1b[{rows}A\x1b[J" if rows else "\r\x1b[J"

    def _flush(self) -> None:
        """Write what the terminal takes now; one that went away takes everything."""
        try:
            while self._waiting:
                self._waiting = self._waiting[os.write(self._fd, self._waiting) :]
        except BlockingIOError:
            return
        except OSError:
            self._waiting = b""


def _without_waiting(fd: int) -> int:
    """Return a descriptor of our own for a terminal, on which no write waits; the given one where that cannot be had.

    Not the given one, switched over: the shell and other programs share it, and would not wait either.
    """
    with contextlib.suppress(OSError):
        return os.open(os.ttyname(fd), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    return fd
