"""`bh estimate`: how long the same words would take `bh run`, told from how long they took before.

Nothing is guessed: a cell that never ran is unknown.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Literal

import msgspec

from benchhub.flows.prepare import spec_of
from benchhub.flows.run_target import Chosen
from benchhub.plugin.contract import Framework
from benchhub.stats.duration import Duration, expect
from benchhub.store.database import Database
from benchhub.store.durations import DURATIONS_MAX, Past, PastOfCell, Wanted, durations

Difference = Literal["options", "machine", "outcome"]
"""What was not the same before: the options, the class of the machine, or that it passed."""


class Estimate(Duration, frozen=True):
    """A duration to expect, and how far what it is told from was something else.

    Attributes:
        differs: Empty when the same cell passed with the same options on a machine of the same class.
    """

    differs: tuple[Difference, ...] = ()


def estimate(history: Sequence[Past]) -> Estimate | None:
    """Return what to expect from the newest ten that are nearest to what is wanted; ``None`` when there are none.

    Nearest is what passed; then what had the same options; then what ran on the same class of machine.

    Args:
        history: Newest first.
    """
    if not history:
        return None
    nearest = max(map(_nearness, history))
    alike = [past.seconds for past in history if _nearness(past) == nearest][:DURATIONS_MAX]
    differences: tuple[Difference, ...] = ("outcome", "options", "machine")
    differs = tuple(name for name, is_same in zip(differences, nearest, strict=True) if not is_same)
    return Estimate(**msgspec.structs.asdict(expect(alike)), differs=differs)


def _nearness(past: Past) -> tuple[bool, bool, bool]:
    return past.is_passed, past.is_same_spec, past.is_same_machine


class CellEstimate(msgspec.Struct, frozen=True):
    """How long one cell takes.

    Attributes:
        label: Of its target.
        cell: Axis to value.
        runs: How many.
        run: Each of them; ``None`` when it never ran.
        build: Once before; ``None`` when none is known.
    """

    label: str
    cell: dict[str, str]
    runs: int
    run: Estimate | None
    build: Estimate | None

    @property
    def seconds(self) -> float | None:
        """All of it, ``None`` when it never ran."""
        if self.run is None:
            return None
        return self.runs * self.run.seconds + (self.build.seconds if self.build else 0.0)

    @property
    def seconds_max(self) -> float | None:
        """What is hardly ever exceeded."""
        if self.run is None:
            return None
        return self.runs * self.run.seconds_max + (self.build.seconds_max if self.build else 0.0)


def estimate_chosen(
    database: Database | None,
    chosen: Sequence[Chosen],
    frameworks: Mapping[str, Framework],
    *,
    runs: int | None = None,
    arguments: tuple[str, ...] = (),
) -> list[CellEstimate]:
    """Return an estimate for each cell, in their order.

    Args:
        database: For reading; ``None`` when there is none yet.
        chosen: The cells.
        frameworks: By name.
        runs: Of each; ``None`` for what its target says, else one.
        arguments: For the tool, as written after ``--``.

    Raises:
        UserError: The options of a target make no sense.
    """
    wanted = [
        Wanted(
            one.target.label,
            spec_of(one.target, one.cell, frameworks[one.target.framework], arguments),
            one.machine.machine_class,
        )
        for one in chosen
    ]
    return [
        CellEstimate(
            one.target.label,
            one.cell.values,
            runs or one.target.runs or 1,
            estimate(past.runs),
            estimate(past.builds),
        )
        for one, past in zip(chosen, _past(database, chosen, wanted), strict=True)
    ]


def _past(database: Database | None, chosen: Sequence[Chosen], wanted: Sequence[Wanted]) -> list[PastOfCell]:
    """Return what each took before; a workspace holds several projects."""
    if database is None:
        return [PastOfCell([], []) for _ in wanted]
    pairs = zip((one.project for one in chosen), wanted, strict=True)
    return [
        past
        for project, of_project in groupby(pairs, key=lambda pair: pair[0])
        for past in durations(database, project, [one for _, one in of_project])
    ]
