"""What is measured of a program beside its time: its control group, looks at it, the parts that it starts apart."""

import contextlib
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

import msgspec

from benchhub.model.run import Usage, UsageSeries
from benchhub.plugin.contract import Measuring, Step
from benchhub.probes.group import Group, make_group
from benchhub.probes.parts import LAUNCHER, PLACE, Parts, argv_with_parts, argv_without_parts
from benchhub.probes.sampler import Sampler, sampler_of
from benchhub.probes.usage import with_group

LEFT_RUNNING_MAX = 20

LEAVING_S = 0.2
"""A tool may end a moment before its helpers do."""


class Used(msgspec.Struct, frozen=True):
    """What a program used."""

    usage: Usage
    parts: dict[str, Usage] = {}
    series: UsageSeries | None = None
    left_running: tuple[str, ...] = ()


class Watch:
    """Measures one program; with nothing to measure it does nothing.

    Attributes:
        step: The program as it is to be started.
        next_at: When the next look is due, by ``time.monotonic``.
    """

    def __init__(self, step: Step, measuring: Measuring | None, *, has_group: bool) -> None:
        self.step = msgspec.structs.replace(step, argv=argv_without_parts(step.argv))
        self.next_at: float | None = None
        self._plain = step
        self._measuring = measuring
        self._has_group = has_group
        self._group: Group | None = None
        self._parts: Parts | None = None
        self._sampler: Sampler | None = None
        self._started_at = 0.0

    def __enter__(self) -> Self:
        if self._measuring is not None and self._has_group:
            self._group = make_group()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._parts is not None:
            self._parts.close()
        if self._group is not None:
            self._group.close()

    @property
    def group_folder(self) -> str | None:
        """Of the control group."""
        return self._group.folder if self._group else None

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Where the program is to be started."""
        self._move(Group.enter)
        try:
            self._set_parts_apart()
            yield
        finally:
            self._move(Group.leave)

    def _move(self, how: Callable[[Group], None]) -> None:
        """Go into the group or out of it; where that is not possible there is none, and no start fails for it."""
        if self._group is None:
            return
        try:
            how(self._group)
        except OSError:
            self._group.close()
            self._group = None

    def _set_parts_apart(self) -> None:
        measuring, step = self._measuring, self._plain
        if measuring is None or not (measuring.instructions or step.parts):
            return
        has_parts = any(PLACE in word for word in step.argv)
        if not (measuring.instructions or has_parts):
            return
        self._parts = Parts(self._group, is_counting_instructions=measuring.instructions)
        argv = argv_with_parts(step.argv) if has_parts else (*LAUNCHER, *step.argv)
        self.step = msgspec.structs.replace(step, argv=argv, env={**step.env, **self._parts.environment})

    def begin(self, pid: int) -> None:
        """Note that the program has started."""
        self._started_at = time.monotonic()
        every_s = self._measuring.every_s if self._measuring else None
        self._sampler = sampler_of(self._group, pid, every_s)
        self._set_next()

    def look(self) -> None:
        """Look at the program, if it is time to."""
        now = time.monotonic()
        if self._sampler is not None and self.next_at is not None and now >= self.next_at:
            self._sampler.look(now - self._started_at)
            self._set_next()

    def _set_next(self) -> None:
        self.next_at = None if self._sampler is None else self._started_at + self._sampler.next_at_s

    def end(self, waited: Usage, *, is_ended_by_us: bool) -> Used:
        """Return what was used until now.

        Args:
            waited: What ``wait4`` counted.
            is_ended_by_us: Whoever is left is ended, too.
        """
        series = self._sampler.series() if self._sampler else None
        usage = with_group(waited, self._group, series)
        parts: dict[str, Usage] = {}
        if self._parts is not None:
            usage = msgspec.structs.replace(usage, instructions=self._parts.instructions)
            parts = self._parts.usages(self._plain.parts) if self._plain.parts else {}
        if self._group is None:
            return Used(usage, parts, series)
        if is_ended_by_us:
            self._group.kill()
            return Used(usage, parts, series)
        return Used(usage, parts, series, tuple(map(_called, _who_stays(self._group)[:LEFT_RUNNING_MAX])))


def _who_stays(group: Group) -> list[int]:
    """Return who lives on, after a moment for those who are about to end."""
    end = time.monotonic() + LEAVING_S
    while (left := group.processes()) and time.monotonic() < end:
        time.sleep(LEAVING_S / 10)
    return left


def _called(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/comm", "rb") as file:  # noqa: PTH123 -- start-up counts
            return f"{file.read().decode('utf-8', 'replace').strip()} ({pid})"
    except OSError:
        return f"({pid})"
