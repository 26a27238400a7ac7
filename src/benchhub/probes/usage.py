"""What a program used, as the kernel counted it.

``wait4`` is always there; it sees the program and those of its children that were waited for, and misses a daemonised
grandchild. A control group sees all of them. Where both agree ``wait4`` is taken: it knows nothing of us.
"""

import resource
import sys

import msgspec

from benchhub.model.run import Usage, UsageSeries
from benchhub.probes.group import Group
from benchhub.probes.parts import usage_of_counts

RSS_BYTES = 1 if sys.platform == "darwin" else 1024
"""The unit of ``ru_maxrss``: bytes on macOS, KiB elsewhere."""

BLOCK_BYTES = 512
"""The unit of ``ru_inblock``. Source: getrusage(2)."""

OWN_CPU_S = 0.002
OWN_CPU_SHARE = 0.005
"""What a group may count more than ``wait4`` where nobody was missed: our own time in it, and roundings."""

OWN_PEAK_MARGIN = 1.02
"""The kernel keeps memory counters per CPU and adds them up late, so two readings of one peak differ a little."""


def usage_of(counted: resource.struct_rusage, *, own_peak_bytes: int = 0) -> Usage:
    """Return what ``wait4`` counted, in seconds and bytes.

    Args:
        counted: From ``wait4``.
        own_peak_bytes: This process's own peak when the program was started. A program begins its life in the memory
            of whoever starts it, and Linux counts that towards its peak (``exec_mmap`` in ``fs/exec.c``): a peak that
            is not above ours says nothing about the program and is ``None``.
    """
    peak_bytes = counted.ru_maxrss * RSS_BYTES
    is_own = peak_bytes <= own_peak_bytes * OWN_PEAK_MARGIN
    return Usage(
        user_s=counted.ru_utime,
        system_s=counted.ru_stime,
        memory_bytes_max=None if is_own else peak_bytes,
        read_bytes=counted.ru_inblock * BLOCK_BYTES,
        written_bytes=counted.ru_oublock * BLOCK_BYTES,
        voluntary_switches=counted.ru_nvcsw,
        involuntary_switches=counted.ru_nivcsw,
        major_faults=counted.ru_majflt,
        minor_faults=counted.ru_minflt,
    )


def with_group(waited: Usage, group: Group | None, series: UsageSeries | None) -> Usage:
    """Return what ``wait4`` counted with what the control group knows better.

    Args:
        waited: Of ``usage_of``.
        group: Of the program; ``None`` where there is none.
        series: What was seen while it ran.
    """
    seen = [size for size in (series.anonymous_bytes if series else ()) if size is not None]
    if group is None:
        return msgspec.structs.replace(waited, anonymous_bytes_max=max(seen, default=None))
    counts = group.counts()
    of_group = usage_of_counts(counts)
    known = {name: value for name, value in msgspec.structs.asdict(of_group).items() if value is not None}
    waited_s = (waited.user_s or 0) + (waited.system_s or 0)
    if counts.cpu_s - waited_s <= max(OWN_CPU_S, OWN_CPU_SHARE * waited_s):
        known |= {"user_s": waited.user_s, "system_s": waited.system_s}
    return msgspec.structs.replace(waited, **known, anonymous_bytes_max=max(seen, default=None))


def forget_own_peak() -> None:
    """Let this process's peak be what it holds now, where the system can (Linux), so that it hides less.

    Without it the first run that makes us grow (a long output) would hide the memory of all later ones.
    """
    try:
        with open("/proc/self/clear_refs", "wb", buffering=0) as file:  # noqa: PTH123 -- start-up counts
            file.write(b"5")  # Source: proc_pid_clear_refs(5), reset of the peak resident set size.
    except OSError:
        return


def own_peak_bytes() -> int:
    """Return the most memory that this process ever held, or held since ``forget_own_peak``."""
    try:
        with open("/proc/self/status", "rb") as file:  # noqa: PTH123
            for line in file:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_BYTES
