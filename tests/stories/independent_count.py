"""What `go test -json` printed, by a reader of a few lines that shares nothing with BenchHub's.

It believes what its inputs are: benchmarks and tests that print nothing of their own.
"""

import json
import re
from typing import NamedTuple

LINE = re.compile(r"^(Benchmark\S*?)(?:-(\d+))?\s+(\d+)\t(.*)$")
FACTORS = {"ns/op": ("time", "s", 1e-9), "MB/s": ("throughput", "B/s", 1e6)}
NAMES = {"B/op": ("allocated", "B"), "allocs/op": ("allocations", "1")}
TESTS = {"pass": "passed", "fail": "failed", "skip": "skipped"}


class Sample(NamedTuple):
    package: str
    name: str
    params: tuple[tuple[str, str], ...]
    metric: str
    unit: str
    value: float
    iterations: int


class Count(NamedTuple):
    samples: list[Sample]
    outcomes: list[tuple[str, str, str]]


def count(output: bytes, *, has_suffix: bool) -> Count:
    """Return every sample in the order printed, and every outcome.

    Args:
        output: Of `go test -json`.
        has_suffix: The benchmarks ran with GOMAXPROCS above 1, so that every name ends in ``-N``.
    """
    events = [json.loads(line) for line in output.splitlines() if line.startswith(b"{")]
    text: dict[str, str] = {}
    outcomes: list[tuple[str, str, str]] = []
    for event in events:
        package = event.get("Package", "")
        if event["Action"] == "output":
            text[package] = text.get(package, "") + event["Output"]
        elif event["Action"] in TESTS and "Test" in event:
            outcomes.append((package, event["Test"], TESTS[event["Action"]]))
    samples = [
        sample
        for package, said in text.items()
        for line in said.splitlines()
        for sample in _samples(package, line, has_suffix=has_suffix)
    ]
    return Count(samples, outcomes)


def _samples(package: str, line: str, *, has_suffix: bool) -> list[Sample]:
    found = LINE.match(line)
    if found is None:
        return []
    name, suffix, iterations, numbers = found.groups()
    if suffix and not has_suffix:
        name = f"{name}-{suffix}"
    words = name.split("/")
    params = tuple((word.split("=")[0], word.split("=", 1)[1]) for word in words[1:] if "=" in word)
    bare = "/".join(word for index, word in enumerate(words) if index == 0 or "=" not in word)
    samples: list[Sample] = []
    for pair in numbers.split("\t"):
        number, said_unit = pair.split()
        metric, unit, factor = FACTORS.get(said_unit, (*NAMES.get(said_unit, (said_unit, said_unit)), 1.0))
        samples.append(Sample(package, bare, params, metric, unit, float(number) * factor, int(iterations)))
    return samples
