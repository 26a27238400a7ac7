"""Permissions: what the kernel lets us count, and what follows when it does not."""

import os
from collections.abc import Iterator

from benchhub.errors import ToolError
from benchhub.flows.doctor.diagnosis import Diagnosis
from benchhub.flows.prepare import answer
from benchhub.plugin.contract import Runtime, Step
from benchhub.probes.group import Homes, counts_of, find_homes, make_group
from benchhub.workspace.cgroup import read_text

WHY_GROUPS = (
    "CPU time and memory are those of children that were waited for: what a daemonised grandchild uses is not seen, "
    "and peak memory is that of the largest process"
)
DELEGATE = "start bh in a delegated group: systemd-run --user --scope -p Delegate=yes bh run"
PARANOID_MAX = 2
"""Up to here a user may count what the own programs do outside the kernel."""


def look_at_permissions(runtime: Runtime, root: str = "/") -> Iterator[Diagnosis]:
    """Yield control groups, hardware counters and valgrind.

    Args:
        runtime: Asks valgrind.
        root: Where ``proc`` is.
    """
    yield _groups()
    yield _counters(read_text(root, "proc/sys/kernel/perf_event_paranoid").strip())
    yield _valgrind(runtime)


def _groups() -> Diagnosis:
    """Tell whether a group around a program can be made: one is made, and removed again."""
    group = make_group()
    if group is None:
        return without_group(find_homes())
    has_memory = counts_of(group.folder, group.memory_folder).memory_bytes is not None
    group.close()
    what = "a group can be made: CPU time, pressure and memory of a whole tree of processes are counted"
    if has_memory:
        return Diagnosis("permissions", "cgroups", "ok", what)
    what = "a group can be made, and counts CPU time and pressure of a whole tree of processes, but no memory"
    why = "peak memory is that of the largest process that was waited for"
    todo = "boot with version 2 alone (systemd.unified_cgroup_hierarchy=1), or make its memory controller available"
    return Diagnosis("permissions", "cgroups", "advice", what, why, todo)


def without_group(homes: Homes | None) -> Diagnosis:
    """Return why no group can be made.

    Args:
        homes: Where it would lie; ``None`` without version 2.
    """
    if homes is None:
        what = "version 2 of control groups is not mounted"
        todo = "boot with systemd.unified_cgroup_hierarchy=1; in a container, mount it"
        return Diagnosis("permissions", "cgroups", "advice", what, WHY_GROUPS, todo)
    what = f"`{homes.unified}` may not be written" if os.path.isdir(homes.unified) else f"`{homes.unified}` is not here"  # noqa: PTH112 -- start-up counts
    return Diagnosis("permissions", "cgroups", "advice", what, WHY_GROUPS, DELEGATE)


def _counters(paranoid: str) -> Diagnosis:
    if not paranoid.lstrip("-").isdigit():
        return Diagnosis("permissions", "perf", "unknown", "the kernel has no perf events, or does not tell")
    what = f"perf_event_paranoid is {paranoid}"
    if int(paranoid) <= PARANOID_MAX:
        return Diagnosis("permissions", "perf", "ok", f"{what}: your own programs may be profiled")
    why = "profilers and hardware counters are refused: where time goes inside a program cannot be seen"
    return Diagnosis("permissions", "perf", "advice", what, why, "sudo sysctl kernel.perf_event_paranoid=2")


def _valgrind(runtime: Runtime) -> Diagnosis:
    try:
        said = answer(Step(("valgrind", "--version"), os.getcwd()), runtime)  # noqa: PTH109 -- any folder will do
    except ToolError as error:
        why = "`bh run --measure instructions` counts with it, the same on every machine however busy it is"
        return Diagnosis("permissions", "valgrind", "advice", error.what, why, "install valgrind")
    return Diagnosis("permissions", "valgrind", "ok", said.decode(errors="replace").strip() or "does not answer")
