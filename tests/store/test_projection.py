"""Projection: what the tables say of a report, done once, twice, late, or after a failure."""

import random
from math import inf
from typing import Any

import msgspec
import pytest

from benchhub.errors import SetAsideError
from benchhub.model.case import Case, Param
from benchhub.model.circumstance import Revision, User
from benchhub.model.record import Context, Problem, Statistic, Unread
from benchhub.model.rename import Rename
from benchhub.model.report import Body, Catalog, Column, Envelope, Lines, NativeTable, Report
from benchhub.model.unit import Metric, SaidUnit
from benchhub.store.blocks import RUNS_PER_BLOCK
from benchhub.store.check import check
from benchhub.store.database import Database
from benchhub.store.ingest import ingest, load_report, replace_body
from benchhub.store.keeper import Keeper
from benchhub.store.projection import project, reproject
from benchhub.store.renaming import rename
from benchhub.store.sqlite import ROWS_PER_STATEMENT
from store.backends import content, only, rows
from store.factory import GOBENCH, TIME, bench_report, envelope, outcome_report, revision


def report_of(said: dict[str, list[Any]], *, unit: SaidUnit = TIME, **changes: Any) -> Report:  # noqa: ANN401 -- fields
    """Return a report in which each case said these numbers in one unit."""
    cases = tuple(Case("suite", name, said_name=name) for name in said)
    order = [at for at, values in enumerate(said.values()) for _ in values]
    flat = [value for values in said.values() for value in values]
    lines = Lines(order, [0] * len(order), [1] * len(order), flat, {"procs": [2]})
    return Report(envelope(**changes), Catalog(cases, ((unit,),)), Body(lines))


def test_samples_of_one_case_become_one_measurement_and_stay_samples(database: Database, keeper: Keeper) -> None:
    keeper.keep(report_of({"A": [3e9, 1e9, 2e9]}))
    assert rows(database, "SELECT value, lo, hi, n, sd FROM results") == [(2.0, 1.0, 3.0, 3, 1.0)]
    assert rows(database, "SELECT i, value, iterations FROM samples ORDER BY i") == [(0, 3, 1), (1, 1, 1), (2, 2, 1)]


def test_a_single_sample_says_nothing_of_spread(database: Database, keeper: Keeper) -> None:
    keeper.keep(report_of({"A": [5e9]}))
    assert rows(database, "SELECT value, n, lo, hi, sd FROM results") == [(5.0, 1, None, None, None)]
    assert rows(database, "SELECT i, value FROM samples") == [(0, 5.0)]


def test_what_is_no_number_counts_nowhere_and_is_told(database: Database, keeper: Keeper) -> None:
    keeper.keep(report_of({"A": ["NaN", 2e9, "Infinity"], "B": ["-Infinity"]}))
    assert rows(database, "SELECT benchmark, value, n FROM results") == [("A", 2.0, 1)]
    assert only(database, "SELECT count(*) FROM samples") == 1
    assert rows(database, "SELECT kind, place FROM problems") == [
        ("non-finite", "suite A"),
        ("non-finite", "suite A"),
        ("non-finite", "suite B"),
    ]
    extras = [row[0] for row in rows(database, "SELECT extra FROM gobench_results ORDER BY benchmark, seq")]
    assert extras == ['{"ns/op":"NaN"}', None, '{"ns/op":"Infinity"}', '{"ns/op":"-Infinity"}']


def test_a_number_that_only_base_units_make_infinite_counts_nowhere(database: Database, keeper: Keeper) -> None:
    throughput = SaidUnit("MB/s", Metric("throughput", "B/s", "higher"), multiply=1e6)
    for samples in ([1e307], [1e307, 2.0]):
        keeper.keep(report_of({"A": samples}, unit=throughput))
    assert rows(database, "SELECT value, n FROM results") == [(2e6, 1)]
    assert only(database, "SELECT max(value) FROM samples") < inf


def test_numbers_too_large_for_a_square_have_a_median_and_no_deviation(database: Database, keeper: Keeper) -> None:
    bytes_ = SaidUnit("B", Metric("size", "B"))
    keeper.keep(report_of({"A": [1e300, 1.5e308, 1.7e308, 1.6e308]}, unit=bytes_))
    ((value, deviation),) = rows(database, "SELECT value, sd FROM results")
    assert (value, deviation) == (pytest.approx(1.55e308), None)


def test_a_count_beyond_64_bits_is_kept_as_a_real_number(database: Database, keeper: Keeper) -> None:
    report = report_of({"A": [1e9]})
    huge = msgspec.structs.replace(report.body.lines, iterations=[10**30])
    keeper.keep(msgspec.structs.replace(report, body=Body(huge)))
    assert rows(database, "SELECT iterations FROM samples") == [(1e30,)]
    assert rows(database, "SELECT iterations FROM gobench_results") == [(1e30,)]


def test_iterations_are_kept_where_only_some_lines_said_them(database: Database, keeper: Keeper) -> None:
    report = report_of({"A": [1e9, 2e9]})
    lines = msgspec.structs.replace(report.body.lines, iterations=[None, 7])
    keeper.keep(msgspec.structs.replace(report, body=Body(lines)))
    assert rows(database, "SELECT i, iterations FROM samples ORDER BY i") == [(0, None), (1, 7)]


def test_whole_numbers_are_whole_in_native_tables_and_others_stay(database: Database, keeper: Keeper) -> None:
    allocated = SaidUnit("B/op", Metric("allocated", "B", "lower"))
    keeper.keep(report_of({"A": [48.0], "B": [48.5]}, unit=allocated))
    said = [row[0] for row in rows(database, "SELECT bytes_per_op FROM gobench_results ORDER BY benchmark")]
    assert (said, [type(one) for one in said]) == ([48, 48.5], [int, float])


def test_a_statistic_said_twice_is_two_rows_and_never_a_sample(database: Database, keeper: Keeper) -> None:
    case = Case("suite", "A")
    said = (
        Statistic(case, TIME, "p99", 1e9, 10),
        Statistic(case, TIME, "p99", 3e9),
        Statistic(case, TIME, "mean", 2e9),
    )
    keeper.keep(Report(envelope(), Catalog((case,), ()), Body(statistics=said)))
    statistics = rows(database, "SELECT statistic, i, value, n FROM statistics ORDER BY statistic, i")
    assert statistics == [("mean", 0, 2.0, None), ("p99", 0, 1.0, 10), ("p99", 1, 3.0, None)]
    assert only(database, "SELECT count(*) FROM samples") == 0


def test_nul_in_what_a_tool_said_is_shown_and_cuts_nothing(database: Database, keeper: Keeper) -> None:
    text = "be\0fore"
    case = Case(f"s{text}", f"n{text}", {f"k{text}": Param(f"v{text}", "tool")}, said_name=text)
    body = Body(
        Lines([0], [0], [1], [1.0], {}),
        context=(Context("key", text),),
        problems=(Problem("kind", "where", text),),
        unread=(Unread(1, "why", text),),
        unread_count=1,
    )
    keeper.keep(Report(envelope(), Catalog((case,), ((TIME,),)), body))
    for sql in (
        "SELECT suite || benchmark || params || param_text FROM results",
        "SELECT value FROM contexts",
        "SELECT text FROM problems",
        "SELECT text FROM unread_lines",
    ):
        said = only(database, sql)
        assert "\0" not in said
        assert "be␀fore" in said


def test_a_very_long_name_stays_whole_and_unique(database: Database, keeper: Keeper) -> None:
    long = "x" * 20_000
    keeper.keep(report_of({long + "1": [1e9], long + "2": [2e9]}))
    assert rows(database, "SELECT benchmark, value FROM results ORDER BY value") == [(long + "1", 1), (long + "2", 2)]


def test_projecting_twice_changes_nothing(database: Database) -> None:
    ids = [ingest(database, bench_report(seed=seed, revision=revision(seed))).report_id for seed in (1, 2, 3)]
    for report_id in ids:
        project(database, report_id)
    before = content(database)
    for report_id in (*ids, ids[0], ids[-1]):
        project(database, report_id)
    assert content(database) == before
    assert check(database, deep=True) == []


@pytest.mark.parametrize("seed", range(5))
def test_projecting_in_any_order_gives_the_same_tables(database: Database, seed: int) -> None:
    shuffled = random.Random(seed)  # noqa: S311 -- an order, no secret
    ids = [
        ingest(
            database, bench_report(2 + seed % 2, 1, 1, seed=seed, revision=revision(shuffled.randrange(1, 5)))
        ).report_id
        for seed in range(1, 9)
    ]
    for report_id in ids:
        project(database, report_id)
    before = content(database)
    order = [*ids, *ids[:3]]
    shuffled.shuffle(order)
    for report_id in order:
        project(database, report_id)
    assert content(database) == before
    reproject(database)
    assert content(database) == before
    assert check(database, deep=True) == []


def test_the_newest_by_commit_is_the_latest_whatever_came_last(database: Database, keeper: Keeper) -> None:
    for number in (2, 3, 1):
        keeper.keep(report_of({"A": [number * 1e9]}, revision=revision(number)))
    assert rows(database, "SELECT value, previous_value FROM latest") == [(3.0, 2.0)]


def latest_runs(database: Database) -> dict[str, tuple[int, int | None]]:
    return {row[0]: row[1:] for row in rows(database, "SELECT benchmark, run_id, previous_run_id FROM latest")}


def test_lines_that_are_always_run_together_share_one_head(database: Database, keeper: Keeper) -> None:
    for number in (1, 2, 3):
        keeper.keep(report_of({"A": [1e9], "B": [2e9]}, revision=revision(number)))
    assert rows(database, "SELECT run_id, prev_run_id FROM head") == [(3, 2)]
    assert latest_runs(database) == {"A": (3, 2), "B": (3, 2)}


def test_a_run_of_some_cases_leaves_the_heads_of_the_others(database: Database, keeper: Keeper) -> None:
    names = [f"Case{n}" for n in range(2 * ROWS_PER_STATEMENT + 7)]  # More than one statement inserts at once.
    some = names[:-40]
    for number, chosen in enumerate((names, names, some, [*some, "New"], names, names), start=1):
        keeper.keep(report_of({name: [1e9] for name in chosen}, revision=revision(number)))
        assert check(database, deep=True) == []
        if number == 4:
            assert latest_runs(database) == {
                **dict.fromkeys(names, (2, 1)),
                **dict.fromkeys(some, (4, 3)),
                "New": (4, None),
            }
    assert latest_runs(database) == {**dict.fromkeys(names, (6, 5)), "New": (4, None)}
    assert only(database, "SELECT count(*) FROM head") == 2


def test_a_case_that_is_new_between_others_keeps_each_to_its_own_numbers(database: Database, keeper: Keeper) -> None:
    keeper.keep(report_of({"A": [1e9], "C": [3e9]}))
    for samples in (1, 2):
        said = {name: [value] * samples for name, value in (("A", 10e9), ("B", 20e9), ("C", 30e9))}
        run_id = keeper.keep(report_of(said))
        told = rows(database, "SELECT benchmark, value, n FROM results WHERE run_id = ? ORDER BY 1", run_id)
        assert told == [("A", 10.0, samples), ("B", 20.0, samples), ("C", 30.0, samples)]
        printed = rows(
            database,
            "SELECT benchmark, seq, ns_per_op FROM gobench_results WHERE run_id = ? AND seq = 0 ORDER BY 1",
            run_id,
        )
        assert printed == [("A", 0, 10e9), ("B", 0, 20e9), ("C", 0, 30e9)]


def test_a_commit_that_learns_its_place_moves_its_runs(database: Database, keeper: Keeper) -> None:
    shallow = revision(9, commit_count=None, chain=())
    keeper.keep(report_of({"A": [9e9]}, revision=shallow))
    keeper.keep(report_of({"A": [5e9]}, revision=revision(5)))
    assert rows(database, "SELECT value, previous_value FROM latest") == [(5.0, 9.0)]
    keeper.keep(report_of({"A": [10e9]}, revision=revision(10)))
    assert rows(database, "SELECT value, previous_value FROM latest") == [(10.0, 9.0)]
    assert check(database, deep=True) == []


def test_without_a_chain_the_date_of_the_commit_decides(database: Database, keeper: Keeper) -> None:
    def shallow(number: int) -> Revision:
        return revision(number, commit_count=None, chain=())

    keeper.keep(report_of({"A": [2e9]}, revision=shallow(2), started_at_ms=1_700_000_000_000))
    keeper.keep(report_of({"A": [1e9]}, revision=shallow(1), started_at_ms=1_700_000_900_000))
    assert rows(database, "SELECT value, previous_value FROM latest") == [(2.0, 1.0)]


def test_dirty_forked_and_other_branches_are_lines_of_their_own(database: Database, keeper: Keeper) -> None:
    keeper.keep(report_of({"A": [1e9]}))
    keeper.keep(report_of({"A": [2e9]}, revision=revision(2, is_dirty=True)))
    keeper.keep(report_of({"A": [3e9]}, revision=revision(3, branch="topic")))
    assert sorted(rows(database, "SELECT value, previous_value, trunk FROM latest")) == [
        (1.0, None, 1),
        (2.0, None, 0),
        (3.0, None, 0),
    ]


def kept_runs(keeper: Keeper, count: int, cases: int = 3) -> list[int]:
    return [keeper.keep(bench_report(cases, 1, 1, seed=n, revision=revision(n))) for n in range(1, count + 1)]


def test_history_says_the_same_in_blocks_and_before(database: Database, keeper: Keeper) -> None:
    kept_runs(keeper, RUNS_PER_BLOCK + 3)
    assert only(database, "SELECT count(*) FROM run WHERE block_id IS NULL") == 3
    question = "SELECT run_id, benchmark, params, value FROM {} ORDER BY run_id, params"
    history = rows(database, question.format("history"))
    assert history == rows(database, question.format("results"))
    assert len(history) == 3 * (RUNS_PER_BLOCK + 3)


def test_a_run_that_changes_leaves_its_block_and_history_stays_true(database: Database, keeper: Keeper) -> None:
    ids = kept_runs(keeper, RUNS_PER_BLOCK)
    changed = bench_report(2, 1, 1, seed=999)
    replace_body(database, ids[7], changed.catalog, changed.body, _envelope_of(database, ids[7]))
    project(database, ids[7])
    question = "SELECT run_id, params, value FROM {} ORDER BY run_id, params"
    assert rows(database, question.format("history")) == rows(database, question.format("results"))
    assert check(database, deep=True) == []


def test_a_run_that_stays_the_same_stays_in_its_block(database: Database, keeper: Keeper) -> None:
    ids = kept_runs(keeper, RUNS_PER_BLOCK)
    project(database, ids[7])
    assert only(database, "SELECT count(*) FROM run WHERE block_id = 1") == RUNS_PER_BLOCK


def test_a_series_that_a_better_reader_drops_leaves_the_latest(database: Database, keeper: Keeper) -> None:
    ids = kept_runs(keeper, 3)
    fewer = bench_report(2, 1, 1, seed=3)
    replace_body(database, ids[2], fewer.catalog, fewer.body, _envelope_of(database, ids[2]))
    project(database, ids[2])
    latest = dict(rows(database, "SELECT params, run_id FROM latest"))
    assert latest == {'{"size":"0"}': ids[2], '{"size":"1"}': ids[2], '{"size":"2"}': ids[1]}
    assert check(database, deep=True) == []


def _envelope_of(database: Database, report_id: int) -> Envelope:
    return load_report(database, report_id).envelope


def test_every_column_of_a_run_follows_a_new_reading(database: Database, keeper: Keeper) -> None:
    report = bench_report()
    run_id = keeper.keep(report)
    changed = msgspec.structs.replace(
        report.envelope,
        status="failed",
        exit_code=3,
        finished_at_ms=report.envelope.started_at_ms + 9_000,
        executions=(),
    )
    replace_body(database, run_id, report.catalog, report.body, changed)
    project(database, run_id)
    said = rows(database, "SELECT status, exit_code, seconds, wall_s, memory_bytes_max FROM runs")
    assert said == [("failed", 3, 9.0, None, None)]


def test_a_report_that_cannot_be_projected_is_set_aside_and_blocks_nobody(database: Database, keeper: Keeper) -> None:
    broken = bench_report()
    beyond = msgspec.structs.replace(broken.body.lines, case=[99] * len(broken.body.lines.case))
    broken = msgspec.structs.replace(broken, body=msgspec.structs.replace(broken.body, lines=beyond))
    with pytest.raises(SetAsideError, match="IndexError"):
        keeper.keep(broken)
    keeper.keep(bench_report(seed=2))
    assert only(database, "SELECT count(*) FROM run") == 1
    assert only(database, "SELECT count(*) FROM report") == 2
    assert [finding.kind for finding in check(database)] == ["set-aside"]
    count, failures = reproject(database)
    assert (count, len(failures)) == (2, 1)


def test_a_failed_projection_leaves_nothing_of_itself(database: Database, keeper: Keeper) -> None:
    broken = bench_report()
    facts = msgspec.structs.replace(broken.body.lines, facts={"procs": [object()]})
    with pytest.raises(Exception):  # noqa: B017, PT011 -- JSON cannot say it, so that nothing comes in
        keeper.keep(msgspec.structs.replace(broken, body=msgspec.structs.replace(broken.body, lines=facts)))
    uneven = msgspec.structs.replace(broken.body.lines, facts={"procs": [1, 2]})
    with pytest.raises(SetAsideError):
        keeper.keep(msgspec.structs.replace(broken, body=msgspec.structs.replace(broken.body, lines=uneven)))
    for table in ("run", "measurement", "head", "series_head", "bench_case", "native_table", "resolved_catalog"):
        assert only(database, f"SELECT count(*) FROM {table}") == 0  # noqa: S608 -- our own names


def test_a_report_kept_twice_is_projected_when_it_was_not(database: Database, keeper: Keeper) -> None:
    report = bench_report()
    report_id = ingest(database, report).report_id
    assert only(database, "SELECT count(*) FROM run") == 0
    assert keeper.keep(report) == report_id
    assert only(database, "SELECT count(*) FROM run") == 1


def test_two_cases_renamed_to_one_are_both_kept_in_one_run(database: Database, keeper: Keeper) -> None:
    keeper.keep(report_of({"Old": [1e9]}))
    project_id = only(database, "SELECT id FROM project")
    rename(database, project_id, Rename("case", "suite", "Old", "New"), user=User("Ada"))
    # It started before the rename, and arrives late.
    run_id = keeper.keep(report_of({"Old": [1e9], "New": [3e9]}))
    assert rows(database, "SELECT benchmark, value, n FROM results WHERE run_id = ?", run_id) == [("New", 2.0, 2)]
    assert only(database, "SELECT count(*) FROM gobench_results WHERE run_id = ?", run_id) == 2


def test_an_outcome_said_twice_is_two_attempts(database: Database, keeper: Keeper) -> None:
    report = outcome_report({"A": "failed", "B": "passed"})
    twice = msgspec.structs.replace(report.body.outcomes, case=[0, 0])
    keeper.keep(msgspec.structs.replace(report, body=Body(outcomes=twice)))
    assert rows(database, "SELECT test, attempt, status FROM tests ORDER BY attempt") == [
        ("A", 1, "failed"),
        ("A", 2, "passed"),
    ]


def native(name: str, *columns: Column) -> NativeTable:
    return NativeTable(name, "results", columns or (Column("procs", "integer", "fact:procs", "Threads."),))


@pytest.mark.parametrize(
    "table",
    [
        native("run"),
        native("result"),
        native("test"),
        native("context"),
        native("sqlite_x"),
        native("no good"),
        native("my_result", Column("run_id", "integer", "fact:procs", "")),
        native("my_result", Column("project", "integer", "fact:procs", "")),
        native("my_result", Column("a", "integer", "fact:procs", ""), Column("a", "real", "unit:ns/op", "")),
    ],
    ids=lambda table: f"{table.name}({', '.join(column.name for column in table.columns)})",
)
def test_a_framework_cannot_take_a_name_of_ours(database: Database, keeper: Keeper, table: NativeTable) -> None:
    keeper.keep(bench_report())
    before = content(database)
    with pytest.raises(SetAsideError):
        keeper.keep(bench_report(native=(table,)))
    assert content(database) == before


def test_a_native_column_may_be_a_word_of_sql(database: Database, keeper: Keeper) -> None:
    keeper.keep(bench_report(native=(native("my_result", Column("order", "integer", "fact:procs", "A word.")),)))
    assert only(database, 'SELECT max("order") FROM my_results') == 2


def test_native_columns_are_only_ever_added(database: Database, keeper: Keeper) -> None:
    keeper.keep(bench_report(native=(GOBENCH,)))
    fewer = msgspec.structs.replace(GOBENCH, columns=(*GOBENCH.columns[:1], Column("new", "text", "fact:x", "New.")))
    keeper.keep(bench_report(native=(fewer,)))
    columns = [row[0] for row in database.all("columns_of", name="gobench_results")]
    assert {"ns_per_op", "new", "procs"} <= set(columns)
    assert only(database, "SELECT count(*) FROM gobench_results WHERE new IS NULL") == 6


def test_a_native_column_does_not_change_its_type(keeper: Keeper) -> None:
    keeper.keep(bench_report(native=(native("my_result"),)))
    with pytest.raises(SetAsideError, match="procs"):
        keeper.keep(bench_report(native=(native("my_result", Column("procs", "text", "fact:procs", "")),)))
