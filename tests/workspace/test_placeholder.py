"""``{axis}`` in texts."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchhub.workspace.placeholder import filled, names_in, scalar_text, unclosed_in

axes = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,6}", fullmatch=True).filter(lambda name: name != "results")
texts = st.text(max_size=10)
options = st.recursive(
    texts | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(axes, inner, max_size=3),
    max_leaves=8,
)


def escaped(value: Any) -> Any:  # noqa: ANN401
    """Return ``value`` written so that every brace is meant."""
    if isinstance(value, str):
        return value.replace("{", "{{")
    if isinstance(value, dict):
        return {key: escaped(inner) for key, inner in value.items()}
    return [escaped(inner) for inner in value] if isinstance(value, list) else value


@settings(deadline=None)
@given(options)
def test_a_doubled_brace_is_a_brace_and_names_nothing(value: Any) -> None:  # noqa: ANN401
    assert list(names_in(escaped(value))) == []
    assert list(unclosed_in(escaped(value))) == []
    assert filled(escaped(value), {}) == value


@settings(deadline=None)
@given(texts, axes, texts, texts)
def test_a_name_in_braces_is_replaced_once(before: str, axis: str, value: str, after: str) -> None:
    text = escaped(before) + "{" + axis + "}" + escaped(after)
    # A brace right before would double ours.
    if before.endswith("{"):
        return
    assert list(names_in(text)) == [axis]
    assert filled(text, {axis: value}) == before + value + after


def test_names_are_found_in_lists_and_tables_in_order() -> None:
    assert list(names_in({"args": ["-n", "{size}", {"x": "{kind}{size}"}], "n": 3})) == ["size", "kind", "size"]


def test_a_name_after_which_no_brace_closes_is_told() -> None:
    assert list(unclosed_in({"A": "{size", "B": ["-n{size}", "{{size", "{size}/{kind,"]})) == ["{size", "{kind"]


def test_braces_around_no_name_are_text() -> None:
    program = "{print $1} {} { size } {1}"
    assert list(names_in(program)) == []
    assert list(unclosed_in([program, "f() { echo", "{", '{"a": 1'])) == []
    assert filled(program, {}) == program


def test_the_result_directory_is_left_for_the_run() -> None:
    assert list(names_in("{results}/out.json")) == []
    assert filled("{results}/{size}.json", {"size": "3"}) == "{results}/3.json"


def test_an_argument_with_spaces_stays_one_argument() -> None:
    assert filled(["cc", "{flags}"], {"flags": "-O2 -g"}) == ["cc", "-O2 -g"]


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false"), (3, "3"), (0.5, "0.5"), ("no", "no")])
def test_values_of_an_axis_are_texts(value: str | float | bool, text: str) -> None:  # noqa: FBT001
    assert scalar_text(value) == text
