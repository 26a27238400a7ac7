"""What the desk learns from the current directory, as people see it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from bh_shell import Shell

MATRIX = '[target.say]\nuse = "command"\nwith.argv = ["echo", "{size}"]\nmatrix = { size = [10, 100] }\n'


def git(bh: Shell, *words: str) -> str:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        ["git", *identity, *words], cwd=bh.work, env=bh.env, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(bh: Shell) -> Shell:
    git(bh, "init", "--quiet")
    (bh.work / "bh.toml").write_text(MATRIX)
    git(bh, "add", "--all")
    git(bh, "commit", "--quiet", "-m", "first")
    return bh


def asked_of_git(bh: Shell, *words: str) -> list[str]:
    """Return what `bh WORDS…` asked git: the first word of each question."""
    folder = bh.work.parent / "counting"
    folder.mkdir(exist_ok=True)
    log = folder / "log"
    log.write_text("")
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    script = folder / "git"
    script.write_text(f'#!/bin/sh\necho "$7" >> "{log}"\nexec "{real}" "$@"\n')
    script.chmod(0o755)
    assert bh(*words, env={"PATH": f"{folder}{os.pathsep}{bh.env['PATH']}"}).code == 0
    return sorted(log.read_text().split())


def test_a_run_asks_git_few_questions_and_a_list_asks_for_the_files_alone(repository: Shell) -> None:
    assert asked_of_git(repository, "list") == ["ls-files"]
    assert asked_of_git(repository, "run", "--", "true") == ["config", "log", "rev-list", "rev-parse", "status"]
    assert asked_of_git(repository, "run", "//:say") == [
        *("config", "log", "ls-files", "rev-list", "rev-parse", "status"),
    ]


def test_a_program_is_a_target_of_the_directory_where_it_was_started(repository: Shell) -> None:
    inner = repository.work / "in" / "ner"
    inner.mkdir(parents=True)
    command = [sys.executable, "-m", "benchhub", "run", "--", "pwd"]
    subprocess.run(command, cwd=inner, env=repository.env, check=True, capture_output=True)
    assert repository.rows("SELECT target FROM runs") == [{"target": "//in/ner:pwd"}]
    assert repository("log", "latest").out.strip().endswith(str(inner))


def test_a_run_knows_who_what_and_where(repository: Shell) -> None:
    git(repository, "config", "user.name", "Grace")
    git(repository, "remote", "add", "origin", "https://user:s3cret@example.com/them/thing.git")
    assert repository("run", "--name", "x", "--", "sh", "-c", "true", "--token=s3cret").code == 0
    (row,) = repository.rows("SELECT repo, project, commit_sha, branch, dirty, trunk, user_name FROM runs")
    assert row == {
        "repo": "example.com/them/thing",
        "project": "thing",
        "commit_sha": git(repository, "rev-parse", "HEAD"),
        "branch": "main",
        "dirty": 0,
        "trunk": 1,
        "user_name": "Grace",
    }
    assert "s3cret" not in repository("show", "latest", "--json").out
    assert b"s3cret" not in repository.db.read_bytes()


def test_names_that_are_switched_off_are_kept_nowhere(repository: Shell) -> None:
    (repository.work / "bh.toml").write_text(MATRIX + "[privacy]\nhostname = false\nemail = false\n")
    git(repository, "config", "user.name", "Grace")
    git(repository, "config", "user.email", "grace@example.com")
    assert repository("run", "//:say{size=10}", env={"BH_MACHINE": "secret-machine"}).code == 0
    assert repository.rows("SELECT machine FROM runs") == [{"machine": None}]
    kept = repository.db.read_bytes()
    assert b"Grace" in kept
    assert b"grace@example.com" not in kept
    assert b"secret-machine" not in kept


def test_a_database_within_the_repository_does_not_make_it_dirty(repository: Shell) -> None:
    inside = {"BH_DB": str(repository.work / "bench.db")}
    for _ in range(2):
        assert repository("run", "--", "true", env=inside).code == 0
    done = repository("sql", "SELECT DISTINCT dirty FROM runs", "--json", env=inside)
    assert done.json == [{"dirty": 0}]


def test_values_of_another_line_are_not_those_of_before(repository: Shell) -> None:
    assert repository("run", "--", "true").code == 0
    (repository.work / "new").write_text("dirty")
    dirty = repository("run", "--", "true")
    assert "before" not in dirty.out
    assert "before" in repository("run", "--", "true").out


def test_an_option_goes_to_the_frameworks_that_know_it(repository: Shell) -> None:
    done = repository("explain", "//:say{size=10}", "--with", "count=3", "--json")
    assert [step["argv"] for step in done.json[0]["steps"]] == [["echo", "10"]] * 3
    done = repository("explain", "//:say{size=10}", "--with", 'argv=["a", "b"]', "--json")
    assert done.json[0]["steps"][0]["argv"] == ["a", "b"]


def test_an_option_that_nobody_knows_is_told_with_the_nearest(repository: Shell) -> None:
    done = repository("explain", "//:say", "--with", "cuont=3")
    assert done.code == 2
    assert "no chosen framework knows the option `cuont`; did you mean `count`?" in done.err


def test_what_could_not_be_learned_is_told_when_asked(bh: Shell) -> None:
    assert "not known" not in bh("explain", "--", "true").err
    assert "not known: revision:" in bh("explain", "--debug", "--", "true").err


def test_a_directory_whose_name_is_no_utf8_does_not_stop_us(repository: Shell) -> None:
    folder = os.path.join(os.fsencode(repository.work), b"\xff")  # noqa: PTH118 -- bytes
    os.mkdir(folder)  # noqa: PTH102
    with open(os.path.join(folder, b"bh.toml"), "wb") as file:  # noqa: PTH118, PTH123
        file.write(b'[target.odd]\nuse = "command"\nwith.argv = ["true"]\n')
    assert repository("list").code == 0
    assert repository("run", "//:say{size=10}").code == 0


def test_explaining_runs_nothing_and_keeps_nothing(repository: Shell, tmp_path: Path) -> None:
    made = tmp_path / "made"
    assert repository("explain", "--", "touch", str(made)).code == 0
    assert not made.exists()
    assert not repository.db.exists()
