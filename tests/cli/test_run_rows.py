"""What differs from before, and by how much more than the runs differ among themselves."""

import pytest

from benchhub.cli.run_rows import Row, differing, percent
from benchhub.model.case import Case
from benchhub.model.unit import Metric

TIME = Metric("time", "s", "lower")
THROUGHPUT = Metric("throughput", "B/s", "higher")


def row(name: str, value: float, before: float | None, spread: float | None, metric: Metric = TIME) -> Row:
    return Row("//:x", Case("p", name), metric, value, 3, 3, spread, before)


@pytest.mark.parametrize(
    ("value", "before", "spread", "is_apart"),
    [
        (1.10, 1.0, 0.05, True),
        (0.90, 1.0, 0.05, True),
        (1.04, 1.0, 0.05, False),
        (1.04, 1.0, None, False),
        (1.04, None, 0.01, False),
        (1.04, 0.0, 0.01, False),
        (13.0, 12.0, 0.0, True),
        (12.0, 12.0, 0.0, False),
    ],
)
def test_apart_is_what_lies_further_away_than_its_own_runs(
    value: float, before: float | None, spread: float | None, *, is_apart: bool
) -> None:
    assert row("a", value, before, spread).is_apart is is_apart


def test_the_most_comes_first_and_a_case_once() -> None:
    rows = [
        row("a", 1.1, 1.0, 0.01),
        row("a", 9.0, 1.0, 0.01, THROUGHPUT),
        row("b", 0.5, 1.0, 0.01),
        row("c", 1.0, 1.0, 0.01),
    ]
    assert [one.case.name for one in differing(rows, lambda one: one.is_apart)] == ["b", "a"]


def test_parts_are_written_as_people_read_them() -> None:
    assert [percent(0.1234), percent(-0.5), percent(0.0), percent(None)] == ["+12.3%", "-50.0%", "+0.0%", ""]
    assert [percent(0.1234, "±"), percent(0.0, "±"), percent(None, "±")] == ["±12.3%", "±0%", ""]
