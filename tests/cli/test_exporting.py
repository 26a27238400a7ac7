"""`bh export` as people type it: files, pipes, full disks, wrong words."""

import json
import resource
import signal
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bh_shell import Shell

from benchhub.cli.verbs.export_verb import since
from benchhub.errors import UserError

ENDLESS = "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t) SELECT i FROM t WHERE i < 2 OR i < 0"


def test_a_view_goes_to_standard_output_as_csv(kept: Shell) -> None:
    done = kept("export", "--view", "samples", "--run", "1")
    lines = done.out.splitlines()
    assert lines[0].startswith("project,suite,benchmark,")
    assert len(lines) == 1 + kept.rows("SELECT count(*) AS n FROM samples WHERE run_id = 1")[0]["n"]
    assert done.err == ""


def test_a_file_is_told_and_its_name_tells_the_format(kept: Shell, tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    done = kept("export", "--view", "runs", "-o", str(path))
    assert (done.code, done.out, done.err) == (0, "", f"bh: 4 rows in {path}\n")
    assert [json.loads(line)["run_id"] for line in path.read_text().splitlines()] == [1, 2, 3, 4]
    told = kept("export", "--view", "runs", "-o", str(path), "--json").json
    assert (told["path"], told["format"], told["rows"]) == (str(path), "jsonl", 4)
    assert {"name": "started_at", "type": "time"} in told["columns"]


def test_json_without_a_file_is_an_array_of_rows(kept: Shell) -> None:
    assert [row["run_id"] for row in kept("export", "--view", "runs", "--json").json] == [1, 2, 3, 4]
    assert kept("export", "--json", "--format", "csv").code == 2


def test_a_question_is_exported_in_place_of_a_view(kept: Shell) -> None:
    done = kept("export", "--sql", "SELECT run_id, NULL AS no, '' AS e FROM runs ORDER BY 1", "--format", "csv")
    assert done.out == 'run_id,no,e\n1,,""\n2,,""\n3,,""\n4,,""\n'
    assert kept("export", "--sql", "SELECT 1", "--run", "1").code == 2
    assert kept("export", "--sql", "DELETE FROM run").code == 2


def test_what_leaves_nothing_gives_5_the_nearest_name_and_no_file(kept: Shell, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    done = kept("export", "--benchmark", "godo", "-o", str(path))
    assert done.code == 5
    assert "did you mean `good`?" in done.err
    assert not path.exists()
    assert kept("export", "--run", "99").code == 5


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--view", "reslts"), "did you mean `results`?"),
        (("-o", "x.xlsx"), "`x.xlsx` does not tell its format"),
        (("-o", "no/such/folder/x.csv"), "`no/such/folder/x.csv` cannot be written: No such file or directory"),
        (("--since", "yesterday"), "--since `yesterday` is no moment"),
    ],
)
def test_wrong_words_are_told(kept: Shell, words: tuple[str, ...], told: str) -> None:
    done = kept("export", *words)
    assert done.code == 2
    assert told in done.err
    assert len(done.err.splitlines()) <= 6


def test_parquet_without_pyarrow_tells_how_to_get_it(kept: Shell, tmp_path: Path) -> None:
    (tmp_path / "pyarrow.py").write_text("raise ModuleNotFoundError('pyarrow')")
    path = tmp_path / "x.parquet"
    done = kept("export", "-o", str(path), env={"PYTHONPATH": str(tmp_path)})
    assert (done.code, done.err) == (
        2,
        "bh: Parquet needs pyarrow, which is not installed\n    pip install 'benchhub[parquet]'\n",
    )
    assert not path.exists()


@pytest.mark.slow
def test_parquet_goes_into_files_and_pipes(kept: Shell, tmp_path: Path) -> None:
    from pyarrow import parquet  # noqa: PLC0415 -- an extra

    path = tmp_path / "x.parquet"
    assert kept("export", "--view", "samples", "-o", str(path)).code == 0
    piped = tmp_path / "piped.parquet"
    piped.write_bytes(kept("export", "--view", "samples", "--format", "parquet").out_bytes)
    table = parquet.read_table(path)
    assert table.equals(parquet.read_table(piped))
    assert str(table.schema.field("started_at").type) == "timestamp[ms, tz=UTC]"
    told = kept.rows("SELECT value FROM samples")
    assert table.column("value").to_pylist() == [row["value"] for row in told]


def limited(shell: Shell, *words: str, bytes_max: int) -> subprocess.CompletedProcess[bytes]:
    """Run a `bh` that can write no larger file: a disk that is full."""
    return subprocess.run(
        shell.argv(*words),
        cwd=shell.work,
        env=shell.env,
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, bytes_max)),
    )


NUMBERS = "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 100000) SELECT i FROM t"


def test_a_full_disk_leaves_no_half_file(kept: Shell, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    done = limited(kept, "export", "--sql", NUMBERS, "-o", str(path), bytes_max=100_000)
    assert done.returncode == 2
    assert done.stderr.decode() == f"bh: `{path}` cannot be written: File too large\n    no half file was left\n"
    assert not list(tmp_path.iterdir())


def test_a_standard_output_that_is_full_is_told(kept: Shell) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123 -- a device
        done = subprocess.run(
            kept.argv("export", "--sql", NUMBERS),
            cwd=kept.work,
            env=kept.env,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, b"bh: standard output cannot be written: No space left on device\n")


def test_a_reader_who_leaves_is_no_error(kept: Shell) -> None:
    process = subprocess.Popen(
        kept.argv("export", "--sql", NUMBERS),
        cwd=kept.work,
        env=kept.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == b"i\n"
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0
    process.stderr.close()


def test_ctrl_c_ends_a_long_question_and_leaves_no_file(kept: Shell, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    process = subprocess.Popen(
        kept.argv("export", "--sql", ENDLESS, "-o", str(path)),
        cwd=kept.work,
        env=kept.env,
        stderr=subprocess.PIPE,
    )
    while not list(tmp_path.iterdir()):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert (process.returncode, said) == (130, b"bh: interrupted\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31", "2026-01-31 00:00:00"),
        ("2026-01-31T12:30", "2026-01-31 12:30:00"),
        ("2026-01-31T12:30+02:00", "2026-01-31 10:30:00"),
        ("12h", "2026-03-01 00:00:00"),
        ("1d", "2026-02-28 12:00:00"),
        ("1w", "2026-02-22 12:00:00"),
    ],
)
def test_since_takes_moments_and_how_long_ago(text: str, moment: str) -> None:
    assert since(text, datetime(2026, 3, 1, 12, tzinfo=UTC)) == moment


@pytest.mark.parametrize("text", ["", "now", "30", "2026-13-01", "99999999w", "-1d"])
def test_what_is_no_moment_is_told(text: str) -> None:
    with pytest.raises(UserError):
        since(text, datetime(2026, 3, 1, tzinfo=UTC))
