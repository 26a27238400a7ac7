"""Words choose targets and cells."""

from pathlib import Path

import pytest
from detecting import workspace_at
from repositories import Repo

from benchhub.errors import NothingMatchedError, UserError
from benchhub.model.place import Target
from benchhub.workspace.opening import Workspace
from benchhub.workspace.selection import select

CONFIG = """\
[matrix]
size = [10, 100]

[target.sort]
use = "command"
with.argv = ["sort", "{size}"]

[target.both]
use = "command"
with.argv = ["both", "{size}", "{kind}"]
matrix = { kind = ["a", "b"] }

[suite]
quick = [":sort{size=10}", "//mod:test"]
all = [":quick", ":both"]
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    repo = Repo(tmp_path / "thing")
    repo.write("bh.toml", CONFIG)
    repo.write("mod/module.txt", "")
    repo.write("mod/pkg/deep/file", "")
    repo.write("mod/slow/file", "")
    repo.write("mod/nested/module.txt", "")
    repo.write("docs/page", "")
    return workspace_at(repo.path, tmp_path / "home")


def chosen(workspace: Workspace, *patterns: str, **words: list[str] | str) -> list[str]:
    found = select(workspace, patterns, **words)  # type: ignore[arg-type]
    shown = []
    for one in found:
        cell = ",".join(f"{axis}={value}" for axis, value in one.cell.values.items())
        shown.append(f"{one.target.label}{f'{{{cell}}}' if cell else ''} {' '.join(one.target.filters)}".rstrip())
    return shown


def refused(workspace: Workspace, *patterns: str, **words: list[str] | str) -> UserError:
    with pytest.raises(UserError) as caught:
        chosen(workspace, *patterns, **words)
    return caught.value


ALL = [
    "//:both{size=10,kind=a}",
    "//:both{size=10,kind=b}",
    "//:both{size=100,kind=a}",
    "//:both{size=100,kind=b}",
    "//:sort{size=10}",
    "//:sort{size=100}",
    "//mod:bench",
    "//mod:test",
    "//mod/nested:bench",
    "//mod/nested:test",
]


def test_everything_is_chosen_in_the_order_of_labels_and_cells(workspace: Workspace) -> None:
    assert chosen(workspace, "//...") == ALL


def test_no_words_mean_everything_below_the_current_directory(workspace: Workspace) -> None:
    assert chosen(workspace) == ALL
    assert chosen(workspace, here="mod") == ALL[6:]
    assert chosen(workspace, here="mod/nested") == ALL[8:]


def test_two_words_choose_nothing_twice(workspace: Workspace) -> None:
    assert chosen(workspace, "//...", ":sort", "//mod") == ALL


def test_a_directory_without_dots_is_that_directory_alone(workspace: Workspace) -> None:
    assert chosen(workspace, "//mod") == ["//mod:bench", "//mod:test"]
    assert chosen(workspace, "mod/...:bench") == ["//mod:bench", "//mod/nested:bench"]


def test_a_name_is_looked_for_here_or_below(workspace: Workspace) -> None:
    assert chosen(workspace, ":bench", here="mod") == ["//mod:bench"]
    assert chosen(workspace, "...:test") == ["//mod:test", "//mod/nested:test"]


def test_below_a_module_the_module_is_chosen_with_a_filter(workspace: Workspace) -> None:
    assert chosen(workspace, "//mod/pkg:bench") == ["//mod:bench ./pkg"]
    assert chosen(workspace, "//mod/pkg/...") == ["//mod:bench ./pkg/...", "//mod:test ./pkg/..."]
    assert chosen(workspace, here="mod/pkg/deep") == ["//mod:bench ./pkg/deep/...", "//mod:test ./pkg/deep/..."]


def test_filters_that_another_takes_in_are_left_out(workspace: Workspace) -> None:
    assert chosen(workspace, "//mod/pkg/...:bench", "//mod/pkg/deep:bench", "//mod/slow:bench") == [
        "//mod:bench ./pkg/... ./slow"
    ]


def test_a_nested_module_is_no_package_of_the_outer_one(workspace: Workspace) -> None:
    assert chosen(workspace, "//mod/nested/...") == ["//mod/nested:bench", "//mod/nested:test"]


def test_skip_takes_away_targets_filters_and_cells(workspace: Workspace) -> None:
    assert chosen(workspace, "//...", skip=["//mod/...", ":both"]) == ["//:sort{size=10}", "//:sort{size=100}"]
    assert chosen(workspace, "//mod", skip=["//mod/slow/..."]) == [
        "//mod:bench -./slow/...",
        "//mod:test -./slow/...",
    ]
    assert chosen(workspace, ":sort", skip=[":sort{size=10}"]) == ["//:sort{size=100}"]
    assert chosen(workspace, "//mod/pkg/...:bench", skip=["//mod/pkg/deep"]) == ["//mod:bench ./pkg/... -./pkg/deep"]


def test_skipping_what_is_not_there_is_no_error_where_the_directory_is(workspace: Workspace) -> None:
    assert chosen(workspace, ":sort", skip=["//docs"]) == ["//:sort{size=10}", "//:sort{size=100}"]


def test_skipping_everything_leaves_nothing(workspace: Workspace) -> None:
    error = refused(workspace, ":sort", skip=["//..."])
    assert isinstance(error, NothingMatchedError)
    assert error.what == "nothing is left of `:sort`"


def test_cells_are_chosen_in_braces_or_by_params(workspace: Workspace) -> None:
    assert chosen(workspace, ":sort{size=100}") == ["//:sort{size=100}"]
    assert chosen(workspace, ":both", params=["kind=b", "size=10"]) == ["//:both{size=10,kind=b}"]
    assert chosen(workspace, ":both", params=["size=10", "size=100", "kind=a"]) == [
        "//:both{size=10,kind=a}",
        "//:both{size=100,kind=a}",
    ]


def test_cells_in_braces_are_of_those_targets_that_have_the_axis(workspace: Workspace) -> None:
    assert chosen(workspace, "//...{kind=a}") == ["//:both{size=10,kind=a}", "//:both{size=100,kind=a}"]


def test_a_cell_is_filled_in(workspace: Workspace) -> None:
    (one,) = select(workspace, [":both{size=10,kind=b}"])
    assert one.target.options == {"argv": ["both", "10", "b"]}


def test_a_suite_stands_for_its_patterns(workspace: Workspace) -> None:
    assert chosen(workspace, ":quick") == ["//:sort{size=10}", "//mod:test"]
    assert chosen(workspace, "//:all", here="mod") == [*ALL[:5], "//mod:test"]
    assert chosen(workspace, "//...", skip=[":all"]) == ["//:sort{size=100}", "//mod:bench", *ALL[8:]]


@pytest.mark.parametrize(
    ("word", "what"),
    [
        (":loop", "bh.toml:17: suite `loop`: suite `//:loop` contains itself"),
        (":qqq", "bh.toml:17: suite `loop`: no target `:qqq`"),
        ("//nowhere/...", "bh.toml:17: suite `loop`: no directory `nowhere`"),
        (":sort{size=7}", "bh.toml:17: suite `loop`: axis `size` of `//:sort` has no value `7`"),
    ],
)
def test_a_suite_that_names_nothing_is_an_error_whatever_is_chosen(tmp_path: Path, word: str, what: str) -> None:
    """What it should have run would be missed by nobody."""
    repo = Repo(tmp_path / "thing")
    repo.write("bh.toml", CONFIG + f'\nloop = ["{word}"]\n')
    repo.write("mod/module.txt", "")
    repo.write("a/file", "")
    assert refused(workspace_at(repo.path, tmp_path / "home"), "//...").what == what


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        (":sorrt", "no target `:sorrt`; did you mean `//:sort`?"),
        ("//mod:benhc", "no target `//mod:benhc`; did you mean `//mod:bench`?"),
        ("//mdo", "no directory `mdo`; did you mean `//mod`?"),
        ("sort", "no directory `sort`; did you mean `:sort`?"),
        ("//docs", "nothing to run matches `//docs`"),
        (":sort{sise=10}", "`:sort{sise=10}`: there is no axis `sise`; did you mean `size`?"),
        (":sort{size=1000}", "axis `size` of `//:sort` has no value `1000`; did you mean `100`?"),
        ("//mod/module.txt", "`//mod/module.txt` is a file"),
    ],
)
def test_what_does_not_exist_says_what_was_meant(workspace: Workspace, pattern: str, what: str) -> None:
    assert refused(workspace, pattern).what == what


@pytest.mark.parametrize(
    ("param", "what"),
    [
        ("sise=10", "no chosen target has an axis `sise`; did you mean `size`?"),
        ("size=7", "axis `size` has no value `7`"),
    ],
)
def test_params_that_choose_nothing_are_errors(workspace: Workspace, param: str, what: str) -> None:
    error = refused(workspace, "//...", params=[param])
    assert isinstance(error, NothingMatchedError)
    assert error.what.split("; did")[0] == what.split("; did", maxsplit=1)[0]


def test_where_nothing_is_the_hint_says_what_to_do(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "empty")
    error = refused(workspace_at(repo.path, tmp_path / "home"))
    assert error.exit_code == 5
    assert error.hint is not None
    assert "bh run -- CMD" in error.hint


def test_a_path_without_anything_of_a_target_means_another(workspace: Workspace) -> None:
    """Tests of the repository's root are not below a folder that has none of them."""
    around = Target("outer", "", "command", is_detected=True, folders=("checks/deep",))
    workspace.targets = (*workspace.targets, around)
    workspace.coverable |= {around.label}

    def chosen(pattern: str) -> list[str]:
        try:
            return [one.target.label for one in select(workspace, [pattern])]
        except (NothingMatchedError, UserError):
            return []

    for folder in ("checks/deep", "empty"):
        (Path(workspace.root) / folder).mkdir(parents=True)
    assert "//:outer" in chosen("//checks")
    assert "//:outer" in chosen("//checks/...")
    assert "//:outer" not in chosen("//empty")
    assert "//:outer" not in chosen("//empty/...")
