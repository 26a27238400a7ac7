"""Commands measured by hyperfine itself, from `bh.toml` to SQL; hyperfine comes with the packages of the tests."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from stories.go_place import Place
from stories.test_killed import wait_for

CONFIG = """
[target.naps]
use = "hyperfine"
with = { commands = ["sleep 0.0{{n}"], parameters = { n = [1, 2] }, runs = 4, shell = "none" }

[target.fails]
use = "hyperfine"
with = { commands = ["true", "exit 3"], runs = 2, shell = "default" }

[target.ignored]
use = "hyperfine"
with = { commands = ["exit 3"], runs = 2, shell = "default", ignore_failure = true }

[target.grep]
use = "hyperfine"
with = { commands = ["grep nothing /dev/null"], runs = 2, ignore_failure = [1] }

[target.endless]
use = "hyperfine"
with = { commands = ["true", "sleep 600"], runs = 2, shell = "none" }

[target.missing]
use = "hyperfine"
with = { commands = ["true"], program = "no-hyperfine-here" }

[target.nothing]
use = "hyperfine"
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path, {"bh.toml": CONFIG})
    # The tests' own hyperfine, not one that the machine happens to have.
    made.env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{made.env['PATH']}"
    assert shutil.which("hyperfine", path=made.env["PATH"]), "hyperfine is missing: pip install --editable '.[dev]'"
    return made


def test_every_run_of_a_command_is_a_sample_in_sql(place: Place) -> None:
    place.bh("run", "//:naps", "--runs", "2")
    rows = place.rows(
        "SELECT benchmark, params, metric, n, value FROM results WHERE metric = 'time' ORDER BY run_id, params"
    )
    assert [(row["benchmark"], row["n"]) for row in rows] == [("sleep 0.0{n}", 4)] * 4
    assert all(row["value"] > 0.005 for row in rows)
    assert place.rows("SELECT count(*) AS n FROM samples WHERE metric = 'time'") == [{"n": 16}]
    native = place.rows("SELECT * FROM hyperfine_results")
    assert len(native) == 16
    assert {row["exit_code"] for row in native} == {0}
    (artifact,) = (
        one for one in json.loads(place.bh("show", "latest", "--json").stdout)["artifacts"] if one["kind"] == "result"
    )
    assert artifact["name"] == "hyperfine.json"
    exported = json.loads(place.bh("log", "latest", "--stream", "hyperfine.json").stdout)
    assert len(exported["results"]) == 2


def test_reading_again_changes_nothing(place: Place) -> None:
    place.bh("run", "//:naps")
    before = place.rows("SELECT * FROM samples ORDER BY 1, 2, 3, 4")
    place.bh("db", "reproject", "--reread")
    assert place.rows("SELECT * FROM samples ORDER BY 1, 2, 3, 4") == before != []


def test_a_command_that_fails_fails_the_run_and_the_numbers_before_it_stay(place: Place) -> None:
    place.bh("run", "//:fails", code=1)
    place.bh("run", "//:ignored", code=1)
    place.bh("run", "//:grep")
    statuses = place.rows("SELECT target, status FROM runs ORDER BY run_id")
    assert [row["status"] for row in statuses] == ["failed", "failed", "passed"]
    outcomes = place.rows("SELECT test, status FROM tests ORDER BY run_id, test DESC")
    assert [(row["test"], row["status"]) for row in outcomes] == [
        ("true", "passed"),
        ("exit 3", "failed"),
        ("exit 3", "failed"),
        ("grep nothing /dev/null", "passed"),
    ]


@pytest.mark.slow
def test_a_time_limit_keeps_what_was_exported_before_it(place: Place) -> None:
    place.bh("run", "//:endless", "--timeout", "3", code=124)
    assert place.rows("SELECT benchmark, n FROM results WHERE metric = 'time'") == [{"benchmark": "true", "n": 2}]


@pytest.mark.slow
def test_a_killed_run_keeps_what_was_exported_before_it(place: Place) -> None:
    process = place.start("run", "//:endless")
    wait_for(lambda: any(b"exit_code" in file.read_bytes() for file in place.spool.glob("*/results/hyperfine.json")))
    process.kill()
    process.communicate()
    assert place.rows("SELECT status FROM runs") == [{"status": "interrupted"}]
    assert place.rows("SELECT benchmark, n FROM results WHERE metric = 'time'") == [{"benchmark": "true", "n": 2}]


def test_mistakes_are_explained(place: Place) -> None:
    said = place.bh("run", "//:nothing", code=2).stderr
    assert "names no command" in said
    assert "no-hyperfine-here" in place.bh("run", "//:missing", code=6).stderr
    assert "count" in place.bh("explain", "//:naps", "--with", "count=3", code=2).stderr


def test_exports_made_elsewhere_are_recognised(place: Place) -> None:
    captured = Path(__file__).parents[1] / "frameworks" / "hyperfine" / "captured"
    for version in ("1.15.0", "2.0.0"):
        file = captured / f"{version}-two-commands" / "hyperfine.json"
        parsed = json.loads(place.bh("parse", str(file), "--json").stdout)
        assert parsed["framework"] == "hyperfine"
        assert [len(case["measurements"][0]["samples"]) for case in parsed["cases"]] == [5, 5]
        place.bh("import", str(file), "--name", f"of-{version}")
    table = captured / "1.15.0-table" / "hyperfine.csv"
    parsed = json.loads(place.bh("parse", str(table), "--json").stdout)
    assert {one["statistic"] for one in parsed["cases"][0]["measurements"]} >= {"mean", "median", "stddev"}
    assert len(place.rows("SELECT DISTINCT target FROM runs")) == 2
