"""Runs: one execution of one cell, on one machine, at one revision; the unit of replication."""

from typing import Literal

import msgspec

from benchhub.model.unit import Metric, SaidUnit

RunStatus = Literal["passed", "failed", "error", "timeout", "interrupted"]

Counted = Literal["wait4", "cgroup", "times"]
"""Who counted the CPU time.

``cgroup``: the kernel, for every process of the tree. ``wait4``: the kernel, for the program and those of its children
that were waited for; a daemon is missed. ``times``: the shell that started it, in steps of 10 ms.
"""


class Usage(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a program and its children used; ``None`` where the system does not tell.

    Attributes:
        user_s: CPU time outside the kernel; ``counted`` says of whom.
        system_s: CPU time in the kernel, likewise.
        memory_bytes_max: Peak resident memory of the largest single process.
        tree_memory_bytes_max: Peak memory of all processes together, files that the kernel caches for them included.
        anonymous_bytes_max: The most that all processes held at a sampled moment, without cached files.
        read_bytes: From block devices, hence without what came out of caches; so is ``written_bytes``.
        voluntary_switches: Context switches of those who waited; ``involuntary_switches``: of those who were stopped.
        major_faults: Page faults that read from a device; ``minor_faults``: that did not.
        cpu_stall_s: How long at least one process could run and had no CPU; likewise for ``memory`` and ``io``.
        throttled_s: How long a CPU limit stopped it.
        instructions: Executed in user mode, as callgrind counts them.
    """

    user_s: float | None = None
    system_s: float | None = None
    memory_bytes_max: int | None = None
    tree_memory_bytes_max: int | None = None
    anonymous_bytes_max: int | None = None
    read_bytes: int | None = None
    written_bytes: int | None = None
    voluntary_switches: int | None = None
    involuntary_switches: int | None = None
    major_faults: int | None = None
    minor_faults: int | None = None
    cpu_stall_s: float | None = None
    memory_stall_s: float | None = None
    io_stall_s: float | None = None
    throttled_s: float | None = None
    instructions: int | None = None
    counted: Counted = "wait4"


def _unit(field: str, metric: str, unit: str) -> SaidUnit:
    return SaidUnit(field, Metric(metric, unit, "lower"))


WALL = _unit("wall_s", "wall", "s")
USAGE_UNITS = {
    unit.said: unit
    for unit in (
        _unit("user_s", "user", "s"),
        _unit("system_s", "system", "s"),
        _unit("memory_bytes_max", "memory_max", "B"),
        _unit("tree_memory_bytes_max", "tree_memory_max", "B"),
        _unit("anonymous_bytes_max", "anonymous_max", "B"),
        _unit("read_bytes", "read", "B"),
        _unit("written_bytes", "written", "B"),
        _unit("voluntary_switches", "voluntary_switches", "1"),
        _unit("involuntary_switches", "involuntary_switches", "1"),
        _unit("major_faults", "major_faults", "1"),
        _unit("minor_faults", "minor_faults", "1"),
        _unit("cpu_stall_s", "cpu_stall", "s"),
        _unit("memory_stall_s", "memory_stall", "s"),
        _unit("io_stall_s", "io_stall", "s"),
        _unit("throttled_s", "throttled", "s"),
        _unit("instructions", "instructions", "1"),
    )
}
"""The metric of each field of ``Usage``."""


class UsageSeries(msgspec.Struct, frozen=True):
    """Resource use over time; parallel lists.

    Attributes:
        time_s: Since the start.
        cpu_s: CPU time used until then.
        memory_bytes: Held then by all processes, cached files included; ``None`` where nobody tells.
        anonymous_bytes: Without cached files.
        processes: How many there were.
    """

    time_s: list[float] = []
    cpu_s: list[float] = []
    memory_bytes: list[int | None] = []
    anonymous_bytes: list[int | None] = []
    processes: list[int] = []


class Execution(msgspec.Struct, frozen=True):
    """One program that was started and ended.

    Attributes:
        argv: Credentials masked.
        exit_code: ``None`` when it was ended by a signal or could not be started.
        signal: The number of the signal that ended it.
        is_timed_out: Our own time limit ended it.
        is_interrupted: The user ended it.
        started_at_ms: Milliseconds since 1970, UTC.
        wall_s: Monotonic.
        role: ``measure``, ``warmup``, ``build`` or ``service``.
        parts: What programs that it started apart used, by name: the test binary of each package.
        series: Resource use over time, where it was asked for.
        left_running: Processes of it that lived on when it had ended: ``name (pid)``.
    """

    argv: tuple[str, ...]
    cwd: str
    started_at_ms: int
    wall_s: float
    exit_code: int | None = None
    signal: int | None = None
    is_timed_out: bool = False
    is_interrupted: bool = False
    usage: Usage = Usage()
    role: Literal["measure", "warmup", "build", "service"] = "measure"
    parts: dict[str, Usage] = {}
    series: UsageSeries | None = None
    left_running: tuple[str, ...] = ()

    @property
    def is_ok(self) -> bool:
        """Whether it ended by itself with 0."""
        return self.exit_code == 0 and not self.is_timed_out and not self.is_interrupted


class ResourceUse(msgspec.Struct, frozen=True):
    """What a run, or a part of it, used: kept as metrics of a case of its own.

    Attributes:
        name: ``run``: all measured programs; ``part``: a program apart, such as the test binary of a package; ``rest``:
            the run without its parts, such as `go` and its compiler.
        suite: The target's label, or the part's name.
        wall_s: ``None`` where nobody timed it.
        series: One for each program.
    """

    name: Literal["run", "part", "rest"]
    suite: str
    usage: Usage
    wall_s: float | None = None
    series: tuple[UsageSeries, ...] = ()
