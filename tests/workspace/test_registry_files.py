"""The registry's files: decoded strictly, checked against each other, and every error says where."""

import tomllib
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from benchhub.errors import UserError
from benchhub.model.circumstance import MachineClass, User
from benchhub.model.registry import MachineClassEntry, ProjectEntry, Retention
from benchhub.workspace.registry import read_registry, registry_changed
from benchhub.workspace.schema import registry_schema

EXAMPLE = Path(__file__).parents[2] / "examples" / "registry"


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def refused(folder: Path, **files: str) -> UserError:
    with pytest.raises(UserError) as caught:
        read_registry(written(folder, **files))
    return caught.value


def test_the_example_is_read_whole() -> None:
    read = read_registry(EXAMPLE)
    registry = read.registry
    assert read.files == ("people.toml", "projects.toml", "registry.toml")
    assert (registry.policy, registry.count()) == ("known-projects", 9)
    assert registry.project["planner"] == ProjectEntry(
        "git.acme.example/db/engine",
        "planner",
        owners=("ada",),
        members=("ci",),
        visibility="private",
        baseline_branch="release",
        retention=Retention(100, "1y"),
    )
    assert registry.people(registry.project["mergesort"].owners) == ["Ada Lovelace", "ada", "bob"]
    assert registry.knows(User("Ada Lovelace"))
    assert registry.knows(User("somebody", "BOB@acme.example"))
    assert not registry.knows(User("Eve", "eve@acme.example"))


def test_a_place_is_one_however_it_is_written(tmp_path: Path) -> None:
    text = """
    [project.sort]
    repository = "https://github.com/Acme/Sort.git"
    path = "./lib/"
    aliases = ["git@gitlab.example:old/sort.git//lib", "gitlab.example/old/sort//lib"]
    """
    project = read_registry(written(tmp_path, a=text)).registry.project["sort"]
    assert project.address == "github.com/acme/sort//lib"
    assert project.aliases == ("gitlab.example/old/sort//lib",)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (
            "[project.a]\nrepository = 'h/o/n'\nownrs = []",
            3,
            "unknown key `ownrs`",
        ),
        ("[project.a]\npath = 'x'", 1, "[project.a] needs `repository`"),
        ("[project.a]\nrepository = 'h/o/n'\nvisibility = 'privat'", 3, "did you mean `private`?"),
        ("policy = 'known-user'", 1, "did you mean `known-users`?"),
        ("[project.a]\nrepository = 'h/o/n'\nowners = 'ada'", 3, "expected an array, got text"),
        ("[project.a]\nrepository = 'n'", 2, "`n` in `repository` of project `a` is not host/owner/name"),
        ("[project.a]\nrepository = 'h/o/n//x'", 2, "holds a path"),
        (
            "[project.a]\nrepository = 'h/o/n'\naliases = ['n']",
            3,
            "`n` in `aliases` of project `a`",
        ),
        ("[project.a]\nrepository = 'h/o/n'\naliases = ['h/o/n']", 3, "it is no alias"),
        ("[project.a]\nrepository = 'h/o/n'\nretention = { older_than = '3' }", 3, "expected text matching"),
        ("[user.ada]\n[project.a]\nrepository = 'h/o/n'\nmembers = ['adda']", 4, "did you mean `ada`?"),
        ("[organisation.o]\nmembers = ['ada']", 2, "nobody called `ada` is declared"),
        ("[organisation.o]\nmembers = ['p']\n[organisation.p]", 2, "nobody called `p` is declared"),
        ("[user.o]\n[organisation.o]", 2, "`o` is a user in"),
        ("[user.a]\naliases = ['b']\n[user.b]", 2, "is the name of user `b`"),
        ("[project.a]\nrepository = 'h/o/n'\n[project.b]\nrepository = 'h/o/n'", 4, "as project `a` does"),
        (
            "[project.a]\nrepository = 'h/o/n'\n[project.b]\nrepository = 'h/o/m'\naliases = ['h/o/n']",
            5,
            "is a place of project `a`",
        ),
        ("[user.' ']", 1, "is no name of a user"),
        ("version = 2", 1, "version 2 of the registry is not known"),
        ("[user.ada", 1, "not TOML"),
        ("x = 1", 1, "unknown key `x` in the top table"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    error = refused(tmp_path, a=text)
    assert error.what.startswith(f"{tmp_path / 'a.toml'}:{line}: ")
    assert what in error.what


def test_what_two_files_declare_names_both(tmp_path: Path) -> None:
    error = refused(tmp_path, a="[user.ada]", b="\n[user.ada]")
    assert error.what.startswith(f"{tmp_path / 'b.toml'}:2: user `ada` is declared in {tmp_path / 'a.toml'}:1")
    assert "stands in" in refused(tmp_path, a="policy = 'open'", b="policy = 'open'").what


def test_a_directory_without_files_is_no_registry(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.toml").write_text("no = 1", encoding="utf-8")
    assert "holds no .toml file" in refused(tmp_path).what
    assert "is no directory" in refused(tmp_path / "absent").what


def test_what_a_name_may_hold_is_not_ours_to_say(tmp_path: Path) -> None:
    text = '[user."Ада 👩 \\"L\\""]\n[organisation.o]\nmembers = ["Ада 👩 \\"L\\""]'
    assert list(read_registry(written(tmp_path, a=text)).registry.user) == ['Ада 👩 "L"']


def test_a_change_is_seen_once_and_only_when_there_is_one(tmp_path: Path) -> None:
    seen = registry_changed(written(tmp_path, a="[user.ada]"), None)
    assert seen is not None
    assert registry_changed(written(tmp_path, a="[user.ada]"), seen) is None
    again = registry_changed(written(tmp_path, a="[user.bob]"), seen)
    assert again not in {None, seen}
    (tmp_path / "a.toml").rename(tmp_path / "b.toml")
    assert registry_changed(tmp_path, again) is not None


def test_a_machine_is_of_a_class_when_all_that_is_said_fits() -> None:
    machine = MachineClass("x86_64", cpu_model_name="Some CPU", cores=8, runner="ci")
    assert MachineClassEntry(runner="ci", cores=8).fits(machine)
    assert not MachineClassEntry(runner="ci", cores=4).fits(machine)
    assert not MachineClassEntry(description="any").fits(machine)


def test_editors_accept_and_refuse_what_we_do(tmp_path: Path) -> None:

    schema = registry_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for path in EXAMPLE.glob("*.toml"):
        jsonschema.validate(tomllib.loads(path.read_text(encoding="utf-8")), schema)
    for text in ("policy = 'any'", "[user.ada]\nmail = 'x'", "[project.a]\npath = 'x'", "version = 2"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(tomllib.loads(text), schema)
        refused(tmp_path, a=text)
