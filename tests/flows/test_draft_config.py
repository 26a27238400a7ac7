"""Odd targets: what a strange framework detects is written so that it reads back the same, or left to detection."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchhub.flows.draft_config import draft_config
from benchhub.model.place import Target
from benchhub.plugin.contract import Framework, Tree
from benchhub.workspace.toml_text import toml_value


class Options(msgspec.Struct, forbid_unknown_fields=True):
    rounds: int = 3
    words: list[str] = []


class Odd:
    """Detects what it is told to."""

    name: ClassVar[str] = "odd"
    options: ClassVar[type[msgspec.Struct]] = Options

    def __init__(self, *targets: Target) -> None:
        self._targets = targets

    def detect(self, tree: Tree) -> Iterable[Target]:  # noqa: ARG002
        return self._targets


def odd(name: str, **more: Any) -> Target:  # noqa: ANN401 -- fields of a target
    return Target(name, "", "odd", is_detected=True, **more)


def drafted(folder: Path, *targets: Target) -> tuple[dict[str, Any], tuple[str, ...]]:
    frameworks: dict[str, Framework] = {"odd": Odd(*targets)}  # type: ignore[dict-item]  # only detects
    draft = draft_config(folder, frameworks)
    return tomllib.loads(draft.text).get("target", {}), draft.below


def test_options_that_were_detected_are_written(tmp_path: Path) -> None:
    table, left = drafted(tmp_path, odd("fast", options={"rounds": 7, "words": ['a "b"', "\\ü\x7f\n"]}))
    assert table == {"fast": {"use": "odd", "with": {"rounds": 7, "words": ['a "b"', "\\ü\x7f\n"]}}}
    assert left == ()


def test_a_name_that_is_no_bare_key_is_quoted(tmp_path: Path) -> None:
    assert list(drafted(tmp_path, odd("größe.1"))[0]) == ["größe.1"]


def test_what_a_file_cannot_say_is_left_to_detection_with_all_of_its_framework(tmp_path: Path) -> None:
    for unsayable in (odd("a", package="elsewhere"), odd("b", filters=("./x",))):
        assert drafted(tmp_path, odd("plain"), unsayable) == ({}, ("//:plain", unsayable.label))


def test_two_targets_of_one_name_are_left_to_detection(tmp_path: Path) -> None:
    assert drafted(tmp_path, odd("same"), odd("same"))[0] == {}


texts = st.text(st.characters(codec="utf-8"), max_size=5)
values = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values)
def test_any_option_comes_back_fromtoml_value(value: Any) -> None:  # noqa: ANN401
    assert tomllib.loads(f"x = {toml_value(value)}") == {"x": value}
