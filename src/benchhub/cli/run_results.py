"""The results of one command, for eyes: values, what failed, what is doubtful, and one last line.

Nothing here says faster or slower: a change is a number, a verdict needs statistics.
"""

import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from benchhub.cli.clean import clean
from benchhub.cli.colour import Paint
from benchhub.cli.fit import cut, shortened
from benchhub.cli.human import human, plural
from benchhub.cli.run_rows import PreviousValue, Row, differing, percent, rows_of
from benchhub.cli.table import print_filled, room_on, without_repeated
from benchhub.flows.events import RunFinished
from benchhub.model.case import Case
from benchhub.model.record import RETRIED, Outcome

PLAIN = Paint(is_on=False)
FAILED = frozenset({"failed", "error", "timeout"})
VALUES_SHOWN_MAX = 100
SHOWN_CHANGE_MIN = 0.0005
"""A smaller change is printed as 0."""
NAME_COLUMNS_MIN = 12
FAILURES_SHOWN_MAX = 20
COUNTED = ("measured", "failed", "error", "timeout", "passed", "skipped", RETRIED)
"""The order in which counts are told."""
MESSAGE_LINES_SHOWN_MAX = 12


def print_run_results(finished: Sequence[RunFinished], previous: PreviousValue, paint: Paint = PLAIN) -> None:
    """Print the values of all runs, what failed, and at the end what was kept, what differs, and what to type."""
    if not finished:
        return
    rows = rows_of(finished, previous)
    room = room_on(sys.stdout)
    _print_values(rows, finished)
    told = _print_failures(finished, room, paint)
    _print_problems(finished, told, room)
    print(f"\n{_last_line(finished)}")
    for line in (_difference(rows, room), _next(rows, finished, room)):
        if line:
            print(line)


# -- values --------------------------------------------------------------------------------------------------------


def _print_values(rows: Sequence[Row], finished: Sequence[RunFinished]) -> None:
    shown = rows[:VALUES_SHOWN_MAX]
    has_suites = len({row.case.suite for row in shown}) > 1
    if shown:
        if sys.stdout.isatty():
            print()  # Between what went by and what is to be read.
        table = [_cells(row, has_suites=has_suites) for row in shown]
        print_filled(_COLUMNS, without_repeated(table, columns=2), spare=("samples", "runs", "before"))
    if len(rows) > len(shown):
        more = len({(row.label, row.case.key()) for row in rows}) - len({(row.label, row.case.key()) for row in shown})
        what = plural(more, "more case") if more else plural(len(rows) - len(shown), "more value")
        print(f"… and {what}; `bh show{_reference(finished)} --all` has them all")


_COLUMNS = ("suite", "case", "metric", "value", "spread", "runs", "samples", "before", "change")


def _cells(row: Row, *, has_suites: bool) -> tuple[Any, ...]:
    return (
        row.case.suite if has_suites else "",
        row.name,
        row.metric.name,
        human(row.value, row.metric.unit),
        percent(row.spread, "±"),
        row.runs,
        row.samples,
        human(row.before, row.metric.unit),
        percent(row.change),
    )


# -- what went wrong -----------------------------------------------------------------------------------------------


def _print_failures(finished: Sequence[RunFinished], room: int, paint: Paint) -> set[str]:
    """Print each case that did not pass once, with the message of the first time, however many runs it failed in.

    Returns the first lines of the messages.
    """
    first: dict[tuple[Any, ...], tuple[Case, str | None]] = {}
    runs: dict[tuple[Any, ...], set[int]] = {}
    for index, event in enumerate(finished):
        outcomes = event.collected.body.outcomes
        rows = zip(outcomes.case, outcomes.status, outcomes.message, outcomes.flags, strict=True)
        for case_index, status, message, flags in rows:
            if status in FAILED and RETRIED not in flags:
                case = event.collected.catalog.cases[case_index]
                key = (event.report.envelope.label, case.key(), status)
                first.setdefault(key, (case, message))
                runs.setdefault(key, set()).add(index)
    first = {key: told for key, told in first.items() if told[1] or not _has_failed_part(told[0], first)}
    for key, (case, message) in list(first.items())[:FAILURES_SHOWN_MAX]:
        of_label = sum(event.report.envelope.label == key[0] for event in finished)
        often = f" in {len(runs[key])} of {of_label} runs" if of_label > 1 else ""
        name = case.said_name or case.name
        text = shortened(f"{case.suite} {name}{often}", room - len(f"{key[2]}: "))
        print(f"\n{paint(key[2], 'red')}: {text}")
        print_text(message, room=room, whole=f"bh log{_reference(finished)} {shlex.quote(name)}")
    _say_more(len(first), "failure", finished)
    return {first_line(message) for _, message in first.values()}


def _has_failed_part(case: Case, failed: Mapping[tuple[Any, ...], tuple[Case, str | None]]) -> bool:
    """Tell whether a case failed since a part of it did: then it says nothing of its own."""
    beginning = f"{case.said_name or case.name}/"
    return any(one.suite == case.suite and one.said_name.startswith(beginning) for one, _ in failed.values())


def is_failure(outcome: Outcome) -> bool:
    """Tell whether a case failed for good: a try that was followed by another one has not."""
    return outcome.status in FAILED and RETRIED not in outcome.flags


def first_line(text: str | None) -> str:
    """Return the first line that says something."""
    return next((line.strip() for line in (text or "").splitlines() if line.strip()), "")


def first_lines(text: str | None, count: int) -> list[str]:
    """Return the first lines that say something, without what they are all indented by."""
    return [line.rstrip() for line in _lines(text) if line.strip()][:count]


def _print_problems(finished: Sequence[RunFinished], told: set[str], room: int) -> None:
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
        print("\n" + shortened(f"problem: {kind}: {where}{often}", room))
        if first_line(text) not in told:
            print_text(text, room=room)
    _say_more(len(texts), "problem", finished)


def print_text(text: str | None, *, room: int = sys.maxsize, whole: str = "") -> None:
    """Print a message below what it is about: its first lines, and how many more there are.

    Args:
        text: The message.
        room: Columns of the terminal; what is longer is cut.
        whole: A command that prints all of it.
    """
    lines = [clean(line, is_coloured=False).expandtabs() for line in _lines(text)]
    for line in lines[:MESSAGE_LINES_SHOWN_MAX]:
        print(cut(f"    {line}".rstrip(), room))
    if len(lines) > MESSAGE_LINES_SHOWN_MAX:
        more = f"    … {plural(len(lines) - MESSAGE_LINES_SHOWN_MAX, 'more line')}"
        print(cut(f"{more}: `{whole}`" if whole else more, room))


def _lines(text: str | None) -> list[str]:
    """Return the lines of a message without what they are all indented by."""
    from textwrap import dedent  # noqa: PLC0415 -- most runs have no message

    return dedent((text or "").strip("\n")).splitlines()


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
    order = sorted(cases, key=lambda word: COUNTED.index(word) if word in COUNTED else len(COUNTED))
    return {word: len(cases[word]) for word in order}


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


def _difference(rows: Sequence[Row], room: int) -> str:
    """Return what lies apart from before, the most first; nothing where there is nothing before."""
    compared = [row for row in rows if row.change is not None]
    if not compared:
        return ""
    apart = differing(compared, lambda row: row.is_apart)
    if apart:
        return _named("differs by more than its spread: ", apart[0], len(apart) - 1, room)
    if any(row.spread is not None for row in compared):
        return "no value differs from before by more than its spread"
    most = differing(compared, lambda row: abs(row.change or 0.0) >= SHOWN_CHANGE_MIN)
    return _named("differs from before, by one sample: ", most[0], len(most) - 1, room) if most else ""


def _named(words: str, row: Row, more: int, room: int) -> str:
    spread = f" ({percent(row.spread, '±')})" if row.spread is not None else ""
    numbers = f" {row.metric.name} {percent(row.change)}{spread}" + (f", and {more} more" if more else "")
    name = shortened(row.name, max(room - len(words) - len(numbers), NAME_COLUMNS_MIN))
    return cut(f"{words}{name}{numbers}", room)


def _next(rows: Sequence[Row], finished: Sequence[RunFinished], room: int) -> str:
    """Return what is worth typing now: the output of what failed, else the history of what differs most."""
    command = next(_commands(rows, finished), "")
    return f"next: `{command}`" if command and len(command) + len("next: ``") <= room else ""


def _commands(rows: Sequence[Row], finished: Sequence[RunFinished]) -> Iterator[str]:
    for event in finished:
        outcomes, cases = event.collected.body.outcomes, event.collected.catalog.cases
        for index, status, flags in zip(outcomes.case, outcomes.status, outcomes.flags, strict=True):
            if status in FAILED and RETRIED not in flags and event.run_id is not None:
                yield f"bh log {event.run_id} {shlex.quote(cases[index].said_name or cases[index].name)}"
    for row in differing(rows, lambda row: row.is_apart):
        yield f"bh history {shlex.quote(row.name)} --metric {shlex.quote(row.metric.name)}"
    is_run_here = all(event.report.envelope.origin == "run" for event in finished)
    if rows and is_run_here and all(row.spread is None for row in rows):
        yield "bh run --runs 10 …"


def _reference(finished: Sequence[RunFinished]) -> str:
    """Return what follows ``bh show`` to see the last run that was kept."""
    kept = [event.run_id for event in finished if event.run_id is not None]
    return f" {kept[-1]}" if kept else ""
