"""Runs: one execution of one cell, on one machine, at one revision; the unit of replication."""

from typing import Literal

import msgspec

RunStatus = Literal["passed", "failed", "error", "timeout", "interrupted"]


class Usage(msgspec.Struct, frozen=True):
    """What a process and its children that were waited for used; ``None`` where the system does not tell."""

    user_s: float | None = None
    system_s: float | None = None
    memory_bytes_max: int | None = None


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
        role: ``measure``, ``warmup`` or ``build``.
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
    role: Literal["measure", "warmup", "build"] = "measure"

    @property
    def is_ok(self) -> bool:
        """Whether it ended by itself with 0."""
        return self.exit_code == 0 and not self.is_timed_out and not self.is_interrupted
