"""`bh new-framework`: what it refuses, and what it writes whatever the name."""

import ast
import tomllib
from pathlib import Path

import pytest
from bh_shell import Shell

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "src" / "benchhub" / "flows" / "framework_template"


def test_it_says_what_it_wrote_and_what_to_type_next(bh: Shell) -> None:
    done = bh("new-framework", "mytool")
    assert done.code == 0
    assert done.out.startswith("wrote benchhub-mytool: ")
    assert "-m pip install --editable 'benchhub-mytool[test]'" in done.out
    project = tomllib.loads((bh.work / "benchhub-mytool" / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["benchhub.frameworks"] == {"mytool": "benchhub_mytool:MYTOOL"}
    parsed = bh("new-framework", "other", "some/where", "--json").json
    assert (parsed["name"], parsed["folder"]) == ("other", str(bh.work / "some" / "where"))
    assert sorted(parsed["files"]) == sorted(
        str(path.relative_to(bh.work / "some" / "where")) for path in (bh.work / "some").rglob("*") if path.is_file()
    )


@pytest.mark.parametrize(
    "name", ["x", "sort-tool", "sort_tool2", "framework", "plan", "milliseconds", "none", "result"]
)
def test_names_that_would_be_something_else_in_the_code_are_told_apart(bh: Shell, name: str) -> None:
    assert bh("new-framework", name, "package").code == 0
    module = f"benchhub_{name.replace('-', '_')}"
    tree = ast.parse((bh.work / "package" / "src" / module / "__init__.py").read_text())
    bound = [alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    bound += [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    bound += [target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]  # type: ignore[attr-defined]  # names alone
    bound += [node.target.id for node in tree.body if isinstance(node, ast.AnnAssign)]  # type: ignore[union-attr]
    assert len(set(bound)) == len(bound)
    whole = "".join(path.read_text() for path in (bh.work / "package").rglob("*") if path.is_file())
    assert "mytool" not in whole.lower()


@pytest.mark.parametrize("name", ["", "My", "1st", "a b", "../x", "a--b", "x-", "é", "gobench", "test", "suite"])
def test_a_name_that_cannot_be_one_is_refused_with_a_reason(bh: Shell, name: str) -> None:
    done = bh("new-framework", name)
    assert done.code == 2
    assert f"`{name}`" in done.err
    assert list(bh.work.iterdir()) == []


def test_a_folder_with_something_in_it_stays_as_it_is(bh: Shell) -> None:
    (bh.work / "benchhub-mytool").mkdir()
    (bh.work / "benchhub-mytool" / "mine").write_text("mine")
    done = bh("new-framework", "mytool")
    assert done.code == 2
    assert "is not empty" in done.err
    assert [path.name for path in (bh.work / "benchhub-mytool").iterdir()] == ["mine"]
    (bh.work / "file").write_text("")
    assert bh("new-framework", "mytool", "file").code == 2
    assert bh("new-framework", "mytool", "file/below").code == 2


def test_the_guide_explains_what_is_written() -> None:
    guide = (ROOT / "docs" / "writing-a-framework.md").read_text()
    for path in ("src/benchhub_mytool/__init__.py.txt", "pyproject.toml.txt"):
        assert f"\n{(TEMPLATE / path).read_text()}```\n" in guide, path
