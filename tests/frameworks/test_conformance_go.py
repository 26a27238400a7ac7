"""`gotest` and `gobench` keep the contract, over everything that Go was seen to write."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from benchhub.frameworks.go import GOBENCH, GOTEST
from benchhub.model.place import Target
from benchhub.plugin.conformance import STRANGERS, FrameworkConformance

HERE = Path(__file__).parent
UNRECOGNISABLE = frozenset({
    "broken-cycle-go119", "broken-no-dir-go119", "broken-no-go-files-go119", "broken-no-match-go127",
    "derived-empty", "derived-empty-text",
})  # fmt: skip
"""Nothing on standard output, and a complaint that any tool might make."""

GO_MOD = b"module example.com/sort\n\ngo 1.19\n"


class TestGoTest(FrameworkConformance):
    framework = GOTEST
    captures = HERE / "go" / "captured"
    files: ClassVar[Mapping[str, bytes]] = {
        "go.mod": GO_MOD,
        "sort_test.go": b'package sort\n\nimport "testing"\n\nfunc TestSort(t *testing.T) {}\n',
        "tools/gen/go.mod": b"module example.com/gen\n",
        "tools/gen/main.go": b"package main\n",
    }
    targets = (Target("race", "", "gotest", options={"count": 2}, filters=("./sort/...", "-./sort/slow")),)
    others = (HERE / "command" / "captured",)
    unrecognisable = UNRECOGNISABLE


class TestGoBench(FrameworkConformance):
    framework = GOBENCH
    captures = HERE / "go" / "captured"
    files: ClassVar[Mapping[str, bytes]] = {
        "go.mod": GO_MOD,
        "sort_test.go": b'package sort\n\nimport "testing"\n\nfunc BenchmarkSort(b *testing.B) {}\n',
    }
    targets = (
        Target("cpus", "", "gobench", options={"cpu": "1,2", "count": 3, "bench": "Sort/size=1000$"}),
        Target("some", "go", "gobench", filters=("./sort", "./strings/..."), env={"GOMAXPROCS": "1"}),
    )
    others = (HERE / "command" / "captured",)
    unrecognisable = UNRECOGNISABLE


def test_a_log_that_only_speaks_of_go_is_no_output_of_go() -> None:
    for framework in (GOTEST, GOBENCH):
        assert all(framework.sniff(content, name) < 0.5 for name, content in STRANGERS.items())
