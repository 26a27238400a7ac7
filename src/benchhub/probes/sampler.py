"""Resource use over time: a look every now and then, ever less often in a run that never ends."""

import os
from collections.abc import Callable

from benchhub.model.run import UsageSeries
from benchhub.probes.group import Group

POINTS_MAX = 4_000
"""When there are so many, every second one goes and the step doubles."""

PROC_STEP_S_MIN = 1.0
"""Without a control group a look goes through all processes of the machine, which takes milliseconds."""

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

Look = tuple[float, int | None, int | None, int]
"""CPU seconds until now, memory and anonymous memory in bytes, processes."""


class Sampler:
    """Looks at a program from time to time.

    Attributes:
        next_at_s: When the next look is due, since the start of the program.
    """

    def __init__(self, look: Callable[[], Look], every_s: float) -> None:
        self.next_at_s = every_s
        self._look = look
        self._every_s = every_s
        self._points: list[tuple[float, Look]] = []

    def look(self, now_s: float) -> None:
        """Look now, and say when to come again."""
        self._points.append((now_s, self._look()))
        if len(self._points) >= POINTS_MAX:
            self._points = self._points[1::2]
            self._every_s *= 2
        self.next_at_s = max(self.next_at_s, now_s) + self._every_s

    def series(self) -> UsageSeries | None:
        """Return what was seen; ``None`` when the program was too short."""
        if not self._points:
            return None
        cpu_s, memory_bytes, anonymous_bytes, processes = (
            list(column) for column in zip(*(p[1] for p in self._points), strict=True)
        )
        return UsageSeries([point[0] for point in self._points], cpu_s, memory_bytes, anonymous_bytes, processes)


def sampler_of(group: Group | None, session: int, every_s: float | None) -> Sampler | None:
    """Return a sampler of a group; without one, of the processes of a session, as far as they are alive.

    Args:
        group: Of the program.
        session: Its id, for want of a group.
        every_s: ``None`` for no looks at all.
    """
    if every_s is None:
        return None
    if group is None:
        return Sampler(lambda: look_at_session(session), max(every_s, PROC_STEP_S_MIN))
    return Sampler(lambda: _look_at_group(group), every_s)


def _look_at_group(group: Group) -> Look:
    counts = group.counts()
    return counts.cpu_s, counts.memory_bytes, counts.anonymous_bytes, len(group.processes())


def look_at_session(session: int) -> Look:
    """Return what the living processes of a session used: who ended between two looks is missed with what it used.

    Source: proc_pid_stat(5).
    """
    cpu_s, memory_bytes, processes = 0.0, 0, 0
    for name in _pids():
        try:
            with open(f"/proc/{name}/stat", "rb", buffering=0) as file:  # noqa: PTH123 -- a look must be quick
                words = file.read().rpartition(b") ")[2].split()
        except OSError:
            continue  # It has just ended.
        if len(words) > 21 and int(words[3]) == session:  # noqa: PLR2004 -- fields of the kernel
            cpu_s += (int(words[11]) + int(words[12])) / TICKS_PER_S
            memory_bytes += int(words[21]) * PAGE_BYTES
            processes += 1
    return cpu_s, memory_bytes, None, processes


def _pids() -> list[str]:
    try:
        return [name for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 -- names, not paths
    except OSError:
        return []  # macOS.
