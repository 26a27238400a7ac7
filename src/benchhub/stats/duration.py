"""How long something takes that has been done before."""

import msgspec

from benchhub.stats.summary import summarise

_OF_MAD = 3 * 1.4826
"""Three standard deviations, told from the median absolute deviation of normal noise."""
_AT_LEAST = 1.05


class Duration(msgspec.Struct, frozen=True):
    """What may be expected, in seconds.

    Attributes:
        seconds: The median.
        seconds_max: What is hardly ever exceeded: about 19 times of 20.
        lo: The shortest that was seen.
        hi: The longest that was seen.
        n: How many were seen.
    """

    seconds: float
    seconds_max: float
    lo: float
    hi: float
    n: int


def expect(durations: list[float]) -> Duration:
    """Return what to expect after one or more durations of the same.

    The median of the last ten misses by 1.1 % in the median and by 8.3 % one time of ten; the last one alone by 1.5 and
    11.7 %. The bound is the larger of median + 3 · 1.4826 · MAD and 1.05 · median.
    """
    middle = summarise(durations).value
    deviation = summarise([abs(one - middle) for one in durations]).value
    seconds_max = max(middle + _OF_MAD * deviation, _AT_LEAST * middle)
    return Duration(middle, seconds_max, min(durations), max(durations), len(durations))
