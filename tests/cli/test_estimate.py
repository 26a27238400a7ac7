"""`bh estimate` says how long a run would take, or that nobody knows."""

import pytest
from bh_shell import Shell

PROGRAM = ("--name", "nap", "--", "sh", "-c", "sleep 0.1")


def test_what_never_ran_is_unknown_with_and_without_a_database(bh: Shell) -> None:
    for _ in range(2):
        done = bh("estimate", *PROGRAM)
        assert done.code == 0, done.err
        assert "never ran" in done.out
        assert done.out.splitlines()[-1] == "unknown: never ran"
        assert not bh.db.exists() or bh("runs", "--json").code == 0
        bh("run", "--", "true")


def test_what_ran_takes_as_long_again_for_each_run(bh: Shell) -> None:
    bh("run", "--runs", "3", *PROGRAM)
    told = bh("estimate", "--json", "--runs", "5", *PROGRAM).json
    (cell,) = told["cells"]
    assert (cell["label"], cell["runs"], cell["run"]["n"], cell["run"]["differs"]) == ("//:nap", 5, 3, [])
    rows = bh.rows("SELECT seconds FROM runs ORDER BY seconds")
    assert cell["run"]["seconds"] == rows[1]["seconds"]
    assert (cell["run"]["lo"], cell["run"]["hi"]) == (rows[0]["seconds"], rows[2]["seconds"])
    assert cell["seconds"] == told["known_s"] == pytest.approx(5 * cell["run"]["seconds"])
    assert cell["build"] is None
    assert told["unknown_cells"] == 0
    assert bh("estimate", *PROGRAM).out.splitlines()[-1].startswith("about ")


def test_runs_with_other_arguments_are_told_as_such(bh: Shell) -> None:
    bh("run", "--name", "nap", "--", "sh", "-c", "sleep 0.05")
    done = bh("estimate", *PROGRAM)
    assert "1 run, other options" in done.out


def test_a_build_counts_once(bh: Shell) -> None:
    (bh.work / "bh.toml").write_text(
        'version = 1\n[target.made]\nuse = "command"\nbuild = [["sleep", "0.2"]]\n'
        'with = { argv = ["true"] }\n[target.new]\nuse = "command"\nwith = { argv = ["true"] }\n'
    )
    assert bh("run", ":made", "--runs", "2").code == 0
    told = bh("estimate", "--runs", "10", "--json").json
    made = next(cell for cell in told["cells"] if cell["label"] == "//:made")
    assert made["build"]["n"] == 1
    assert made["build"]["seconds"] >= 0.2
    assert made["seconds"] == pytest.approx(made["build"]["seconds"] + 10 * made["run"]["seconds"])
    assert told["unknown_cells"] == 1
    assert bh("estimate").out.splitlines()[-1].startswith("unknown: 1 of 2 never ran; the others take about ")


def test_the_builds_of_a_run_are_shown_with_its_first_run_only(bh: Shell) -> None:
    (bh.work / "bh.toml").write_text(
        'version = 1\n[target.made]\nuse = "command"\nbuild = [["true"]]\nwith = { argv = ["echo", "hi"] }\n'
    )
    assert bh("run", "--runs", "2").code == 0
    roles = [[one["role"] for one in bh("show", run, "--json").json["executions"]] for run in ("1", "2")]
    assert roles == [["build", "measure"], ["measure"]]
