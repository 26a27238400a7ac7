"""`bh db check`: each kind of damage is found, named, and where possible mended by projecting again."""

from pathlib import Path

import pytest

from benchhub.store import check as checking
from benchhub.store import ingest as intake
from benchhub.store.blocks import RUNS_PER_BLOCK
from benchhub.store.check import check
from benchhub.store.database import Database
from benchhub.store.ingest import ingest
from benchhub.store.keeper import Keeper
from benchhub.store.projection import reproject
from benchhub.store.sqlite import SqliteDatabase
from store.factory import bench_report, revision


def kinds(database: Database, *, deep: bool = True) -> list[str]:
    return [finding.kind for finding in check(database, deep=deep)]


def test_nothing_is_wrong_with_a_sound_database(database: Database, keeper: Keeper, tmp_path: Path) -> None:
    (tmp_path / "stdout").write_bytes(b"output")
    keeper.keep(bench_report(artifact=tmp_path / "stdout"))
    assert check(database, deep=True) == []


def test_a_report_that_waits_is_told_and_reprojecting_mends_it(database: Database) -> None:
    ingest(database, bench_report())
    assert kinds(database) == ["not-projected"]
    reproject(database)
    assert kinds(database) == []


def test_tables_made_by_an_older_projector_are_told_and_reprojecting_makes_them_again(
    database: Database, keeper: Keeper
) -> None:
    keeper.keep(bench_report())
    database.execute("UPDATE projection SET version = 0")
    assert kinds(database) == ["older-projection"]
    reproject(database)
    assert kinds(database) == []


def test_a_run_that_lost_its_row_is_told_and_reprojecting_mends_it(database: Database, keeper: Keeper) -> None:
    keeper.keep(bench_report())
    database.execute("DELETE FROM run")
    assert "not-projected" in kinds(database, deep=False)
    reproject(database)
    assert kinds(database) == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE head SET run_id = prev_run_id",
        "UPDATE head SET prev_run_id = 0",
        "UPDATE head SET series_hash = NULL",
        "DELETE FROM head",
        "DELETE FROM series_head",
        "UPDATE lane SET newest_run_id = NULL",
    ],
)
def test_wrong_heads_are_found_and_reprojecting_mends_them(database: Database, keeper: Keeper, sql: str) -> None:
    for number in (1, 2):
        keeper.keep(bench_report(seed=number, revision=revision(number)))
    database.execute(sql)
    assert kinds(database) == ["wrong-head"]
    reproject(database)
    assert kinds(database) == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE history_value SET value = replace(value, '[', '[7')",
        "DELETE FROM history_value WHERE series_id = (SELECT min(series_id) FROM history_value)",
        "DELETE FROM history_block WHERE slot = 0",
    ],
)
def test_wrong_history_is_found_and_reprojecting_mends_it(database: Database, keeper: Keeper, sql: str) -> None:
    for number in range(1, RUNS_PER_BLOCK + 1):
        keeper.keep(bench_report(seed=number, revision=revision(number)))
    assert kinds(database) == []
    database.execute(sql)
    assert "wrong-history" in kinds(database)
    reproject(database)
    assert kinds(database) == []


def test_bytes_that_are_gone_are_found(
    file_database: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LARGE_BYTES_MIN", 1)
    (tmp_path / "stdout").write_bytes(b"output")
    report = bench_report(artifact=tmp_path / "stdout")
    Keeper(file_database).keep(report)
    file_database.large.file_of(report.artifacts[0].sha256).unlink()
    assert kinds(file_database, deep=False) == ["missing-bytes"]
    assert kinds(file_database, deep=True) == ["missing-bytes"]


def test_bytes_that_changed_are_found_by_a_deep_look(database: Database, keeper: Keeper, tmp_path: Path) -> None:
    (tmp_path / "stdout").write_bytes(b"output")
    keeper.keep(bench_report(artifact=tmp_path / "stdout"))
    database.execute("UPDATE blob SET data = ?", (b"\0",))
    assert "wrong-bytes" in kinds(database)


def test_bytes_under_the_name_of_others_are_found_by_a_deep_look(
    database: Database, keeper: Keeper, tmp_path: Path
) -> None:
    for seed in (1, 2):
        (tmp_path / "stdout").write_bytes(b"output %d" % seed)
        keeper.keep(bench_report(seed=seed, artifact=tmp_path / "stdout"))
    database.execute("UPDATE blob SET data = (SELECT data FROM blob ORDER BY sha256 LIMIT 1)")
    assert "wrong-bytes" in kinds(database)


def test_a_row_that_refers_to_nothing_is_found(file_database: SqliteDatabase) -> None:
    database = file_database
    Keeper(database).keep(bench_report())
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute('DELETE FROM "user"')
    assert "damaged" in kinds(database, deep=False)


def test_the_findings_have_a_limit_and_say_so(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "FINDINGS_MAX", 2)
    for seed in range(4):
        ingest(database, bench_report(seed=seed))
    assert kinds(database) == ["not-projected", "not-projected", "more"]
