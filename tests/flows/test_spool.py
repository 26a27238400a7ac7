"""Folders of runs: made and removed by many at once, and by processes that die over it."""

import threading
from pathlib import Path

from benchhub.flows.keep_run import recover
from benchhub.flows.spool import GONE, NEW, Unfinished, abandoned, open_run_spool
from benchhub.model.report import Report
from benchhub.store.database import open_database
from benchhub.store.keeper import Keeper
from store.factory import envelope


def test_who_tidies_up_removes_nothing_that_is_being_made(tmp_path: Path) -> None:
    spool = tmp_path / "bench.db.spool"
    ended = threading.Event()
    found: list[Path] = []

    def tidy() -> None:
        while not ended.is_set():
            found.extend(run.path for run in abandoned(spool))

    others = [threading.Thread(target=tidy) for _ in range(3)]
    for other in others:
        other.start()
    try:
        for _ in range(150):
            run = open_run_spool(spool, Unfinished(envelope()))
            assert run.path.parent == spool, "somebody took it while it was made"
            run.discard()
    finally:
        ended.set()
        for other in others:
            other.join()
    assert found == [], "a run of a living process was taken for an abandoned one"


def test_what_lies_half_made_or_half_removed_goes(tmp_path: Path) -> None:
    spool = tmp_path / "bench.db.spool"
    for half in (f"{NEW}before-its-lock", f"{NEW}with-its-lock", f"{GONE}half-removed"):
        (spool / half).mkdir(parents=True)
    (spool / f"{NEW}with-its-lock" / "lock").touch()
    (spool / f"{GONE}half-removed" / "stdout").touch()
    assert [*abandoned(spool)] == []
    assert [*spool.iterdir()] == []


def test_a_report_that_a_power_cut_left_empty_is_none_and_the_run_was_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "bench.db"
    run = open_run_spool(path.with_name("bench.db.spool"), Unfinished(envelope()))
    run.keep(Report(envelope()))
    (run.path / "report.json").write_bytes(b"")
    run.close()
    with open_database(path) as database:
        (kept,) = recover(path.with_name("bench.db.spool"), Keeper(database), {})
        assert (kept.was_finished, kept.unread_because) == (False, None)
        assert database.execute("SELECT status FROM runs").fetchall() == [("interrupted",)]
    assert not run.path.exists()


def test_a_run_that_stays_in_the_spool_is_whole(tmp_path: Path) -> None:
    run = open_run_spool(tmp_path / "spool", Unfinished(envelope()))
    run.write("stdout", b"said")
    (run.results / "deep").mkdir()
    (run.results / "deep" / "result.json").write_bytes(b"{}")
    run.keep(Report(envelope()))
    run.settle()
    run.close()
    assert sorted(str(file.relative_to(run.path)) for file in run.path.rglob("*") if file.is_file()) == [
        "lock",
        "report.json",
        "results/deep/result.json",
        "run.json",
        "stdout",
    ]
