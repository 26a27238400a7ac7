"""Taking times: medians of CPU time, since wall time on a shared machine is noise."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Settings:
    """How to measure.

    Attributes:
        folder: Where large databases are kept for the next time.
        is_quick: A tenth of everything: says whether it works, not how fast it is.
    """

    folder: Path
    is_quick: bool

    def times(self, usual: int) -> int:
        """Return how often to measure."""
        return max(usual // 10, 3) if self.is_quick else usual


def cpu_s(work: Callable[[], object]) -> float:
    """Return the CPU seconds that ``work`` took in this process."""
    before = time.process_time()
    work()
    return time.process_time() - before


def median_cpu_s(work: Callable[[], object], *, times: int) -> float:
    """Return the median CPU seconds of ``work``, after one warm-up."""
    work()
    return median(cpu_s(work) for _ in range(times))


def say(what: str, value: str, target: str = "") -> None:
    """Print one line of the table."""
    print(f"{what:<58} {value:>18}   {target}".rstrip(), flush=True)
