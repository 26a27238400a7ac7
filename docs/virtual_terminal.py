"""A real pseudo-terminal with a program in it, and the screen that a person would see: for tests and captures."""
# ruff: noqa: INP001 -- a folder of pages, no package

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte
from pyte.screens import Char

_THE_END = b"\0"
"""Written when the program has ended; terminals show nothing for it."""


class VirtualTerminal:
    """Starts a program in a terminal of its own.

    Attributes:
        raw: Every byte that the program wrote.
        screen: What is seen now, and what went by above.
        code: What the program ended with; ``None`` while it runs.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        columns: int = 80,
        lines: int = 24,
        term: str = "xterm-256color",
    ) -> None:
        self.raw = b""
        self.code: int | None = None
        self.screen = pyte.HistoryScreen(columns, lines, history=100_000)
        self._stream = pyte.ByteStream(self.screen)
        self._is_looking = True
        # Both ends stay open here: a kernel may throw away what nobody has read yet when the last writer goes.
        self.fd, self._program_end = pty.openpty()
        _set_size(self.fd, columns, lines)
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.fd)
            os.login_tty(self._program_end)
            os.chdir(cwd)
            os.execvpe(argv[0], list(argv), {**env, "TERM": term})  # noqa: S606 -- no shell is wanted

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what still runs."""
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            self.end()
        os.close(self.fd)
        os.close(self._program_end)

    @property
    def cells(self) -> list[list[Char]]:
        """Every line, those that went by first, up to the last on which there is anything."""
        buffer = (self.screen.buffer[y] for y in range(self.screen.lines))
        lines = [[line[x] for x in range(self.screen.columns)] for line in (*self.screen.history.top, *buffer)]
        while lines and not any(cell.data.strip() for cell in lines[-1]):
            lines.pop()
        return lines

    @property
    def text(self) -> list[str]:
        """The same as text, without spaces at the ends."""
        return ["".join(cell.data for cell in line).rstrip() for line in self.cells]

    def resize(self, columns: int, lines: int = 24) -> None:
        """Make the terminal larger or smaller, and let the program know."""
        self.screen.resize(lines, columns)
        _set_size(self.fd, columns, lines)

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.fd, keys)

    def read_until(self, is_there: Callable[[list[str]], bool], *, timeout_s: float = 60.0) -> list[str]:
        """Return the lines as soon as they are what is waited for; raises ``TimeoutError``."""
        end = time.monotonic() + timeout_s
        while not is_there(self.text):
            has_ended = self._has_ended()
            if time.monotonic() > end or (not self._read(0.2) and has_ended):
                message = "never seen; the terminal shows\n" + "\n".join(self.text)
                raise TimeoutError(message)
        return self.text

    def stop_reading(self) -> None:
        """Keep the screen as it is, and interrupt the program."""
        self._is_looking = False
        self.type(b"\x03")

    def end(self, *, timeout_s: float = 120.0) -> list[str]:
        """Return the lines when the program has ended."""
        end = time.monotonic() + timeout_s
        while not self._has_ended():
            self._read(0.05)
            if time.monotonic() > end:
                message = "does not end; the terminal shows\n" + "\n".join(self.text)
                raise TimeoutError(message)
        os.write(self._program_end, _THE_END)
        while not self._read(0.2).endswith(_THE_END):
            pass
        return self.text

    def is_sane(self) -> bool:
        """Tell whether the terminal echoes and edits lines, as it does for a shell."""
        flags = termios.tcgetattr(self.fd)[3]
        return bool(flags & termios.ECHO and flags & termios.ICANON)

    def _has_ended(self) -> bool:
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code is not None

    def _read(self, wait_s: float) -> bytes:
        """Take and return what there is within ``wait_s``."""
        if not select.select([self.fd], [], [], wait_s)[0]:
            return b""
        data = os.read(self.fd, 1 << 16)
        if self._is_looking:
            self.raw += data.removesuffix(_THE_END)
            self._stream.feed(data)
        return data


def _set_size(fd: int, columns: int, lines: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
