"""Naming a run, and what stood there before it."""

from collections.abc import Iterable

import msgspec
import pytest

from benchhub.errors import NothingMatchedError
from benchhub.model.case import Case, Param
from benchhub.model.report import Report
from benchhub.store.database import Database
from benchhub.store.find import (
    find_benchmarks,
    find_run,
    newest_lines,
    outcome_history,
    run_whole,
    series_history,
    values_before,
)
from benchhub.store.keeper import Keeper
from store.factory import bench_report, outcome_report, revision


@pytest.fixture
def uids(keeper: Keeper) -> list[str]:
    reports = [bench_report(2, 1, 1, seed=number, revision=revision(number)) for number in (1, 2, 3)]
    for report in reports:
        keeper.keep(report)
    return [report.envelope.uid for report in reports]


@pytest.mark.parametrize(("reference", "place"), [("latest", 2), ("-1", 2), ("-2", 1), ("-3", 0), ("1", 0), ("3", 2)])
def test_a_run_is_named_by_its_place_or_number(database: Database, uids: list[str], reference: str, place: int) -> None:
    assert find_run(database, reference).uid == uids[place]


def test_a_run_is_named_by_its_uid_or_a_unique_beginning(database: Database, uids: list[str]) -> None:
    assert find_run(database, uids[1]).uid == uids[1]
    assert find_run(database, uids[1][:-1].upper()).uid == uids[1]
    with pytest.raises(NothingMatchedError, match="several"):
        find_run(database, uids[1][0])


@pytest.mark.parametrize("reference", ["4", "-4", "²", "-²", "9" * 30, "-" + "9" * 30, "", "zz", "%", "-"])
def test_what_names_no_run_is_told(database: Database, uids: list[str], reference: str) -> None:
    assert uids
    with pytest.raises(NothingMatchedError):
        find_run(database, reference)


def test_values_before_are_those_of_the_last_run_of_the_target(database: Database, uids: list[str]) -> None:
    assert len(uids) == 3
    before = values_before(database, 3, 3)
    told = dict(database.execute("SELECT series_id, value FROM measurement WHERE run_id = 2"))
    assert before == told
    assert values_before(database, 1, 1) == {}


def test_values_before_skip_the_runs_of_the_same_command(database: Database, uids: list[str]) -> None:
    assert len(uids) == 3
    told = dict(database.execute("SELECT series_id, value FROM measurement WHERE run_id = 1"))
    assert values_before(database, 3, 2) == told


def test_a_history_is_in_the_order_of_commits(database: Database, keeper: Keeper, uids: list[str]) -> None:
    assert len(uids) == 3
    keeper.keep(bench_report(2, 1, 1, seed=9, revision=revision(2)))
    ((series),) = {row["series_id"] for row in find_benchmarks(database, "BenchmarkX size=0")}
    assert [row["run_id"] for row in series_history(database, series)] == [1, 2, 4, 3]


def named_report(names: Iterable[str]) -> Report:
    """Return a report with a number and an outcome of each of these benchmarks."""
    cases = []
    for text in sorted(names):
        name, *words = text.split(" ")
        params = {word.partition("=")[0]: Param(word.partition("=")[2], "tool") for word in words}
        cases.append(Case("p", name, params, said_name="/".join([name, *words])))
    measured = bench_report(len(cases), 1, 1)
    told = outcome_report({case.said_name: "passed" for case in cases})
    body = msgspec.structs.replace(measured.body, outcomes=told.body.outcomes)
    catalog = msgspec.structs.replace(measured.catalog, cases=tuple(cases))
    return msgspec.structs.replace(measured, catalog=catalog, body=body)


CASES = {"BenchmarkS size=20 cpu=1", "BenchmarkS size=200 cpu=1", "BenchmarkS size=20 cpu=4", "BenchmarkT size=20"}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("BenchmarkS", {"BenchmarkS size=20 cpu=1", "BenchmarkS size=200 cpu=1", "BenchmarkS size=20 cpu=4"}),
        ("BenchmarkS size=20", {"BenchmarkS size=20 cpu=1", "BenchmarkS size=20 cpu=4"}),
        ("BenchmarkS/size=20", {"BenchmarkS size=20 cpu=1", "BenchmarkS size=20 cpu=4"}),
        ("p.BenchmarkS cpu=1 size=20", {"BenchmarkS size=20 cpu=1"}),
        ("BenchmarkS size=2* cpu=1", {"BenchmarkS size=20 cpu=1", "BenchmarkS size=200 cpu=1"}),
        ("Benchmark* size=20", CASES - {"BenchmarkS size=200 cpu=1"}),
        ("BenchmarkS size=2", set()),
        ("BenchmarkS size=20 gc=off", set()),
    ],
)
def test_cases_are_named_by_any_of_their_parameters(
    database: Database, keeper: Keeper, words: str, found: set[str]
) -> None:
    keeper.keep(named_report(CASES))
    benchmarks = find_benchmarks(database, words)
    assert {f"{row['benchmark']} {row['param_text']}" for row in benchmarks} == found
    outcomes = outcome_history(database, words)
    assert {f"{row['test'].partition('/')[0]} {row['param_text']}" for row in outcomes} == found


def test_a_run_is_told_whole(database: Database, uids: list[str]) -> None:
    whole = run_whole(database, 1)
    assert whole["run"]["run_uid"] == uids[0]
    assert [row["benchmark"] for row in whole["results"]] == ["BenchmarkX", "BenchmarkX"]


def test_the_newest_lines_have_the_values_that_led_to_them(database: Database, keeper: Keeper) -> None:
    for number in (1, 2, 3):
        keeper.keep(bench_report(2, 2, 3, seed=number, revision=revision(number)))
    lines = newest_lines(database, values_max=2)
    assert [(line["param_text"], line["metric"]) for line in lines] == [
        ("size=0", "time"),
        ("size=0", "allocated"),
        ("size=1", "time"),
        ("size=1", "allocated"),
    ]
    for line in lines:
        points = [point["value"] for point in series_history(database, line["series_id"])]
        assert line["values"] == points[-2:]
        assert (line["value"], line["previous_value"]) == (points[-1], points[-2])


def test_the_newest_line_of_a_case_is_on_the_lane_of_its_newest_run(database: Database, keeper: Keeper) -> None:
    keeper.keep(bench_report(1, 1, 1, seed=1, started_at_ms=1_700_000_100_000))
    dirty = revision(1, is_dirty=True)
    keeper.keep(bench_report(1, 1, 1, seed=2, started_at_ms=1_700_000_200_000, revision=dirty))
    (line,) = newest_lines(database, values_max=9)
    assert (line["run_id"], line["dirty"], line["previous_value"], len(line["values"])) == (2, 1, None, 1)
