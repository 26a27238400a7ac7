"""`bh history`: the values of a case over time, by commit and then by start."""

import argparse
import sys
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from benchhub.cli.colour import Paint
from benchhub.cli.desk import Desk
from benchhub.cli.fit import shortened, wrapped
from benchhub.cli.human import human, human_seconds, plural
from benchhub.cli.legend import legend
from benchhub.cli.names import nearest_name, nearest_of, renamed_hint, with_place
from benchhub.cli.parser import count
from benchhub.cli.pipes import print_json
from benchhub.cli.table import print_filled, room_on
from benchhub.cli.terminal import columns_of, shows_unicode
from benchhub.cli.verbs.runs_verb import branch_of
from benchhub.errors import NothingMatchedError
from benchhub.store.database import Database
from benchhub.store.find import (
    CaseWords,
    Rows,
    find_benchmarks,
    lane_facts,
    newest_lines,
    outcome_history,
    recent_runs,
    runs_without_value,
    series_history,
)

COUNT_SHOWN = 20
COUNT_LISTED = 20
CHARTS_MAX = 4
"""More would push each other off the screen."""
OUTCOMES_MAX = 100_000
"""Outcomes looked at; a name that matches more should be narrowed."""

EPILOG = """\
CASE is a name with or without its suite, and with none, some or all of its parameters; * and ? match. Runs come in the
order of commits, then of their start. Runs of different machine classes, toolchains, flags or branches, or with a dirty
tree (+), lie on different lines, which are numbered, and told apart below: only values of one line may be compared.

On a terminal each line is drawn, all its runs or the newest of --count, in the order of history and evenly spaced; the
ticks are its smallest and largest value. A gap with an x below is a run that was asked for the same and has no value.
More than a few lines are drawn small, in one row each.

Without a CASE every one is listed: the newest value of its first metric (or of --metric), the one before on the same
line, and on a terminal the last 20 runs small.

--json prints one object: series, each with its points; lanes, the facts behind the lane_id of points; and outcomes.
Without a CASE it is an object too: lines, each with its newest value, previous_value, ratio, and values.

examples:
  bh history
  bh history BenchmarkSort
  bh history "BenchmarkSort size=1000" --metric time
  bh history "Test*" --count 3
  bh history BenchmarkSort --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument(
        "case",
        nargs="?",
        metavar="CASE",
        help="a test or benchmark; every one that matches is shown; none: a list of all",
    )
    parser.add_argument("--metric", metavar="NAME", help="only this, e.g. time; with its smallest and largest sample")
    parser.add_argument("--project", metavar="NAME", help="only of this project")
    parser.add_argument(
        "--count",
        type=count,
        metavar="N",
        help=f"at most the newest N of each (default: {COUNT_SHOWN}, in charts and JSON all)",
    )
    parser.add_argument(
        "--chart",
        action=argparse.BooleanOptionalAction,
        help="draw the values (default: on a terminal)",
    )


def run(args: argparse.Namespace) -> int:
    """Print one table per case."""
    with Desk.open(args) as desk:
        database = desk.database()
        if args.case is None:
            return _list(database, args)
        series = find_benchmarks(database, args.case, project=args.project, metric=args.metric)
        outcomes: Rows = []
        if args.metric is None:
            outcomes = outcome_history(database, args.case, project=args.project, count=OUTCOMES_MAX)
        if not series and not outcomes:
            raise _nothing(database, args)
        for one in series:
            one["points"] = series_history(database, one["series_id"])
        if args.json:
            _print_json(database, series, outcomes, args.count)
        else:
            _print(database, series, outcomes, args)
    return 0


def _list(database: Database, args: argparse.Namespace) -> int:
    """Print every line that there is: of each case its first metric, unless one is asked for."""
    from benchhub.cli.history_list import of_one_metric, print_list, print_list_json  # noqa: PLC0415 -- loaded when it is used

    lines = newest_lines(database, project=args.project, metric=args.metric, values_max=args.count or COUNT_LISTED)
    if not lines:
        raise _nothing_listed(database, args)
    if args.json:
        print_list_json(lines)
    else:
        print_list(of_one_metric(lines), is_drawn=_is_drawn(args), is_unicode=shows_unicode())
    return 0


def _nothing_listed(database: Database, args: argparse.Namespace) -> NothingMatchedError:
    if args.project and not recent_runs(database, count=1, project=args.project):
        hint = nearest_name(database, args.project, ("runs", "project"))
        return NothingMatchedError(f"no project `{args.project}`", hint=hint)
    if args.metric:
        hint = nearest_name(database, args.metric, ("benchmarks", "metric"))
        return NothingMatchedError(f"no benchmark has a metric `{args.metric}`", hint=hint)
    return NothingMatchedError("no benchmark is kept yet", hint="`bh run` makes the first")


def _is_drawn(args: argparse.Namespace) -> bool:
    return bool(sys.stdout.isatty() if args.chart is None else args.chart)


def _print_json(database: Database, series: Rows, outcomes: Rows, newest: int | None) -> None:
    shown = [{**one, "points": one["points"][-(newest or 0) :]} for one in series]
    lanes = list(dict.fromkeys(point["lane_id"] for one in shown for point in one["points"]))
    document = {
        "series": shown,
        "lanes": lane_facts(database, lanes),
        "outcomes": [row for rows in _by_test(outcomes) for row in rows[:newest]],
    }
    print_json(document)


def _print(database: Database, series: Rows, outcomes: Rows, args: argparse.Namespace) -> None:
    newest = args.count or COUNT_SHOWN
    cases = [_Case(list(of_case), newest) for _, of_case in groupby(with_place(series), key=itemgetter("case_id"))]
    lanes = list(dict.fromkeys(point["lane_id"] for case in cases for point in case.shown))
    lines = {lane: number for number, lane in enumerate(lanes, 1)}
    charts = _charts(database, cases, lines, args)
    headings = 0
    for case in cases:
        print("\n" * bool(headings) + shortened(case.heading, room_on(sys.stdout)))
        headings += 1
        _print_case(case, lines, is_wide=args.metric is not None)
        for at, text in enumerate(charts(case)):
            print("\n" * (at == 0) + text)
    if len(lanes) > 1:
        _print_legend(database, lanes)
    # A benchmark's outcomes say nothing that its numbers do not, unless it did not pass.
    measured = {(one["place"], one["suite"], one["benchmark"]) for one in series}
    for rows in _by_test(with_place(outcomes)):
        first = rows[0]
        is_known = (first["place"], first["suite"], first["test"].partition("/")[0]) in measured
        if is_known and all(row["status"] == "passed" for row in rows):
            continue
        print("\n" * bool(headings) + shortened(_test_heading(first), room_on(sys.stdout)))
        headings += 1
        _print_outcomes(rows, newest)


def _heading(one: dict[str, Any]) -> str:
    return f"{one['project']}  {one['suite']}  {one['benchmark']} {one['param_text']}".rstrip()


class _Case:
    """A case with all its metrics.

    Attributes:
        points: One for each of its runs, in the order of history.
        shown: Those of its newest runs.
        earlier: How many runs are left out.
        values: Points by run and metric.
    """

    def __init__(self, series: Rows, newest: int) -> None:
        self.heading = _heading(series[0])
        self.series = series
        self.values = {(point["run_id"], one["series_id"]): point for one in series for point in one["points"]}
        runs = {point["run_id"]: point for one in series for point in one["points"]}
        self.points = sorted(runs.values(), key=_order)
        self.shown = self.points[-newest:]
        self.earlier = len(self.points) - len(self.shown)


def _charts(
    database: Database, cases: list[_Case], lines: dict[int, int], args: argparse.Namespace
) -> Callable[[_Case], Iterator[str]]:
    """Return what draws a case: its first metric large and the others small, or all small where that is too much."""
    if not _is_drawn(args):
        return lambda _: iter(())
    from benchhub.cli.history_chart import Easel, draw  # noqa: PLC0415 -- only where somebody looks

    easel = Easel(columns_of(sys.stdout), shows_unicode(), Paint.on(sys.stdout, args.color))
    count = sum(len({point["lane_id"] for point in case.shown}) for case in cases)
    is_small = count > CHARTS_MAX

    def drawn(case: _Case) -> Iterator[str]:
        gaps = [] if is_small else runs_without_value(database, [point["run_id"] for point in case.points])
        first = _order(case.points[-(args.count or 0) :][0])
        runs = [run for run in sorted([*case.points, *gaps], key=_order) if _order(run) >= first]
        of_metrics = {
            name: (
                one["unit"],
                {run: point["value"] for (run, of), point in case.values.items() if of == one["series_id"]},
            )
            for name, one in zip(_metric_names(case.series), case.series, strict=True)
        }
        return draw(runs, of_metrics, lines, easel, is_small=is_small)

    return drawn


def _print_case(case: _Case, lines: dict[int, int], *, is_wide: bool) -> None:
    """Print one line per run with a column for each metric."""
    has_lines = len(lines) > 1
    columns = ["run", "started (UTC)", "commit", "branch", "machine", *(["line"] if has_lines else [])]
    for name in _metric_names(case.series):
        columns += [name, *(["lo", "hi", "n"] if is_wide else [])]
    table = []
    for point in case.shown:
        row = [point["run_id"], point["started_at"], point["commit_short"], branch_of(point), point["machine"]]
        row += [lines[point["lane_id"]]] if has_lines else []
        for one in case.series:
            row += _cells(case.values.get((point["run_id"], one["series_id"])), one["unit"], is_wide=is_wide)
        table.append(row)
    if case.earlier:
        print(f"… {plural(case.earlier, 'earlier run')}; --count N shows more")
    names = _metric_names(case.series)
    left_out = print_filled(columns, table, spare=("machine", "branch", *names[:0:-1]))
    if hidden := [name for name in names if name in left_out]:
        print(f"no room for {', '.join(hidden)}; --metric NAME shows one")


def _metric_names(series: Rows) -> list[str]:
    """Return the heading of each metric; two of one name are told apart by their units."""
    names = [one["metric"] for one in series]
    return [f"{one['metric']} in {one['unit']}" if names.count(one["metric"]) > 1 else one["metric"] for one in series]


def _print_legend(database: Database, lanes: list[int]) -> None:
    """Print what all lines share once, then what sets each apart."""
    shared, apart = legend(with_place(lane_facts(database, lanes)))
    print()
    if shared:
        print(wrapped(f"all lines: {shared}", 11, room_on(sys.stdout)))
    for number, words in enumerate(apart, 1):
        print(wrapped(f"line {number}: {words}", 8, room_on(sys.stdout)))


def _order(point: dict[str, Any]) -> tuple[Any, ...]:
    """Return the place in history, as `series_history` has it."""
    when = point["committed_at"] or point["started_at"]
    return (point["commit_seq"] or 0, when, point["started_at"], point["run_id"])


def _cells(point: dict[str, Any] | None, unit: str, *, is_wide: bool) -> list[Any]:
    if point is None:
        return [None, None, None, None] if is_wide else [None]
    value = human(point["value"], unit)
    return [value, human(point["lo"], unit), human(point["hi"], unit), point["n"]] if is_wide else [value]


def _by_test(outcomes: Rows) -> list[Rows]:
    """Return the outcomes of each test, newest first."""
    return [list(rows) for _, rows in groupby(outcomes, key=itemgetter("case_id"))]


def _test_heading(row: dict[str, Any]) -> str:
    # The tool's own name holds the tool's own parameters.
    params = " ".join(word for word in row["param_text"].split(" ") if word not in row["test"].split("/"))
    return f"{row['project']}  {row['suite']}  {row['test']} {params}".rstrip()


def _print_outcomes(rows: Rows, newest: int) -> None:
    if len(rows) > newest:
        print(f"… {plural(len(rows) - newest, 'earlier outcome')}; --count N shows more")
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
    columns = ("run", "started (UTC)", "commit", "branch", "machine", "status", "took")
    print_filled(columns, table, spare=("machine", "branch"))


def _nothing(database: Database, args: argparse.Namespace) -> NothingMatchedError:
    """Return which of the words is wrong: the project, the metric, the parameters or the name."""
    if args.project and not recent_runs(database, count=1, project=args.project):
        return NothingMatchedError(
            f"no project `{args.project}`", hint=nearest_name(database, args.project, ("runs", "project"))
        )
    where = f" in project `{args.project}`" if args.project else ""
    found = find_benchmarks(database, args.case, project=args.project)
    if found:
        metrics = [one["metric"] for one in found]
        return NothingMatchedError(
            f"`{args.case}`{where} has no metric `{args.metric}`", hint=nearest_of(args.metric, metrics)
        )
    missing = NothingMatchedError(f"no test or benchmark `{args.case}`{where}")
    words = CaseWords.of(args.case)
    missing.hint = renamed_hint(database, "case", words.bare)
    others = find_benchmarks(database, words.bare, project=args.project) if words.params else []
    if others:
        missing.hint = nearest_of(args.case, [f"{one['benchmark']} {one['param_text']}".rstrip() for one in others])
    elsewhere = find_benchmarks(database, args.case) if args.project else []
    if elsewhere:
        missing.hint = f"it is in project `{elsewhere[0]['project']}`"
    missing.hint = missing.hint or nearest_name(
        database, words.bare.rpartition(".")[2], ("benchmarks", "benchmark"), ("tests", "test")
    )
    return missing
