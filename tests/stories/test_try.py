"""`make try`, the first command of the README: the main job on the example."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stories.go_place import REPOSITORY, Place

pytestmark = pytest.mark.slow


@pytest.fixture(params=["a clone", "no repository"])
def copied(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Return a fresh copy of the examples, in a repository and outside of any."""
    place = Place(tmp_path, {})
    shutil.copytree(REPOSITORY / "examples", place.work / "examples")
    if request.param == "a clone":
        place.commit("examples")
    else:
        shutil.rmtree(place.work / ".git")
    del place.env["BH_DB"]
    return place


def test_the_try_runs_the_example_answers_in_sql_and_leaves_nothing_outside(copied: Place) -> None:
    scripts = Path(sys.executable).parent
    done = subprocess.run(
        ["sh", "examples/try.sh", str(scripts)],
        cwd=copied.work, env=copied.env, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "alg" in done.stdout
    copied.db = copied.work / ".cache" / "try" / "bench.db"
    with copied.sqlite() as connection:
        runs = connection.execute("SELECT DISTINCT project, framework, status FROM runs ORDER BY framework").fetchall()
        (samples,) = connection.execute("SELECT count(*) FROM samples").fetchone()
        sizes = connection.execute("SELECT DISTINCT params ->> 'size' FROM results ORDER BY 1").fetchall()
    frameworks = ("gobench", "gotest", "pytest", "pytest-benchmark")
    assert runs == [("mergesort", framework, "passed") for framework in frameworks]
    # Ten benchmarks in each language: five metrics and three runs of Go, ten rounds of Python.
    assert samples == 10 * 5 * 3 + 10 * 10
    assert sizes == [(None,), ("100",), ("10000",)]
    assert not (copied.root / "home" / ".local").exists(), "a try leaves nothing outside"
    assert list((copied.root / "tmp").iterdir()) == []


def test_the_example_is_well_written(copied: Place) -> None:
    module = copied.work / "examples" / "mergesort" / "go"
    for words in (["go", "vet", "./..."], ["go", "test", "./..."]):
        subprocess.run(words, cwd=module, env=copied.env, check=True, capture_output=True)
