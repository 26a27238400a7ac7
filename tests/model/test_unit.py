"""Units as tools print them, in base units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchhub.model.unit import better_of, tidy


@pytest.mark.parametrize(
    ("said", "unit", "one"),
    [
        ("ns/op", "s/op", 1e-9),
        ("MB/s", "B/s", 1e6),
        ("B/op", "B/op", 1.0),
        ("p99-ns", "p99-s", 1e-9),
        ("p99-ms", "p99-ms", 1.0),
        ("ops/ns", "ops/ns", 1.0),  # only the numerator is rewritten
        ("ns*MB", "s*B", 1e-3),
        ("rows/s", "rows/s", 1.0),
        ("turns/op", "turns/op", 1.0),  # `ns` within a word is no unit
        ("µs/op", "µs/op", 1.0),
    ],
)
def test_a_unit_is_rewritten_as_benchunit_does(said: str, unit: str, one: float) -> None:
    assert tidy(said).metric.unit == unit
    assert tidy(said).base(1.0) == pytest.approx(one, rel=1e-12)


@given(st.text(min_size=1))
def test_no_unit_loses_its_name(said: str) -> None:
    assert tidy(said).said == said
    assert tidy(said).metric.name == said


@pytest.mark.parametrize(
    ("unit", "better"),
    [
        ("rows/s", "higher"),
        ("p99-ms", "lower"),
        ("bytes-peak", "lower"),
        ("hz", "higher"),
        ("kelems", None),
        ("err-rate", None),
    ],
)
def test_the_unit_alone_says_which_way_is_better_or_nothing(unit: str, better: str | None) -> None:
    assert better_of(unit) == better
