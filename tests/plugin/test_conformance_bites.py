"""The conformance suite can fail: each broken promise is caught, by the test that names it."""
# mypy: disable-error-code="explicit-override"
# Note: typing.override is there from Python 3.12.

import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
import pytest
from counting import CASE, UNIT, Counting, failures, suite_of

from benchhub.model.place import Target
from benchhub.model.record import LogLine, Outcome, Record, Result, SuiteResult, Unread
from benchhub.model.report import Column, NativeTable
from benchhub.model.unit import SaidUnit
from benchhub.plugin import conformance
from benchhub.plugin.contract import Captured, Framework, LiveRecord, Plan, PlanRequest, ResultFile, Step, Stream, Tree

BROKEN: list[tuple[str, type[Counting]]] = []


def caught_by(test: str) -> Callable[[type[Counting]], type[Counting]]:
    """Note that a class breaks the promise which ``test`` checks."""

    def note(broken: type[Counting]) -> type[Counting]:
        BROKEN.append((test, broken))
        return broken

    return note


@pytest.fixture(autouse=True)
def _fewer_mutations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "MUTATIONS", 100)


def test_a_framework_that_keeps_its_promises_passes(tmp_path: Path) -> None:
    framework: Framework = Counting()
    assert failures(suite_of(framework, tmp_path)) == {}


def test_the_suite_runs_without_pytest_and_raises(tmp_path: Path) -> None:
    conformance.check(suite_of(Counting(), tmp_path))
    with pytest.raises(AssertionError):
        conformance.check(suite_of(BadName(), tmp_path))


# -- who it is


@caught_by("test_it_says_who_it_is")
class BadName(Counting):
    name = "Counting Things:1"


@caught_by("test_it_says_who_it_is")
class NoVersion(Counting):
    version = 0


class Required(msgspec.Struct, forbid_unknown_fields=True):
    rounds: int


@caught_by("test_every_option_has_a_default_and_survives_json")
class OptionWithoutDefault(Counting):
    options = Required


class Lenient(msgspec.Struct):
    rounds: int = 3


@caught_by("test_an_unknown_option_is_refused")
class UnknownOptionAccepted(Counting):
    options = Lenient


@caught_by("test_its_tables_can_be_made")
class ColumnThatSqlHasNot(Counting):
    tables = (NativeTable("counting_result", "results", (Column("ns/op", "real", "unit:ms", "Odd."),)),)


@caught_by("test_its_tables_can_be_made")
class ColumnThatIsAWordOfSql(Counting):
    tables = (NativeTable("counting_result", "results", (Column("order", "real", "unit:ms", "Odd."),)),)


@caught_by("test_its_tables_can_be_made")
class ColumnThatTheViewHasAlready(Counting):
    tables = (NativeTable("counting_result", "results", (Column("run_id", "integer", "unit:ms", "Taken."),)),)


@caught_by("test_its_tables_can_be_made")
class ColumnOutOfNowhere(Counting):
    tables = (NativeTable("counting_result", "results", (Column("ms", "real", "status", "Not of a result."),)),)


@caught_by("test_its_tables_can_be_made")
class ColumnWithoutAWord(Counting):
    tables = (NativeTable("counting_result", "results", (Column("ms", "real", "unit:ms", " "),)),)


# -- detect


@caught_by("test_what_it_detects_has_an_address")
class DetectsNothing(Counting):
    def detect(self, tree: Tree) -> Iterable[Target]:  # noqa: ARG002 -- blind
        return ()


@caught_by("test_what_it_detects_has_an_address")
class DetectsAbsolutePaths(Counting):
    def detect(self, tree: Tree) -> Iterable[Target]:
        return (msgspec.structs.replace(target, dir="/" + target.dir) for target in super().detect(tree))


@caught_by("test_what_it_detects_has_an_address")
class DetectsTwice(Counting):
    def detect(self, tree: Tree) -> Iterable[Target]:
        return [*super().detect(tree), *super().detect(tree)]


@caught_by("test_what_it_detects_has_an_address")
class DetectsWithOptionsOfSomebodyElse(Counting):
    def detect(self, tree: Tree) -> Iterable[Target]:
        return (msgspec.structs.replace(target, options={"speed": 1}) for target in super().detect(tree))


@caught_by("test_detecting_never_raises_in_an_odd_workspace")
class DetectTrustsEveryFile(Counting):
    def detect(self, tree: Tree) -> Iterable[Target]:
        for directory in tree.directories_with("counting.cfg"):
            tree.read(f"{directory}/counting.cfg".lstrip("/")).decode()
            yield Target("counting", directory, self.name, is_detected=True)


@caught_by("test_detecting_survives_damaged_files")
class DetectTrustsWhatFollows(Counting):
    def detect(self, tree: Tree) -> Iterable[Target]:
        for target in super().detect(tree):
            tree.read(f"{target.dir}/counting.cfg".lstrip("/")).decode("ascii")
            yield target


# -- plan


@caught_by("test_the_same_request_gives_the_same_plan")
class PlansWithDice(Counting):
    def plan(self, request: PlanRequest) -> Plan:
        seed = str(random.random())  # noqa: S311 -- no secret
        return Plan(steps=(Step(("counting", "--seed", seed), request.directory),))


@caught_by("test_the_same_request_gives_the_same_plan")
class PlansByHowOftenItWasAsked(Counting):
    count = 0

    def plan(self, request: PlanRequest) -> Plan:
        self.count += 1
        return Plan(steps=(Step(("counting", str(self.count)), request.directory),))


@caught_by("test_its_questions_come_to_an_end")
class AsksForever(Counting):
    def plan(self, request: PlanRequest) -> Plan:
        ask = Step(("counting", "--version"), request.directory)
        return Plan(asks={f"question {len(request.answers)}": ask})


@caught_by("test_its_commands_can_be_started")
class CommandThatIsNoText(Counting):
    def plan(self, request: PlanRequest) -> Plan:
        return Plan(steps=(Step(("counting", 3), request.directory),))  # type: ignore[arg-type]  # the mistake


@caught_by("test_its_commands_can_be_started")
class CommandInARelativeFolder(Counting):
    def plan(self, request: PlanRequest) -> Plan:  # noqa: ARG002 -- the mistake
        return Plan(steps=(Step(("counting",), "."),))


@caught_by("test_its_commands_can_be_started")
class RoleThatNobodyKnows(Counting):
    def plan(self, request: PlanRequest) -> Plan:
        return Plan(steps=(Step(("counting",), request.directory, role="measured"),))


@caught_by("test_its_commands_can_be_started")
class ResultFileElsewhere(Counting):
    def plan(self, request: PlanRequest) -> Plan:
        step = Step(("counting",), request.directory)
        return Plan(steps=(step,), files=(ResultFile("../results.json", place="directory"),))


@caught_by("test_its_commands_can_be_started")
class ResultFileThatNobodyIsToldToWrite(Counting):
    def plan(self, request: PlanRequest) -> Plan:
        step = Step(("counting", "--to", "results.json"), request.directory)
        return Plan(steps=(step,), files=(ResultFile("results.json"),))


@caught_by("test_its_commands_can_be_started")
class ResultFileAtNoPlace(Counting):
    def plan(self, request: PlanRequest) -> Plan:
        step = Step(("counting", "--to", "{results}"), request.directory)
        return Plan(steps=(step,), files=(ResultFile("results.json", place="anywhere"),))  # type: ignore[arg-type]


@caught_by("test_its_commands_can_be_started")
class PlanThatRaises(Counting):
    def plan(self, request: PlanRequest) -> Plan:
        return super().plan(msgspec.structs.replace(request, options=vars(request)))


# -- read


@caught_by("test_it_reads_nothing_out_of_nothing")
class NumberOutOfNothing(Counting):
    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:
        yield from super().read(captured, logs=logs)
        yield Result(CASE, (UNIT,), [0.0])


@caught_by("test_it_reads_garbage_without_raising")
class ReadsUtf8Only(Counting):
    def lines(self, stream: Stream) -> list[str]:
        return [line.decode() for line in b"".join(stream.open()).splitlines()]


@caught_by("test_it_reads_garbage_without_raising")
class TextWithoutEnd(Counting):
    def record(self, stream: str, number: int, line: str) -> Iterator[Record]:
        for record in super().record(stream, number, line):
            is_unread = isinstance(record, Unread)
            yield Unread(number, "not-a-count", line, stream=stream) if is_unread else record


@caught_by("test_it_reads_garbage_without_raising")
class LinesFromZero(Counting):
    def record(self, stream: str, number: int, line: str) -> Iterator[Record]:
        return super().record(stream, number - 1, line)


@caught_by("test_it_reads_garbage_without_raising")
class TextThatCannotTravel(Counting):
    def lines(self, stream: Stream) -> list[str]:
        return [line.decode(errors="surrogateescape") for line in b"".join(stream.open()).splitlines()]


@caught_by("test_the_same_bytes_give_the_same_records_however_they_are_cut")
class ReadsChunksForLines(Counting):
    def lines(self, stream: Stream) -> list[str]:
        return [line.decode(errors="replace") for chunk in stream.open() for line in chunk.splitlines()]


@caught_by("test_reading_twice_gives_the_same_records")
class RemembersTheLastTime(Counting):
    def __init__(self) -> None:
        self.seen: set[str] = set()

    def record(self, stream: str, number: int, line: str) -> Iterator[Record]:
        if line not in self.seen:
            yield from super().record(stream, number, line)
        self.seen.add(line)


@caught_by("test_log_lines_come_beside_the_same_records")
class NoLog(Counting):
    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:  # noqa: ARG002 -- the mistake
        return super().read(captured)


@caught_by("test_log_lines_come_beside_the_same_records")
class AlwaysLogs(Counting):
    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:  # noqa: ARG002 -- the mistake
        return super().read(captured, logs=True)


@caught_by("test_log_lines_come_beside_the_same_records")
class LogInsteadOfRecords(Counting):
    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:
        return (r for r in super().read(captured, logs=logs) if not logs or isinstance(r, LogLine))


@caught_by("test_a_missing_or_empty_stream_is_survived")
class NeedsStandardOutput(Counting):
    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:
        if captured.exit_code is None and any(s.name == "stdout" and not b"".join(s.open()) for s in captured.streams):
            message = "where is the output?"
            raise ValueError(message)
        return super().read(captured, logs=logs)


@caught_by("test_mutated_output_is_read_without_raising")
class TrustsTheNumber(Counting):
    def record(self, stream: str, number: int, line: str) -> Iterator[Record]:
        if line.startswith("ms"):
            float(line.removeprefix("ms "))
        return super().record(stream, number, line)


@caught_by("test_mutated_output_is_read_without_raising")
class UnitsAndNumbersApart(Counting):
    def record(self, stream: str, number: int, line: str) -> Iterator[Record]:
        word, *rest = line.split(" ")
        if word == "ms" and all(character.isdigit() or character in ". " for character in "".join(rest)):
            yield Result(CASE, (UNIT,), [float(text or 0) for text in rest if text.count(".") < 2])
            return
        yield from super().record(stream, number, line)


@caught_by("test_reading_twice_gives_the_same_records")
class StatusOfItsOwn(Counting):
    def record(self, stream: str, number: int, line: str) -> Iterator[Record]:
        if line == "ok":
            yield Outcome(CASE, "ok")  # type: ignore[arg-type]  # the mistake
            return
        yield from super().record(stream, number, line)


@caught_by("test_reading_twice_gives_the_same_records")
class SuiteStatusOfItsOwn(Counting):
    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:
        yield from super().read(captured, logs=logs)
        yield SuiteResult("counting", "ok")  # type: ignore[arg-type]  # the mistake


@caught_by("test_reading_twice_gives_the_same_records")
class AttemptsFromZero(Counting):
    def record(self, stream: str, number: int, line: str) -> Iterator[Record]:
        for record in super().record(stream, number, line):
            yield msgspec.structs.replace(record, attempt=0) if isinstance(record, Outcome) else record


@caught_by("test_reading_twice_gives_the_same_records")
class MessageWithoutEnd(Counting):
    def record(self, stream: str, number: int, line: str) -> Iterator[Record]:
        for record in super().record(stream, number, line):
            yield msgspec.structs.replace(record, message="x" * 9000) if isinstance(record, Outcome) else record


@caught_by("test_reading_twice_gives_the_same_records")
class RecordThatIsNone(Counting):
    def record(self, stream: str, number: int, line: str) -> Iterator[Record]:
        yield from super().record(stream, number, line)
        yield {"line": line}  # type: ignore[misc]  # the mistake


@caught_by("test_reading_twice_gives_the_same_records")
class NumberThatIsText(Counting):
    def record(self, stream: str, number: int, line: str) -> Iterator[Record]:
        for record in super().record(stream, number, line):
            said: list[float] = [line[3:]]  # type: ignore[list-item]  # the mistake
            yield msgspec.structs.replace(record, said_values=said) if isinstance(record, Result) else record


@caught_by("test_reading_twice_gives_the_same_records")
class UnitThatIsAWord(Counting):
    def record(self, stream: str, number: int, line: str) -> Iterator[Record]:
        for record in super().record(stream, number, line):
            units: tuple[SaidUnit, ...] = (line[:2],)  # type: ignore[assignment]  # the mistake
            yield msgspec.structs.replace(record, units=units) if isinstance(record, Result) else record


@caught_by("test_reading_twice_gives_the_same_records")
class OneUnitTwice(Counting):
    def record(self, stream: str, number: int, line: str) -> Iterator[Record]:
        for record in super().record(stream, number, line):
            if isinstance(record, Result):
                yield Result(CASE, (UNIT, UNIT), [*record.said_values, 1.0])
            else:
                yield record


# -- live


@caught_by("test_following_tells_the_same_however_the_bytes_are_cut")
class FollowsChunksForLines(Counting):
    def live(self, captured: Captured) -> "FollowsChunksForLines":  # noqa: ARG002 -- the contract
        return self

    def take(self, stream: str, data: bytes) -> list[LiveRecord]:
        return [LogLine(None, stream, line.decode(errors="replace")) for line in data.splitlines()]


@caught_by("test_following_never_raises")
class FollowsTextOnly(Counting):
    def live(self, captured: Captured) -> "FollowsTextOnly":  # noqa: ARG002 -- the contract
        return self

    def take(self, stream: str, data: bytes) -> list[LiveRecord]:  # noqa: ARG002 -- the contract
        data.decode()
        return []


@caught_by("test_following_never_raises")
class TellsWhatCannotBeTold(Counting):
    def live(self, captured: Captured) -> "TellsWhatCannotBeTold":  # noqa: ARG002 -- the contract
        return self

    def take(self, stream: str, data: bytes) -> list[LiveRecord]:  # noqa: ARG002 -- the contract
        return [Unread(1, "not-a-count", "")]  # type: ignore[list-item]  # the mistake


# -- sniff


@caught_by("test_its_confidence_is_between_0_and_1")
class SurerThanSure(Counting):
    def sniff(self, head: bytes, name: str) -> float:
        return 10 * super().sniff(head, name)


@caught_by("test_its_confidence_is_between_0_and_1")
class RaisesAtOddBytes(Counting):
    def sniff(self, head: bytes, name: str) -> float:
        head.decode()
        return super().sniff(head, name)


@caught_by("test_it_recognises_its_own_output")
class DoesNotKnowItself(Counting):
    def sniff(self, head: bytes, name: str) -> float:  # noqa: ARG002 -- the mistake
        return 0.0


@caught_by("test_it_does_not_claim_the_output_of_others")
class ClaimsEverything(Counting):
    def sniff(self, head: bytes, name: str) -> float:  # noqa: ARG002 -- the mistake
        return 1.0


@pytest.mark.parametrize(("test", "broken"), [pytest.param(t, b, id=b.__name__) for t, b in BROKEN])
def test_a_broken_promise_is_caught(test: str, broken: type[Counting], tmp_path: Path) -> None:
    suite = suite_of(broken(), tmp_path)
    with pytest.raises(Exception) as caught:  # noqa: PT011 -- what it says is what the framework does
        getattr(suite(), test)()
    assert str(caught.value), "whoever wrote it must be told what is wrong"


def test_every_test_of_the_suite_has_been_seen_to_fail() -> None:
    tests = {name for name in dir(conformance.FrameworkConformance) if name.startswith("test_")}
    assert tests == {test for test, _ in BROKEN}


def test_what_was_being_read_is_told(tmp_path: Path) -> None:
    told = failures(suite_of(TrustsTheNumber(), tmp_path))["test_mutated_output_is_read_without_raising"]
    assert "while reading mutation" in told
    assert "two-counts" in told
