"""Sorts integers by merging, in three ways that trade memory against calls; the same as beside it in Go."""

from collections.abc import Sequence

CUTOFF = 24
"""The length up to which insertion is faster than another level of merging."""


def topdown(values: list[int]) -> None:
    """Sort by halving: simple, and it allocates at every level."""
    if len(values) < 2:
        return
    middle = len(values) // 2
    left, right = values[:middle], values[middle:]
    topdown(left)
    topdown(right)
    _merge(values, 0, left, right)


def bottomup(values: list[int]) -> None:
    """Sort by doubling: runs of 1, 2, 4, … are merged."""
    width = 1
    while width < len(values):
        for low in range(0, len(values), 2 * width):
            _merge(values, low, values[low : low + width], values[low + width : low + 2 * width])
        width *= 2


def hybrid(values: list[int]) -> None:
    """Sort by halving, and insert where little is left to halve."""
    _hybrid(values, 0, len(values))


def _hybrid(values: list[int], low: int, high: int) -> None:
    if high - low <= CUTOFF:
        _insert(values, low, high)
        return
    middle = (low + high) // 2
    _hybrid(values, low, middle)
    _hybrid(values, middle, high)
    if values[middle - 1] > values[middle]:  # Else both halves are in order already.
        _merge(values, low, values[low:middle], values[middle:high])


def _merge(to: list[int], at: int, left: Sequence[int], right: Sequence[int]) -> None:
    """Fill ``to`` from ``at`` on with two sorted sequences; of equal values those of ``left`` come first."""
    i = j = 0
    for place in range(at, at + len(left) + len(right)):
        if j == len(right) or (i < len(left) and left[i] <= right[j]):
            to[place] = left[i]
            i += 1
        else:
            to[place] = right[j]
            j += 1


def _insert(values: list[int], low: int, high: int) -> None:
    for i in range(low + 1, high):
        value, j = values[i], i
        while j > low and value < values[j - 1]:
            values[j] = values[j - 1]
            j -= 1
        values[j] = value
