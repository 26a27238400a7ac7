"""The JSON of pytest-benchmark: every round is a sample; what is left without rounds is a statistic."""

import json
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

import msgspec

from benchhub.frameworks.pytest.events import Part
from benchhub.model.case import Case
from benchhub.model.record import UNREAD_TEXT_CHARACTERS_MAX, Context, Result, Statistic, Unread
from benchhub.model.unit import Metric, SaidUnit
from benchhub.plugin.contract import Stream

SAMPLES_MAX = 10_000
"""Of one benchmark in one run; of more rounds, every N-th is kept as a sample."""

TIME = SaidUnit("s", Metric("time", "s", "lower"))
_SHAPE = (TIME,)

STATISTICS = ("mean", "median", "min", "max", "stddev", "q1", "q3", "iqr")
"""What pytest-benchmark computes, in seconds, in its own words."""

_MACHINE = ("python_compiler", "machine", "system", "release")


class Benchmark(msgspec.Struct, frozen=True):
    """One entry: a benchmark that was measured.

    Attributes:
        node: pytest's node id.
        data: Seconds per call, one for each round, each over ``iterations`` calls; empty when it was not saved.
        stats: What pytest-benchmark computed.
        facts: For the native row.
    """

    node: str
    params: Mapping[str, Any]
    param: str
    data: list[float]
    iterations: int | None
    rounds: int
    stats: dict[str, float]
    facts: dict[str, int | float | str]

    @property
    def step(self) -> int:
        """Every how many rounds one is kept as a sample."""
        return -(-len(self.data) // SAMPLES_MAX) or 1

    def parts(self) -> list[Part]:
        """Return what its file alone tells of the parameters, as far as the name shows them."""
        values = [str(value) for value in self.params.values()]
        if not self.params or (len(values) > 1 and "-".join(values) != self.param):
            return [(self.param, [], None)] if self.param else []
        return [(self.param, list(self.params), values if len(values) > 1 else [self.param])]

    def records(self, case: Case) -> Iterator[Result | Statistic]:
        """Yield the samples, and the statistics that no sample tells."""
        for seconds in self.data[:: self.step]:
            yield Result(case, _SHAPE, [seconds], self.iterations)
        if not self.data or self.step > 1:
            for name, value in self.stats.items():
                yield Statistic(case, TIME, name, value, self.rounds or None)


def is_benchmarks(head: bytes) -> bool:
    """Tell whether a file that begins so is JSON of pytest-benchmark."""
    start = head.lstrip()[:1]
    return start == b"{" and b'"machine_info"' in head and (b'"commit_info"' in head or b'"benchmarks"' in head)


def read_benchmarks(stream: Stream) -> tuple[list[Benchmark], list[Context | Unread]]:
    """Return the benchmarks of a file in their order, and what else it tells."""
    data = b"".join(stream.open())
    document = _document(data)
    if not isinstance(document, dict) or not isinstance(document.get("benchmarks"), list):
        text = data[:UNREAD_TEXT_CHARACTERS_MAX].decode("utf-8", "replace")
        return [], [Unread(1, "not-a-benchmark", text, stream=stream.name)]
    benchmarks: list[Benchmark] = []
    others: list[Context | Unread] = list(_context(document))
    for entry in document["benchmarks"]:
        benchmark = _benchmark(entry)
        if benchmark is not None:
            benchmarks.append(benchmark)
        else:
            text = json.dumps(entry, default=str)[:UNREAD_TEXT_CHARACTERS_MAX]
            others.append(Unread(1, "not-a-benchmark", text, stream=stream.name))
    return benchmarks, others


def _document(data: bytes) -> Any:  # noqa: ANN401 -- JSON
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    try:
        return json.loads(data.decode("utf-8", "replace"))  # Python writes NaN and Infinity, which JSON has not.
    except (ValueError, RecursionError):
        return None


def _context(document: dict[str, Any]) -> Iterator[Context]:
    machine = _object(document.get("machine_info"))
    cpu = _object(machine.get("cpu"))
    said = {
        "python": machine.get("python_version"),
        "implementation": machine.get("python_implementation"),
        **{name: machine.get(name) for name in _MACHINE},
        "cpu": cpu.get("brand_raw") or cpu.get("brand"),
        "pytest-benchmark": document.get("version"),
    }
    yield from (Context(key, value) for key, value in said.items() if isinstance(value, str) and value)


def _object(value: Any) -> dict[str, Any]:  # noqa: ANN401 -- JSON
    return value if isinstance(value, dict) else {}


def _benchmark(entry: Any) -> Benchmark | None:  # noqa: ANN401 -- JSON
    stats = _object(_object(entry).get("stats"))
    node = _object(entry).get("fullname")
    if not isinstance(node, str) or not stats:
        return None
    data = stats.get("data")
    numbers = [float(value) for value in data if _is_number(value)] if isinstance(data, list) else []
    param = entry.get("param")
    return Benchmark(
        node=node,
        params=_object(entry.get("params")),
        param=param if isinstance(param, str) else "",
        data=numbers,
        iterations=_count(stats.get("iterations")),
        rounds=_count(stats.get("rounds")) or len(numbers),
        stats={name: float(stats[name]) for name in STATISTICS if _is_number(stats.get(name))},
        facts=_facts(entry, stats, len(numbers)),
    )


def _is_number(value: Any) -> bool:  # noqa: ANN401 -- JSON
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e300  # noqa: PLR2004 -- finite, also as a float


def _count(value: Any) -> int | None:  # noqa: ANN401 -- JSON
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 63 else None


def _facts(entry: dict[str, Any], stats: dict[str, Any], rounds: int) -> dict[str, int | float | str]:
    facts: dict[str, int | float | str] = {}
    for name in (*STATISTICS, "ops"):
        if _is_number(stats.get(name)) and isfinite(stats[name]):
            facts[name] = float(stats[name])
    facts |= {name: count for name in ("rounds", "iterations") if (count := _count(stats.get(name)))}
    facts |= {
        name: said
        for name, said in (("outliers", stats.get("outliers")), ("group", entry.get("group")))
        if isinstance(said, str)
    }
    for name in ("extra_info", "options"):
        if _object(entry.get(name)):
            facts[name] = json.dumps(entry[name], ensure_ascii=True)
    facts["samples"] = len(range(0, rounds, -(-rounds // SAMPLES_MAX) or 1))
    return facts
