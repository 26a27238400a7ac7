"""Durations, as writers of JUnit XML print them."""

import pytest

from benchhub.frameworks.junit.durations import seconds_of


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0.0),
        ("0.006", 0.006),
        (".5", 0.5),
        ("1.5e-05", 1.5e-05),
        ("0.006s", 0.006),
        ("12ms", 0.012),
        ("12 ms", 0.012),
        ("7µs", 7e-06),
        ("0,123", 0.123),
        ("1,234.567", 1234.567),
        ("1.234,567", 1234.567),
        ("1,234,567", 1234567.0),
        ("1,234,567.8", 1234567.8),
        ("1'234.5", 1234.5),
        ("1\u00a0234,5", 1234.5),
        (" 3 ", 3.0),
        ("", None),
        (None, None),
        ("NaN", None),
        ("-1", None),
        ("soon", None),
        ("1e300", None),
        ("9" * 400, None),
        ("1.2.3,4,5", None),
    ],
)
def test_a_duration_is_read_in_seconds_or_not_at_all(said: str | None, seconds: float | None) -> None:
    assert seconds_of(said) == (None if seconds is None else pytest.approx(seconds, rel=1e-12))
