"""The language of patterns."""

import posixpath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchhub.errors import UserError
from benchhub.workspace.label import Pattern, is_within, parse_param, parse_params, parse_pattern

names = st.text(
    st.characters(blacklist_characters="/:{},=\n", blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=8
).filter(lambda name: name.strip().strip("./") == name)
values = st.text(st.characters(blacklist_characters=",}", blacklist_categories=["Cs"]), max_size=8)
patterns = st.builds(
    Pattern,
    text=st.just(""),
    path=st.lists(names, max_size=3).map("/".join),
    is_recursive=st.booleans(),
    name=st.none() | names,
    cell=st.dictionaries(names, values, max_size=3),
)


def meaning(pattern: Pattern) -> tuple[object, ...]:
    return (pattern.path, pattern.is_recursive, pattern.name, pattern.cell)


@settings(deadline=None)
@given(patterns, st.sampled_from(["", "some/where"]))
def test_a_label_means_the_same_from_anywhere(pattern: Pattern, here: str) -> None:
    assert meaning(parse_pattern(pattern.label, here=here)) == meaning(pattern)


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_a_pattern_or_an_error_for_people(text: str) -> None:
    try:
        pattern = parse_pattern(text, here="a/b", root="/w")
    except UserError:
        return
    assert not pattern.path.startswith("..")
    assert posixpath.normpath(pattern.path or ".") == (pattern.path or ".")


@pytest.mark.parametrize(
    ("text", "path", "is_recursive", "name"),
    [
        ("//path:name", "path", False, "name"),
        ("//:name", "", False, "name"),
        ("//path", "path", False, None),
        ("//path/...", "path", True, None),
        ("//...", "", True, None),
        ("//...:name", "", True, "name"),
        ("//path/...:name", "path", True, "name"),
        ("//", "", False, None),
        (":name", "here", False, "name"),
        (".", "here", False, None),
        ("...", "here", True, None),
        ("./path", "here/path", False, None),
        ("path/...", "here/path", True, None),
        ("path:name", "here/path", False, "name"),
        ("../path", "path", False, None),
        ("/root/path/...", "path", True, None),
        ("/root", "", False, None),
        ("//path/", "path", False, None),
    ],
)
def test_what_a_pattern_says(text: str, path: str, is_recursive: bool, name: str | None) -> None:  # noqa: FBT001
    pattern = parse_pattern(text, here="here", root="/root")
    assert meaning(pattern) == (path, is_recursive, name, {})


def test_cells_stand_in_braces() -> None:
    assert parse_pattern("//:cpp{size=1000,flags=-O3 -march=native}").cell == {
        "size": "1000",
        "flags": "-O3 -march=native",
    }


def test_a_value_may_hold_an_equals_sign() -> None:
    assert parse_pattern(":x{flags=-std=c++20}").cell == {"flags": "-std=c++20"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it names no directory and no target"),
        ("{size=1}", "it names no directory and no target"),
        ("path:", "a target's name follows the colon"),
        (":a/b", "a name holds no `/`"),
        (":x{size}", "`size` is not axis=value"),
        (":x{=1}", "`=1` is not axis=value"),
    ],
)
def test_what_is_no_pattern_says_why(text: str, why: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_pattern(text)
    assert caught.value.what == f"`{text}` is no pattern: {why}"
    assert caught.value.hint


@pytest.mark.parametrize("text", ["../..", "//..", "//a/../../b", "/rooted", "/"])
def test_nothing_outside_the_workspace_is_named(text: str) -> None:
    with pytest.raises(UserError, match="workspace"):
        parse_pattern(text, here="here", root="/root")


def test_params_of_one_axis_are_alternatives() -> None:
    assert parse_params(["size=1", "flags=-O2,-g", "size=2"]) == {"size": ["1", "2"], "flags": ["-O2,-g"]}
    assert parse_param("size=") == ("size", "")


def test_a_directory_is_within_itself_and_not_within_one_that_begins_alike() -> None:
    assert is_within("a/b", "a/b")
    assert is_within("a/b", "a")
    assert is_within("a", "")
    assert not is_within("ab", "a")
    assert not is_within("a", "a/b")
