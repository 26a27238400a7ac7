"""What a target measures when it is not the repository itself."""

import sys
from pathlib import Path

import pytest
from detecting import workspace_at
from repositories import Repo

from benchhub.errors import UserError
from benchhub.model.circumstance import Subject
from benchhub.plugin.conformance_runtime import HOLD, is_free_soon
from benchhub.workspace import subject as asking
from benchhub.workspace.subject import learn_subjects


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "thing")


def learn(repo: Repo, subject: str) -> tuple[Subject | None, list[str]]:
    repo.write("bh.toml", f'[target.a]\nuse = "command"\n{subject}\n')
    workspace = workspace_at(repo.path, Path(repo.environ["HOME"]))
    (learned,) = learn_subjects(workspace, workspace.targets).values()
    return learned, [absent.why for absent in workspace.absent]


def test_without_a_word_the_repository_itself_is_measured(repo: Repo) -> None:
    assert learn(repo, "") == (None, [])


def test_a_version_may_be_said_or_asked(repo: Repo) -> None:
    assert learn(repo, 'subject = { name = "db", version = "15" }') == (Subject("db", "15"), [])
    asked, _ = learn(repo, 'subject = { name = "db", version_command = ["printf", "db 15.2\\nmore"] }')
    assert asked == Subject("db", "db 15.2")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ('["no-such-program"]', "`no-such-program` could not be started: No such file or directory"),
        ('["false"]', "`false` ended with 1 and printed nothing"),
        ('["true"]', "`true` ended with 0 and printed nothing"),
    ],
)
def test_a_version_that_cannot_be_learned_is_absent_and_fails_nothing(repo: Repo, command: str, why: str) -> None:
    learned, absent = learn(repo, f'subject = {{ name = "db", version_command = {command} }}')
    assert learned is not None
    assert learned.version.startswith("unknown ")
    assert absent == [why]


def test_two_unknown_versions_are_not_one(repo: Repo) -> None:
    """Version 15 and version 16 both fail to tell when the program is not there."""
    said = 'subject = { name = "db", version_command = ["no-such-program"] }'
    (one, _), (two, _) = learn(repo, said), learn(repo, said)
    assert one is not None
    assert two is not None
    assert one.hash() != two.hash()


def test_the_bytes_of_its_configuration_tell_subjects_apart(repo: Repo) -> None:
    said = 'subject = { name = "db", configuration = ["db.conf"] }'
    repo.write("db.conf", "cache = 1")
    one, _ = learn(repo, said)
    same, _ = learn(repo, said)
    repo.write("db.conf", "cache = 2")
    two, _ = learn(repo, said)
    assert one is not None
    assert two is not None
    assert one == same
    assert one.hash() != two.hash()
    assert len(one.configuration) == 32


def test_a_configuration_that_is_not_there_is_an_error_with_its_line(repo: Repo) -> None:
    with pytest.raises(UserError) as caught:
        learn(repo, '\n[target.a.subject]\nname = "db"\nconfiguration = ["db.conf"]')
    assert caught.value.what == (
        "bh.toml:6: `configuration` of [target.a.subject]: `db.conf` cannot be read: No such file or directory"
    )


def learn_all(repo: Repo, text: str) -> dict[str, Subject | None]:
    repo.write("bh.toml", text)
    workspace = workspace_at(repo.path, Path(repo.environ["HOME"]))
    return learn_subjects(workspace, workspace.targets)


def test_the_subject_of_a_file_is_that_of_all_its_targets_but_those_that_say_otherwise(repo: Repo) -> None:
    learned = learn_all(
        repo,
        'subject = { name = "db", version = "15" }\n[target.a]\nuse = "command"\n'
        '[target.b]\nuse = "command"\nsubject = { name = "cache", version = "7" }\n',
    )
    assert learned == {"//:a": Subject("db", "15"), "//:b": Subject("cache", "7")}


def test_a_subject_is_asked_once_for_all_that_measure_it_in_the_folder_of_its_file(repo: Repo) -> None:
    repo.write("sub/x", "")
    repo.write("tell.sh", "echo asked >> asked; echo 15.$(wc -l < asked)")
    learned = learn_all(
        repo,
        'subject = { name = "db", version_command = ["sh", "tell.sh"], configuration = ["tell.sh"] }\n'
        '[target.a]\nuse = "command"\n[target.b]\nuse = "command"\ndir = "sub"\n',
    )
    assert {one.version for one in learned.values() if one} == {"15.1"}
    assert (repo.path / "asked").read_text() == "asked\n"


def test_a_program_that_never_stops_talking_is_cut_short(repo: Repo) -> None:
    learned, absent = learn(repo, 'subject = { name = "db", version_command = ["yes", "db 15"] }')
    assert (learned, absent) == (Subject("db", "db 15"), [])


def test_a_program_that_does_not_answer_in_time_leaves_nobody_behind(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "VERSION_TIMEOUT_S", 2.0)
    child = f"{HOLD}held = hold('held'); time.sleep(600)"
    repo.write("tell.py", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])")
    # The grandchild holds the output open.
    _, absent = learn(repo, f'subject = {{ name = "db", version_command = ["{sys.executable}", "tell.py"] }}')
    assert absent == [f"`{sys.executable}` took longer than 2 s"]
    assert is_free_soon(repo.path / "held")


def test_the_configuration_of_a_subject_of_the_file_names_its_table(repo: Repo) -> None:
    with pytest.raises(UserError) as caught:
        learn_all(repo, '[target.a]\nuse = "command"\n[subject]\nname = "db"\nconfiguration = ["db.conf"]\n')
    assert "bh.toml:5" in caught.value.what
    assert "[subject]" in caught.value.what
