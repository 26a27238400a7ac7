"""Units: what a tool said, in base units, and which way is better.

Base units are ``s``, ``B``, ``B/s`` and ``1``. Only the prefixes that tools really print are rewritten (``ns`` and
``MB``); everything else is the tool's own and stays as it is.
"""

import re
from functools import lru_cache
from typing import Literal

import msgspec

Better = Literal["lower", "higher"]


class Metric(msgspec.Struct, frozen=True, gc=False):
    """What is measured.

    Attributes:
        name: ``time``, ``allocated``, ``allocations``, ``throughput``, or the tool's own word.
        unit: The base unit of every kept value, e.g. ``s``.
        better: Which way is better, ``None`` when nobody said.
        exact: The same program always gives the same number, so any difference is a change.
    """

    name: str
    unit: str
    better: Better | None = None
    exact: bool = False


class SaidUnit(msgspec.Struct, frozen=True, gc=False):
    """A unit as a tool printed it, and what it means.

    Attributes:
        said: The unit as printed, e.g. ``ns/op``.
        metric: The metric in base units.
        multiply: A base value is ``said_value * multiply / divide``; one of the two is 1.
        divide: Dividing by 1e9 is correctly rounded, multiplying by 1e-9 is not.
    """

    said: str
    metric: Metric
    multiply: float = 1.0
    divide: float = 1.0

    def base(self, said_value: float) -> float:
        """Return ``said_value`` in base units."""
        return said_value * self.multiply / self.divide

    def bases(self, said_values: list[float]) -> list[float]:
        """Return many values in base units, the same as one by one."""
        if self.multiply == 1:
            return said_values if self.divide == 1 else [value / self.divide for value in said_values]
        return [value * self.multiply / self.divide for value in said_values]


_TOKEN = re.compile(r"[*/]|[^*/\-\s]+")
_TIMES = frozenset({"ns", "us", "µs", "ms", "s", "sec", "seconds", "latency"})
_LESS = _TIMES | {"B", "bytes", "KB", "MB", "allocs", "failures", "errors", "faults", "misses"}
_MORE = frozenset({"hz", "ops", "thrpt", "tps", "qps", "rps", "iops", "bw"})


@lru_cache(maxsize=4096)
def tidy(said_unit: str) -> SaidUnit:
    """Return what ``said_unit`` means: its base unit and the factor to it.

    Args:
        said_unit: ``numerator`` or ``numerator/denominator``; tokens are separated by ``*``, ``/`` and ``-``.

    Source: the tokens and the rewriting of ``ns`` and ``MB`` in the numerator follow benchunit.Tidy of
    golang/perf; the base unit of time is written ``s``.
    """
    multiply = divide = 1.0
    pieces: list[str] = []
    end = 0
    is_denominator = False
    for match in _TOKEN.finditer(said_unit):
        word = match[0]
        pieces.append(said_unit[end : match.start()])
        end = match.end()
        if word in "*/":
            is_denominator = word == "/"
        elif not is_denominator and word == "ns":
            word, divide = "s", divide * 1e9
        elif not is_denominator and word == "MB":
            word, multiply = "B", multiply * 1e6
        pieces.append(word)
    unit = "".join([*pieces, said_unit[end:]])
    return SaidUnit(said_unit, Metric(said_unit, unit, better_of(said_unit)), multiply, divide)


def better_of(unit: str) -> Better | None:
    """Return which way is better, as far as the unit alone tells."""
    numerator, slash, denominator = unit.partition("/")
    if slash and denominator in {"s", "sec", "second"}:
        return "higher"
    tokens = numerator.split("-")
    if any(word in _MORE for word in tokens):
        return "higher"
    if any(word in _LESS for word in tokens):
        return "lower"
    return None
