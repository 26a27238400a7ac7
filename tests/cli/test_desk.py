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


def test_an_option_that_only_a_cell_makes_wrong_names_the_cell(repository: Shell) -> None:
    (repository.work / "bh.toml").write_text(
        '[target.say]\nuse = "command"\nwith = { argv = ["true"], count = "{n}" }\nmatrix = { n = [1, "many"] }\n'
    )
    assert repository("explain", "//:say{n=1}").code == 0
    done = repository("explain", "//:say")
    assert done.code == 2
    assert "`count` of `//:say{n=many}`: expected an integer, got text" in done.err


@pytest.mark.parametrize("name", ["a b", "a/b", "a:b", "...", "a{b}"])
def test_a_name_on_the_command_line_is_one_that_a_label_can_say(repository: Shell, name: str) -> None:
    for words in (["run", "--name", name, "--", "true"], ["import", "bh.toml", "--name", name]):
        done = repository(*words)
        assert done.code == 2
        assert f"`{name}` is no name for a target" in done.err
    assert not repository.db.exists()


def test_a_program_with_an_odd_name_has_a_label_all_the_same(repository: Shell) -> None:
    program = repository.work / "a b:{c}"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert repository("run", "--", str(program)).code == 0
    assert repository.rows("SELECT target FROM runs") == [{"target": "//:a-b-c"}]


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


def test_a_secret_lies_nowhere_in_the_clear_while_a_program_runs(repository: Shell) -> None:
    """What is not yet in the database is on disk all the same, and stays there when this process is killed."""
    words = ["--runs", "1", "--", "sh", "-c", 'cp -r "$BH_DB".spool "$HOME"', "--token", "s3cret", "PASSWORD=s3cret"]
    (repository.work.parent / "home").mkdir()
    assert repository("run", *words).code == 0
    (kept,) = (repository.work.parent / "home").rglob("run.json")
    assert b'"--token","***"' in kept.read_bytes()
    assert b"s3cret" not in kept.read_bytes()


def test_explaining_hides_what_the_database_would_not_keep(repository: Shell) -> None:
    """What is shown is pasted into tickets."""
    (repository.work / "bh.toml").write_text(
        '[target.say]\nuse = "command"\nenv = { CFLAGS = "-DAPI_KEY=s3cret", TOKEN = "s3cret" }\n'
        'build = [["make", "PASSWORD=s3cret"]]\nwith = { argv = ["echo", "--secret", "s3cret"] }\n'
    )
    words = repository("explain", "//:say", "--", "-u", "me:s3cret")
    document = repository("explain", "//:say", "--json", "--", "-u", "me:s3cret")
    assert (words.code, document.code) == (0, 0)
    assert "s3cret" not in words.out
    assert "s3cret" not in document.out
    assert document.json[0]["steps"][0]["argv"] == ["echo", "--secret", "***", "-u", "me:***"]
    assert document.json[0]["options"]["argv"] == ["echo", "--secret", "***"]
    assert document.json[0]["build"] == [["make", "PASSWORD=***"]]


def test_secrets_in_flags_are_kept_nowhere(repository: Shell) -> None:
    """Compilers are told secrets in flags, and flags are facts of the environment."""
    flags = {"GOFLAGS": "-ldflags=-X=main.apiKey=s3cret", "CFLAGS": "-DAPI_KEY=s3cret -DPASSWORD=s3cret"}
    assert repository("run", "--", "true", env=flags).code == 0
    kept = repository.db.read_bytes()
    assert b"-X=main.apiKey=***" in kept
    assert b"s3cret" not in kept


def test_runs_that_wait_elsewhere_are_told_where_they_wait(bh: Shell) -> None:
    """A place beside a database that cannot be made cannot be made either."""
    nowhere = {"BH_DB": "/proc/nope/x.db"}
    assert bh("run", "--", "true", env=nowhere).code == 4
    done = bh("runs", env=nowhere)
    (waiting,) = (bh.work.parent / "tmp").glob("*.spool")
    said = "the database `/proc/nope/x.db` failed: No such file or directory: `/proc/nope`\n"
    assert f"bh: warning: runs of an earlier command still wait in `{waiting}`: {said}" in done.err


def test_a_waiting_run_that_cannot_be_read_is_told_where_it_lies(bh: Shell) -> None:
    waiting = bh.db.with_name("bench.db.spool") / "0192f000-0000-7000-8000-000000000000"
    waiting.mkdir(parents=True)
    (waiting / "lock").touch()
    (waiting / "run.json").write_text("{")
    assert f"warning: the waiting run `{waiting}` cannot be read: " in bh("run", "--", "true").err


def test_a_subject_that_does_not_tell_its_version_is_warned_of_and_equals_no_other(repository: Shell) -> None:
    subject = 'subject = { name = "db", version_command = ["no-such-program"] }\n'
    (repository.work / "bh.toml").write_text(MATRIX + subject)
    for _ in range(2):
        done = repository("run", "--runs", "2", "//:say{size=10}")
        assert done.code == 0
        said = "warning: not known: version of `db`: `no-such-program` could not be started: No such file or directory"
        assert done.err.count(said) == 1
    runs = repository.rows("SELECT count(*) AS n FROM run GROUP BY subject_id ORDER BY subject_id")
    assert runs == [{"n": 2}, {"n": 2}]


def test_what_disturbed_a_run_is_known_before_and_after_it_and_survives_another_reading(bh: Shell) -> None:
    """A number that stands out is looked into: was the machine busy?"""
    assert bh("run", "--", "true").code == 0
    question = "SELECT key, value FROM contexts WHERE key LIKE 'disturbance.%.load1' ORDER BY key"
    said = bh.rows(question)
    assert [row["key"] for row in said] == ["disturbance.after.load1", "disturbance.before.load1"]
    assert all(float(row["value"]) >= 0 for row in said)
    assert bh("db", "reproject", "--reread").code == 0
    assert bh.rows(question) == said
    assert "the tool said" not in bh("show").out
