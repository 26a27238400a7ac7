"""One program: its start, its end to the microsecond, and its signals."""

import contextlib
import os
import resource
import signal
import subprocess
import threading
import time

from benchhub.plugin.contract import Step
from benchhub.runtimes.shell.refusal import refusal


class Child:
    """A program that leads a session, hence a process group, of its own.

    Attributes:
        started_at_ms: Milliseconds since 1970, UTC.
        stdout: A descriptor to read from, not blocking; so is ``stderr``.
        ended: A descriptor that becomes readable when the program ended.
    """

    def __init__(self, step: Step) -> None:
        """Start it.

        Raises:
            ToolError: It could not be started; says why.
        """
        environment = {**os.environ, **step.env}
        self.started_at_ms = time.time_ns() // 1_000_000
        self._started_ns = time.perf_counter_ns()
        try:
            # Popen, since posix_spawn has no working directory; it costs 30 µs more (it, too, is a vfork).
            self._process = subprocess.Popen(
                step.argv,
                cwd=step.cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise refusal(step, error) from error
        self.pid = self._process.pid
        self._end = _watch(self.pid)
        self.ended = self._end.fd
        self._ended_ns: int | None = None
        assert self._process.stdout is not None and self._process.stderr is not None  # noqa: S101, PT018 -- pipes
        self.stdout, self.stderr = self._process.stdout.fileno(), self._process.stderr.fileno()
        os.set_blocking(self.stdout, False)
        os.set_blocking(self.stderr, False)

    def note_end(self, now_ns: int) -> None:
        """Remember that ``ended`` was readable at ``now_ns`` of ``time.perf_counter_ns``."""
        self._ended_ns = self._end.ended_ns or now_ns

    def reap(self) -> tuple[int, resource.struct_rusage]:
        """Return the wait status and what was used; waits for the end."""
        status, counted = self._end.reap()
        self._ended_ns = self._ended_ns or self._end.ended_ns or time.perf_counter_ns()
        self._process.returncode = os.waitstatus_to_exitcode(status)  # Else Popen would wait for it again.
        return status, counted

    @property
    def wall_s(self) -> float:
        """From before its start to its end; meaningful once it was reaped."""
        return ((self._ended_ns or self._started_ns) - self._started_ns) / 1e9

    def signal_group(self, number: int) -> bool:
        """Send a signal to all of its process group, and return whether anyone was there."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True  # Somebody in it belongs to another user now (sudo).
        return True

    def close(self) -> None:
        """Close every descriptor; a program that still runs is killed."""
        if self._process.returncode is None:
            self.signal_group(signal.SIGKILL)
            self.reap()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        self._end.close()


class _EndByDescriptor:
    """Tells the end of a process by a Linux pidfd: no thread, and the pid stays ours until it is reaped."""

    ended_ns: int | None = None

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.fd = os.pidfd_open(pid)

    def reap(self) -> tuple[int, resource.struct_rusage]:
        _, status, counted = os.wait4(self._pid, 0)
        return status, counted

    def close(self) -> None:
        os.close(self.fd)


class _EndByThread:
    """Tells the end of a process by a thread that waits for it: for macOS, and for Linux before 5.3."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.ended_ns: int | None = None
        self._waited: tuple[int, resource.struct_rusage] | None = None
        self.fd, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        _, status, counted = os.wait4(self._pid, 0)
        self.ended_ns = time.perf_counter_ns()
        self._waited = (status, counted)
        os.write(self._wake, b"!")

    def reap(self) -> tuple[int, resource.struct_rusage]:
        self._thread.join()
        assert self._waited is not None  # noqa: S101 -- the thread ends no other way
        return self._waited

    def close(self) -> None:
        os.close(self.fd)
        os.close(self._wake)


def _watch(pid: int) -> _EndByDescriptor | _EndByThread:
    with contextlib.suppress(AttributeError, OSError):
        return _EndByDescriptor(pid)
    return _EndByThread(pid)
