"""Benchmarks end in many ways; what was measured before is kept, and the exit code says how it went."""

import contextlib
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from stories.go_place import Place

pytestmark = pytest.mark.slow

NEVER_ENDS = 'package shapes\n\nimport "testing"\n\nfunc BenchmarkZzz(b *testing.B) {\n\tfor {\n\t}\n}\n'
EXITS = 'package shapes\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc BenchmarkZzz(b *testing.B) { os.Exit(3) }\n'
BROKEN = "package er\n\nfunc Broken() int { return missing }\n"
QUICK = ("--with", "benchtime=10x")
SAMPLES = 2 * 6 + 3  # Of a package `shapes` whose every benchmark ran once.


def samples(place: Place) -> int:
    (row,) = place.rows("SELECT count(*) AS count FROM samples")
    count: int = row["count"]
    return count


def run_row(place: Place) -> dict[str, object]:
    (row,) = place.rows("SELECT status, exit_code, wall_s, user_s FROM runs")
    return row


@pytest.mark.parametrize("runs", ["1", "2"])
def test_a_benchmark_that_never_ends_is_ended_by_the_time_limit(place: Place, runs: str) -> None:
    """Go's own limit does not hold for benchmarks."""
    place.write({"zzz_test.go": NEVER_ENDS})
    said = place.bh("run", "//:gobench", "--runs", runs, "--skip", "//deep/...", "--timeout", "8", *QUICK, code=124)
    assert "timeout" in said.stderr
    statuses = place.rows("SELECT status FROM runs")
    assert statuses == [{"status": "timeout"}] * int(runs)
    assert samples(place) == SAMPLES * int(runs)
    cases = place.rows("SELECT DISTINCT test, status FROM tests")
    assert {"test": "BenchmarkZzz", "status": "timeout"} in cases
    assert not [name for name in _programs() if str(place.root) in name]


def test_the_time_limit_may_stand_in_the_configuration(place: Place) -> None:
    target = '[target.sleep]\nuse = "command"\ntimeout_s = 1\nwith = { argv = ["sleep", "600"] }\n'
    place.write({"bh.toml": f"version = 1\n\n{target}"})
    place.bh("run", "//:sleep", code=124)
    row = run_row(place)
    assert row["status"] == "timeout"


def test_ctrl_c_in_the_middle_keeps_what_was_measured(place: Place) -> None:
    place.write({"zzz_test.go": NEVER_ENDS})
    process = place.start("run", "//:gobench", "--skip", "//deep/...", "--with", "count=1", *QUICK)
    _wait_for_output(place, b"BenchmarkZzz")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert b"BenchmarkArea" in out, "what was measured is shown"
    assert run_row(place)["status"] == "interrupted"
    assert samples(place) == SAMPLES
    assert not [name for name in _programs() if str(place.root) in name]
    assert list((place.root / "tmp").iterdir()) == []


def test_ctrl_c_between_runs_keeps_those_that_had_ended_and_starts_no_more(place: Place) -> None:
    process = place.start("run", "--runs", "500", "--", "sleep", "0.05")
    assert process.stderr is not None
    while b"3/500" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode == 130
    (row,) = place.rows("SELECT count(*) AS runs, sum(status = 'passed') AS passed FROM runs")
    assert 2 <= row["passed"] <= row["runs"] <= row["passed"] + 1
    assert row["runs"] < 500


def test_a_terminal_that_goes_away_ends_the_run_like_ctrl_c(place: Place) -> None:
    process = place.start("run", "--", "sh", "-c", "echo before; sleep 600")
    _wait_for_output(place, b"before")
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=120)
    assert process.returncode == 130
    assert run_row(place)["status"] == "interrupted"
    assert place.bh("log").stdout == "before\n"


@pytest.mark.parametrize("runs", ["1", "2"])
def test_os_exit_in_a_benchmark_is_an_error_of_that_benchmark(place: Place, runs: str) -> None:
    place.write({"zzz_test.go": EXITS})
    place.bh("run", "//:gobench", "--runs", runs, "--skip", "//deep/...", *QUICK, code=1)
    assert samples(place) == SAMPLES * int(runs)
    (case,) = place.rows("SELECT DISTINCT test, status FROM tests")
    # A test binary's own end looks to test2json like a failure, to `go test` like an exit: both say whose it was.
    assert case in [{"test": "BenchmarkZzz", "status": status} for status in ("error", "failed")]


@pytest.mark.parametrize("runs", ["1", "2"])
def test_a_package_that_does_not_build_leaves_the_tests_of_others_running(place: Place, runs: str) -> None:
    place.write({"deep/er/er.go": BROKEN})
    said = place.bh("run", "//:gotest", "--runs", runs, code=1)
    assert "missing" in said.stdout + said.stderr, "the compiler's words are shown"
    statuses = place.rows("SELECT DISTINCT test, status FROM tests WHERE suite = 'example.com/shapes'")
    assert {"test": "TestArea", "status": "passed"} in statuses
    assert place.rows("SELECT DISTINCT status FROM suites WHERE suite LIKE '%/er'") == [{"status": "error"}]


def test_a_package_that_does_not_build_leaves_the_benchmarks_of_others_running(place: Place) -> None:
    """`go test -bench` itself builds everything before it runs anything; several runs are built package by package."""
    place.write({"deep/er/er.go": BROKEN})
    said = place.bh("run", "//:gobench", "--runs", "2", *QUICK, code=1)
    assert "missing" in said.stdout + said.stderr, "the compiler's words are shown"
    assert samples(place) == SAMPLES * 2


def test_a_module_that_does_not_build_at_all_runs_nothing(place: Place) -> None:
    place.write({"shapes.go": "package shapes\n\nfunc Area() int { return missing }\n", "deep/er/er.go": BROKEN})
    said = place.bh("run", "//:gobench", *QUICK, code=6)
    assert "missing" in said.stdout + said.stderr
    assert samples(place) == 0


def test_a_missing_toolchain_is_named_and_nothing_is_kept(place: Place) -> None:
    git = place.root / "only-git"
    git.mkdir()
    (git / "git").symlink_to(_which("git"))
    said = place.bh("run", "//:gobench", code=6, env={"PATH": str(git)})
    assert "no program `go`" in said.stderr
    assert not place.db.exists()


def test_a_program_without_end_of_output_is_kept_whole(place: Place) -> None:
    place.bh("run", "--", "sh", "-c", "head -c 30000000 /dev/zero | tr '\\0' x; echo; printf '\\377\\376'")
    said = subprocess.run(place.argv("log", "--raw"), cwd=place.work, env=place.env, check=True, capture_output=True)
    assert said.stdout == b"x" * 30_000_000 + b"\n\xff\xfe"


def _wait_for_output(place: Place, words: bytes) -> None:
    deadline = time.monotonic() + 300
    while not any(words in file.read_bytes() for file in place.spool.glob("*/stdout")):
        assert time.monotonic() < deadline, f"{words!r} never came"
        time.sleep(0.02)


def _programs() -> list[str]:
    """Return the command lines of all processes."""
    lines: list[str] = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # It may have ended just now.
            lines.append((process / "cmdline").read_bytes().decode(errors="replace"))
    return lines


def _which(program: str) -> str:
    found = shutil.which(program)
    assert found is not None
    return found
