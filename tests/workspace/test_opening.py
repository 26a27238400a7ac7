"""A path becomes a workspace."""

from pathlib import Path

import pytest
from detecting import FRAMEWORKS, labels, workspace_at
from repositories import Repo, environ_in

from benchhub.errors import UserError
from benchhub.workspace.opening import open_place, open_workspace


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "thing")


def refused(path: Path, home: Path) -> UserError:
    with pytest.raises(UserError) as caught:
        workspace_at(path, home)
    return caught.value


# -- the root ----------------------------------------------------------------------------------------------------------


def test_the_root_is_that_of_the_repository(repo: Repo, home: Path) -> None:
    repo.write("bh.toml", "")
    repo.write("a/b/bh.toml", "")
    assert workspace_at(repo.path / "a" / "b", home).root == str(repo.path)


def test_outside_a_repository_the_root_is_the_topmost_folder_with_a_configuration(tmp_path: Path, home: Path) -> None:
    (tmp_path / "a/b/c").mkdir(parents=True)
    (tmp_path / "a/pyproject.toml").write_text("[tool.benchhub]\nversion = 1\n")
    (tmp_path / "a/b/bh.toml").write_text("")
    assert workspace_at(tmp_path / "a/b/c", home).root == str(tmp_path / "a")


def test_without_any_configuration_the_root_is_that_of_the_nearest_manifest(tmp_path: Path, home: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/go.mod").write_text("")
    assert workspace_at(tmp_path / "a/b", home).root == str(tmp_path / "a")


def test_a_folder_with_nothing_is_a_workspace_of_its_own(tmp_path: Path, home: Path) -> None:
    (tmp_path / "empty").mkdir()
    workspace = workspace_at(tmp_path / "empty", home)
    assert (workspace.root, workspace.targets, workspace.git) == (str(tmp_path / "empty"), (), None)


def test_links_are_followed(repo: Repo, tmp_path: Path, home: Path) -> None:
    repo.write("a/module.txt", "")
    (tmp_path / "link").symlink_to(repo.path / "a")
    workspace = workspace_at(tmp_path / "link", home)
    assert workspace.root == str(repo.path)
    assert workspace.relative(tmp_path / "link") == "a"


def test_a_file_is_no_place(repo: Repo, home: Path) -> None:
    assert "is not a directory" in refused(repo.write("file", ""), home).what


# -- detection ---------------------------------------------------------------------------------------------------------


def test_what_frameworks_detect_are_targets_without_configuration(repo: Repo, home: Path) -> None:
    repo.write("module.txt", "")
    repo.write("deep/er/module.txt", "")
    workspace = workspace_at(repo.path, home)
    assert labels(workspace) == ["//:bench", "//:test", "//deep/er:bench", "//deep/er:test"]
    assert workspace.coverable == frozenset(labels(workspace))
    assert all(target.is_detected for target in workspace.targets)


def test_ignored_vendored_and_hidden_folders_are_left_out(repo: Repo, home: Path) -> None:
    repo.write(".gitignore", "out/\n")
    for folder in ("out", "vendor/x", "node_modules/x", "x/testdata", "_attic", ".cache"):
        repo.write(f"{folder}/module.txt", "")
    assert labels(workspace_at(repo.path, home)) == []


def test_without_git_the_files_are_walked(tmp_path: Path, home: Path) -> None:
    for folder in ("a", "a/b", "target/x", "vendor/x"):
        (tmp_path / "plain" / folder).mkdir(parents=True)
        (tmp_path / "plain" / folder / "module.txt").write_text("")
    (tmp_path / "plain/bh.toml").write_text("")
    assert labels(workspace_at(tmp_path / "plain", home)) == ["//a:bench", "//a:test", "//a/b:bench", "//a/b:test"]


def test_a_deleted_manifest_that_git_still_lists_is_no_target(repo: Repo, home: Path) -> None:
    file = repo.write("module.txt", "")
    repo.git("add", "--all")
    file.unlink()
    assert labels(workspace_at(repo.path, home)) == []


def test_a_repository_that_git_refuses_is_walked_and_says_so(repo: Repo) -> None:
    repo.write("module.txt", "")
    environ = {**environ_in(repo.path.parent / "home"), "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    workspace = open_workspace(repo.path, FRAMEWORKS, environ=environ)
    assert labels(workspace) == ["//:bench", "//:test"]
    assert ["dubious ownership" in absent.why for absent in workspace.absent] == [True]


# -- configuration -----------------------------------------------------------------------------------------------------


def test_a_configured_target_takes_the_place_of_a_detected_one(repo: Repo, home: Path) -> None:
    repo.write("sub/module.txt", "")
    repo.write("bh.toml", '[target.fast]\nuse = "bench"\ndir = "sub"\nwith = { count = 3 }\n')
    workspace = workspace_at(repo.path, home)
    assert labels(workspace) == ["//:fast", "//sub:test"]
    fast = workspace.targets[0]
    assert (fast.dir, fast.package, fast.framework, fast.options) == ("sub", "", "bench", {"count": 3})
    assert "//:fast" in workspace.coverable
    assert workspace.directory_of(fast) == str(repo.path / "sub")


def test_the_framework_may_be_left_out_where_only_one_fits(repo: Repo, home: Path) -> None:
    repo.write("bh.toml", "[target.bench]\n")
    repo.write("module.txt", "")
    assert [target.framework for target in workspace_at(repo.path, home).targets] == ["bench", "test"]


def test_the_framework_must_be_said_where_several_fit(repo: Repo, home: Path) -> None:
    repo.write("bh.toml", "version = 1\n\n[target.x]\n")
    repo.write("module.txt", "")
    error = refused(repo.path, home)
    assert error.what == "bh.toml:3: [target.x] needs `use`"
    assert error.hint == "it could be `bench`, `test`"
    assert error.where == "bh.toml:3"


def test_nested_files_are_packages_of_their_own_and_inherit_nothing(repo: Repo, home: Path) -> None:
    repo.write("bh.toml", '[matrix]\nsize = [1, 2]\n[target.a]\nuse = "command"\nwith.argv = ["{size}"]\n')
    repo.write("in/ner/bh.toml", '[target.b]\nuse = "command"\nwith.argv = ["x"]\n[suite]\nall = [":b"]\n')
    workspace = workspace_at(repo.path, home)
    assert labels(workspace) == ["//:a", "//in/ner:b"]
    assert [target.matrix for target in workspace.targets] == [{"size": [1, 2]}, {}]
    assert workspace.suites() == {"//in/ner:all": [":b"]}
    package = workspace.package_above("in/ner/deep")
    assert package is not None
    assert package.dir == "in/ner"
    repo.write("in/ner/bh.toml", '[target.b]\nuse = "command"\nwith.argv = ["{size}"]\n')
    assert "there is no such axis" in refused(repo.path, home).what


def test_pyproject_holds_the_same_configuration(repo: Repo, home: Path) -> None:
    repo.write("pyproject.toml", '[project]\nname = "x"\n[tool.benchhub.target.a]\nuse = "command"\nwoth = 1\n')
    error = refused(repo.path, home)
    assert error.what == ("pyproject.toml:5: unknown key `woth` in [tool.benchhub.target.a]; did you mean `with`?")
    repo.write("pyproject.toml", '[tool.benchhub.target.a]\nuse = "command"\n')
    assert labels(workspace_at(repo.path, home)) == ["//:a"]


def test_a_pyproject_of_others_is_not_read(repo: Repo, home: Path) -> None:
    repo.write("pyproject.toml", '[tool.other]\nwhat = "benchhub"\nbroken = \n')
    assert labels(workspace_at(repo.path, home)) == []


def test_bh_toml_goes_before_pyproject(repo: Repo, home: Path) -> None:
    repo.write("pyproject.toml", '[tool.benchhub.target.a]\nuse = "command"\n')
    repo.write("bh.toml", '[target.b]\nuse = "command"\n')
    assert labels(workspace_at(repo.path, home)) == ["//:b"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[target.a]\nuse = "comand"\n', "bh.toml:2: no framework `comand`; did you mean `command`?"),
        ('[target.a]\nuse = "command"\ndir = "no"\n', "bh.toml:3: `dir` of [target.a]: there is no directory `no`"),
        ('[target.a]\nuse = "command"\ndir = ".."\n', "bh.toml:3: `dir` of [target.a] leads out of the workspace"),
        (
            '[target."a/b"]\nuse = "command"\n',
            "bh.toml:1: `a/b` is no name for a target: a label must be able to say it",
        ),
        (
            '[target.a]\nuse = "command"\n[target.a.with]\nargs = []\n',
            "bh.toml:4: unknown key `args` in [target.a.with]; did you mean `argv`?",
        ),
        (
            '[target."a b"]\nuse = "command"\n',
            "bh.toml:1: `a b` is no name for a target: a label must be able to say it",
        ),
        ('[suite]\n"a/b" = []\n', "bh.toml:2: `a/b` is no name for a suite: a label must be able to say it"),
        (
            '[target.a]\nuse = "bench"\nwith = { bench = "x", count = "many" }\n',
            "bh.toml:3: `count` in [target.a.with]: expected an integer, got text",
        ),
        (
            '[target.a]\nuse = "command"\n[target.a.with]\nargv = [\n1]\n',
            "bh.toml:4: `argv[0]` in [target.a.with]: expected text, got an integer",
        ),
        ('[target.a]\nuse = "command"\n[suite]\na = []\n', "bh.toml:4: `a` is a target and a suite"),
    ],
)
def test_a_wrong_target_is_an_error_with_its_line(repo: Repo, home: Path, text: str, what: str) -> None:
    repo.write("bh.toml", text)
    assert refused(repo.path, home).what == what


def test_a_number_that_is_written_as_text_or_names_an_axis_is_no_mistake(repo: Repo, home: Path) -> None:
    repo.write("bh.toml", '[target.a]\nuse = "bench"\nwith = { count = "3", bench = "{n}" }\nmatrix = { n = [1] }\n')
    assert labels(workspace_at(repo.path, home)) == ["//:a"]


def test_a_file_that_is_no_utf8_is_an_error_with_its_line(repo: Repo, home: Path) -> None:
    (repo.path / "bh.toml").write_bytes(b"version = 1\nproject = '\xff'\n")
    assert refused(repo.path, home).what == "bh.toml:2: not UTF-8"


@pytest.mark.parametrize("place", ["", "in/ner/"])
def test_a_configuration_that_cannot_be_read_is_an_error(repo: Repo, home: Path, place: str) -> None:
    """Whoever wrote it means it: targets that vanish in silence would be missed too late."""
    repo.write(f"{place}file", "")
    (repo.path / f"{place}bh.toml").symlink_to("nowhere.toml")
    said = f"{place}bh.toml: cannot be read: the link leads to `nowhere.toml`, which is not there"
    assert refused(repo.path, home).what == said
    (repo.path / f"{place}bh.toml").unlink()
    repo.write(f"{place}bh.toml/file", "")
    assert refused(repo.path, home).what == f"{place}bh.toml: cannot be read: Is a directory"


def test_outside_a_repository_too(tmp_path: Path, home: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/bh.toml").symlink_to("nowhere.toml")
    assert refused(tmp_path / "a/b", home).what.startswith("bh.toml: cannot be read: the link leads")


def test_a_configuration_that_was_deleted_and_not_committed_is_none(repo: Repo, home: Path) -> None:
    repo.commit("with", **{"bh.toml": "broken ="})
    (repo.path / "bh.toml").unlink()
    assert labels(workspace_at(repo.path, home)) == []


def test_a_file_whose_name_ends_in_ours_is_somebody_elses(repo: Repo, home: Path) -> None:
    repo.write("a/other-bh.toml", "broken =")
    repo.write("a/bh.toml.orig", "broken =")
    assert labels(workspace_at(repo.path, home)) == []


def test_a_byte_order_mark_is_no_error(repo: Repo, home: Path) -> None:
    (repo.path / "bh.toml").write_bytes(b'\xef\xbb\xbf[target.a]\nuse = "command"\n')
    assert labels(workspace_at(repo.path, home)) == ["//:a"]


def test_a_place_knows_the_configuration_above_it_and_lists_nothing(repo: Repo, home: Path) -> None:
    repo.write("bh.toml", 'project = "outer"\n')
    repo.write("a/bh.toml", 'project = "inner"\n')
    repo.write("a/b/module.txt", "")
    repo.write("c/bh.toml", "broken =")
    place = open_place(repo.path / "a/b", environ=environ_in(home))
    assert sorted(place.packages) == ["", "a"]
    assert place.targets == ()


def test_a_wrong_configuration_leaves_no_question_to_git_behind(repo: Repo, home: Path) -> None:
    repo.write("bh.toml", "broken =")
    with pytest.raises(UserError):  # A process that nobody waits for would be a warning, and warnings fail.
        open_place(repo.path, environ=environ_in(home), ahead=lambda _root: [("status",), ("log",)])
