"""Writes ``captured/``: programs are started by the shell runtime, and what came back is kept as it was.

Start it with ``python``; new captures are reviewed like code.
"""

import shutil
from pathlib import Path
from typing import Any

import msgspec

from benchhub.flows.run_target import exit_code_of
from benchhub.frameworks.command import COMMAND
from benchhub.model.place import Target
from benchhub.model.run import Execution
from benchhub.plugin.contract import PlanRequest
from benchhub.runtimes.shell import Shell

CAPTURED = Path(__file__).parent / "captured"

CASES: dict[str, tuple[dict[str, Any], float | None]] = {
    "three-samples": ({"argv": ["sh", "-c", "echo sorted 1000 values"], "count": 3}, None),
    "warm-up": ({"argv": ["sh", "-c", "echo hot >&2"], "count": 2, "warmup": 1}, None),
    "silent": ({"argv": ["true"]}, None),
    "fails": ({"argv": ["sh", "-c", "echo begun; echo no such table: runs >&2; exit 3"], "count": 2}, None),
    "another-code-is-fine": ({"argv": ["sh", "-c", "exit 1"], "ok_exit_codes": [0, 1]}, None),
    "says-why-on-standard-output": ({"argv": ["sh", "-c", "echo cannot sort; exit 1"]}, None),
    "killed": ({"argv": ["sh", "-c", "echo last words; kill -9 $$"]}, None),
    "never-ends": ({"argv": ["sh", "-c", "echo waiting; sleep 600"]}, 0.2),
    "no-utf-8": ({"argv": ["printf", r"\377\376 caf\351\r\n\000end"]}, None),
    "looks-like-json": ({"argv": ["printf", r"{\"event\":\"pass\",\"elapsed\":NaN}\n"]}, None),
    "one-long-line": ({"argv": ["sh", "-c", "head -c 150000 /dev/zero | tr '\\0' x"]}, None),
    "holds-memory": (
        {"argv": ["python3", "-c", "b = bytearray(60_000_000); b[::4096] = b'1' * len(b[::4096])"]},
        None,
    ),
}


class _Kept:
    def __init__(self) -> None:
        self.data: dict[str, bytes] = {}

    def write(self, stream: str, data: bytes) -> None:
        self.data[stream] = self.data.get(stream, b"") + data


def main() -> None:
    shutil.rmtree(CAPTURED, ignore_errors=True)
    runtime = Shell(grace_s=0.2, drain_s=0.2)
    for name, (said, limit_s) in CASES.items():
        options = msgspec.convert(said, COMMAND.options)
        plan = COMMAND.plan(PlanRequest(Target("program", "", "command"), options, "/"))
        kept, executions = _Kept(), list[Execution]()
        for step in plan.steps:
            sink = _Kept() if step.role == "warmup" else kept
            executions.append(runtime.execute(step, sink, timeout_s=limit_s))
        _write(CAPTURED / name, kept, options, executions)


def _write(folder: Path, kept: _Kept, options: msgspec.Struct, executions: list[Execution]) -> None:
    folder.mkdir(parents=True)
    for stream, data in kept.data.items():
        (folder / f"{stream}.txt").write_bytes(data)
    facts = {
        "exit_code": exit_code_of(tuple(executions)),
        "is_timed_out": any(execution.is_timed_out for execution in executions),
        "options": options,
        "label": "//:program",
        "case_name": "program",
        "executions": executions,
    }
    (folder / "cmd.json").write_bytes(msgspec.json.format(msgspec.json.encode(facts)) + b"\n")


if __name__ == "__main__":
    main()
