"""The user's wish to stop, as a file descriptor that becomes readable."""

import os
import signal
import threading
from types import FrameType, TracebackType
from typing import Self

WISHES = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """Notes the signals that ask us to stop, instead of dying of them in the middle of something.

    Signals that were ignored stay ignored (``nohup``). Outside the main thread nothing is noted: Python delivers
    signals to the main thread only.
    """

    def __init__(self) -> None:
        self._noted: list[int] = []
        self._taken = 0
        self._previous: dict[int, signal.Handlers | signal._HANDLER] = {}
        self.fd = self._wake = -1

    def __enter__(self) -> Self:
        self.fd, self._wake = os.pipe()
        os.set_blocking(self.fd, False)
        os.set_blocking(self._wake, False)
        if threading.current_thread() is threading.main_thread():
            for number in WISHES:
                if signal.getsignal(number) not in {signal.SIG_IGN, None}:
                    self._previous[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        os.close(self.fd)
        os.close(self._wake)
        for number in self._noted[self._taken :]:
            signal.raise_signal(number)  # It came too late for us: whoever handled it before shall.

    def take(self) -> list[int]:
        """Return the signals that came since the last time, and make ``fd`` unreadable again."""
        while True:
            try:
                os.read(self.fd, 64)
            except BlockingIOError:
                break
        taken = self._noted[self._taken :]
        self._taken += len(taken)
        return taken

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._noted.append(number)
        try:
            os.write(self._wake, b"!")
        except BlockingIOError:
            return  # Full of signals: readable all the same.
