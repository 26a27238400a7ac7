"""The samples of one case and metric in one run, in five numbers."""

from math import dist, fsum, isfinite, sqrt

import msgspec


class Summary(msgspec.Struct, frozen=True, gc=False):
    """A measurement.

    Attributes:
        value: The median.
        n: How many finite samples; NaN and infinities never count.
        lo: The smallest sample, ``None`` when there is one only: a single sample says nothing about spread.
        hi: The largest sample.
        sd: The standard deviation with n - 1, ``None`` below two samples and where it is too
            large for a number.
    """

    value: float
    n: int
    lo: float | None = None
    hi: float | None = None
    sd: float | None = None


def summarise(samples: list[float]) -> Summary:
    """Return the summary of one or more finite samples.

    Samples of one run share a process: ``sd`` describes the run, it is not the error of its value. The unit of
    replication is the run.
    """
    n = len(samples)
    if n == 1:
        return Summary(samples[0], 1)
    ordered = sorted(samples)
    middle = n // 2
    value = ordered[middle] if n % 2 else _middle(ordered[middle - 1], ordered[middle])
    return Summary(value, n, ordered[0], ordered[-1], _deviation(samples))


def _middle(low: float, high: float) -> float:
    middle = (low + high) / 2
    return middle if isfinite(middle) else low / 2 + high / 2


def _deviation(samples: list[float]) -> float | None:
    n = len(samples)
    try:
        # The distance is scaled inside: numbers around 1e200 have no square, and a spread all the same.
        deviation = dist(samples, [fsum(samples) / n] * n) / sqrt(n - 1)
    except OverflowError:
        return None
    return deviation if isfinite(deviation) else None
