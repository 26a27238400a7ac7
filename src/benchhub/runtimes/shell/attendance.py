"""Standing by a program: its bytes are passed on, its time is watched, the user's wish is heard."""

import os
import selectors
import signal
import time
from types import TracebackType
from typing import Self

from benchhub.plugin.contract import Sink, TickingSink
from benchhub.runtimes.shell.child import Child
from benchhub.runtimes.shell.interruption import Interruption
from benchhub.runtimes.shell.watch import Watch

READ_BYTES = 1 << 16
PIPE_BYTES_MAX = 1 << 20
"""The most that a pipe holds on Linux without privileges, hence the most that can lie in it after the end."""

GROUP_POLL_S = 0.02
"""How often we look whether a group is empty: nothing tells us."""

INSIST_S = 1.0
"""How long we wait, when the user wishes to stop, before we ask in another way.

`go tool test2json`, for one, lets the test binary ignore Ctrl-C.
"""

WAIT_S_MAX = 60.0
"""A selector takes no endless time limit."""


class Attendance:
    """What happens between the start and the end of one program.

    Attributes:
        is_timed_out: The time limit was reached.
        is_interrupted: The user wished to stop.
    """

    def __init__(
        self,
        child: Child,
        sink: Sink,
        interruption: Interruption,
        watch: Watch,
        *,
        limit_s: float | None,
        grace_s: float,
    ) -> None:
        self.is_timed_out = False
        self.is_interrupted = False
        self._child = child
        self._sink = sink
        self._tick = sink.tick if isinstance(sink, TickingSink) else _never
        self._interruption = interruption
        self._watch = watch
        self._grace_s = grace_s
        self._stop_at = None if limit_s is None else time.monotonic() + limit_s
        self._kill_at: float | None = None
        self._insist_at: float | None = None
        self._has_ended = False
        self._names = {child.stdout: "stdout", child.stderr: "stderr"}
        self._selector = selectors.DefaultSelector()
        for fd in (*self._names, child.ended, interruption.fd):
            self._selector.register(fd, selectors.EVENT_READ)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._selector.close()

    def until_end(self) -> None:
        """Return when the program has ended, by itself or by us."""
        while not self._has_ended:
            moments = [
                moment
                for moment in (self._stop_at, self._insist_at, self._kill_at, self._watch.next_at)
                if moment is not None
            ]
            wait_s = min(moments) - time.monotonic() if moments else WAIT_S_MAX
            self._wait(min(wait_s, self._tick()))
            self._look_at_the_clock()
            if not self._has_ended:
                self._watch.look()

    @property
    def is_ended_by_us(self) -> bool:
        """Whether we ended it: the user wished it, or its time was over."""
        return self.is_timed_out or self.is_interrupted

    def until_group_ended(self) -> None:
        """Return when nobody of a group that we are ending is left; the rest is killed when the grace is over.

        A program that ended by itself may leave others behind on purpose (a server): they are left alone.
        """
        while self._kill_at is not None and self._child.signal_group(0):
            self._wait(min(GROUP_POLL_S, self._kill_at - time.monotonic()))
            self._look_at_the_clock()

    def drain(self, drain_s: float) -> None:
        """Pass on what is left in the pipes; wait for others that hold them no longer than ``drain_s``."""
        for fd in list(self._names):
            left = PIPE_BYTES_MAX
            while left > 0 and (passed := self._pass_on(fd)):
                left -= passed
        end = time.monotonic() + drain_s
        while self._names and not self.is_interrupted and (left_s := end - time.monotonic()) > 0:
            self._wait(left_s)

    def _wait(self, wait_s: float) -> None:
        """Do what there is to do within ``wait_s``, once."""
        ready = {key.fd for key, _ in self._selector.select(max(0.0, min(wait_s, WAIT_S_MAX)))}
        if self._child.ended in ready:
            self._child.note_end(time.perf_counter_ns())  # Before anything that takes time.
            self._selector.unregister(self._child.ended)
            self._has_ended = True
        for fd in ready & self._names.keys():
            self._pass_on(fd)
        if self._interruption.fd in ready:
            self._interrupt()

    def _pass_on(self, fd: int) -> int:
        """Pass on one chunk and return its size; 0 when there is none now, or never again."""
        if fd not in self._names:
            return 0
        try:
            data = os.read(fd, READ_BYTES)
        except BlockingIOError:
            return 0
        if data:
            self._sink.write(self._names[fd], data)
        else:
            self._selector.unregister(fd)
            del self._names[fd]
        return len(data)

    def _look_at_the_clock(self) -> None:
        now = time.monotonic()
        if self._stop_at is not None and now >= self._stop_at and not self._has_ended:
            self.is_timed_out = True
            self._end_group(signal.SIGTERM)
        if self._insist_at is not None and now >= self._insist_at:
            self._insist_at = None
            self._child.signal_group(signal.SIGTERM)
        if self._kill_at is not None and now >= self._kill_at:
            self._child.signal_group(signal.SIGKILL)
            self._kill_at = None

    def _interrupt(self) -> None:
        """Pass the user's signal on; a second one is impatience."""
        for number in self._interruption.take():
            if self.is_interrupted:
                self._child.signal_group(signal.SIGKILL)
            else:
                self.is_interrupted = True
                self._end_group(number)
                self._insist_at = time.monotonic() + INSIST_S

    def _end_group(self, number: int) -> None:
        self._child.signal_group(number)
        self._stop_at = None
        self._kill_at = self._kill_at or time.monotonic() + self._grace_s


def _never() -> float:
    return WAIT_S_MAX
