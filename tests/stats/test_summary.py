"""Five numbers of one run."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchhub.stats.summary import summarise

FINITE = st.floats(min_value=1e-12, max_value=1e12)


def test_one_sample_says_nothing_about_spread() -> None:
    summary = summarise([5.0])
    assert (summary.value, summary.n, summary.lo, summary.hi, summary.sd) == (5.0, 1, None, None, None)


@given(st.lists(FINITE, min_size=2, max_size=50))
def test_a_summary_agrees_with_the_standard_library(samples: list[float]) -> None:
    summary = summarise(samples)
    assert summary.value == statistics.median(samples)
    assert (summary.lo, summary.hi, summary.n) == (min(samples), max(samples), len(samples))
    assert summary.sd == pytest.approx(statistics.stdev(samples), rel=1e-6, abs=max(samples) * 1e-12)


def test_numbers_that_have_no_square_have_a_spread() -> None:
    assert summarise([1e200, 3e200]).sd == pytest.approx(2**0.5 * 1e200)
    assert summarise([1.7e308, -1.7e308]).sd is None
    assert summarise([1.7e308, 1.7e308]).sd is None
