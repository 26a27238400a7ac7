"""Control groups: how much of the machine this process may use."""

import os
from collections.abc import Iterable, Iterator

import msgspec

_UNLIMITED_BYTES = 1 << 60
"""Version 1 says "no limit" as a number near 2^63."""


class Limits(msgspec.Struct, frozen=True):
    """What the control groups around this process allow; ``None`` for no limit.

    Attributes:
        cpus: CPU seconds per second; may be a fraction.
        memory_bytes: Resident.
    """

    cpus: float | None = None
    memory_bytes: int | None = None


def read_limits(root: str = "/") -> Limits:
    """Return the narrowest limits on the way up from our own group, of either version of control groups.

    Args:
        root: Where ``proc`` and ``sys`` are.
    """
    group_by_controller = _groups(read_text(root, "proc/self/cgroup"))
    cpus: list[float] = []
    memory_bytes: list[int] = []
    for folder in _upwards("sys/fs/cgroup", group_by_controller.get("")):
        cpus += _quotient(*read_text(root, f"{folder}/cpu.max").split()[:2])
        memory_bytes += _bytes(read_text(root, f"{folder}/memory.max"))
    for folder in _upwards("sys/fs/cgroup/cpu", group_by_controller.get("cpu")):
        quota, period = read_text(root, f"{folder}/cpu.cfs_quota_us"), read_text(root, f"{folder}/cpu.cfs_period_us")
        cpus += _quotient(quota.strip(), period.strip())
    for folder in _upwards("sys/fs/cgroup/memory", group_by_controller.get("memory")):
        memory_bytes += _bytes(read_text(root, f"{folder}/memory.limit_in_bytes"))
    return Limits(min(cpus, default=None), min(memory_bytes, default=None))


def _groups(text: str) -> dict[str, str]:
    """Return the path of our group by controller, ``""`` being version 2.

    Source: cgroups(7), ``/proc/pid/cgroup``.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        controllers, _, path = line.partition(":")[2].partition(":")
        found.update(dict.fromkeys(controllers.split(","), path))
    return found


def _upwards(mount: str, path: str | None) -> Iterator[str]:
    """Yield the folders from our group to the mount point; within a container only the last may be there."""
    if path is None:
        return
    path = path.strip("/")
    while path:
        yield f"{mount}/{path}"
        path = path.rpartition("/")[0]
    yield mount


def _quotient(quota: str = "", period: str = "") -> Iterable[float]:
    """Return quota over period; nothing for ``max``, ``-1`` and what is no number."""
    is_limit = quota.isdigit() and period.isdigit() and int(period)
    return [int(quota) / int(period)] if is_limit else []


def _bytes(text: str) -> Iterable[int]:
    text = text.strip()
    return [int(text)] if text.isdigit() and int(text) < _UNLIMITED_BYTES else []


def read_text(root: str, path: str, *, bytes_max: int = 1 << 16) -> str:
    """Return the beginning of a file of the kernel; empty when it cannot be read."""
    try:
        with open(os.path.join(root, path), "rb") as file:  # noqa: PTH118, PTH123 -- start-up counts
            return file.read(bytes_max).decode("utf-8", "replace")
    except OSError:
        return ""
