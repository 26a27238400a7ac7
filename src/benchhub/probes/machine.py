"""What the whole machine did: asked before and after a program, the difference says who else was there."""

import os
import time

import msgspec

TICKS_PER_S = os.sysconf("SC_CLK_TCK")

WALL_S_MIN = 0.2
"""The kernel counts CPU time of the machine in ticks of 10 ms: of a shorter program they say nothing."""


class Moment(msgspec.Struct, frozen=True):
    """What the machine had done until a moment.

    Attributes:
        at_s: Monotonic.
        busy_s: CPU time of everybody, since it was started; ``None`` where nobody tells.
        stolen_s: CPU time that the host gave to others.
    """

    at_s: float
    busy_s: float | None
    stolen_s: float | None


def moment(root: str = "/") -> Moment:
    """Return what the machine has done until now.

    Source: proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal.
    """
    try:
        with open(os.path.join(root, "proc/stat"), "rb") as file:  # noqa: PTH118, PTH123 -- start-up counts
            ticks = [int(word) for word in file.readline().split()[1:9]]
    except (OSError, ValueError):
        ticks = []
    if len(ticks) < 8:  # noqa: PLR2004 -- fields of the kernel
        return Moment(time.monotonic(), None, None)
    user, nice, system, _, _, irq, softirq, stolen = ticks
    return Moment(time.monotonic(), (user + nice + system + irq + softirq) / TICKS_PER_S, stolen / TICKS_PER_S)


def disturbances_between(before: Moment, after: Moment, own_s: float) -> dict[str, str]:
    """Return who else used the machine between two moments, as numbers of CPUs.

    Args:
        before: The first moment.
        after: The second one.
        own_s: CPU time that was the measured programs' and ours.
    """
    wall_s = after.at_s - before.at_s
    if wall_s < WALL_S_MIN or after.busy_s is None or before.busy_s is None:
        return {}
    found = {"other_cpus": max(0.0, after.busy_s - before.busy_s - own_s) / wall_s}
    if after.stolen_s is not None and before.stolen_s is not None:
        found["stolen_cpus"] = (after.stolen_s - before.stolen_s) / wall_s
    return {name: f"{cpus:.2f}" for name, cpus in found.items()}
