"""Permissions: what the kernel lets us count, and what follows when it does not."""

import os
from collections.abc import Iterator
from pathlib import Path

from benchhub.errors import ToolError
from benchhub.flows.doctor.diagnosis import Diagnosis
from benchhub.flows.prepare import answer
from benchhub.plugin.contract import Runtime, Step
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
        root: Where ``proc`` and ``sys`` are.
    """
    yield _groups(root)
    yield _counters(read_text(root, "proc/sys/kernel/perf_event_paranoid").strip())
    yield _valgrind(runtime)


def _groups(root: str) -> Diagnosis:
    """Tell whether we may make a group around a program: version 2 counts its whole tree, whatever it forks."""
    own = next((line[3:] for line in read_text(root, "proc/self/cgroup").splitlines() if line.startswith("0::")), None)
    mount = _mount_point(read_text(root, "proc/self/mountinfo", bytes_max=1 << 20))
    if own is None or mount is None:
        what = "version 2 is not mounted" if Path(root, "sys/fs/cgroup").exists() else "there are none here"
        todo = "boot with systemd.unified_cgroup_hierarchy=1"
        return Diagnosis("permissions", "cgroups", "advice", what, WHY_GROUPS, todo)
    folder = Path(root, f"{mount}{own}".strip("/"))
    if not folder.is_dir():
        return Diagnosis("permissions", "cgroups", "advice", f"`{folder}` is not visible here", WHY_GROUPS, DELEGATE)
    if not os.access(folder, os.W_OK | os.X_OK) or not os.access(folder / "cgroup.procs", os.W_OK):
        return Diagnosis("permissions", "cgroups", "advice", f"`{folder}` may not be written", WHY_GROUPS, DELEGATE)
    what = f"version 2, `{folder}` may be written: what a whole tree of processes uses can be counted"
    return Diagnosis("permissions", "cgroups", "ok", what)


def _mount_point(mountinfo: str) -> str | None:
    """Return where version 2 is mounted. Source: proc_pid_mountinfo(5)."""
    for line in mountinfo.splitlines():
        words, _, kind = line.partition(" - ")
        if kind.startswith("cgroup2 "):
            return words.split(" ")[4].replace("\\040", " ")
    return None


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
