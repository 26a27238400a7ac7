"""`bh history`: the values of a case over time, by commit and then by start."""

import argparse
import sys
from itertools import groupby
from typing import Any

import msgspec

from benchhub.cli.desk import Desk
from benchhub.cli.human import human, human_seconds
from benchhub.cli.names import nearest_name
from benchhub.cli.parser import count
from benchhub.cli.table import print_table
from benchhub.cli.verbs.runs_verb import branch_of
from benchhub.errors import NothingMatchedError
from benchhub.store.database import Database
from benchhub.store.find import Rows, find_benchmarks, outcome_history, series_history
from benchhub.store.query import run_sql

COUNT_SHOWN = 20
OUTCOMES_MAX = 100_000
"""Outcomes looked at; a name that matches more should be narrowed."""

EPILOG = """\
CASE is a name with or without its suite or its parameters; * and ? match. Runs come in the order of commits, then
of their start. Runs of different machine classes, toolchains or branches, or with a dirty tree (+), lie on different
lines, which are numbered: only values of one line may be compared.

--json prints one object: series, each with its points, and outcomes.

examples:
  bh history BenchmarkSort
  bh history "BenchmarkSort size=1000" --metric time
  bh history "Test*" --count 3
  bh history BenchmarkSort --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("case", metavar="CASE", help="a test or benchmark; every one that matches is shown")
    parser.add_argument("--metric", metavar="NAME", help="only this, e.g. time; with its smallest and largest sample")
    parser.add_argument("--project", metavar="NAME", help="only of this project")
    parser.add_argument(
        "--count", type=count, metavar="N", help=f"at most the newest N of each (default: {COUNT_SHOWN}, in JSON all)"
    )


def run(args: argparse.Namespace) -> int:
    """Print one table per case."""
    with Desk.open(args) as desk:
        database = desk.database()
        series = find_benchmarks(database, args.case, project=args.project, metric=args.metric)
        outcomes: Rows = []
        if args.metric is None:
            outcomes = outcome_history(database, args.case, project=args.project, count=OUTCOMES_MAX)
        if not series and not outcomes:
            raise _nothing(database, args)
        for one in series:
            one["points"] = series_history(database, one["series_id"])
        if args.json:
            _print_json(series, outcomes, args.count)
        else:
            _print(database, series, outcomes, args)
    return 0


def _print_json(series: Rows, outcomes: Rows, newest: int | None) -> None:
    document = {
        "series": [{**one, "points": one["points"][-(newest or 0) :]} for one in series],
        "outcomes": [row for _, rows in _by_test(outcomes) for row in rows[:newest]],
    }
    sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")


def _print(database: Database, series: Rows, outcomes: Rows, args: argparse.Namespace) -> None:
    newest = args.count or COUNT_SHOWN
    headings = 0
    for heading, of_case in groupby(series, key=_heading):
        print("\n" * bool(headings) + heading)
        headings += 1
        _print_case(database, list(of_case), newest, is_wide=args.metric is not None)
    # A benchmark's outcomes say nothing that its numbers do not, unless it did not pass.
    measured = {(one["project"], one["suite"], one["benchmark"]) for one in series}
    for heading, rows in _by_test(outcomes):
        first = rows[0]
        is_known = (first["project"], first["suite"], first["test"].partition("/")[0]) in measured
        if is_known and all(row["status"] == "passed" for row in rows):
            continue
        print("\n" * bool(headings) + heading)
        headings += 1
        _print_outcomes(rows, newest)


def _heading(one: dict[str, Any]) -> str:
    return f"{one['project']}  {one['suite']}  {one['benchmark']} {one['param_text']}".rstrip()


def _print_case(database: Database, series: Rows, newest: int, *, is_wide: bool) -> None:
    """Print one line per run with a column for each metric."""
    runs: dict[int, dict[str, Any]] = {}
    values: dict[tuple[int, str], dict[str, Any]] = {}
    for one in series:
        for point in one["points"]:
            runs.setdefault(point["run_id"], point)
            values[point["run_id"], one["metric"]] = point
    points = sorted(runs.values(), key=_order)
    shown = points[-newest:]
    lines = {lane: number for number, lane in enumerate(dict.fromkeys(point["lane_id"] for point in points), 1)}
    columns = ["run", "started", "commit", "branch", "machine", *(["line"] if len(lines) > 1 else [])]
    for one in series:
        columns += [one["metric"], *(["lo", "hi", "n"] if is_wide else [])]
    table = []
    for point in shown:
        row = [point["run_id"], point["started_at"], point["commit_short"], branch_of(point), point["machine"]]
        row += [lines[point["lane_id"]]] if len(lines) > 1 else []
        for one in series:
            row += _cells(values.get((point["run_id"], one["metric"])), one["unit"], is_wide=is_wide)
        table.append(row)
    if len(points) > newest:
        print(f"… {len(points) - newest} earlier runs; --count N shows more")
    print_table(columns, table, "table")
    if len(lines) > 1:
        for lane, number in lines.items():
            print(f"line {number}: {_line_facts(database, lane)}")


def _order(point: dict[str, Any]) -> tuple[Any, ...]:
    """Return the place in history, as `series_history` has it."""
    when = point["committed_at"] or point["started_at"]
    return (point["commit_seq"] or 0, when, point["started_at"], point["run_id"])


def _cells(point: dict[str, Any] | None, unit: str, *, is_wide: bool) -> list[Any]:
    if point is None:
        return [None, None, None, None] if is_wide else [None]
    value = human(point["value"], unit)
    return [value, human(point["lo"], unit), human(point["hi"], unit), point["n"]] if is_wide else [value]


def _line_facts(database: Database, lane: int) -> str:
    """Return what makes a line: branch, machine class, toolchain."""
    question = "SELECT branch, dirty, cpu, cores, os, toolchain, subject FROM runs WHERE lane_id = :lane LIMIT 1"
    branch, dirty, cpu, cores, os, toolchain, subject = next(iter(run_sql(database, question, {"lane": lane}).rows))
    facts = [
        f"branch {branch or 'unknown'}",
        "dirty" if dirty else "clean",
        cpu or "unknown CPU",
        f"{cores} CPUs" if cores else "",
        os,
        toolchain,
        subject,
    ]
    return ", ".join(fact for fact in facts if fact)


def _by_test(outcomes: Rows) -> list[tuple[str, Rows]]:
    """Return the outcomes of each test, newest first, under its heading."""
    grouped = groupby(outcomes, key=_test_heading)
    return [(heading, list(rows)) for heading, rows in grouped]


def _test_heading(row: dict[str, Any]) -> str:
    return f"{row['project']}  {row['suite']}  {row['test']} {row['param_text']}".rstrip()


def _print_outcomes(rows: Rows, newest: int) -> None:
    if len(rows) > newest:
        print(f"… {len(rows) - newest} earlier outcomes; --count N shows more")
    table = [
        (
            row["run_id"],
            row["started_at"],
            row["commit_short"],
            branch_of(row),
            row["machine"],
            row["status"],
            human_seconds(row["seconds"]),
        )
        for row in reversed(rows[:newest])
    ]
    print_table(("run", "started", "commit", "branch", "machine", "status", "took"), table, "table")


def _nothing(database: Database, args: argparse.Namespace) -> NothingMatchedError:
    if args.metric and find_benchmarks(database, args.case, project=args.project):
        what = f"`{args.case}` has no metric `{args.metric}`"
        return NothingMatchedError(what, hint=nearest_name(database, args.metric, ("benchmarks", "metric")))
    where = f" in project `{args.project}`" if args.project else ""
    bare = args.case.rpartition(".")[2].partition(" ")[0]
    hint = nearest_name(database, bare, ("benchmarks", "benchmark"), ("tests", "test"))
    return NothingMatchedError(f"no test or benchmark `{args.case}`{where}", hint=hint)
