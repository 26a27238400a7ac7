"""A run is a process: `--runs 10` builds once and starts ten."""

import stat
from pathlib import Path

import pytest

from stories.go_place import Place

pytestmark = pytest.mark.slow

NOTED = """package shapes

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	file, err := os.OpenFile(os.Getenv("NOTES"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		panic(err)
	}
	program, _ := os.Executable()
	folder, _ := os.Getwd()
	fmt.Fprintln(file, os.Getpid(), program, folder)
	m.Run()
}
"""
TOOL = """\
#!/bin/sh
# The compiler and the linker pass through here; with -V=full they are only asked who they are.
case "$*" in *-V=full*) ;; *) echo "${1##*/}" >>"$TOOLS" ;; esac
exec "$@"
"""


@pytest.fixture
def noted(place: Place) -> Place:
    """Return a repository whose test binaries note their process, and whose compiler notes each call."""
    place.write({"main_test.go": NOTED})
    tool = place.root / "tool"
    tool.write_text(TOOL)
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    place.env |= {
        "NOTES": str(place.root / "notes"),
        "TOOLS": str(place.root / "tools"),
        "GOFLAGS": f"-mod=mod -toolexec={tool}",
    }
    return place


def processes(place: Place) -> list[tuple[str, str, str]]:
    lines = (place.root / "notes").read_text().splitlines()
    return [(pid, program, folder) for pid, program, folder in (line.split(" ") for line in lines)]


def linked(place: Place) -> int:
    return (place.root / "tools").read_text().split().count("link")


def test_ten_runs_are_one_build_and_ten_processes(noted: Place) -> None:
    noted.bh("run", "//:gobench", "--runs", "10", "--with", "bench=Fast", "--with", "benchtime=10x")
    started = processes(noted)
    assert len({pid for pid, _, _ in started}) == 10
    assert len({program for _, program, _ in started}) == 1
    assert linked(noted) == 2, "one for each package that has tests"
    rows = noted.rows("SELECT run_id, n FROM results WHERE metric = 'time' ORDER BY run_id")
    assert rows == [{"run_id": run_id, "n": 1} for run_id in range(1, 11)]


def test_a_benchmark_runs_in_the_folder_of_its_package_like_under_go_test(noted: Place) -> None:
    noted.bh("run", "//:gobench", "--with", "bench=Fast", "--with", "benchtime=10x")
    noted.bh("run", "//:gobench", "--runs", "2", "--with", "bench=Fast", "--with", "benchtime=10x")
    assert {folder for _, _, folder in processes(noted)} == {str(noted.work.resolve())}


def test_runs_of_one_build_and_runs_of_go_test_are_the_same_cases_on_the_same_line(noted: Place) -> None:
    noted.bh("run", "//:gobench", "--with", "bench=Area", "--with", "benchtime=10x")
    noted.bh("run", "//:gobench", "--runs", "2", "--with", "bench=Area", "--with", "benchtime=10x")
    (lines,) = noted.rows(
        "SELECT count(DISTINCT series_id) AS series, count(DISTINCT lane_id) AS lanes FROM results "
        "WHERE framework = 'gobench'"
    )
    assert lines == {"series": 12, "lanes": 1}


def test_the_binaries_are_gone_at_the_end(noted: Place) -> None:
    noted.bh("run", "//:gobench", "--runs", "2", "--with", "bench=Fast", "--with", "benchtime=10x")
    assert not any(Path(program).exists() for _, program, _ in processes(noted))
    assert list((noted.root / "tmp").iterdir()) == []
