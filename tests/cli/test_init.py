"""`bh init`: a small file that says what is detected, and changes nothing by being there."""

import tomllib
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # has no types of its own
import pytest
from bh_shell import Shell

GO_MOD = "module example.com/x\n\ngo 1.19\n"
GO_TEST = 'package x\n\nimport "testing"\n\nfunc TestX(t *testing.T) {}\n\nfunc BenchmarkX(b *testing.B) {}\n'


def module(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "go.mod").write_text(GO_MOD)
    (folder / "x_test.go").write_text(GO_TEST)


def listed(bh: Shell) -> list[tuple[str, str, int]]:
    return [(one["label"], one["framework"], one["cells"]) for one in bh("list", "--json").json]


def uncommented(text: str) -> dict[str, Any]:
    """Return the file with its examples: every commented line that is TOML and no sentence."""
    lines = [
        line.removeprefix("# ") if line.startswith(("# [", "# use", "# with =")) else line for line in text.split("\n")
    ]
    return tomllib.loads("\n".join(lines))


def test_what_it_writes_lists_the_same_targets(bh: Shell) -> None:
    module(bh.work)
    module(bh.work / "deep" / "er")
    before = listed(bh)
    done = bh("init")
    assert (done.code, done.out) == (
        0,
        "wrote bh.toml: 2 targets, 2 left to detection; `bh list` shows what can be run\n",
    )
    assert listed(bh) == before
    assert before == [
        ("//:gobench", "gobench", 1),
        ("//:gotest", "gotest", 1),
        ("//deep/er:gobench", "gobench", 1),
        ("//deep/er:gotest", "gotest", 1),
    ]
    text = (bh.work / "bh.toml").read_text()
    assert text.startswith("#:schema ./bh.schema.json\n")
    assert set(tomllib.loads(text)["target"]) == {"gobench", "gotest"}
    assert "#   //deep/er:gobench\n" in text


def test_in_a_folder_of_a_repository_labels_stay_as_they_were(bh: Shell) -> None:
    (bh.work / ".git").mkdir()  # As good as a repository, for who looks for its root.
    module(bh.work / "sort")
    before = listed(bh)
    inside = bh.below("sort")
    assert inside("init").code == 0
    assert listed(bh) == before
    assert [label for label, *_ in before] == ["//sort:gobench", "//sort:gotest"]


@pytest.mark.parametrize("files", [{}, {"README.md": "nothing to run"}], ids=["empty", "nothing detected"])
def test_where_nothing_is_detected_it_shows_an_example(bh: Shell, files: dict[str, str]) -> None:
    for name, text in files.items():
        (bh.work / name).write_text(text)
    done = bh("init")
    assert done.code == 0
    assert "nothing detected" in done.out
    text = (bh.work / "bh.toml").read_text()
    assert tomllib.loads(text) == {"version": 1}
    assert "# [target.prog]" in text
    assert bh("list").code == 5


@pytest.mark.parametrize("is_module", [True, False])
def test_its_comments_are_configuration_when_they_are_uncommented(bh: Shell, is_module: bool) -> None:  # noqa: FBT001
    if is_module:
        module(bh.work)
    said = uncommented(bh("init", "--print").out)
    schema = bh("config", "--schema").json
    jsonschema.validate(said, schema)
    assert said["target"]["prog"]["use"] == "command"
    assert ("gobench" in said["target"]) == is_module


def test_a_file_that_is_there_stays(bh: Shell) -> None:
    (bh.work / "bh.toml").write_text("# mine\nversion = 1\n")
    done = bh("init")
    assert done.code == 2
    assert "`bh.toml` is there already" in done.err
    assert "--force" in done.err
    assert (bh.work / "bh.toml").read_text() == "# mine\nversion = 1\n"
    assert bh("init", "--force").code == 0
    assert "# mine" not in (bh.work / "bh.toml").read_text()
    assert sorted(path.name for path in bh.work.iterdir()) == ["bh.toml"], "no draft is left over"


def test_a_broken_file_can_be_replaced(bh: Shell) -> None:
    module(bh.work)
    (bh.work / "bh.toml").write_text("= broken")
    assert bh("init", "--force").code == 0
    assert len(listed(bh)) == 2


def test_printing_writes_nothing_and_prints_what_would_be_written(bh: Shell) -> None:
    module(bh.work)
    printed = bh("init", "--print")
    assert printed.code == 0
    assert not (bh.work / "bh.toml").exists()
    data = bh("init", "--json").json
    assert (data["text"], data["is_written"]) == (printed.out, True)
    assert (bh.work / "bh.toml").read_text() == printed.out
    assert data["targets"] == ["//:gobench", "//:gotest"]


def test_a_table_in_pyproject_is_not_hidden_silently(bh: Shell) -> None:
    (bh.work / "pyproject.toml").write_text('[project]\nname = "x"\n\n[tool.benchhub]\nversion = 1\n')
    done = bh("init")
    assert done.code == 2
    assert "pyproject.toml:4" in done.err
    assert not (bh.work / "bh.toml").exists()
    forced = bh("init", "--force")
    assert forced.code == 0
    assert "pyproject.toml:4" in forced.err


def test_a_folder_of_a_module_without_git_is_not_torn_out_of_it(bh: Shell) -> None:
    module(bh.work)
    (bh.work / "sort").mkdir()
    inside = bh.below("sort")
    done = inside("init")
    assert done.code == 2
    assert f"cd {bh.work} && bh init" in done.err


def test_a_folder_that_cannot_be_written_is_named(bh: Shell) -> None:
    (bh.work / "bh.toml").mkdir()
    done = bh("init", "--force")
    assert done.code == 2
    assert str(bh.work / "bh.toml") in done.err
    assert "--print" in done.err
    assert [path.name for path in bh.work.iterdir()] == ["bh.toml"]
