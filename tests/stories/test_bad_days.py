"""Bad days: the result is shown, what is kept is right, and a few lines say what is wrong and what to do."""

import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from benchhub.plugin.conformance_runtime import HOLD, is_free_soon
from benchhub.probes.group import make_group
from stories.go_place import Place

pytestmark = pytest.mark.slow

LINES_MAX = 6


def message(done: CompletedProcess[str]) -> list[str]:
    """Return the lines that say what is wrong; they are few, and no traceback."""
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith(("bh:", "    "))]
    assert len(lines) <= LINES_MAX, done.stderr
    return lines


def damage(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(database.read_bytes())
    for at in range(4096, len(data) - 64, 512):
        data[at : at + 64] = b"\xa5" * 64
    database.write_bytes(data)


def test_a_damaged_database_loses_no_run(place: Place) -> None:
    place.bh("run", "--", "true")
    damage(place.db)
    done = place.bh("run", "--name", "today", "--", "echo", "hi", code=4)
    assert "1 measured" in done.stdout, "the result is shown"
    assert "damaged" in done.stdout
    assert any("damaged" in line for line in message(place.bh("runs", code=4)))
    place.db.rename(place.db.with_name("damaged"))
    place.bh("run", "--", "true")
    assert {row["target"] for row in place.rows("SELECT target FROM runs")} == {"//:today", "//:true"}


@pytest.mark.parametrize(("version", "remedy"), [("0001", "bh db migrate"), ("9999", "newer bh")])
def test_a_database_of_another_schema_is_left_alone(place: Place, version: str, remedy: str) -> None:
    place.bh("run", "--", "true")
    with closing(sqlite3.connect(place.db)) as connection:
        (own,) = connection.execute("SELECT version_num FROM schema_version").fetchone()
        connection.execute("UPDATE schema_version SET version_num = ?", (version,))
        connection.commit()
    done = place.bh("run", "--name", "today", "--", "echo", "hi", code=4)
    assert "1 measured" in done.stdout, "the result is shown"
    assert remedy in done.stdout
    assert any(remedy in line for line in message(place.bh("runs", code=4)))
    with closing(sqlite3.connect(place.db)) as connection:
        connection.execute("UPDATE schema_version SET version_num = ?", (own,))
        connection.commit()
    place.bh("run", "--", "true")
    assert {row["target"] for row in place.rows("SELECT target FROM runs")} == {"//:today", "//:true"}


def test_a_clock_that_jumps_back(place: Place) -> None:
    """Durations are monotonic, and a run keeps its place among the others by its commit."""
    hour_ns = 3_600_000_000_000
    (place.root / "clock").mkdir()
    (place.root / "clock" / "sitecustomize.py").write_text(
        "import pathlib, time\n"
        "now = time.time_ns\n"
        f"mark = pathlib.Path({str(place.root / 'jumped')!r})\n"
        f"time.time_ns = lambda: now() - (0 if not mark.exists() else {hour_ns})\n"
    )
    place.env["PYTHONPATH"] = str(place.root / "clock")
    place.bh("run", "--", "true")
    # While the program runs, an hour is gone.
    place.bh("run", "--", "sh", "-c", f"sleep 0.1; touch {place.root / 'jumped'}")
    place.bh("run", "--", "true")
    runs = place.rows("SELECT target, status, seconds FROM runs ORDER BY run_id")
    assert [(row["target"], row["status"]) for row in runs] == [
        ("//:true", "passed"),
        ("//:sh", "passed"),
        ("//:true", "passed"),
    ]
    assert all(0 < row["seconds"] < 60 for row in runs)
    assert place.rows("SELECT count(*) AS n FROM samples WHERE value < 0") == [{"n": 0}]


def test_output_that_is_no_text_is_kept_to_the_byte(place: Place) -> None:
    program = r"printf 'a\000b\377\033[31mred\033[0m\r\n'; exit 3"
    done = place.bh("run", "--", "sh", "-c", program, code=1)
    assert "\033" not in done.stdout + done.stderr, "nobody's cursor is moved"
    assert "\0" not in done.stdout + done.stderr
    place.bh("run", "--name", "afterwards", "--", "true")
    assert place.raw_output(1) == b"a\0b\xff\x1b[31mred\x1b[0m\r\n"


@pytest.mark.parametrize(
    "program",
    ["head -c 100000000 /dev/zero | tr '\\0' x", "yes 0123456789012345678901234567890 | head -c 1000000000"],
    ids=["a line of 100 MB", "1 GB"],
)
def test_a_lot_of_output_is_kept_whole_in_little_memory(place: Place, program: str) -> None:
    words = [*place.argv("run", "--", "sh", "-c", program)]
    code = (
        f"import resource, subprocess; subprocess.run({words!r}, check=True, stdout=2); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    said = subprocess.run([place.python, "-c", code], cwd=place.work, env=place.env, check=True, stdout=subprocess.PIPE)
    peak_kib = int(said.stdout)
    assert peak_kib < 120_000
    size = 100_000_000 if "tr" in program else 1_000_000_000
    with place.sqlite() as connection:
        kept = connection.execute("SELECT size_bytes FROM artifact JOIN blob USING (sha256)").fetchall()
    assert kept == [(size,)]


def test_a_tool_that_ignores_being_asked_to_end_is_ended(place: Place) -> None:
    lock = place.root / "lock"
    program = HOLD + "import signal; signal.signal(15, signal.SIG_IGN); held = hold(sys.argv[1]); time.sleep(600)"
    started_at = time.monotonic()
    place.bh("run", "--timeout", "1", "--", place.python, "-c", program, str(lock), code=124)
    assert time.monotonic() - started_at < 60
    assert is_free_soon(lock)
    assert place.rows("SELECT status FROM runs") == [{"status": "timeout"}]


def test_a_tool_that_forks_away_is_not_waited_for_and_is_named(place: Place) -> None:
    lock = place.root / "lock"
    program = HOLD + "\nif os.fork() == 0: os.setsid(); held = hold(sys.argv[1]); time.sleep(5); os._exit(0)"
    done = place.bh("run", "--", place.python, "-c", program, str(lock))
    if make_group_and_remove():
        assert "left-running" in done.stdout
        assert len(place.rows("SELECT * FROM problems WHERE kind = 'left-running'")) == 1
    assert place.rows("SELECT status FROM runs") == [{"status": "passed"}]


def test_at_the_time_limit_who_forked_away_is_ended_too(place: Place) -> None:
    lock = place.root / "lock"
    program = HOLD + "\nif os.fork() == 0: os.setsid(); held = hold(sys.argv[1])\ntime.sleep(600)"
    place.bh("run", "--timeout", "1", "--", place.python, "-c", program, str(lock), code=124)
    if make_group_and_remove():
        assert is_free_soon(lock)


def test_a_home_that_cannot_be_written(place: Place) -> None:
    """As for a service account: the run is shown, and waits where something can be written."""
    del place.env["BH_DB"]
    home = place.root / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.write_text("no folder")  # Root may write every folder; nobody can write below a file.
    done = place.bh("run", "--", "echo", "hi", code=4)
    assert "1 measured" in done.stdout
    assert "--db" in done.stdout + done.stderr
    message(done)


def make_group_and_remove() -> bool:
    group = make_group()
    if group is not None:
        group.close()
    return group is not None


def test_the_damage_of_these_tests_is_real(place: Place) -> None:
    place.bh("run", "--", "true")
    damage(place.db)
    with closing(sqlite3.connect(place.db)) as connection, pytest.raises(sqlite3.DatabaseError):
        connection.execute("SELECT * FROM runs").fetchall()
