"""Units that Go prints, and what they mean."""

import re

from benchhub.model.unit import Better, Metric, SaidUnit, better_of, tidy

KNOWN = {
    "ns/op": SaidUnit("ns/op", Metric("time", "s", "lower"), divide=1e9),
    "B/op": SaidUnit("B/op", Metric("allocated", "B", "lower")),
    "allocs/op": SaidUnit("allocs/op", Metric("allocations", "1", "lower")),
    "MB/s": SaidUnit("MB/s", Metric("throughput", "B/s", "higher"), multiply=1e6),
}

_UNIT_LINE = re.compile(r"Unit[ \t]+(\S+)((?:[ \t]+[\w-]+=\S+)+)[ \t]*")


class Units:
    """What units mean in one stream: the well-known ones, and what ``Unit`` lines declare."""

    def __init__(self) -> None:
        self._declared: dict[str, tuple[Better | None, bool]] = {}
        self._shapes: dict[tuple[str, ...], tuple[SaidUnit, ...]] = {}

    def shape(self, said: tuple[str, ...]) -> tuple[SaidUnit, ...]:
        """Return the meaning of units that were printed together; equal tuples give the same object."""
        found = self._shapes.get(said)
        if found is None:
            found = self._shapes[said] = tuple(map(self._meaning, said))
        return found

    def _meaning(self, said: str) -> SaidUnit:
        meant = KNOWN.get(said) or tidy(said)
        if said not in self._declared:
            return meant
        better, exact = self._declared[said]
        metric = meant.metric
        declared = Metric(metric.name, metric.unit, better or metric.better or better_of(said), exact)
        return SaidUnit(said, declared, meant.multiply, meant.divide)

    def declare(self, line: str) -> bool:
        """Take a line ``Unit rows/s better=higher assume=exact``; return whether it was one.

        Source: the benchmark format's unit metadata, golang/proposal design/14313-benchmark-format.
        """
        match = _UNIT_LINE.fullmatch(line)
        if match is None:
            return False
        facts = dict(word.split("=", 1) for word in match[2].split())
        better: Better | None = None
        if facts.get("better") in {"higher", "lower"}:
            better = "higher" if facts["better"] == "higher" else "lower"
        earlier = self._declared.get(match[1], (None, False))
        self._declared[match[1]] = (better or earlier[0], facts.get("assume") == "exact" or earlier[1])
        self._shapes.clear()
        return True
