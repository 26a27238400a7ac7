"""Which runs of the past tell how long the next one takes."""

import pytest

from benchhub.flows.estimate import estimate
from benchhub.store.durations import DURATIONS_MAX, Past


def past(seconds: float, *, same_spec: bool = True, same_machine: bool = True, passed: bool = True) -> Past:
    return Past(seconds, is_same_spec=same_spec, is_same_machine=same_machine, is_passed=passed)


def test_what_never_ran_is_unknown() -> None:
    assert estimate([]) is None


def test_the_median_of_what_was_the_same_counts_alone() -> None:
    found = estimate([past(1.0), past(50.0, same_spec=False), past(3.0), past(70.0, passed=False), past(2.0)])
    assert found is not None
    assert (found.seconds, found.n, found.differs) == (2.0, 3, ())


@pytest.mark.parametrize(
    ("history", "seconds", "differs"),
    [
        ([past(1.0, same_machine=False), past(2.0, same_spec=False)], 1.0, ("machine",)),
        ([past(1.0, passed=False), past(2.0, same_spec=False)], 2.0, ("options",)),
        ([past(1.0, passed=False)], 1.0, ("outcome",)),
        ([past(1.0, passed=False, same_spec=False, same_machine=False)], 1.0, ("outcome", "options", "machine")),
    ],
)
def test_the_nearest_there_are_tell_and_what_differs_is_said(
    history: list[Past], seconds: float, differs: tuple[str, ...]
) -> None:
    found = estimate(history)
    assert found is not None
    assert (found.seconds, found.differs) == (seconds, differs)


def test_older_ones_than_the_newest_ten_no_longer_count() -> None:
    found = estimate([past(1.0)] * DURATIONS_MAX + [past(100.0)] * 30)
    assert found is not None
    assert (found.seconds, found.hi, found.n) == (1.0, 1.0, DURATIONS_MAX)
