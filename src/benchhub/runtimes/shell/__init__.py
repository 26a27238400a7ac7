"""The place where programs run by themselves: this machine, as this user, without a snapshot.

1. start   in a session of its own, standard input empty, output by pipes
2. attend  pass its bytes on as they come; at the time limit, or when the user wishes, end the whole group
3. drain   what it wrote is read to the end; who else holds its pipes is not waited for
4. tell    exit, signal, wall time, and what the kernel counted

Where control groups can be made, a measured program has one: then everybody of its tree is counted, and ended at the
time limit and when the user interrupts. Elsewhere a grandchild that left the process group (``setsid``) is missed.
"""

import os
from pathlib import Path
from typing import ClassVar

from benchhub.model.run import Execution
from benchhub.plugin.contract import Measuring, Running, Runtime, Sink, Step
from benchhub.probes.parts import argv_without_parts
from benchhub.probes.usage import forget_own_peak, own_peak_bytes, usage_of
from benchhub.runtimes.shell.attendance import Attendance
from benchhub.runtimes.shell.background import Background
from benchhub.runtimes.shell.child import Child
from benchhub.runtimes.shell.guard import GUARD
from benchhub.runtimes.shell.interruption import Interruption
from benchhub.runtimes.shell.watch import Watch

GRACE_S = 5.0
"""Between asking a group to end and killing it."""

DRAIN_S = 0.5
"""How long we wait, after a program's end, for others that hold its pipes open."""


class Shell:
    """Runs programs on this machine.

    Args:
        grace_s: Between asking a group to end and killing it.
        drain_s: How long to wait for those who hold the pipes of a program that ended.
        has_groups: Measured programs have control groups, where the system allows it.
    """

    name: ClassVar[str] = "shell"
    version: ClassVar[int] = 1

    def __init__(self, *, grace_s: float = GRACE_S, drain_s: float = DRAIN_S, has_groups: bool = True) -> None:
        self._grace_s = grace_s
        self._drain_s = drain_s
        self._has_groups = has_groups

    def execute(
        self, step: Step, sink: Sink, *, timeout_s: float | None, measuring: Measuring | None = None
    ) -> Execution:
        """Run one program to its end and return how it went.

        Args:
            step: The program.
            sink: Gets the bytes, on the calling thread; while it is busy an end may be noticed late.
            timeout_s: ``None`` for the step's own limit.
            measuring: What to measure beside its time; ``None`` for a question or a build.

        Raises:
            ToolError: It could not be started; says why.
        """
        limit_s = step.timeout_s if timeout_s is None else timeout_s
        forget_own_peak()
        GUARD.be_there()
        with Interruption() as interruption, Watch(step, measuring, has_group=self._has_groups) as watch:
            with watch.entered():
                child = Child(watch.step)
                GUARD.watch(child.pid, watch.group_folder)
            try:
                own_bytes = own_peak_bytes()
                watch.begin(child.pid)
                with Attendance(child, sink, interruption, watch, limit_s=limit_s, grace_s=self._grace_s) as attendance:
                    attendance.until_end()
                    status, counted = child.reap()
                    attendance.until_group_ended()
                    attendance.drain(self._drain_s)
                used = watch.end(usage_of(counted, own_peak_bytes=own_bytes), is_ended_by_us=attendance.is_ended_by_us)
            finally:
                child.close()
                GUARD.forget(child.pid)
        return Execution(
            argv=argv_without_parts(step.argv),
            cwd=step.cwd,
            started_at_ms=child.started_at_ms,
            wall_s=child.wall_s,
            exit_code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
            is_timed_out=attendance.is_timed_out,
            is_interrupted=attendance.is_interrupted,
            usage=used.usage,
            role=step.role,  # type: ignore[arg-type]  # a step's role is one of an execution's
            parts=used.parts,
            series=used.series,
            left_running=used.left_running,
        )

    def start(self, step: Step, log: Path) -> Running:
        """Start one program that runs until it is stopped.

        Raises:
            ToolError: It could not be started; says why.
        """
        return Background(step, log, grace_s=self._grace_s, has_group=self._has_groups)


SHELL: Runtime = Shell()
