"""Any program, repeated, after a warm-up: its time and its memory are the result.

Each start is one sample. A start that did not end well is no measurement of success: it gives an outcome that says why,
a problem, and no number.
"""

import shlex
from collections.abc import Iterable, Iterator
from functools import lru_cache
from signal import Signals
from typing import Annotated, ClassVar

import msgspec

from benchhub.errors import UserError
from benchhub.model.case import Case, Param
from benchhub.model.place import Target
from benchhub.model.record import MESSAGE_CHARACTERS_MAX, CaseStatus, LogLine, Outcome, Problem, Record, Result
from benchhub.model.report import Column, NativeTable
from benchhub.model.run import Execution
from benchhub.model.sha256 import sha256
from benchhub.model.unit import Metric, SaidUnit
from benchhub.plugin.contract import Captured, Framework, Plan, PlanRequest, Step, Stream, Tree

WALL = SaidUnit("wall_s", Metric("time", "s", "lower"))
USER = SaidUnit("user_s", Metric("user_time", "s", "lower"))
SYSTEM = SaidUnit("system_s", Metric("system_time", "s", "lower"))
MEMORY = SaidUnit("memory_bytes_max", Metric("memory_max", "B", "lower"))

PROBLEM_KINDS = {
    "failed-execution": "A start of a `command` did not end well: it is an outcome, and no sample.",
}

ARGUMENTS_CHARACTERS_MAX = 120
"""Of arguments that tell cases apart; longer ones are told apart by their hash."""

MESSAGE_BYTES_MAX = 2_000
LOG_LINE_BYTES_MAX = 1 << 16
"""Longer lines are cut into pieces, so that memory stays small."""

TABLE = NativeTable(
    "command_result",
    "results",
    (
        Column("wall_s", "real", "unit:wall_s", "Seconds from start to end, monotonic."),
        Column("user_s", "real", "unit:user_s", "CPU seconds in the program and children that were waited for."),
        Column("system_s", "real", "unit:system_s", "CPU seconds in the kernel on their behalf."),
        Column(
            "memory_bytes_max",
            "real",
            "unit:memory_bytes_max",
            "Bytes held at most by the largest single process; NULL when that was too little to tell from our own.",
        ),
        Column("exit_code", "integer", "fact:exit_code", "What the program ended with."),
    ),
    suite_name="target",
    case_name="command",
)


class CommandOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ``with`` keys of ``command``.

    Attributes:
        argv: The program and its arguments; never a shell line.
        count: Samples in one run.
        warmup: Starts before the first sample, whose numbers are thrown away.
        ok_exit_codes: Codes that mean success.
    """

    argv: list[str] = []
    count: Annotated[int, msgspec.Meta(ge=1)] = 1
    warmup: Annotated[int, msgspec.Meta(ge=0)] = 0
    ok_exit_codes: tuple[int, ...] = (0,)


class Command:
    """Measures programs that know nothing of being measured."""

    name: ClassVar[str] = "command"
    version: ClassVar[int] = 1
    format: ClassVar[str] = "command-output"
    options: ClassVar[type[msgspec.Struct]] = CommandOptions
    tables: ClassVar[tuple[NativeTable, ...]] = (TABLE,)

    def detect(self, tree: Tree) -> Iterable[Target]:  # noqa: ARG002 -- any file might be a program, none asks for it
        """Yield nothing: a command is always somebody's wish."""
        return ()

    def plan(self, request: PlanRequest) -> Plan:
        """Return the warm-up and then the samples, each a start of the program.

        Raises:
            UserError: There is no program.
        """
        options: CommandOptions = request.options
        argv = (*options.argv, *request.arguments)
        if not argv or not argv[0]:
            what = f"`{request.target.label}` names no program"
            raise UserError(what, hint='with = { argv = ["./prog", "--flag"] }')
        title = " ".join(argv)
        step = Step(argv, request.directory, env=request.target.env, title=title)
        warmup = msgspec.structs.replace(step, role="warmup")
        return Plan(steps=(warmup,) * options.warmup + (step,) * options.count)

    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:
        """Yield a result for each start that ended well and an outcome for every one; the bytes are the program's."""
        case = Case(captured.label, captured.case_name or "command", _params(captured.arguments), "bench")
        if logs:
            yield from _log_lines(captured, case)
        ok_exit_codes = _ok_exit_codes(captured)
        measured = [execution for execution in captured.executions if execution.role == "measure"]
        for attempt, execution in enumerate(measured, 1):
            yield from _records(captured, case, execution, attempt, ok_exit_codes)

    def sniff(self, head: bytes, name: str) -> float:  # noqa: ARG002 -- what a program prints may be anything
        """Return 0: the numbers are not in the bytes."""
        return 0.0


def _params(arguments: tuple[str, ...]) -> dict[str, Param]:
    """Return the arguments that stood behind ``--``: a program does other work with others."""
    text = shlex.join(arguments)
    if len(text) > ARGUMENTS_CHARACTERS_MAX:
        text = f"{text[:ARGUMENTS_CHARACTERS_MAX]}… {sha256(text.encode()).hex()[:8]}"
    return {"args": Param(text, "flag")} if arguments else {}


def _ok_exit_codes(captured: Captured) -> tuple[int, ...]:
    try:
        return msgspec.convert(captured.options, CommandOptions, strict=False).ok_exit_codes
    except msgspec.ValidationError:
        return CommandOptions().ok_exit_codes


def _records(
    captured: Captured, case: Case, execution: Execution, attempt: int, ok_exit_codes: tuple[int, ...]
) -> Iterator[Record]:
    status, flags, why = _ending(execution, ok_exit_codes)
    facts = _facts(execution)
    if status == "passed":
        yield _result(case, execution, facts)
        yield Outcome(case, status, attempt=attempt, duration_s=execution.wall_s, facts=facts)
        return
    said = _last_words(captured)
    message = f"{why}\n{said}" if said else why
    yield Outcome(
        case,
        status,
        attempt=attempt,
        duration_s=execution.wall_s,
        message=message[:MESSAGE_CHARACTERS_MAX],
        flags=flags,
        facts=facts,
    )
    yield Problem("failed-execution", f"{case.suite}, start {attempt}", f"{why}: its numbers are not kept as samples")


def _ending(execution: Execution, ok_exit_codes: tuple[int, ...]) -> tuple[CaseStatus, tuple[str, ...], str]:
    """Return how a start ended: the common word, flags, and why in words."""
    if execution.is_interrupted:
        return "error", ("interrupted",), "interrupted"
    if execution.is_timed_out:
        return "timeout", (), f"ended by the time limit after {execution.wall_s:.3f} s"
    if execution.signal is not None:
        return "error", ("signal",), f"ended by signal {_signal_name(execution.signal)}"
    if execution.exit_code in ok_exit_codes:
        return "passed", (), ""
    return "failed", (), f"ended with exit code {execution.exit_code}"


def _signal_name(number: int) -> str:
    try:
        return f"{number} ({Signals(number).name})"
    except ValueError:
        return str(number)  # Real-time signals have numbers only.


def _facts(execution: Execution) -> dict[str, int | float | str]:
    facts: dict[str, int | float | str] = {}
    if execution.exit_code is not None:
        facts["exit_code"] = execution.exit_code
    if execution.signal is not None:
        facts["signal"] = execution.signal
    return facts


def _result(case: Case, execution: Execution, facts: dict[str, int | float | str]) -> Result:
    usage = execution.usage
    said = (execution.wall_s, usage.user_s, usage.system_s, usage.memory_bytes_max)
    units = _shape(tuple(value is not None for value in said))
    return Result(case, units, [float(value) for value in said if value is not None], facts=facts)


@lru_cache(maxsize=16)
def _shape(is_known: tuple[bool, ...]) -> tuple[SaidUnit, ...]:
    """Return the units of the numbers that are known; equal shapes are one object."""
    return tuple(unit for unit, known in zip((WALL, USER, SYSTEM, MEMORY), is_known, strict=True) if known)


def _last_words(captured: Captured) -> str:
    """Return the last lines of standard error, whichever start wrote them; else of standard output."""
    for name in ("stderr", "stdout"):
        tail = b""
        for stream in captured.streams:
            if stream.name == name:
                for chunk in stream.open():
                    tail = (tail + chunk)[-MESSAGE_BYTES_MAX:]
        text = tail.decode(errors="replace").strip()
        if text:
            # The first line is whole only when nothing was cut.
            return text.partition("\n")[2] or text if len(tail) == MESSAGE_BYTES_MAX else text
    return ""


def _log_lines(captured: Captured, case: Case) -> Iterator[LogLine]:
    for stream in captured.streams:
        for line in _lines(stream):
            yield LogLine(case, stream.name, line.decode(errors="replace"))


def _lines(stream: Stream) -> Iterator[bytes]:
    """Yield the lines without their ends, the same however the bytes are cut."""
    rest = b""
    for chunk in stream.open():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield from _pieces(line)
        while len(rest) > LOG_LINE_BYTES_MAX + 1:  # One more may be the `\r` of the line's end.
            yield rest[:LOG_LINE_BYTES_MAX]
            rest = rest[LOG_LINE_BYTES_MAX:]
    if rest:
        yield from _pieces(rest)


def _pieces(line: bytes) -> Iterator[bytes]:
    whole = line.removesuffix(b"\r")
    yield whole[:LOG_LINE_BYTES_MAX]
    for start in range(LOG_LINE_BYTES_MAX, len(whole), LOG_LINE_BYTES_MAX):
        yield whole[start : start + LOG_LINE_BYTES_MAX]


COMMAND: Framework = Command()
