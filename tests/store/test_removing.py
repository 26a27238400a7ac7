"""Removing: every view is as if the run had never been kept, and after undo as if it had always been."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from benchhub.errors import NothingMatchedError, RemovedError
from benchhub.flows.keep_run import recover
from benchhub.flows.spool import Unfinished, open_run_spool
from benchhub.model.case import Case
from benchhub.model.circumstance import User
from benchhub.model.record import Statistic
from benchhub.model.report import Body, Catalog, Report
from benchhub.store.blocks import RUNS_PER_BLOCK
from benchhub.store.check import check
from benchhub.store.database import Database, open_database
from benchhub.store.find import find_run
from benchhub.store.keeper import Keeper
from benchhub.store.projection import reproject
from benchhub.store.remarks import add_note, add_tags
from benchhub.store.removing import removals, remove_runs, undo_removal
from store.backends import only, rows
from store.everything import Everything, everything
from store.factory import TIME, bench_report, envelope, outcome_report, revision

ADA = User("Ada")


def nan_report() -> Report:
    """Return a run whose only value of one metric is no number: the metric exists, and has no measurement."""
    report = bench_report(2, 3, seed=7)
    values = ["NaN" if at % 3 == 2 else value for at, value in enumerate(report.body.lines.said_values)]
    lines = msgspec.structs.replace(report.body.lines, said_values=values)
    return msgspec.structs.replace(report, body=msgspec.structs.replace(report.body, lines=lines))


def statistic_report(name: str) -> Report:
    case = Case("suite", name)
    return Report(envelope(), Catalog((case,), ()), Body(statistics=(Statistic(case, TIME, "p99", 1e9, 10),)))


def reports() -> list[Report]:
    """Return runs that have much in common, and some things that only one of them has."""
    return [
        bench_report(3, 2, seed=1, revision=revision(1)),
        bench_report(4, 2, 3, seed=2, revision=revision(3)),
        bench_report(3, 2, seed=3, revision=revision(2)),
        bench_report(3, 3, seed=4, revision=revision(4, branch="other")),
        outcome_report({"TestA": "passed", "TestB": "failed"}, revision=revision(2)),
        outcome_report({"TestA": "passed", "TestOnlyHere": "skipped"}, revision=revision(4)),
        statistic_report("Shared"),
        statistic_report("Alone"),
        bench_report(2, 1, seed=9, revision=revision(3, branch="third")),
        nan_report(),
    ]


def kept(folder: Path, wanted: Sequence[Report]) -> Database:
    folder.mkdir()
    database = open_database(folder / "bench.db")
    for report in wanted:
        Keeper(database).keep(report)
    return database


@pytest.mark.parametrize(
    "gone", [[0], [1], [2], [3], [4, 5], [6], [7], [8], [9], [3, 8], [0, 2, 5, 7], list(range(10))]
)
def test_a_removed_run_leaves_every_view_as_if_it_had_never_been_kept(tmp_path: Path, gone: list[int]) -> None:
    given = reports()
    with kept(tmp_path / "with", given) as database, kept(tmp_path / "always", given) as always:
        ids = [only(database, "SELECT id FROM run WHERE uid = ?", given[at].envelope.uid) for at in gone]
        left = [report for at, report in enumerate(given) if at not in gone]
        with kept(tmp_path / "without", left) as without:
            # Views of frameworks are there with their first run, and stay.
            never: Everything = {view: [] for view in everything(always)} | everything(without)
        removal_id = remove_runs(database, ids, user=ADA)
        assert everything(database) == never
        assert check(database, deep=True) == []
        reproject(database)
        assert everything(database) == never
        assert undo_removal(database).run_ids == sorted(ids)
        assert everything(database) == everything(always)
        assert check(database, deep=True) == []
        assert only(database, "SELECT count(*) FROM removed_run WHERE removal_id = ?", removal_id) == 0


def test_runs_leave_their_block_of_history_and_come_back_to_it(tmp_path: Path) -> None:
    given = [bench_report(2, 1, seed=n, revision=revision(n)) for n in range(1, 2 * RUNS_PER_BLOCK + 5)]
    left = [report for at, report in enumerate(given) if at not in {3, 7, RUNS_PER_BLOCK + 1}]
    with kept(tmp_path / "with", given) as database, kept(tmp_path / "without", left) as without:
        before = everything(database)
        remove_runs(database, [4, 8, RUNS_PER_BLOCK + 2], user=ADA)
        assert everything(database)["history"] == everything(without)["history"]
        assert only(database, "SELECT count(DISTINCT id) FROM history_block") == 2
        assert check(database, deep=True) == []
        undo_removal(database)
        assert everything(database) == before
        assert check(database, deep=True) == []


def test_a_run_kept_after_a_removal_finds_its_series_again(tmp_path: Path) -> None:
    given = reports()
    with kept(tmp_path / "with", given[:1]) as database:
        remove_runs(database, [1], user=ADA)
        assert only(database, "SELECT count(*) FROM benchmarks") == 0
        again = msgspec.structs.replace(given[0], envelope=envelope(revision=revision(1)))
        Keeper(database).keep(again)
        assert only(database, "SELECT count(*) FROM results") == 6
        undo_removal(database)
        assert only(database, "SELECT count(*) FROM results") == 12
        assert check(database, deep=True) == []


def test_a_removed_run_that_arrives_again_stays_removed_and_says_who_removed_it(tmp_path: Path) -> None:
    given = reports()
    with kept(tmp_path / "with", given) as database:
        removal_id = remove_runs(database, [2], user=ADA)
        before = everything(database)
        with pytest.raises(RemovedError, match="removed by Ada") as caught:
            Keeper(database).keep(given[1])
        assert f"bh rm --undo {removal_id}" in str(caught.value.hint)
        assert everything(database) == before


def test_a_removed_run_that_waits_in_the_spool_leaves_it_and_is_told(tmp_path: Path) -> None:
    given = reports()
    with kept(tmp_path / "with", given[:1]) as database:
        remove_runs(database, [1], user=ADA)
        spool = open_run_spool(tmp_path / "spool", Unfinished(given[0].envelope))
        spool.keep(given[0])
        spool.close()
        (recovered,) = recover(tmp_path / "spool", Keeper(database), {})
        assert "removed by Ada" in str(recovered.removed_because)
        assert list((tmp_path / "spool").iterdir()) == []


def test_tags_and_notes_wait_for_their_run(database: Database, keeper: Keeper) -> None:
    run_id = keeper.keep(bench_report())
    add_tags(database, run_id, ["baseline", "v1", "baseline"], user=ADA)
    add_note(database, run_id, "quiet machine", user=ADA)
    assert rows(database, "SELECT tags, notes FROM runs") == [("baseline v1", 1)]
    remove_runs(database, [run_id], user=ADA)
    assert rows(database, "SELECT * FROM run_tags") == rows(database, "SELECT * FROM run_notes") == []
    undo_removal(database)
    assert rows(database, "SELECT tags, notes FROM runs") == [("baseline v1", 1)]
    assert rows(database, "SELECT note, user_name FROM run_notes") == [("quiet machine", "Ada")]
    reproject(database)
    assert rows(database, "SELECT tags, notes FROM runs") == [("baseline v1", 1)]


def test_who_asks_for_a_removed_run_is_told_how_it_comes_back(database: Database, keeper: Keeper) -> None:
    keeper.keep(bench_report())
    remove_runs(database, [1], user=ADA)
    with pytest.raises(NothingMatchedError) as caught:
        find_run(database, "1")
    assert "bh rm --undo 1" in str(caught.value.hint)


def test_removals_are_undone_one_by_one_or_by_number(database: Database, keeper: Keeper) -> None:
    for seed in range(1, 4):
        keeper.keep(bench_report(seed=seed))
    first, second = remove_runs(database, [1], user=ADA), remove_runs(database, [2, 3], user=ADA)
    assert [one["removal_id"] for one in removals(database)] == [second, first]
    assert undo_removal(database, first).run_ids == [1]
    assert undo_removal(database).run_ids == [2, 3]
    for removal_id in (None, first, 99):
        with pytest.raises(NothingMatchedError):
            undo_removal(database, removal_id)


def test_digits_that_also_begin_a_uid_name_nothing_when_it_matters(database: Database, keeper: Keeper) -> None:
    keeper.keep(bench_report())
    report = bench_report(seed=2)
    uid = "1" + report.envelope.uid[1:]
    keeper.keep(msgspec.structs.replace(report, envelope=msgspec.structs.replace(report.envelope, uid=uid)))
    assert find_run(database, "1").run_id == 1
    with pytest.raises(NothingMatchedError):
        find_run(database, "1", is_strict=True)
    assert find_run(database, uid[:8], is_strict=True).run_id == 2
    assert find_run(database, "2", is_strict=True).run_id == 2


REMOVER = """
import sys
from pathlib import Path
from benchhub.model.circumstance import User
from benchhub.store.database import open_database
from benchhub.store.removing import remove_runs, undo_removal
with open_database(Path(sys.argv[1])) as database:
    print("ready", flush=True)
    while True:
        remove_runs(database, list(range(1, 31, 2)), user=User("Ada"))
        undo_removal(database)
"""


@pytest.mark.slow
def test_who_is_killed_while_removing_leaves_all_or_nothing(tmp_path: Path) -> None:
    given = [bench_report(20, 2, seed=n, revision=revision(n)) for n in range(1, 31)]
    with kept(tmp_path / "with", given) as database, kept(tmp_path / "without", given[1::2]) as without:
        whole, rest = everything(database), everything(without)
    for at in range(12):
        _killed(REMOVER, tmp_path / "with" / "bench.db", after_s=0.02 * at)
        with open_database(tmp_path / "with" / "bench.db") as database:
            assert everything(database) in (whole, rest)
            assert check(database, deep=True) == []
            if removals(database):
                undo_removal(database)


def _killed(program: str, path: Path, *, after_s: float, wait: Callable[[float], None] = time.sleep) -> None:
    process = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        wait(after_s)
        os.kill(process.pid, signal.SIGKILL)
