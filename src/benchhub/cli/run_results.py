"""The results of one command, for eyes: values, what failed, what is doubtful, and one last line.

Nothing here says faster or slower: a change is a number, a verdict needs statistics.
"""

from collections.abc import Callable, Iterable, Sequence
from textwrap import dedent
from typing import Any

import msgspec

from benchhub.cli.clean import clean
from benchhub.cli.human import human, plural
from benchhub.cli.table import print_filled, without_repeated
from benchhub.flows.collect import finite_values
from benchhub.flows.events import RunFinished
from benchhub.model.case import Case, param_text
from benchhub.model.record import RETRIED
from benchhub.model.report import Report
from benchhub.model.unit import Metric
from benchhub.stats.summary import summarise

VALUES_SHOWN_MAX = 200
FAILURES_SHOWN_MAX = 20
MESSAGE_LINES_SHOWN_MAX = 12

PreviousValue = Callable[[Report, Case, Metric], float | None]
"""The value of the same line before this command, in base units."""


def print_run_results(finished: Sequence[RunFinished], previous: PreviousValue) -> None:
    """Print the values of all runs, what failed, and one last line that says what was kept and what to type."""
    if not finished:
        return
    _print_values(finished, previous)
    told = _print_failures(finished)
    _print_problems(finished, told)
    print(f"\n{_last_line(finished)}")


# -- values --------------------------------------------------------------------------------------------------------


class _Row(msgspec.Struct):
    """One case and metric.

    Attributes:
        medians: Of each run.
        samples: Of all runs, in base units.
    """

    report: Report
    case: Case
    metric: Metric
    medians: list[float] = []
    samples: list[float] = []


def _print_values(finished: Sequence[RunFinished], previous: PreviousValue) -> None:
    rows = _rows(finished)
    shown = rows[:VALUES_SHOWN_MAX]
    has_suites = len({row.case.suite for row in shown}) > 1
    if shown:
        table = [_cells(row, previous, has_suites=has_suites) for row in shown]
        print_filled(_COLUMNS, without_repeated(table, columns=2))
    if len(rows) > len(shown):
        print(
            f"… and {plural(len(rows) - len(shown), 'more value')}; `bh show{_reference(finished)} --all` has them all"
        )


_COLUMNS = ("suite", "case", "metric", "value", "spread", "runs", "samples", "before", "change")


def _cells(row: _Row, previous: PreviousValue, *, has_suites: bool) -> tuple[Any, ...]:
    """Return the cells of a row: the median over runs, and how far runs (or the samples of one run) lie apart."""
    over_runs = summarise(row.medians)
    apart = over_runs if over_runs.n > 1 else summarise(row.samples)
    before = previous(row.report, row.case, row.metric)
    return (
        row.case.suite if has_suites else "",
        f"{row.case.name} {param_text(row.case.params)}".rstrip(),
        row.metric.name,
        human(over_runs.value, row.metric.unit),
        _spread(over_runs.value, apart.lo, apart.hi),
        over_runs.n,
        len(row.samples),
        human(before, row.metric.unit),
        f"{(over_runs.value / before - 1) * 100:+.1f}%" if before else "",
    )


def _rows(finished: Iterable[RunFinished]) -> list[_Row]:
    """Return one row per target, case and metric, in the order printed."""
    rows: dict[tuple[Any, ...], _Row] = {}
    for event in finished:
        samples: dict[tuple[Any, ...], list[float]] = {}
        for case, unit, value in finite_values(event.collected):
            key = (event.report.envelope.label, case.key(), unit.metric)
            samples.setdefault(key, []).append(value)
            if key not in rows:
                rows[key] = _Row(event.report, case, unit.metric)
        for key, values in samples.items():
            rows[key].medians.append(summarise(values).value)
            rows[key].samples += values
    return list(rows.values())


def _spread(value: float, lo: float | None, hi: float | None) -> str:
    """Return how far the values lie from their median at most."""
    if lo is None or hi is None:
        return ""
    if lo == hi:
        return "±0%"
    if value == 0:
        return ""
    percent = max(abs(hi / value - 1), abs(1 - lo / value)) * 100
    return f"±{percent:.1f}%"


# -- what went wrong -----------------------------------------------------------------------------------------------


def _print_failures(finished: Sequence[RunFinished]) -> set[str]:
    """Print each case that did not pass once, with the message of the first time, however many runs it failed in.

    Returns the first lines of the messages.
    """
    first: dict[tuple[Any, ...], tuple[Case, str | None]] = {}
    runs: dict[tuple[Any, ...], set[int]] = {}
    for index, event in enumerate(finished):
        outcomes = event.collected.body.outcomes
        rows = zip(outcomes.case, outcomes.status, outcomes.message, outcomes.flags, strict=True)
        for case_index, status, message, flags in rows:
            if status in {"failed", "error", "timeout"} and RETRIED not in flags:
                case = event.collected.catalog.cases[case_index]
                key = (event.report.envelope.label, case.key(), status)
                first.setdefault(key, (case, message))
                runs.setdefault(key, set()).add(index)
    for key, (case, message) in list(first.items())[:FAILURES_SHOWN_MAX]:
        of_label = sum(event.report.envelope.label == key[0] for event in finished)
        often = f" in {len(runs[key])} of {of_label} runs" if of_label > 1 else ""
        print(f"\n{key[2]}: {case.suite} {case.said_name or case.name}{often}")
        print_text(message)
    _say_more(len(first), "failure", finished)
    return {first_line(message) for _, message in first.values()}


def first_line(text: str | None) -> str:
    """Return the first line that says something."""
    return next((line.strip() for line in (text or "").splitlines() if line.strip()), "")


def first_lines(text: str | None, count: int) -> list[str]:
    """Return the first lines that say something, without what they are all indented by."""
    return [line.rstrip() for line in dedent((text or "").strip("\n")).splitlines() if line.strip()][:count]


def _print_problems(finished: Sequence[RunFinished], told: set[str]) -> None:
    """Print each problem once; the text of one that a failure has told already is left out."""
    runs: dict[tuple[str, str], int] = {}
    texts: dict[tuple[str, str], str] = {}
    for event in finished:
        for problem in event.collected.body.problems:
            key = (problem.kind, problem.where)
            texts.setdefault(key, problem.text)
            runs[key] = runs.get(key, 0) + 1
    for (kind, where), text in list(texts.items())[:FAILURES_SHOWN_MAX]:
        often = f" ({runs[kind, where]} times)" if runs[kind, where] > 1 else ""
        print(f"\nproblem: {kind}: {where}{often}")
        if first_line(text) not in told:
            print_text(text)
    _say_more(len(texts), "problem", finished)


def print_text(text: str | None) -> None:
    """Print a message below what it is about: its first lines, and how many more there are."""
    lines = dedent((text or "").strip("\n")).splitlines()
    for line in lines[:MESSAGE_LINES_SHOWN_MAX]:
        print(f"    {clean(line, is_coloured=False)}".rstrip())
    if len(lines) > MESSAGE_LINES_SHOWN_MAX:
        print(f"    … {plural(len(lines) - MESSAGE_LINES_SHOWN_MAX, 'more line')}")


def _say_more(count: int, what: str, finished: Sequence[RunFinished]) -> None:
    if count > FAILURES_SHOWN_MAX:
        more = plural(count - FAILURES_SHOWN_MAX, f"more {what}")
        print(f"\n… and {more}; `bh show{_reference(finished)}` has them all")


# -- the last line -------------------------------------------------------------------------------------------------


def counts_of(finished: Iterable[RunFinished]) -> dict[str, int]:
    """Return how many cases ended how; a case counts once for each status.

    ``measured`` are those that gave numbers, ``retried`` those that the tool tried again.
    """
    cases: dict[str, set[Any]] = {}
    for event in finished:
        catalog, body, label = event.collected.catalog.cases, event.collected.body, event.report.envelope.label
        for case in set(body.lines.case):
            cases.setdefault("measured", set()).add((label, catalog[case].key()))
        outcomes = body.outcomes
        words = (
            RETRIED if RETRIED in flags else status
            for status, flags in zip(outcomes.status, outcomes.flags, strict=True)
        )
        for case, word in set(zip(outcomes.case, words, strict=True)):
            cases.setdefault(word, set()).add((label, catalog[case].key()))
    return {word: len(found) for word, found in cases.items()}


def _last_line(finished: Sequence[RunFinished]) -> str:
    kept = [event.run_id for event in finished if event.run_id is not None]
    waiting = [event for event in finished if event.not_kept_because]
    counts = [f"{count} {word}" for word, count in counts_of(finished).items()]
    samples = sum(len(event.collected.body.lines.said_values) for event in finished)
    told = ", ".join([*counts, *([plural(samples, "sample")] if samples else [])]) or "no test and no benchmark ran"
    if kept:
        saved = f"run {kept[0]}" if len(kept) == 1 else f"runs {kept[0]} to {kept[-1]}"
        told += f"; saved as {saved}: `bh show{_reference(finished)}`"
    if waiting:
        told += (
            f"\nnot in the database: {waiting[0].not_kept_because}\n"
            f"nothing is lost: the next bh command tries again with {plural(len(waiting), 'waiting run')}"
        )
    return told


def _reference(finished: Sequence[RunFinished]) -> str:
    """Return what follows ``bh show`` to see the last run that was kept."""
    kept = [event.run_id for event in finished if event.run_id is not None]
    return f" {kept[-1]}" if kept else ""
