"""Does `bh run` change what it measures?

The same benchmarks are run bare, by `go test`, and through `bh run`, in pairs one after the other, so that the
machine's moods hit both alike; every other pair begins with the other one. What is told is the median over the pairs of
the ratio of the two values, and the interval in which the true median lies with 90 % certainty.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from math import comb
from pathlib import Path
from statistics import median

from bench.measure import Settings, say

PAIRS = 100
PAUSE_S = 0.25
"""Before each side: what the other one left behind (the disk, the kernel) is not to fall on it."""
BENCHTIME = "100ms"
GO_FILES = {
    "go.mod": "module example.com/overhead\n\ngo 1.19\n",
    "overhead_test.go": """package overhead

import (
	"sort"
	"testing"
)

var sink int
var kept []byte

func BenchmarkCompute(b *testing.B) {
	for i := 0; i < b.N; i++ {
		value := i
		for k := 0; k < 1000; k++ {
			value = value*1664525 + 1013904223
		}
		sink += value
	}
}

func BenchmarkSort(b *testing.B) {
	numbers := make([]int, 2000)
	for i := 0; i < b.N; i++ {
		for k := range numbers {
			numbers[k] = (k * 7919) % 2003
		}
		sort.Ints(numbers)
	}
}

func BenchmarkAllocate(b *testing.B) {
	for i := 0; i < b.N; i++ {
		kept = make([]byte, 4096)
	}
}
""",
}
FLAGS = ("-run=^$", "-bench=.", f"-benchtime={BENCHTIME}", "-benchmem", "-count=1", "-timeout=0")
_LINE = re.compile(r"^(Benchmark\w+?)(?:-\d+)?\s+\d+\s+(\S+) ns/op", re.MULTILINE)


def run(settings: Settings) -> None:
    """Print the paired ratio of each benchmark and of all together."""
    with tempfile.TemporaryDirectory() as folder:
        place = _Place(Path(folder))
        place.bare(), place.through_bh()  # The compiler's cache is filled, the database made.
        ratios: dict[str, list[float]] = {}
        for number in range(settings.times(PAIRS)):
            bare, through = place.pair(bare_first=number % 2 == 0)
            for name, value in bare.items():
                ratios.setdefault(name, []).append(through[name] / value)
    for name, of_one in ratios.items():
        _say(name, of_one, "")
    _say("all", [median(of_pair) for of_pair in zip(*ratios.values(), strict=True)], "within ± 2 %")


def _say(name: str, ratios: list[float], target: str) -> None:
    low, high = interval_of_median(ratios, certainty=0.9)
    told = f"90 % of {low - 1:+.2%} … {high - 1:+.2%}, {len(ratios)} pairs"
    say(f"bh run over go test, {name}", f"{median(ratios) - 1:+.2%}", f"{told}   {target}".rstrip())


def interval_of_median(values: list[float], *, certainty: float) -> tuple[float, float]:
    """Return the narrowest interval between two of the values, alike far from both ends, that holds the true median.

    Nothing is assumed of how values are spread: each lies above the true median as often as a coin shows heads.
    """
    ordered = sorted(values)
    n = len(ordered)
    out, left_out = 0.0, 0
    while left_out < n // 2 and (out := out + 2 * comb(n, left_out) / 2**n) <= 1 - certainty:
        left_out += 1
    at = max(left_out - 1, 0)
    return ordered[at], ordered[n - 1 - at]


class _Place:
    """A Go module in a repository of its own, and a database for it."""

    def __init__(self, folder: Path) -> None:
        self.work = folder / "work"
        self.work.mkdir()
        for name, text in GO_FILES.items():
            (self.work / name).write_text(text)
        for words in (("init", "-q"), ("add", "."), ("-c", "user.name=a", "-c", "user.email=a", "commit", "-qm", "a")):
            subprocess.run(["git", *words], cwd=self.work, check=True)
        self.env = {**os.environ, "BH_DB": str(folder / "bench.db"), "XDG_CONFIG_HOME": str(folder / "config")}

    def pair(self, *, bare_first: bool) -> tuple[dict[str, float], dict[str, float]]:
        """Return the nanoseconds of each benchmark, bare and through `bh run`."""
        if bare_first:
            return self.bare(), self.through_bh()
        through = self.through_bh()
        return self.bare(), through

    def bare(self) -> dict[str, float]:
        said = self._said("go", "test", *FLAGS, "./...")
        return {name: float(value) for name, value in _LINE.findall(said)}

    def through_bh(self) -> dict[str, float]:
        words = ("run", "//:gobench", "--json", "--with", f"benchtime={BENCHTIME}")
        document = json.loads(self._said(sys.executable, "-m", "benchhub", *words))
        return {
            case["name"]: measurement["said_values"][0]
            for case in document["runs"][0]["cases"]
            for measurement in case["measurements"]
            if measurement["said_unit"] == "ns/op"
        }

    def _said(self, *argv: str) -> str:
        time.sleep(PAUSE_S)
        done = subprocess.run(argv, cwd=self.work, env=self.env, check=True, capture_output=True, text=True)
        return done.stdout
