"""`hyperfine` keeps the contract, like any framework."""

from pathlib import Path
from typing import ClassVar

from benchhub.frameworks.hyperfine import HYPERFINE
from benchhub.model.place import Target
from benchhub.plugin.captures import load_captures
from benchhub.plugin.conformance import FrameworkConformance

HERE = Path(__file__).parent
CAPTURED = HERE / "hyperfine" / "captured"


def without_results() -> frozenset[str]:
    """Return the captures of calls that ended before the first result: all that is there are complaints."""
    return frozenset(
        capture.name
        for capture in load_captures(CAPTURED)
        if not capture.data.get("hyperfine.json") and not capture.data.get("hyperfine.csv")
    )


class TestHyperfine(FrameworkConformance):
    framework = HYPERFINE
    captures = CAPTURED
    targets = (
        Target("sleep", "", "hyperfine", options={"commands": ["sleep 0.1", "-odd"], "runs": 3, "shell": "none"}),
        Target("all", "a", "hyperfine", options={"commands": ["{x} {y}"], "parameters": {"x": [1, "a,b"], "y": [2.5]}}),
        Target("scan", "", "hyperfine", options={"commands": ["make -j{n}"], "scan": {"n": [1, 8, 2]}, "warmup": "1"}),
        Target("codes", "", "hyperfine", options={"commands": ["grep x"], "ignore_failure": [1], "prepare": ["-p"]}),
    )
    others: ClassVar[tuple[Path, ...]] = (HERE / "go" / "captured", HERE / "command" / "captured")
    unrecognisable = without_results()


def test_few_captures_are_without_results() -> None:
    cases = {name.partition("-")[2] for name in without_results()}
    assert cases == {"fails-at-once", "no-such-program", "prepare-fails", "unknown-flag"}
