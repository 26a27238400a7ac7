"""Pruning: what goes is gone, what stays is whole, and nothing that somebody needs goes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchhub.errors import NothingMatchedError, RemovedError
from benchhub.model.circumstance import User
from benchhub.model.report import ArtifactRef
from benchhub.store import ingest
from benchhub.store.blocks import RUNS_PER_BLOCK
from benchhub.store.check import check
from benchhub.store.database import Database, open_database
from benchhub.store.keeper import Keeper
from benchhub.store.large_files import DRAFT_AGE_S_MIN
from benchhub.store.postgres import PostgresDatabase
from benchhub.store.pruning import prunable, prune
from benchhub.store.remarks import add_tags
from benchhub.store.removing import removals, remove_runs, undo_removal
from benchhub.store.sizes import sizes, vacuum
from benchhub.store.sqlite import SqliteDatabase
from benchhub.store.sqlite_opening import open_file
from store.backends import only, rows
from store.everything import everything
from store.factory import bench_report, revision

ADA = User("Ada")
DAY_MS = 86_400_000


def run_ids(database: Database) -> list[int]:
    return [row[0] for row in rows(database, "SELECT run_id FROM runs ORDER BY 1")]


def test_what_was_removed_goes_for_good_and_stays_away(tmp_path: Path, database: Database, keeper: Keeper) -> None:
    output = tmp_path / "stdout"
    reports = []
    for seed in (1, 2):
        output.write_text(f"output of {seed}")
        reports.append(bench_report(seed=seed, artifact=output))
        keeper.keep(reports[-1])
    remove_runs(database, [1], user=ADA)
    found = prunable(database)
    assert (found.removed, found.runs, found.blobs) == ([1], [], 1)
    before = everything(database)
    prune(database, found.report_ids, user=ADA)
    assert everything(database) == before
    for table in ("report", "blob", "artifact", "projection"):
        assert only(database, f"SELECT count(*) FROM {table}") == 1  # noqa: S608 -- our own names
    assert removals(database) == []
    with pytest.raises(NothingMatchedError, match="gone for good"):
        undo_removal(database, 1)
    with pytest.raises(RemovedError) as caught:
        keeper.keep(reports[0])
    assert caught.value.hint is None
    assert run_ids(database) == [2]
    assert check(database, deep=True) == []


def test_saying_what_would_go_changes_nothing(database: Database, keeper: Keeper) -> None:
    for seed in range(1, 4):
        keeper.keep(bench_report(seed=seed))
    remove_runs(database, [1], user=ADA)
    before = everything(database), removals(database)
    assert prunable(database, keep=1).report_ids == [1, 2]
    assert (everything(database), removals(database)) == before


def test_the_newest_runs_of_each_line_are_kept_by_the_order_of_history(database: Database, keeper: Keeper) -> None:
    for number in (3, 1, 2):
        keeper.keep(bench_report(seed=number, revision=revision(number)))
    keeper.keep(bench_report(seed=4, revision=revision(1, branch="other")))
    found = prunable(database, keep=1)
    assert [(row["run_id"], row["branch"]) for row in found.runs] == [(2, "main"), (3, "main")]
    prune(database, found.report_ids, user=ADA)
    assert run_ids(database) == [1, 4]
    assert check(database, deep=True) == []


def test_tagged_runs_are_kept_and_told(database: Database, keeper: Keeper) -> None:
    for seed in range(1, 4):
        keeper.keep(bench_report(seed=seed, revision=revision(seed)))
    add_tags(database, 1, ["baseline"], user=ADA)
    found = prunable(database, keep=1)
    assert ([row["run_id"] for row in found.runs], found.tagged) == ([2], 1)


def test_age_and_number_take_only_what_both_take(database: Database, keeper: Keeper) -> None:
    now_ms = time.time_ns() // 1_000_000
    for seed, days in enumerate((100, 95, 1, 0), 1):
        keeper.keep(bench_report(seed=seed, revision=revision(seed), started_at_ms=now_ms - days * DAY_MS))
    before_ms = now_ms - 90 * DAY_MS
    assert prunable(database, before_ms=before_ms).report_ids == [1, 2]
    assert prunable(database, keep=3).report_ids == [1]
    assert prunable(database, keep=3, before_ms=before_ms).report_ids == [1]
    assert prunable(database, keep=1, before_ms=before_ms).report_ids == [1, 2]
    assert prunable(database).report_ids == []


def test_runs_in_blocks_of_history_go_and_the_others_stay_true(tmp_path: Path) -> None:
    reports = [bench_report(2, 1, seed=n, revision=revision(n)) for n in range(1, RUNS_PER_BLOCK + 11)]
    with open_database(tmp_path / "all.db") as database, open_database(tmp_path / "left.db") as left:
        for report in reports:
            Keeper(database).keep(report)
        for report in reports[-20:]:
            Keeper(left).keep(report)
        prune(database, prunable(database, keep=20).report_ids, user=ADA)
        assert everything(database) == everything(left)
        assert check(database, deep=True) == []


def test_bytes_that_two_runs_share_stay_with_the_other(tmp_path: Path, database: Database, keeper: Keeper) -> None:
    output = tmp_path / "stdout"
    output.write_text("the same")
    for seed in (1, 2):
        keeper.keep(bench_report(seed=seed, artifact=output))
    remove_runs(database, [1], user=ADA)
    assert prunable(database).blobs == 0
    prune(database, [1], user=ADA)
    assert only(database, "SELECT count(*) FROM blob") == 1
    assert check(database, deep=True) == []


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is large: bytes lie in files beside the database."""
    monkeypatch.setattr(ingest, "LARGE_BYTES_MIN", 0)


@pytest.mark.usefixtures("small_files")
def test_files_beside_the_database_go_with_their_run_and_so_do_those_of_nobody(
    tmp_path: Path, file_database: SqliteDatabase
) -> None:
    database, keeper = file_database, Keeper(file_database)
    output = tmp_path / "stdout"
    reports = []
    for seed in (1, 2):
        output.write_text(f"output of {seed}")
        reports.append(bench_report(seed=seed, artifact=output))
        keeper.keep(reports[-1])
    mine, other = (database.large.file_of(report.artifacts[0].sha256) for report in reports)
    orphan = database.large.file_of("ab" * 32)
    fresh, stale = (orphan.with_name(f".{name}.zst.1") for name in ("fresh", "stale"))
    orphan.parent.mkdir(exist_ok=True)
    for file in (orphan, fresh, stale):
        file.write_text("left by somebody who died")
    long_ago = time.time() - 2 * DRAFT_AGE_S_MIN
    os.utime(stale, (long_ago, long_ago))
    remove_runs(database, [1], user=ADA)
    found = prunable(database)
    assert found.blobs == 3
    assert found.blob_bytes == mine.stat().st_size + 2 * orphan.stat().st_size
    prune(database, found.report_ids, user=ADA)
    assert {file for file in database.large.folder.glob("*/*") if file.is_file()} == {other, fresh}
    assert check(database, deep=True) == []


@pytest.mark.usefixtures("small_files")
def test_a_file_that_is_pruned_while_a_run_is_kept_is_written_again(
    tmp_path: Path, database: Database, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "stdout"
    output.write_text("output")
    pack = ingest._packed_artifacts  # noqa: SLF001 -- what happens between packing and the transaction is the test

    def pruned_meanwhile(database: Database, artifacts: tuple[ArtifactRef, ...]) -> object:
        packed = pack(database, artifacts)
        prune(database, [], user=ADA)
        return packed

    monkeypatch.setattr(ingest, "_packed_artifacts", pruned_meanwhile)
    keeper.keep(bench_report(artifact=output))
    assert check(database, deep=True) == []


def test_sizes_count_what_is_there(tmp_path: Path, database: Database, keeper: Keeper) -> None:
    output = tmp_path / "stdout"
    output.write_text("x" * 1000)
    keeper.keep(bench_report(3, 2, 4, artifact=output))
    keeper.keep(bench_report(3, 2, 1, seed=2, artifact=output))
    found = sizes(database)
    assert (found.runs, found.measurements, found.samples) == (2, 12, 30)
    assert found.raw_bytes == 1000
    assert {table.name: table.rows for table in found.tables}["measurement"] == 12
    own_pages = sum(table.bytes or 0 for table in found.tables)
    assert 0 < own_pages <= database.storage()[2]
    (project,) = found.projects
    assert (project["runs"], project["samples"], project["raw_bytes"]) == (2, 30, 2000)
    assert found.bytes_per_measurement is not None


def test_vacuum_gives_back_what_pruned_runs_took(file_database: SqliteDatabase) -> None:
    _vacuum(file_database)


@pytest.mark.slow
def test_vacuum_gives_back_what_pruned_runs_took_on_a_server(server_database: PostgresDatabase) -> None:
    _vacuum(server_database)


def _vacuum(database: Database) -> None:
    keeper = Keeper(database)
    for seed in range(1, 10):
        keeper.keep(bench_report(500, 3, 5, seed=seed))
    prune(database, prunable(database, keep=1).report_ids, user=ADA)
    before = everything(database)
    own_bytes = database.storage()[2]
    vacuum(database)
    assert database.storage()[2] < own_bytes / 2
    done = vacuum(database)
    assert done.after_bytes == sizes(database).file_bytes + sizes(database).log_bytes
    assert sizes(database).free_bytes == 0
    assert everything(database) == before
    assert check(database, deep=True) == []


PRUNER = """
import sys
from pathlib import Path
from benchhub.model.circumstance import User
from benchhub.store import pruning
from benchhub.store.database import open_database
pruning.RUNS_PER_TRANSACTION = 2
with open_database(Path(sys.argv[1])) as database:
    print("ready", flush=True)
    pruning.prune(database, pruning.prunable(database, keep=4).report_ids, user=User("Ada"))
"""


@pytest.mark.slow
@pytest.mark.usefixtures("small_files")
def test_who_is_killed_while_pruning_has_pruned_fewer_and_whole_runs(tmp_path: Path) -> None:
    for at in range(10):
        folder = tmp_path / str(at)
        reports = []
        with open_database(folder / "bench.db") as database:
            for seed in range(1, 31):
                output = folder / f"stdout{seed}"
                output.write_text(f"output of {seed}")
                reports.append(bench_report(20, 2, seed=seed, revision=revision(seed), artifact=output))
                Keeper(database).keep(reports[-1])
        process = subprocess.Popen([sys.executable, "-c", PRUNER, str(folder / "bench.db")], stdout=subprocess.PIPE)
        with process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(0.015 * at)
            os.kill(process.pid, signal.SIGKILL)
        with open_file(folder / "bench.db") as database, open_file(folder / "left.db") as left:
            kept = {row[0] for row in rows(database, "SELECT run_uid FROM runs")}
            for report in reports:
                if report.envelope.uid in kept:
                    Keeper(left).keep(report)
            assert everything(database) == everything(left)
            assert only(database, "SELECT count(*) FROM report") == len(kept)
            assert check(database, deep=True) == []
            prune(database, prunable(database, keep=4).report_ids, user=ADA)
            assert len(run_ids(database)) == 4
            assert len([file for file in database.large.folder.glob("*/*") if file.is_file()]) == 4
