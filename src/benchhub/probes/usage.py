"""What a program used, as the kernel counted it: ``wait4``.

It sees the program and those of its children that were waited for; a daemonised grandchild is missed.
"""

import resource
import sys

from benchhub.model.run import Usage

RSS_BYTES = 1 if sys.platform == "darwin" else 1024
"""The unit of ``ru_maxrss``: bytes on macOS, KiB elsewhere."""

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
    return Usage(user_s=counted.ru_utime, system_s=counted.ru_stime, memory_bytes_max=None if is_own else peak_bytes)


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
