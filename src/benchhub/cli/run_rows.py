"""The values of one command, a row for each case and metric, and how they lie beside those of before.

Nothing here says faster or slower: a change is a number, a verdict needs statistics.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from benchhub.flows.collect import finite_values
from benchhub.flows.events import RunFinished
from benchhub.model.case import Case, param_text
from benchhub.model.report import Report
from benchhub.model.unit import Metric
from benchhub.stats.summary import summarise

PreviousValue = Callable[[Report, Case, Metric], float | None]
"""The value of the same line before this command, in base units."""


class Row(msgspec.Struct, frozen=True):
    """One case and metric.

    Attributes:
        label: Of its target.
        value: The median over runs of each run's median, in base units.
        runs: How many.
        samples: Of all runs together.
        spread: How far the runs (of a single run, its samples) lie from the value at most, as a part of it; ``None``
            when there is one of them only, or the value is 0.
        before: The value of the same line before; ``None`` when there is none.
    """

    label: str
    case: Case
    metric: Metric
    value: float
    runs: int
    samples: int
    spread: float | None
    before: float | None

    @property
    def name(self) -> str:
        """Of the case, for people."""
        return f"{self.case.name} {param_text(self.case.params)}".rstrip()

    @property
    def change(self) -> float | None:
        """Return how far the value lies from the one before, as a part of that."""
        return self.value / self.before - 1 if self.before else None

    @property
    def is_apart(self) -> bool:
        """Whether it lies further from the value before than its own runs lie apart; not so where nobody knows."""
        return self.change is not None and self.spread is not None and abs(self.change) > max(self.spread, 0.0005)


class _Values(msgspec.Struct):
    """What a row is made of: medians of runs, and all samples."""

    report: Report
    case: Case
    metric: Metric
    medians: list[float] = []
    samples: list[float] = []


def rows_of(finished: Iterable[RunFinished], previous: PreviousValue) -> list[Row]:
    """Return one row per target, case and metric, in the order printed."""
    found: dict[tuple[Any, ...], _Values] = {}
    for event in finished:
        samples: dict[tuple[Any, ...], list[float]] = {}
        for case, unit, value in finite_values(event.collected):
            key = (event.report.envelope.label, case.key(), unit.metric)
            samples.setdefault(key, []).append(value)
            if key not in found:
                found[key] = _Values(event.report, case, unit.metric)
        for key, values in samples.items():
            found[key].medians.append(summarise(values).value)
            found[key].samples += values
    return [_row(values, previous) for values in found.values()]


def _row(values: _Values, previous: PreviousValue) -> Row:
    over_runs = summarise(values.medians)
    apart = over_runs if over_runs.n > 1 else summarise(values.samples)
    return Row(
        label=values.report.envelope.label,
        case=values.case,
        metric=values.metric,
        value=over_runs.value,
        runs=over_runs.n,
        samples=len(values.samples),
        spread=_spread(over_runs.value, apart.lo, apart.hi),
        before=previous(values.report, values.case, values.metric),
    )


def _spread(value: float, lo: float | None, hi: float | None) -> float | None:
    if lo is None or hi is None:
        return None
    if lo == hi:
        return 0.0
    return None if value == 0 else max(abs(hi / value - 1), abs(1 - lo / value))


def differing(rows: Sequence[Row], is_meant: Callable[[Row], bool]) -> list[Row]:
    """Return what differs most, the most first: of each case the first metric that is meant.

    The metrics of a case move together (twice the time is half the throughput), so one of them stands for all.
    """
    first: dict[tuple[Any, ...], Row] = {}
    for row in filter(is_meant, rows):
        first.setdefault((row.label, row.case.key()), row)
    return sorted(first.values(), key=lambda row: abs(row.change or 0.0), reverse=True)


def percent(part: float | None, sign: str = "+") -> str:
    """Return a part for eyes: ``+1.2%``, or ``±1.2%``; nothing for ``None``."""
    if part is None:
        return ""
    if sign == "±":
        return f"±{part * 100:.1f}%" if part else "±0%"
    return f"{part * 100:+.1f}%"
