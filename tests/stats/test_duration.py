"""How long something takes that has been done before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchhub.stats.duration import expect

seconds = st.floats(min_value=0, max_value=1e7)


def test_one_slow_run_moves_neither_the_median_nor_much_of_the_bound() -> None:
    duration = expect([10.0, 10.1, 9.9, 10.0, 60.0])
    assert duration.seconds == 10.0
    assert (duration.lo, duration.hi, duration.n) == (9.9, 60.0, 5)
    assert duration.seconds_max == 10.5


def test_the_bound_is_three_deviations_above_the_median() -> None:
    assert expect([8.0, 10.0, 12.0]).seconds_max == pytest.approx(10 + 3 * 1.4826 * 2)


def test_what_was_done_once_takes_as_long_again_give_or_take() -> None:
    duration = expect([2.0])
    assert (duration.seconds, duration.lo, duration.hi) == (2.0, 2.0, 2.0)
    assert duration.seconds_max == pytest.approx(2.1)


@given(st.lists(seconds, min_size=1, max_size=30))
def test_the_median_lies_among_what_was_seen_and_below_the_bound(durations: list[float]) -> None:
    duration = expect(durations)
    assert duration.lo <= duration.seconds <= duration.hi
    assert duration.seconds <= duration.seconds_max
