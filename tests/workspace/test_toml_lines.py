"""On which line a key stands."""

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from benchhub.workspace.toml_lines import key_lines

TEXT = """\
# comment with [table] and key = 1
version = 1
text = "a # no comment [x]"  # comment

[matrix]
size = [
  100,  # first
  1_000,
]
"odd key" = [{ inner = 1 }]

[target.go]
use = "gobench"
env = { A = "1", B.C = 2 }
long = '''
[not.a.table]
key = 1
'''
after = true

[[many]]
x = 1
[[many]]
x = 2
"""


def test_tables_keys_and_inline_tables_are_found() -> None:
    lines = key_lines(TEXT)
    assert lines[("version",)] == 2
    assert lines[("text",)] == 3
    assert lines[("matrix",)] == 5
    assert lines[("matrix", "size")] == 6
    assert lines[("matrix", "odd key")] == 10
    assert lines[("matrix", "odd key", "inner")] == 10
    assert lines[("target", "go")] == 12
    assert lines[("target", "go", "env", "B", "C")] == 14
    assert lines[("target", "go", "after")] == 19
    assert lines[("many", "x")] == 22
    assert ("not", "a", "table") not in lines


names = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,5}", fullmatch=True)
scalars = (
    st.integers(-9, 9)
    | st.booleans()
    | st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=6)
    | st.sampled_from(["[x]", "#", "a = 1", "'", "{", "}"])
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=5
)


def written(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {written(inner)}" for key, inner in value.items()) + " }"
    return str(value)


@settings(deadline=None)
@given(st.dictionaries(names, st.dictionaries(names, values, max_size=4), max_size=4))
def test_every_key_of_any_document_has_its_line(document: dict[str, dict[str, Any]]) -> None:
    text = ""
    expected: dict[tuple[str, ...], int] = {}
    for table, keys in document.items():
        expected[(table,)] = text.count("\n") + 1
        text += f"[{table}]\n"
        for key, value in keys.items():
            text += "# comment\n"
            expected[(table, key)] = text.count("\n") + 1
            text += f"{key} = {written(value)}\n"
    assert tomllib.loads(text) == document
    lines = key_lines(text)
    assert {path: lines[path] for path in expected} == expected


@settings(deadline=None)
@given(st.text(st.sampled_from(list("[]{}=,.\n\"'#ab1 ")), max_size=30))
def test_a_malformed_text_does_not_hang_or_raise(text: str) -> None:
    assert all(line >= 1 for line in key_lines(text).values())
