"""`pytest` and `pytest-benchmark` keep the contract, over what real versions of them wrote."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from benchhub.frameworks.pytest import PYTEST, PYTEST_BENCHMARK
from benchhub.model.place import Target
from benchhub.plugin.captures import load_captures
from benchhub.plugin.conformance import FrameworkConformance

HERE = Path(__file__).parent
CAPTURED = HERE / "pytest" / "captured"
OTHERS = (HERE / "command" / "captured", HERE / "go" / "captured")
UNRECOGNISABLE = frozenset(capture.name for capture in load_captures(CAPTURED) if "pytest.jsonl" not in capture.data)
"""pytest ended before it began, so nothing could be written down but its complaint."""

BENCHMARKS = b"def test_sort(benchmark):\n    benchmark(sorted, [2, 1])\n"


class TestPytest(FrameworkConformance):
    framework = PYTEST
    captures = CAPTURED
    files: ClassVar[Mapping[str, bytes]] = {
        "pyproject.toml": b"[tool.pytest.ini_options]\n",
        "tests/test_sort.py": b"def test_sort():\n    pass\n",
        "tools/gen/setup.py": b"",
        "tools/gen/test_gen.py": b"import pytest\n\nclass TestGen:\n    def test_gen(self):\n        pass\n",
    }
    targets = (
        Target("slow", "", "pytest", options={"python": ".venv/bin/python", "markers": "slow", "keyword": "not x"}),
        Target("poetry", "py", "pytest", options={"python": ["poetry", "run", "python"], "flags": ["-x"]}),
        Target("some", "", "pytest", options={"python": "python3"}, filters=("./tests/...", "-./tests/slow")),
    )
    others = OTHERS
    unrecognisable = UNRECOGNISABLE


class TestPytestBenchmark(FrameworkConformance):
    framework = PYTEST_BENCHMARK
    captures = CAPTURED
    files: ClassVar[Mapping[str, bytes]] = {"bench/test_speed.py": BENCHMARKS}
    targets = (Target("quick", "", "pytest-benchmark", options={"python": "python3", "min_rounds": 3, "warmup": True}),)
    others = OTHERS
    unrecognisable = UNRECOGNISABLE
