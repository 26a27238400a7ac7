"""The samples of one case and metric in one run, in five numbers."""

from math import fsum, sqrt

import msgspec


class Summary(msgspec.Struct, frozen=True, gc=False):
    """A measurement.

    Attributes:
        value: The median.
        n: How many finite samples; NaN and infinities never count.
        lo: The smallest sample, ``None`` when there is one only: a single sample says nothing about spread.
        hi: The largest sample.
        sd: The standard deviation with n - 1, ``None`` below two samples.
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
    value = ordered[middle] if n % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    mean = fsum(samples) / n
    sd = sqrt(fsum((sample - mean) ** 2 for sample in samples) / (n - 1))
    return Summary(value, n, ordered[0], ordered[-1], sd)
