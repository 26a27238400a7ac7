"""A program that runs beside others until it is stopped, and takes with it all that it started.

Its output goes into a file by itself: nobody of us works while something is measured. Who leaves its process group
(``setsid``, a daemon) is found by a variable that it inherited, where the system shows variables (Linux), and held by
its control group, where one can be made.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchhub.model.identity import new_run_uid
from benchhub.model.run import Execution
from benchhub.plugin.contract import Measuring, Step
from benchhub.probes.usage import forget_own_peak, own_peak_bytes, usage_of
from benchhub.runtimes.shell.guard import GUARD
from benchhub.runtimes.shell.refusal import refusal
from benchhub.runtimes.shell.watch import Watch

MARK = "BENCHHUB_STARTED_BY"
POLL_S = 0.02


class Background:
    """One running program; see ``Running``."""

    def __init__(self, step: Step, log: Path, *, grace_s: float, has_group: bool) -> None:
        """Start it.

        Raises:
            ToolError: It could not be started; says why.
        """
        self._step = step
        self._grace_s = grace_s
        self._mark = f"{MARK}={new_run_uid()}"
        name, _, value = self._mark.partition("=")
        forget_own_peak()
        GUARD.be_there()
        self._held = contextlib.ExitStack()
        self._watch = self._held.enter_context(Watch(step, Measuring(), has_group=has_group))
        self._own_bytes = own_peak_bytes()
        self._started_at_ms = time.time_ns() // 1_000_000
        self._started_s = time.monotonic()
        self._ended_s: float | None = None
        try:
            with log.open("ab") as out, self._watch.entered():
                self._process = subprocess.Popen(
                    step.argv,
                    cwd=step.cwd,
                    env={**os.environ, **step.env, name: value},
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
                GUARD.watch(self._process.pid, self._watch.group_folder)
        except (OSError, ValueError) as error:
            self._held.close()
            raise refusal(step, error) from error

    @property
    def has_ended(self) -> bool:
        """Whether it has ended by itself; its id stays ours until it is stopped."""
        if self._ended_s is None and _has_ended(self._process.pid):
            self._ended_s = time.monotonic()
        return self._ended_s is not None

    def stop(self) -> Execution:
        """End it; see ``Running.stop``. Ctrl-C meanwhile is impatience: then it is killed at once."""
        deadline = time.monotonic() + self._grace_s
        try:
            self._signal(signal.SIGTERM)
            while not self.has_ended and time.monotonic() < deadline:
                time.sleep(POLL_S)
            if self.has_ended:
                self._reap()
                while self._is_anybody_left() and time.monotonic() < deadline:
                    time.sleep(POLL_S)
        finally:
            self._end_for_sure()
        status = self._status
        return Execution(
            argv=self._step.argv,
            cwd=self._step.cwd,
            started_at_ms=self._started_at_ms,
            wall_s=(self._ended_s or time.monotonic()) - self._started_s,
            exit_code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
            usage=self._used.usage,
            role="service",
        )

    def _end_for_sure(self) -> None:
        if self._is_anybody_left():
            self._signal(signal.SIGKILL)
        self._reap()
        with self._held:
            waited = usage_of(self._counted, own_peak_bytes=self._own_bytes)
            self._used = self._watch.end(waited, is_ended_by_us=True)
        GUARD.forget(self._process.pid)

    def _reap(self) -> None:
        if self._process.returncode is None:
            _, self._status, self._counted = os.wait4(self._process.pid, 0)
            self._ended_s = self._ended_s or time.monotonic()
            self._process.returncode = os.waitstatus_to_exitcode(self._status)  # Else Popen would wait for it again.

    def _is_anybody_left(self) -> bool:
        return self._signal_group(0) or any(True for _ in _marked(self._mark))

    def _signal(self, number: int) -> None:
        self._signal_group(number)
        for pid in _marked(self._mark):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)

    def _signal_group(self, number: int) -> bool:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True  # Somebody in it belongs to another user now (sudo).
        return True


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _marked(mark: str) -> Iterator[int]:
    """Yield the processes, zombies left out, that inherited a variable."""
    wanted = mark.encode()
    try:
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 -- names, not paths
    except OSError:
        return
    for pid in pids:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/environ", "rb") as file:  # noqa: PTH123 -- start-up counts
            if wanted in file.read().split(b"\0"):
                yield pid
