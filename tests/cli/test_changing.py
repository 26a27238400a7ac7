"""`tag`, `note`, `rm`, `rename`, `db prune|stats|vacuum`: changing what is kept, as people type it."""

import os
import pty
import subprocess

import pytest
from bh_shell import Shell


@pytest.fixture
def three(bh: Shell) -> Shell:
    """Three runs of one program."""
    assert bh("run", "--runs", "3", "--name", "good", "--", "echo", "hello").code == 0
    return bh


def test_tags_are_put_on_found_by_and_taken_off(three: Shell) -> None:
    assert three("tag", "-2", "baseline", "v1.0").out == "run 2: baseline v1.0\n"
    assert [row["run_id"] for row in three("runs", "--tag", "baseline", "--json").json] == [2]
    assert three("runs").out.splitlines()[2].endswith("baseline v1.0")
    assert "tags      baseline v1.0" in three("show", "2").out
    assert three("tag", "2", "baseline", "--json").json["added"] == []
    assert [row["tag"] for row in three("tag", "--json").json] == ["baseline", "v1.0"]
    assert three("tag", "2", "v1.0", "--remove").out == "run 2: baseline\n"
    missing = three("tag", "2", "v1.0", "--remove")
    assert (missing.code, "no tag `v1.0`" in missing.err) == (5, True)
    nobody = three("runs", "--tag", "baselin")
    assert (nobody.code, "did you mean `baseline`?" in nobody.err) == (5, True)


@pytest.mark.parametrize("word", ["3", "two words", "latest", "", "-x", "x" * 65])
def test_what_cannot_be_a_tag_is_refused(kept: Shell, word: str) -> None:
    assert kept("tag", "1", word).code == 2


def test_notes_are_added_with_author_and_time_and_stay(three: Shell) -> None:
    three("note", "1", "on battery", env={"GIT_AUTHOR_NAME": "Ada"})
    three("note", "1", "do not trust\nit", env={"GIT_AUTHOR_NAME": "Bob"})
    notes = three("note", "1", "--json").json["notes"]
    assert [(note["user_name"], note["note"]) for note in notes] == [("Ada", "on battery"), ("Bob", "do not trust\nit")]
    assert "on battery" in three("show", "1").out
    assert three("show", "1", "--json").json["notes"] == notes
    assert [row["run_id"] for row in three("note", "--json").json] == [1, 1]
    assert three("note", "1", " ").code == 2


def test_who_removes_is_told_what_goes_and_must_say_yes(three: Shell) -> None:
    three("tag", "2", "baseline")
    asked = three("rm", "2", "2")
    assert asked.code == 2
    assert "--yes" in asked.err
    assert "baseline" in asked.out
    assert three("rm", "2", "--json").code == 2
    assert len(three("runs", "--json").json) == 3
    done = three("rm", "2", "--yes", "--json").json
    assert [row["run_id"] for row in done["runs"]] == [2]
    assert [row["run_id"] for row in three("runs", "--json").json] == [3, 1]
    gone = three("show", "2")
    assert (gone.code, "bh rm --undo 1" in gone.err) == (5, True)
    assert three("rm", "2", "--yes").code == 5
    assert [row["run_id"] for row in three("rm", "--json").json[0]["runs"]] == [2]
    assert three("rm", "--undo").out == "run 2 came back (removal 1)\n"
    assert [row["tags"] for row in three("runs", "--json").json] == ["", "baseline", ""]
    assert three("rm", "--undo").code == 5
    assert three("rm", "--undo", "1", "2").code == 2


def test_nothing_is_removed_when_one_of_the_runs_is_not_there(three: Shell) -> None:
    assert three("rm", "1", "99", "--yes").code == 5
    assert len(three("runs", "--json").json) == 3


@pytest.mark.parametrize(("answer", "left"), [(b"y\n", 2), (b"\n", 3), (b"no\n", 3)])
def test_a_person_is_asked(three: Shell, answer: bytes, left: int) -> None:
    controller, terminal = pty.openpty()
    os.write(controller, answer)
    with open(terminal) as stdin:  # noqa: PTH123 -- a descriptor
        subprocess.run(
            three.argv("rm", "latest"), stdin=stdin, env=three.env, cwd=three.work, check=True, capture_output=True
        )
    os.close(controller)
    assert len(three("runs", "--json").json) == left


def test_a_renamed_target_keeps_its_history_and_what_still_says_the_old_name_adds_to_it(three: Shell) -> None:
    assert three("rename", "target", "//:good", "//:better").code == 0
    three("rename", "case", "good", "best")
    three("run", "--name", "good", "--", "true")
    assert three("log", "1", "best").out == three("log", "1", "good").out == "hello\n"
    assert three.rows("SELECT DISTINCT target FROM runs") == [{"target": "//:better"}]
    assert len(three.rows("SELECT run_id FROM history WHERE benchmark = 'best' AND metric = 'time'")) == 4
    assert three("db", "reproject").code == 0
    assert len(three.rows("SELECT run_id FROM history WHERE benchmark = 'best' AND metric = 'time'")) == 4
    renames = three("rename", "--json").json
    assert [(row["kind"], row["old_name"], row["new_name"]) for row in renames] == [
        ("target", "//:good", "//:better"),
        ("suite", "//:good", "//:better"),
        ("case", "good", "best"),
    ]
    old = three("history", "good")
    assert (old.code, "it was renamed to `best`" in old.err) == (5, True)


def test_what_cannot_be_renamed_is_said(kept: Shell) -> None:
    for words, code, said in (
        (("case", "goood", "x"), 5, "did you mean `good`?"),
        (("case", "good/x=1", "bad/x=1"), 5, "bh rename case good bad"),
        (("case", "good", "good"), 2, "already"),
        (("case", "good"), 2, "OLD NEW"),
        (("case", "good", " "), 2, "cannot be a name"),
        (("target", "//:good", "good"), 2, "//path:name"),
        (("target", "//:good", "//:bad"), 2, "--join"),
        (("suite", "//:good", "x", "--suite", "y"), 2, "--suite"),
        (("project", "work", "github.com/a/b"), 2, "bh rename project local/"),
        (("case", "good", "x", "--project", "elsewhere"), 5, "elsewhere"),
    ):
        done = kept("rename", *words)
        assert (done.code, said in done.err) == (code, True), (words, done.err)


def test_a_name_that_several_have_must_be_said_more_exactly(bh: Shell) -> None:
    for label in ("one", "two"):
        (bh.work / label).mkdir()
        (bh.work / label / "bh.toml").write_text(
            f'project = "{label}"\n[target.same]\nuse = "command"\nwith.argv = ["true"]\n'
        )
    assert bh("run", "//...").code == 0
    several = bh("rename", "case", "same", "other")
    assert several.code == 2
    assert "--project" in several.err
    assert bh("rename", "case", "same", "other", "--project", "two").code == 0
    names = bh.rows("SELECT DISTINCT project, benchmark FROM results WHERE framework = 'command' ORDER BY project")
    assert [row["benchmark"] for row in names] == ["same", "other"]


def test_a_project_is_renamed_by_its_name_and_moved_by_its_place(three: Shell) -> None:
    place = three("db", "stats", "--json").json["projects"][0]["place"]
    assert three("rename", "project", "work", "play").code == 0
    assert three("rename", "project", place, "example.com/them/thing").code == 0
    assert three.rows("SELECT DISTINCT project, repo FROM runs") == [
        {"project": "play", "repo": "example.com/them/thing"}
    ]
    three("run", "--name", "good", "--", "true")
    assert len(three.rows("SELECT * FROM runs WHERE project = 'play'")) == 4


def test_pruning_says_what_would_go_and_does_it_when_told(three: Shell) -> None:
    three("tag", "1", "baseline")
    three("rm", "3", "--yes")
    would = three("db", "prune", "--keep", "1")
    assert would.code == 0
    assert "--yes does it" in would.out
    assert len(three("runs", "--json").json) == 2
    three("run", "--name", "good", "--", "echo", "hello")
    done = three("db", "prune", "--keep", "1", "--yes", "--json").json
    assert (done["removed"], [row["run_id"] for row in done["runs"]], done["tagged"]) == ([3], [2], 1)
    assert [row["run_id"] for row in three("runs", "--json").json] == [4, 1]
    assert three("rm", "--undo").code == 5
    assert three("db", "check", "--deep").code == 0
    vacuumed = three("db", "vacuum", "--json").json
    assert vacuumed["after_bytes"] <= vacuumed["before_bytes"]


def test_stats_tell_rows_bytes_and_projects(kept: Shell) -> None:
    stats = kept("db", "stats", "--json").json
    assert (stats["runs"], stats["outcomes"]) == (4, 4)
    assert stats["projects"][0]["runs"] == 4
    assert stats["file_bytes"] == kept.db.stat().st_size
    out = kept("db", "stats").out
    assert "measurement" in out
    assert "work" in out


def test_options_of_pruning_are_checked(kept: Shell) -> None:
    assert kept("db", "prune", "--older-than", "soon").code == 2
    assert kept("db", "prune", "--keep", "0").code == 2
    assert kept("db", "stats", "--keep", "3").code == 2
