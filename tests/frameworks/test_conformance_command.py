"""`command` keeps the contract, like any framework."""

from pathlib import Path
from typing import ClassVar

from benchhub.frameworks.command import COMMAND
from benchhub.model.place import Target
from benchhub.plugin.conformance import FrameworkConformance

HERE = Path(__file__).parent


class TestCommand(FrameworkConformance):
    framework = COMMAND
    captures = HERE / "command" / "captured"
    targets = (
        Target("sleep", "", "command", options={"argv": ["sleep", "0.1"], "count": 5, "warmup": 1}),
        Target("sort", "bench", "command", options={"argv": ["./sort", "{x} ü", ""], "ok_exit_codes": [0, 3]}),
        Target("filled", "", "command", options={"argv": ["./sort"], "count": "3"}, env={"SIZE": "1000"}),
    )
    others: ClassVar[tuple[Path, ...]] = (HERE / "go" / "captured",)
    unrecognisable = None
