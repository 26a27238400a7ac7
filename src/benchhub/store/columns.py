"""Columns: rows that are still lists side by side, since a tuple for each of them costs more than writing it."""

from collections.abc import Sequence
from itertools import islice
from operator import le
from typing import Any


def in_order(keys: Sequence[int], columns: list[list[Any]]) -> list[list[Any]]:
    """Return the columns in the order of the keys; rows with equal keys stay in the order in which they were."""
    if all(map(le, keys, islice(keys, 1, None))):
        return columns
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return [[column[row] for row in order] for column in columns]


def side_by_side(columns: Sequence[Sequence[Any]]) -> list[Any]:
    """Return one flat list, row by row."""
    width = len(columns)
    flat: list[Any] = [None] * (width * len(columns[0]))
    for at, column in enumerate(columns):
        flat[at::width] = column
    return flat
