"""Several processes on one file, and processes that die."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchhub.store.check import check
from benchhub.store.database import open_database
from benchhub.store.projection import reproject
from store.backends import only, rows

WORKER = Path(__file__).with_name("worker.py")


def started(database: Path, first: int, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, WORKER, database, str(first), str(count)], stdout=subprocess.PIPE, text=True
    )


@pytest.mark.slow
def test_twenty_processes_that_write_at_once_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "bench.db"
    workers = [started(path, 1 + 3 * number, 3) for number in range(20)]  # The file is not there yet, too.
    said = [uid for worker in workers for uid in worker.communicate(timeout=120)[0].split()]
    assert [worker.returncode for worker in workers] == [0] * 20
    with open_database(path) as database:
        assert sorted(said) == sorted(row[0] for row in rows(database, "SELECT run_uid FROM runs"))
        assert only(database, "SELECT count(*) FROM samples") == 60 * 20 * 2 * 3
        assert check(database, deep=True) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_a_killed_process_leaves_a_sound_file_with_all_that_it_acknowledged_once(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "bench.db"
    worker = started(path, 1, 10_000)
    assert worker.stdout is not None
    said = [worker.stdout.readline().strip() for _ in range(random.Random(seed).randrange(1, 60))]  # noqa: S311 -- a moment
    worker.send_signal(signal.SIGKILL)
    said += worker.stdout.read().split()  # The last line may be cut.
    worker.communicate()
    with open_database(path) as database:
        reproject(database)
        kept = [row[0] for row in rows(database, "SELECT run_uid FROM runs")]
        assert len(kept) == len(set(kept))
        assert {uid for uid in said if len(uid) == 36} <= set(kept)
        assert only(database, "SELECT count(*) FROM results") == len(kept) * 20 * 2
        assert check(database, deep=True) == []


@pytest.mark.slow
@pytest.mark.parametrize("attempt", range(3))
def test_processes_that_make_the_file_at_once_make_one(tmp_path: Path, attempt: int) -> None:
    path = tmp_path / f"new-{attempt}" / "bench.db"
    workers = [started(path, 1 + number, 1) for number in range(6)]
    errors = [worker.communicate(timeout=60) for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 6, errors
    with open_database(path) as database:
        assert only(database, "SELECT count(*) FROM runs") == 6
