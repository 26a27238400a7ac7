"""`bh run -- CMD`: what is shown, what is kept, and how it ends."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from bh_shell import Shell


def test_any_program_is_run_shown_and_kept(bh: Shell) -> None:
    done = bh("run", "--", "true")
    assert done.code == 0
    assert "saved as run 1: `bh show 1`" in done.out
    assert [(r["target"], r["status"]) for r in bh.rows("SELECT target, status FROM runs")] == [("//:true", "passed")]
    assert bh.rows("SELECT n FROM results WHERE metric = 'time'") == [{"n": 1}]


def test_each_start_is_a_run(bh: Shell) -> None:
    done = bh("run", "--runs", "3", "--", "true")
    assert "saved as runs 1 to 3" in done.out
    assert bh.rows("SELECT count(*) AS runs, count(DISTINCT run_uid) AS uids FROM runs") == [{"runs": 3, "uids": 3}]


def test_progress_goes_to_standard_error_and_json_alone_to_standard_output(bh: Shell) -> None:
    done = bh("run", "--json", "--runs", "2", "--", "sh", "-c", "echo noise")
    assert done.code == 0
    assert [run["run_id"] for run in done.json["runs"]] == [1, 2]
    assert done.json["exit_code"] == 0
    assert "passed 1/2" in done.err
    assert "noise" not in done.err


def test_values_stand_beside_those_of_before(bh: Shell) -> None:
    bh("run", "--", "true")
    second = bh("run", "--", "true")
    heading = second.out.splitlines()[0]
    assert heading.split()[-2:] == ["before", "change"]
    assert "faster" not in second.out
    assert "slower" not in second.out


# -- how it ends ---------------------------------------------------------------------------------------------------


def test_a_program_that_fails_gives_1_and_no_number(bh: Shell) -> None:
    done = bh("run", "--", "sh", "-c", "echo why >&2; exit 7")
    assert done.code == 1
    assert "exit code 7" in done.out
    assert "why" in done.out
    assert bh.rows("SELECT count(*) AS n FROM samples") == [{"n": 0}]
    assert bh.rows("SELECT status, exit_code FROM runs") == [{"status": "failed", "exit_code": 7}]


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--"),
        ("run", "--runs", "0", "--", "true"),
        ("run", "--runs", "abc", "--", "true"),
        ("run", "--timeout", "abc", "--", "true"),
        ("run", "--timeout", "nan", "--", "true"),
        ("run", "--", "-bench", "."),
        ("run", "--nope"),
        ("run", "//nowhere/..."),
    ],
)
def test_wrong_words_give_2_in_few_lines(bh: Shell, words: tuple[str, ...]) -> None:
    done = bh(*words)
    assert done.code == 2
    assert done.out == ""
    assert 1 <= len(done.err.splitlines()) <= 6


def test_a_wrong_number_is_told_with_what_is_wanted(bh: Shell) -> None:
    assert "argument --runs: `abc` is not a whole number from 1" in bh("run", "--runs", "abc", "--", "true").err
    assert "argument --timeout: `abc` is not a number of seconds" in bh("run", "--timeout", "abc", "--", "true").err
    assert "argument --count: `2.5` is not a whole number from 1" in bh("runs", "--count", "2.5").err


@pytest.mark.parametrize("words", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_nobody_reading_changes_neither_the_exit_code_nor_what_is_kept(
    bh: Shell, words: tuple[str, ...], stream: str
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    argv = bh.argv("run", *words, "--runs", "2", "--", "sh", "-c", "exit 3")
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: writing}
    with subprocess.Popen(argv, cwd=bh.work, env=bh.env, **streams) as process:  # type: ignore[call-overload]  # numbers
        os.close(writing)
        heard = b"".join(filter(None, process.communicate(timeout=60)))
    assert process.returncode == 1
    assert b"Traceback" not in heard
    assert b"BrokenPipe" not in heard
    assert bh.rows("SELECT count(*) AS n FROM runs WHERE status = 'failed'") == [{"n": 2}]


def test_a_pattern_that_matches_nothing_gives_5(bh: Shell) -> None:
    assert bh("run").code == 5
    assert bh("run", ":nothing").code == 5


def test_a_program_that_is_not_there_gives_6_and_leaves_nothing(bh: Shell) -> None:
    done = bh("run", "--", "no-such-program")
    assert done.code == 6
    assert "no-such-program" in done.err
    assert bh("runs").code == 5


def test_a_program_that_takes_too_long_gives_124_and_is_kept(bh: Shell) -> None:
    done = bh("run", "--timeout", "0.3", "--", "sleep", "60")
    assert done.code == 124
    assert bh.rows("SELECT status FROM runs") == [{"status": "timeout"}]


def test_an_interrupted_run_gives_130_and_keeps_what_had_run(bh: Shell, tmp_path: Path) -> None:
    marker = tmp_path / "started"
    first = f"test -e {marker} && exec sleep 60; touch {marker}"
    process = subprocess.Popen(
        bh.argv("run", "--runs", "2", "--", "sh", "-c", first),
        cwd=bh.work,
        env=bh.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if b"passed 1/2" in line:
            break
    time.sleep(0.2)  # Until the program is surely there; sooner is right too.
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert b"saved as runs 1 to 2" in out
    statuses = bh.rows("SELECT status FROM runs ORDER BY run_id")
    assert statuses == [{"status": "passed"}, {"status": "interrupted"}]


# -- a database that cannot take it --------------------------------------------------------------------------------


def test_a_file_that_is_no_database_gives_4_the_result_is_shown_and_kept_later(bh: Shell) -> None:
    bh.db.parent.mkdir()
    bh.db.write_bytes(b"this is a letter, not a database; it is long enough to be looked at " * 20)
    done = bh("run", "--", "true")
    assert done.code == 4
    assert "time" in done.out
    assert "nothing is lost" in done.out
    assert bh.db.read_bytes().startswith(b"this is a letter")
    bh.db.unlink()
    assert bh("run", "--", "true").code == 0
    assert bh.rows("SELECT count(*) AS runs FROM runs") == [{"runs": 2}]


def test_a_failure_is_not_hidden_by_the_database(bh: Shell) -> None:
    bh.db.parent.mkdir()
    bh.db.write_bytes(b"not a database" * 100)
    assert bh("run", "--", "false").code == 1


def test_a_place_that_cannot_be_written_gives_4_and_the_run_waits_elsewhere(bh: Shell) -> None:
    bh.db.parent.write_text("a file where the folder should be")
    done = bh("run", "--", "true")
    assert done.code == 4
    assert "time" in done.out
    assert "nothing is lost" in done.out
    assert bh("run", "--db", str(bh.work / "other.db"), "--", "true").code == 0
    bh.db.parent.unlink()
    assert bh("run", "--", "true").code == 0
    assert bh.rows("SELECT count(*) AS runs FROM runs") == [{"runs": 2}]


@pytest.mark.slow
def test_a_locked_database_gives_4_and_is_written_by_the_next_command(bh: Shell) -> None:
    import sqlite3  # noqa: PLC0415

    assert bh("run", "--", "true").code == 0
    holder = sqlite3.connect(bh.db, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        locked = bh("run", "--", "true")
    finally:
        holder.rollback()
        holder.close()
    assert locked.code == 4
    assert "time" in locked.out
    assert bh("runs", "--json").json[0]["run_id"] == 2
