"""The database cannot be written: the result is shown, the exit code says 4, and a later command keeps it."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from stories.go_place import Place

pytestmark = pytest.mark.slow

RUN = ("run", "--name", "program", "--", "sh", "-c", "echo said")
ALONE = ["unshare", "--user", "--map-root-user", "--mount"]
"""A world of its own, in which a file system can be mounted; root or not."""


def check_kept_once(place: Place, *, runs: int = 1) -> None:
    with place.sqlite() as connection:
        kept = connection.execute("SELECT count(*), count(DISTINCT run_uid), min(status) FROM runs").fetchone()
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert kept == (runs, runs, "passed")
    assert [folder for folder in place.spool.glob("*") if not folder.name.startswith(".")] == []


@contextmanager
def locked(place: Place) -> Iterator[None]:
    """Hold the database's write lock, as somebody's forgotten transaction does."""
    with closing(sqlite3.connect(place.db, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def test_a_database_that_is_locked_by_another_process(place: Place) -> None:
    place.bh(*RUN)
    with locked(place):
        said = place.bh(*RUN, code=4)
    assert "time" in said.stdout, "the result is shown"
    assert "nothing is lost" in said.stdout
    assert "1 waiting run" in said.stdout
    after = place.bh("runs")
    assert "kept a run of //:program" in after.stderr
    check_kept_once(place, runs=2)


def let_wait(place: Place, *, runs: int) -> None:
    """Leave runs behind that the database could not take: a file lies where its folder should be."""
    folder = place.db.parent
    folder.rename(place.root / "aside")
    folder.write_text("in the way")
    for _ in range(runs):
        place.bh(*RUN, code=4)
    folder.unlink()
    (place.root / "aside").rename(folder)


def test_what_waits_is_not_kept_twice_by_two_commands_at_once(place: Place) -> None:
    place.bh(*RUN)
    let_wait(place, runs=3)
    started = [place.start("runs") for _ in range(6)]
    said = [process.communicate(timeout=120) for process in started]
    assert [process.returncode for process in started] == [0] * 6, said
    check_kept_once(place, runs=4)


def test_a_place_that_cannot_be_written(place: Place) -> None:
    """A file lies where the folder of the database should be."""
    folder = place.db.parent
    folder.write_text("in the way")
    said = place.bh(*RUN, code=4)
    assert "time" in said.stdout, "the result is shown"
    folder.unlink()
    assert "kept a run of //:program" in place.bh("runs").stderr
    check_kept_once(place)


def test_a_read_only_file_system(place: Place) -> None:
    place.bh(*RUN)
    folder = place.db.parent
    script = f'mount --bind "{folder}" "{folder}" && mount -o remount,ro,bind "{folder}" && exec "$@"'
    done = subprocess.run(
        [*ALONE, "sh", "-c", script, "sh", *place.argv(*RUN)],
        cwd=place.work, env=place.env, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 4, done.stderr
    assert "time" in done.stdout, "the result is shown"
    assert "kept a run of //:program" in place.bh("runs").stderr
    check_kept_once(place, runs=2)


def test_a_full_disk(place: Place) -> None:
    """First a file of the user fills the disk, then it goes; all within one small file system."""
    folder = place.db.parent
    folder.mkdir()
    here, python = str(folder), sys.executable
    bh = f"{python} -m benchhub"
    script = f"""
        mount -t tmpfs -o size=3m none {here} || exit 90
        {bh} run --name first -- sh -c 'echo said' || exit 91
        dd if=/dev/zero of={here}/film bs=1k count=4000 2>/dev/null
        {bh} run --name program -- sh -c 'echo said'; echo "code $?"
        rm {here}/film
        {bh} runs --json >{place.root}/runs.json || exit 92
        {bh} db check || exit 93
        ls {here}/bench.db.spool | grep . && exit 94 || exit 0
    """
    done = subprocess.run(
        [*ALONE, "sh", "-c", script], cwd=place.work, env=place.env, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
    assert "code 4" in done.stdout, (done.stdout, done.stderr)
    assert "kept a run of //:program" in done.stderr
    kept = json.loads((place.root / "runs.json").read_text())
    assert [(run["target"], run["status"]) for run in kept] == [("//:program", "passed"), ("//:first", "passed")]


def test_a_disk_that_fills_up_while_a_program_prints(place: Place) -> None:
    """The program goes on and its result is shown; of its output there is what had arrived."""
    folder = place.db.parent
    folder.mkdir()
    script = f"""
        mount -t tmpfs -o size=6m none {folder} || exit 90
        {sys.executable} -m benchhub run --name loud -- sh -c 'head -c 8000000 /dev/zero; echo end >&2'; echo "code $?"
        mount -o remount,size=64m {folder} || exit 91
        {sys.executable} -m benchhub runs >/dev/null || exit 92
        {sys.executable} -m benchhub log --stream stdout >{place.root}/said || exit 93
    """
    done = subprocess.run(
        [*ALONE, "sh", "-c", script], cwd=place.work, env=place.env, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert "problem: output-lost" in done.stdout
    assert "code 4" in done.stdout
    arrived = (place.root / "said").read_bytes()
    assert 5_000_000 < len(arrived) < 6_300_000
    assert not arrived.strip(b"\0")


def test_files_may_not_grow(place: Place) -> None:
    """As under a quota: the system's limit on the size of a file."""
    limited = (
        "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)); "
        "os.execv(sys.executable, [sys.executable, '-m', 'benchhub', *sys.argv[1:]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, *RUN],
        cwd=place.work, env=place.env, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 4, done.stderr
    assert "time" in done.stdout, "the result is shown"
    assert "kept a run of //:program" in place.bh("runs").stderr
    check_kept_once(place)


def test_a_file_that_is_no_database_is_left_alone(place: Place) -> None:
    place.db.parent.mkdir()
    place.db.write_text("dear diary, " * 1000)
    said = place.bh(*RUN, code=4)
    assert "time" in said.stdout, "the result is shown"
    assert place.db.read_text() == "dear diary, " * 1000
    place.db.unlink()
    assert "kept a run of //:program" in place.bh("runs").stderr
    check_kept_once(place)


@pytest.mark.parametrize("damage", [b"", b'{"envelope": ', b"{}", b"\xff"])
def test_a_waiting_run_that_cannot_be_read_does_not_stop_the_others(place: Place, damage: bytes) -> None:
    place.bh(*RUN)
    let_wait(place, runs=2)
    damaged, _ = sorted(place.root.glob("tmp/*.spool/*"))
    for file in damaged.glob("*.json"):
        file.write_bytes(damage)
    said = place.bh("runs").stderr
    assert "the waiting run `" in said
    assert f"{damaged.name}` cannot be read" in said
    assert damaged.exists(), "somebody may still want it"
    check_kept_once(place, runs=2)
