"""Targets times matrix."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchhub.errors import UserError
from benchhub.model.place import Target
from benchhub.workspace.config import Source, decode_config, source_of
from benchhub.workspace.matrix import CELLS_MAX, axes_of, cells, check_shared, fill


def target_of(text: str, name: str = "a") -> Target:
    """Return a target of a configuration, its axes resolved."""
    config = decode_config(text, "bh.toml")
    assert config is not None
    source: Source = source_of(text, "bh.toml")
    check_shared(config, source)
    said = config.target[name]
    matrix, defaults = axes_of(name, said, config, source)
    return Target(
        name,
        "",
        "command",
        options=said.options,
        env=said.env,
        build=said.build,
        matrix=matrix,
        defaults=defaults,
        exclude=said.exclude,
    )


def refused(text: str) -> UserError:
    with pytest.raises(UserError) as caught:
        cells(target_of(text))
    return caught.value


MERGESORT = """\
[matrix]
size = [100, 1_000, 10_000, 100_000]

[target.go]
env = { BH_SIZE = "{size}" }

[target.cpp]
build = [["cmake", "-B", "build", "-DCMAKE_CXX_FLAGS={flags}"]]
with = { filter = "BM_mergesort/{size}" }
matrix = { flags = ["-O2", "-O3", "-O3 -march=native"] }
exclude = [{ size = 100_000, flags = "-O2" }]

[target.plain]
with = { bin = "x" }
"""


def test_a_target_varies_over_the_axes_that_it_names() -> None:
    assert [len(cells(target_of(MERGESORT, name))) for name in ("go", "cpp", "plain")] == [4, 11, 1]


def test_cells_are_in_order_the_last_axis_fastest() -> None:
    found = [cell.values for cell in cells(target_of(MERGESORT, "cpp"))]
    assert found[0] == {"size": "100", "flags": "-O2"}
    assert found[1] == {"size": "100", "flags": "-O3"}
    assert found[-1] == {"size": "100000", "flags": "-O3 -march=native"}


def test_a_cell_fills_environment_options_and_build() -> None:
    cell = cells(target_of(MERGESORT, "cpp"))[2]
    filled = fill(target_of(MERGESORT, "cpp"), cell)
    assert filled.options == {"filter": "BM_mergesort/100"}
    assert filled.build == [["cmake", "-B", "build", "-DCMAKE_CXX_FLAGS=-O3 -march=native"]]


def test_a_detected_target_keeps_its_braces() -> None:
    target = Target("x", "", "command", options={"argv": ["{{", "{size}"]}, is_detected=True)
    assert fill(target, cells(target)[0]) == target


def test_an_axis_of_its_own_overrides_the_shared_one() -> None:
    text = "[matrix]\nn = [1]\n[default]\nn = 1\n[target.a]\nenv = { N = '{n}' }\nmatrix = { n = [1, 2] }\n"
    found = cells(target_of(text))
    assert [cell.values for cell in found] == [{"n": "1"}, {"n": "2"}]
    # The default belongs to the axis that was replaced.
    assert [cell.identity for cell in found] == [{"n": "1"}, {"n": "2"}]


def test_a_default_is_left_out_of_the_identity_and_not_of_the_values() -> None:
    text = "[matrix]\nn = [1, 2]\n[default]\nn = 1\n[target.a]\nenv = { N = '{n}' }\n"
    found = cells(target_of(text))
    assert [cell.values for cell in found] == [{"n": "1"}, {"n": "2"}]
    assert [cell.identity for cell in found] == [{}, {"n": "2"}]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "[matrix]\nsize = [1]\n[target.a]\nenv = { N = '{sice}' }\n",
            "bh.toml:4: [target.a] names `{sice}`, and there is no such axis; did you mean `size`?",
        ),
        (
            "[target.a]\nwith.argv = ['x']\n[target.a.env]\nN = 'x'\nM = '{siz}'\n",
            "bh.toml:5: [target.a] names `{siz}`, and there is no such axis",
        ),
        (
            "[matrix]\nsize = [1]\n[target.a]\nenv = { A = '{size' }\n",
            "bh.toml:4: `A` in [target.a.env]: `{size` is not closed",
        ),
        (
            "[matrix]\nsize = [1]\n[target.a]\nwith.argv = ['x', '{size}', '-{size,']\n",
            "bh.toml:4: `argv` in [target.a.with]: `{size` is not closed",
        ),
        (
            "[target.a]\nmatrix = { n = [1] }\n",
            "bh.toml:2: [target.a] has an axis `n` and does not name it",
        ),
        ("[matrix]\nn = [1, '1']\n[target.a]\n", "bh.toml:2: axis `n` has the value `1` twice"),
        (
            "[matrix]\nresults = [1]\n[target.a]\n",
            "bh.toml:2: an axis cannot be called `results`: `{results}` is the run's result directory",
        ),
        (
            "[matrix]\nsize = [1]\n[default]\nsise = 1\n[target.a]\n",
            "bh.toml:4: [default] names `sise`, and [matrix] has no such axis; did you mean `size`?",
        ),
        ("[matrix]\nn = [1]\n[default]\nn = 2\n[target.a]\n", "bh.toml:4: axis `n` has no value `2`"),
        (
            "[target.a]\nenv = { N = '{n}' }\nmatrix = { n = [1] }\nexclude = [{ m = 1 }]\n",
            "bh.toml:4: `exclude` in [target.a] names `m`, which is none of its axes",
        ),
        (
            "[target.a]\nenv = { N = '{n}' }\nmatrix = { n = [1] }\nexclude = [{ n = 3 }]\n",
            "bh.toml:4: axis `n` has no value `3`",
        ),
        (
            "[target.a]\nenv = { N = '{n}' }\nmatrix = { n = [1] }\ndefault = { n = 3 }\n",
            "bh.toml:4: axis `n` has no value `3`",
        ),
        (
            "[target.a]\nenv = { N = '{n}' }\nmatrix = { n = [1] }\nexclude = [{ n = 1 }]\n",
            "`exclude` leaves no cell of `//:a`",
        ),
    ],
)
def test_what_makes_no_sense_is_an_error_with_its_line(text: str, what: str) -> None:
    assert refused(text).what == what


def test_too_many_cells_are_refused_before_they_are_made() -> None:
    axes = {f"a{n}": list(range(100)) for n in range(20)}
    target = Target("a", "", "command", matrix=axes)
    with pytest.raises(UserError, match=f"has {100**20} cells; the limit is {CELLS_MAX}"):
        cells(target)


axes = st.dictionaries(
    st.sampled_from("abcd"),
    st.lists(st.integers(0, 5) | st.booleans(), min_size=1, max_size=4, unique_by=str),
    max_size=4,
)


@settings(deadline=None)
@given(axes, st.data())
def test_the_cells_are_the_product_without_the_excluded_and_no_two_are_alike(
    matrix: dict[str, list[Any]], data: st.DataObject
) -> None:
    entry = {axis: data.draw(st.sampled_from(values)) for axis, values in matrix.items() if data.draw(st.booleans())}
    target = Target("x", "", "command", matrix=matrix, exclude=[entry] if entry and entry != matrix else [])
    whole, out = 1, 1
    for axis, values in matrix.items():
        whole *= len(values)
        out *= 1 if axis in entry else len(values)
    expected = whole - (out if target.exclude else 0)
    if expected == 0:
        with pytest.raises(UserError):
            cells(target)
        return
    found = [tuple(cell.values.items()) for cell in cells(target)]
    assert len(found) == len(set(found)) == expected
    assert found == [tuple(cell.values.items()) for cell in cells(target)]


@settings(deadline=None)
@given(axes, st.data())
def test_defaults_never_make_two_cells_one(matrix: dict[str, list[Any]], data: st.DataObject) -> None:
    defaults = {axis: data.draw(st.sampled_from(values)) for axis, values in matrix.items() if data.draw(st.booleans())}
    target = Target("x", "", "command", matrix=matrix, defaults=defaults)
    identities = [tuple(sorted(cell.identity.items())) for cell in cells(target)]
    assert len(identities) == len(set(identities))
