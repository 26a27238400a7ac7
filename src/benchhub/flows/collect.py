"""Records become the columns of a report."""

from collections.abc import Callable, Iterable, Iterator
from math import isfinite, isnan
from typing import Any

import msgspec

from benchhub.model.case import Case, Param
from benchhub.model.record import (
    RETRIED,
    CaseStatus,
    Context,
    LogLine,
    Outcome,
    Problem,
    Record,
    Result,
    Statistic,
    SuiteResult,
    Unread,
)
from benchhub.model.report import Body, Catalog, Lines, OutcomeColumns
from benchhub.model.run import RunStatus
from benchhub.model.unit import SaidUnit

UNREAD_KEPT_MAX = 10_000
"""Places of unread output kept per run; more are counted."""

PROBLEMS_KEPT_MAX = 10_000


class Collected(msgspec.Struct, frozen=True):
    """What a reader said, in columns."""

    catalog: Catalog
    body: Body

    @property
    def has_cases(self) -> bool:
        """Whether any case gave a number or an outcome: whether something ran."""
        return bool(self.body.lines.case or self.body.outcomes.case or self.body.statistics)

    @property
    def is_understood(self) -> bool:
        """Whether anything that a tool is run for was found: a case, or how a suite ended."""
        return self.has_cases or bool(self.body.suites)


def collect(records: Iterable[Record], *, cell: dict[str, str] | None = None) -> Collected:
    """Return the records in columns, in the order in which they came; log lines are passed over.

    Args:
        records: A reader's.
        cell: The identifying parameters of the target's cell; they become parameters of every case.
    """
    collector = _Collector(cell or {})
    for record in records:
        collector.take(record)
    return collector.collected()


def with_cell(case: Case, cell: dict[str, str]) -> Case:
    """Return ``case`` with the cell's parameters added, kept apart from the tool's by their origin.

    A tool that prints the axis in its own name says the same thing twice and is heard once; where it says another
    value, its own parameter is kept as ``tool.NAME``, so that no two cases fall together.
    """
    params = {name: Param(value, "cell") for name, value in cell.items()}
    for name, param in case.params.items():
        if name not in params:
            params[name] = param
        elif params[name].value != param.value:
            params[f"tool.{name}"] = param
    return msgspec.structs.replace(case, params=params)


class _Collector:
    """Columns that grow."""

    def __init__(self, cell: dict[str, str]) -> None:
        self._cell = cell
        self._cases: list[Case] = []
        self._case_by_key: dict[tuple[Any, ...], int] = {}
        # Readers share case objects: most look-ups end at the object's address, which its reference keeps alive.
        self._case_by_address: dict[int, tuple[int, Case]] = {}
        self._shapes: dict[tuple[SaidUnit, ...], int] = {}
        self._shape_by_address: dict[int, tuple[int, tuple[SaidUnit, ...]]] = {}
        self._lines = Lines(case=[], shape=[], iterations=[], said_values=[], facts={})
        self._line_facts: list[dict[str, Any] | None] = []
        self._outcomes = OutcomeColumns([], [], [], [], [], [], [], [])
        self._statistics: list[Statistic] = []
        self._suites: list[SuiteResult] = []
        self._context: list[Context] = []
        self._problems: list[Problem] = []
        self._unread: list[Unread] = []
        self._unread_count = 0
        self._take_by_type: dict[type, Callable[[Any], None]] = {
            Result: self._result,
            Outcome: self._outcome,
            Statistic: self._statistic,
            SuiteResult: self._suites.append,
            Context: self._context.append,
            Problem: self._problem,
            Unread: self._unread_one,
            LogLine: lambda _line: None,
        }

    def take(self, record: Record) -> None:
        self._take_by_type[type(record)](record)

    def collected(self) -> Collected:
        body = Body(
            lines=msgspec.structs.replace(self._lines, facts=_fact_columns(self._line_facts)),
            outcomes=self._outcomes,
            statistics=tuple(self._statistics),
            suites=tuple(self._suites),
            context=tuple(self._context),
            problems=tuple(self._problems),
            unread=tuple(self._unread),
            unread_count=self._unread_count,
        )
        return Collected(Catalog(tuple(self._cases), tuple(self._shapes)), body)

    def _result(self, result: Result) -> None:
        lines = self._lines
        lines.case.append(self._case_index(result.case))
        lines.shape.append(self._shape_index(result.units))
        lines.iterations.append(result.iterations)
        for value in result.said_values:
            lines.said_values.append(value if isfinite(value) else said_non_finite(value))
        self._line_facts.append(result.facts)

    def _outcome(self, outcome: Outcome) -> None:
        columns = self._outcomes
        columns.case.append(self._case_index(outcome.case))
        columns.status.append(outcome.status)
        columns.raw_status.append(outcome.raw_status)
        columns.attempt.append(outcome.attempt)
        columns.duration_s.append(outcome.duration_s)
        columns.message.append(outcome.message)
        columns.flags.append(outcome.flags)
        columns.facts.append(outcome.facts)

    def _problem(self, problem: Problem) -> None:
        if len(self._problems) < PROBLEMS_KEPT_MAX:
            self._problems.append(problem)

    def _unread_one(self, unread: Unread) -> None:
        self._unread_count += 1
        if len(self._unread) < UNREAD_KEPT_MAX:
            self._unread.append(unread)

    def _statistic(self, statistic: Statistic) -> None:
        if isfinite(statistic.said_value):
            case = self._cases[self._case_index(statistic.case)]
            self._statistics.append(msgspec.structs.replace(statistic, case=case))
            return
        # JSON has no word for it as a number, and a statistic, unlike a sample, has no place for a word.
        place, word = f"{statistic.case.suite} {statistic.case.name}".strip(), said_non_finite(statistic.said_value)
        self._problem(Problem("non-finite", place, f"{statistic.statistic} is {word}: not kept"))

    def _case_index(self, case: Case) -> int:
        found = self._case_by_address.get(id(case))
        if found is not None:
            return found[0]
        whole = with_cell(case, self._cell) if self._cell else case
        index = self._case_by_key.setdefault(whole.key(), len(self._cases))
        if index == len(self._cases):
            self._cases.append(whole)
        self._case_by_address[id(case)] = (index, case)
        return index

    def _shape_index(self, units: tuple[SaidUnit, ...]) -> int:
        found = self._shape_by_address.get(id(units))
        if found is not None:
            return found[0]
        index = self._shapes.setdefault(units, len(self._shapes))
        self._shape_by_address[id(units)] = (index, units)
        return index


def said_non_finite(value: float) -> str:
    """Return the word for a number that JSON does not have."""
    if isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _fact_columns(facts: list[dict[str, Any] | None]) -> dict[str, list[Any]]:
    """Return one column per fact; a column that is the same on every line holds one value."""
    if not any(facts):
        return {}
    names = dict.fromkeys(name for line in facts if line for name in line)
    columns = {name: [line.get(name) if line else None for line in facts] for name in names}
    return {name: column[:1] if all(v == column[0] for v in column) else column for name, column in columns.items()}


def status_of(collected: Collected, *, exit_code: int | None, is_timed_out: bool, is_interrupted: bool) -> RunStatus:
    """Return how a run ended.

    Exit code, result and "did every started case finish" are three independent facts: a green exit with failed work
    and a red exit with good numbers were both seen in many tools, so neither is believed alone.
    """
    if is_interrupted:
        return "interrupted"
    body = collected.body
    outcomes = set(_outcomes_that_count(collected))
    suites = {suite.status for suite in body.suites}
    if is_timed_out or "timeout" in outcomes | suites:
        return "timeout"
    if not collected.is_understood and (body.problems or (body.unread_count and exit_code is None)):
        return "error"  # Nothing at all was told: a tool that only complains did not do what it was started for.
    is_cut = any(problem.kind == "unfinished-suite" for problem in body.problems)
    if not (outcomes | suites) & {"failed", "error"} and exit_code in {0, None} and not is_cut:
        return "passed"
    if not collected.has_cases:
        return "error"
    # A run whose output was cut has not failed: nobody knows.
    return "error" if is_cut and not outcomes & {"failed", "error"} else "failed"


def _outcomes_that_count(collected: Collected) -> Iterator[CaseStatus]:
    """Yield the outcomes of cases that decide.

    Those in a suite that passed do not, since a test may run tests that must fail; nor does what was tried again.
    """
    statuses: dict[str, set[CaseStatus]] = {}
    for suite in collected.body.suites:
        statuses.setdefault(suite.suite, set()).add(suite.status)
    cases, outcomes = collected.catalog.cases, collected.body.outcomes
    for case, status, flags in zip(outcomes.case, outcomes.status, outcomes.flags, strict=True):
        if RETRIED not in flags and statuses.get(cases[case].suite) != {"passed"}:
            yield status


def finite_values(collected: Collected) -> Iterator[tuple[Case, SaidUnit, float]]:
    """Yield every finite sample in base units, in the order printed."""
    position = 0
    catalog, lines = collected.catalog, collected.body.lines
    for case, shape in zip(lines.case, lines.shape, strict=True):
        for unit in catalog.shapes[shape]:
            said = lines.said_values[position]
            position += 1
            if isinstance(said, (int, float)):
                yield catalog.cases[case], unit, unit.base(said)
