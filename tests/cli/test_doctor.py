"""`bh doctor`: what a person should know, each thing with what, why and what to do."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from bh_shell import Done, Shell

SECTIONS = ["tools", "git", "database", "places", "machine", "permissions"]


def found(done: Done) -> dict[str, dict[str, Any]]:
    return {f"{one['section']}.{one['name']}": one for one in done.json["diagnoses"]}


def git(bh: Shell, *words: str) -> None:
    subprocess.run(["git", *words], cwd=bh.work, env=bh.env, check=True, capture_output=True)


def commit(bh: Shell) -> None:
    git(bh, "-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "--quiet", "--allow-empty", "-m", "x")


def test_every_section_is_told_for_eyes_and_as_json(bh: Shell) -> None:
    eyes, data = bh("doctor"), bh("doctor", "--json")
    assert (eyes.code, data.code) == (0, 0), eyes.out + eyes.err
    assert [line for line in eyes.out.splitlines()[:-1] if not line.startswith(" ")] == SECTIONS
    assert list(dict.fromkeys(one["section"] for one in data.json["diagnoses"])) == SECTIONS
    assert sum(data.json["counts"].values()) == len(data.json["diagnoses"])


def test_advice_and_problems_say_why_and_unknown_says_what(bh: Shell) -> None:
    for one in bh("doctor", "--json").json["diagnoses"]:
        assert one["what"], one
        assert one["why"] or one["state"] not in {"advice", "problem"}, one
        assert (one["exit_code"] != 0) == (one["state"] == "problem"), one


def test_only_advice_is_shown_when_only_advice_is_asked_for(bh: Shell) -> None:
    shown = bh("doctor", "--advice", "--json").json["diagnoses"]
    assert {one["state"] for one in shown} <= {"advice", "problem"}
    assert "git.repository" in {f"{one['section']}.{one['name']}" for one in shown}


def test_it_writes_nothing(bh: Shell) -> None:
    assert bh("doctor").code == 0
    assert not bh.db.parent.exists()
    assert list(bh.work.iterdir()) == []


def test_a_tool_that_a_target_needs_and_that_is_not_there_is_a_problem_that_ends_with_6(
    bh: Shell, tmp_path: Path
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (bh.work / "go.mod").write_text("module example.com/x\n\ngo 1.19\n")
    (bh.work / "x_test.go").write_text('package x\n\nimport "testing"\n\nfunc TestX(t *testing.T) {}\n')
    done = bh("doctor", "--json", env={"PATH": str(tools)})
    assert done.code == 6
    assert found(done)["tools.gotest"]["state"] == "problem"
    assert "`go`" in found(done)["tools.gotest"]["what"]
    assert found(done)["tools.gobench"]["state"] == "ok", "no target needs it"
    assert found(done)["git.git"]["what"] == "git is not installed"


def test_the_version_comes_from_the_framework_s_own_question(bh: Shell, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "go").write_text("""#!/bin/sh\necho '{"GOVERSION": "go1.99.7"}'\n""")
    (tools / "go").chmod(0o755)
    done = bh("doctor", "--json", env={"PATH": f"{tools}:{os.environ['PATH']}"})
    assert found(done)["tools.gobench"]["what"] == "go1.99.7; no target here needs it"


def test_a_broken_configuration_is_a_problem_that_ends_with_2_and_the_rest_is_looked_at(bh: Shell) -> None:
    (bh.work / "bh.toml").write_text("version = 1\nprojcet = 'x'\n")
    done = bh("doctor", "--json")
    assert done.code == 2
    problem = found(done)["tools.configuration"]
    assert "bh.toml:2" in problem["what"]
    assert "did you mean `project`?" in problem["what"]
    assert list(dict.fromkeys(one["section"] for one in done.json["diagnoses"])) == SECTIONS


@pytest.mark.parametrize("text", [b"no database at all", b""])
def test_a_file_that_is_no_database_is_a_problem_that_ends_with_4(bh: Shell, text: bytes) -> None:
    bh.db.parent.mkdir()
    bh.db.write_bytes(text)
    done = bh("doctor", "--json")
    assert found(done)["database.schema"]["state"] == ("problem")
    assert done.code == 4


def test_damaged_pages_are_a_problem_that_ends_with_4(bh: Shell) -> None:
    bh("run", "--", "true")
    bh("db", "reproject")  # Another writer has put everything from the log into the file.
    assert bh("doctor", "--json").code == 0
    data = bytearray(bh.db.read_bytes())
    data[len(data) // 2 :] = b"\xaa" * (len(data) - len(data) // 2)
    bh.db.write_bytes(data)
    for name in (f"{bh.db.name}-wal", f"{bh.db.name}-shm"):
        bh.db.with_name(name).unlink(missing_ok=True)
    done = bh("doctor", "--json")
    assert done.code == 4
    assert "Traceback" not in done.err


def test_a_database_that_cannot_be_made_is_a_problem(bh: Shell) -> None:
    bh.db.parent.write_text("a file where the folder should be")
    done = bh("doctor", "--json")
    assert (done.code, found(done)["database.file"]["state"]) == (4, "problem")


def test_a_run_from_the_future_tells_that_the_clock_went_back(bh: Shell) -> None:
    bh("run", "--", "true")
    import sqlite3  # noqa: PLC0415 -- as a stranger would

    with sqlite3.connect(bh.db) as connection:
        connection.execute("UPDATE run SET started_at = started_at + 86400000")
    assert "future" in found(bh("doctor", "--json"))["database.clock"]["what"]


def test_git_is_looked_at_from_none_to_shallow(bh: Shell, tmp_path: Path) -> None:
    said = [found(bh("doctor", "--json"))["git.repository"]["what"]]
    git(bh, "init", "--quiet")
    said.append(found(bh("doctor", "--json"))["git.repository"]["what"])
    commit(bh)
    commit(bh)
    whole = found(bh("doctor", "--json"))
    assert "no git repository" in said[0]
    assert "no commit" in said[1]
    assert whole["git.history"]["what"].startswith("whole: 2 commits")
    origin = tmp_path / "origin"
    bh.work.rename(origin)
    subprocess.run(["git", "clone", "-q", "--depth", "1", origin.as_uri(), str(bh.work)], check=True, env=bh.env)
    shallow = found(bh("doctor", "--json"))["git.history"]
    assert (shallow["state"], "unshallow" in shallow["todo"]) == ("advice", True)


def test_a_repository_of_somebody_else_is_explained(bh: Shell) -> None:
    git(bh, "init", "--quiet")
    commit(bh)
    told = found(bh("doctor", "--json", env={"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}))["git.safe.directory"]
    assert "dubious ownership" in told["what"]
    assert told["todo"].endswith(f"safe.directory {bh.work}")
