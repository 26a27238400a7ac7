"""Measurements: printed lines of numbers become one row per series, and one for the spread of its samples."""

from collections import Counter
from itertools import chain
from math import isfinite, nan
from typing import Any

import msgspec

from benchhub.model.record import Problem
from benchhub.model.report import Lines, Report
from benchhub.model.unit import SaidUnit
from benchhub.stats.summary import summarise
from benchhub.store.catalogs import Resolved
from benchhub.store.columns import in_order
from benchhub.store.database import Database
from benchhub.store.statements import statements
from benchhub.store.text import sql_numbers

Rows = list[tuple[Any, ...]]

NON_FINITE_KEPT_MAX = 100
"""Problems told of numbers that are none, per run; all of them are in the report."""


def insert_measurements(
    database: Database, run_id: int, report: Report, resolved: Resolved
) -> tuple[list[int], list[Problem]]:
    """Write one row per series, in the order of the key; return the series, and what was no number.

    NaN and infinities are no measurement and count in none.
    """
    lines, shapes = report.body.lines, report.catalog.shapes
    is_plain = len(shapes) == 1 and resolved.case == lines.case and len(set(resolved.series)) == len(resolved.series)
    columns = _single_samples(lines, shapes[0], resolved.series) if is_plain else None
    spreads: Rows = []
    if columns is None:
        columns, spreads = _many_samples(lines, shapes, resolved)
    columns = in_order(columns[0], columns)
    database.insert_columns(statements()["insert_measurement"], run_id, columns)
    database.insert("insert_spread", run_id, spreads)
    series = columns[0]
    count = len(series) + sum(row[1] - 1 for row in spreads)
    return series, [] if count == len(lines.said_values) else _non_finite(report)


def _single_samples(lines: Lines, shape: tuple[SaidUnit, ...], series: list[int]) -> list[list[Any]] | None:
    """Return series, value and iterations of lines that are one sample each, the common case, by column.

    Binding a column costs more than writing it, so what such rows leave out is not bound. ``None`` when a number is
    none.
    """
    width = len(shape)
    values: list[Any] = [*lines.said_values]
    iterations: list[Any] = [None] * len(values)
    counts = sql_numbers(lines.iterations)
    try:
        for at, unit in enumerate(shape):
            values[at::width] = unit.bases(values[at::width])
            iterations[at::width] = counts
        return [series, values, iterations] if all(map(isfinite, values)) else None
    except TypeError:
        return None  # A word, such as `NaN`.


def _many_samples(
    lines: Lines, shapes: tuple[tuple[SaidUnit, ...], ...], resolved: Resolved
) -> tuple[list[list[Any]], Rows]:
    """Return the columns of lines in any order, and rows of spread; samples are in the order printed."""
    places = resolved.places([len(shape) for shape in shapes])
    series = list(chain.from_iterable(map(places.__getitem__, zip(lines.case, lines.shape, strict=True))))
    counts = sql_numbers(lines.iterations)
    iterations = [count for shape, count in zip(lines.shape, counts, strict=True) for _ in shapes[shape]]
    values, iterations = in_order(series, [_base_values(lines, shapes), iterations])
    measured: Rows = []
    spreads: Rows = []
    at = 0
    for series_id, count in sorted(Counter(series).items()):
        end = at + count
        samples, of_samples = values[at:end], iterations[at:end]
        at = end
        if not all(map(isfinite, samples)):
            of_samples = [number for sample, number in zip(samples, of_samples, strict=True) if isfinite(sample)]
            samples = [sample for sample in samples if isfinite(sample)]
        if len(samples) == 1:
            measured.append((series_id, samples[0], of_samples[0]))
        elif samples:
            summary = summarise(samples)
            measured.append((series_id, summary.value, _iterations(of_samples)))
            array = msgspec.json.encode(samples).decode()
            spreads.append((series_id, summary.n, summary.lo, summary.hi, summary.sd, array))
    return [list(column) for column in zip(*measured, strict=True)] or [[], [], []], spreads


def _iterations(numbers: list[int | float | None]) -> str | None:
    return msgspec.json.encode(numbers).decode() if numbers.count(None) < len(numbers) else None


def _base_values(lines: Lines, shapes: tuple[tuple[SaidUnit, ...], ...]) -> list[float]:
    """Return all values in base units, in the order printed; NaN where a word stands in place of a number."""
    said = lines.said_values
    values: list[Any] = [nan if isinstance(value, str) else value for value in said]
    if len(shapes) == 1:
        width = len(shapes[0])
        for at, unit in enumerate(shapes[0]):
            values[at::width] = unit.bases(values[at::width])
        return values
    units = chain.from_iterable(map(shapes.__getitem__, lines.shape))
    return [unit.base(value) for unit, value in zip(units, values, strict=True)]


def _non_finite(report: Report) -> list[Problem]:
    """Return a problem for every number that is none, up to a limit; its word is in the native row and the report."""
    problems: list[Problem] = []
    said_values = iter(report.body.lines.said_values)
    for case_index, shape in zip(report.body.lines.case, report.body.lines.shape, strict=True):
        for unit in report.catalog.shapes[shape]:
            said = next(said_values)
            if not isinstance(said, str) and isfinite(unit.base(said)):
                continue
            if len(problems) == NON_FINITE_KEPT_MAX:
                return [*problems, Problem("non-finite", "", "more numbers of this run are not finite")]
            case = report.catalog.cases[case_index]
            text = f"{unit.said} is {said}: no measurement, and counted in none"
            problems.append(Problem("non-finite", f"{case.suite} {case.said_name or case.name}".strip(), text))
    return problems
