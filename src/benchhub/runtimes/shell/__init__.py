"""The place where programs run by themselves: this machine, as this user, without a snapshot.

1. start   in a session of its own, standard input empty, output by pipes
2. attend  pass its bytes on as they come; at the time limit, or when the user wishes, end the whole group
3. drain   what it wrote is read to the end; who else holds its pipes is not waited for
4. tell    exit, signal, wall time, and what the kernel counted

A grandchild that left the group (``setsid``) is not ended: that needs a cgroup.
"""

import os
from typing import ClassVar

from benchhub.model.run import Execution
from benchhub.plugin.contract import Runtime, Sink, Step
from benchhub.probes.usage import forget_own_peak, own_peak_bytes, usage_of
from benchhub.runtimes.shell.attendance import Attendance
from benchhub.runtimes.shell.child import Child
from benchhub.runtimes.shell.guard import GUARD
from benchhub.runtimes.shell.interruption import Interruption

GRACE_S = 5.0
"""Between asking a group to end and killing it."""

DRAIN_S = 0.5
"""How long we wait, after a program's end, for others that hold its pipes open."""


class Shell:
    """Runs programs on this machine.

    Args:
        grace_s: Between asking a group to end and killing it.
        drain_s: How long to wait for those who hold the pipes of a program that ended.
    """

    name: ClassVar[str] = "shell"
    version: ClassVar[int] = 1

    def __init__(self, *, grace_s: float = GRACE_S, drain_s: float = DRAIN_S) -> None:
        self._grace_s = grace_s
        self._drain_s = drain_s

    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        """Run one program to its end and return how it went.

        Args:
            step: The program.
            sink: Gets the bytes, on the calling thread; while it is busy an end may be noticed late.
            timeout_s: ``None`` for the step's own limit.

        Raises:
            ToolError: It could not be started; says why.
        """
        limit_s = step.timeout_s if timeout_s is None else timeout_s
        forget_own_peak()
        GUARD.be_there()
        with Interruption() as interruption:
            child = Child(step)
            GUARD.watch(child.pid)
            try:
                own_bytes = own_peak_bytes()
                with Attendance(child, sink, interruption, limit_s=limit_s, grace_s=self._grace_s) as attendance:
                    attendance.until_end()
                    status, counted = child.reap()
                    attendance.until_group_ended()
                    attendance.drain(self._drain_s)
            finally:
                child.close()
                GUARD.forget(child.pid)
        return Execution(
            argv=step.argv,
            cwd=step.cwd,
            started_at_ms=child.started_at_ms,
            wall_s=child.wall_s,
            exit_code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
            is_timed_out=attendance.is_timed_out,
            is_interrupted=attendance.is_interrupted,
            usage=usage_of(counted, own_peak_bytes=own_bytes),
            role=step.role,  # type: ignore[arg-type]  # a step's role is one of an execution's
        )


SHELL: Runtime = Shell()
