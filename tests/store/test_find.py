"""Naming a run, and what stood there before it."""

import pytest

from benchhub.errors import NothingMatchedError
from benchhub.store.database import Database
from benchhub.store.find import find_benchmarks, find_run, run_whole, series_history, values_before
from benchhub.store.keeper import Keeper
from store.factory import bench_report, revision


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
    told = dict(database.connection.execute("SELECT series_id, value FROM measurement WHERE run_id = 2"))
    assert before == told
    assert values_before(database, 1, 1) == {}


def test_values_before_skip_the_runs_of_the_same_command(database: Database, uids: list[str]) -> None:
    assert len(uids) == 3
    told = dict(database.connection.execute("SELECT series_id, value FROM measurement WHERE run_id = 1"))
    assert values_before(database, 3, 2) == told


def test_a_history_is_in_the_order_of_commits(database: Database, keeper: Keeper, uids: list[str]) -> None:
    assert len(uids) == 3
    keeper.keep(bench_report(2, 1, 1, seed=9, revision=revision(2)))
    ((series),) = {row["series_id"] for row in find_benchmarks(database, "BenchmarkX size=0")}
    assert [row["run_id"] for row in series_history(database, series)] == [1, 2, 4, 3]


def test_a_run_is_told_whole(database: Database, uids: list[str]) -> None:
    whole = run_whole(database, 1)
    assert whole["run"]["run_uid"] == uids[0]
    assert [row["benchmark"] for row in whole["results"]] == ["BenchmarkX", "BenchmarkX"]
