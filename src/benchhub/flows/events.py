"""What happens while targets run: one type for everybody who watches (terminal, JSON, later the server)."""

from typing import Protocol

import msgspec

from benchhub.flows.collect import Collected
from benchhub.model.identity import RunUid
from benchhub.model.report import Envelope, Report
from benchhub.plugin.contract import LiveRecord


class BuildStarted(msgspec.Struct, frozen=True):
    """The shared part of a cell's runs is being built."""

    label: str
    note: str


class RunStarted(msgspec.Struct, frozen=True):
    """A run begins.

    Attributes:
        number: From 1, of ``count``, over all cells.
        envelope: Who runs what, as it will be kept.
    """

    uid: RunUid
    label: str
    cell: dict[str, str]
    number: int
    count: int
    envelope: Envelope


class Heard(msgspec.Struct, frozen=True):
    """What the running program wrote since the last time; without any of it, time has passed.

    Attributes:
        said: Stream and bytes, in order, where the framework cannot tell what they mean.
        records: What they mean, where it can.
        skipped_bytes: More came than is told: it is kept all the same.
    """

    said: tuple[tuple[str, bytes], ...] = ()
    records: tuple[LiveRecord, ...] = ()
    skipped_bytes: int = 0


class RunFinished(msgspec.Struct, frozen=True):
    """A run ended and was read.

    Attributes:
        run_id: In the local database; ``None`` when it could not be kept there and waits in the spool.
        not_kept_because: Why, then.
        disturbed_by: What may have moved its numbers, in words.
    """

    report: Report
    collected: Collected
    number: int
    count: int
    run_id: int | None
    not_kept_because: str | None = None
    disturbed_by: tuple[str, ...] = ()


class TargetFailed(msgspec.Struct, frozen=True):
    """A target could not be built or started; the others go on.

    Attributes:
        label: Of the target.
        cell: Axis to value.
        why: What the tool or the system said.
        hint: What to do about it, when that is known.
    """

    label: str
    cell: dict[str, str]
    why: str
    hint: str | None


class Warned(msgspec.Struct, frozen=True):
    """Something a person should know that ends nothing."""

    text: str


Event = BuildStarted | RunStarted | Heard | RunFinished | TargetFailed | Warned


class Watcher(Protocol):
    """Who wants to know."""

    @property
    def pace_s(self) -> float | None:
        """How soon to tell what a running program does; ``None`` for who need not know."""

    def on(self, event: Event) -> None:
        """Take note of an event; must be quick, a measured program may be waiting."""
