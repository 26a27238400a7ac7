"""What a framework promises, as tests that a stranger can run.

::

    from pathlib import Path

    from benchhub.plugin.conformance import FrameworkConformance
    from benchhub_mytool import MYTOOL


    class TestMyTool(FrameworkConformance):
        framework = MYTOOL
        captures = Path(__file__).parent / "captured"  # see benchhub.plugin.captures
        files = {"bench/mytool.cfg": b"rounds = 3"}  # a small workspace in which `detect` finds something

pytest runs it; so does ``check(TestMyTool)`` without pytest. ``BENCHHUB_MUTATIONS`` says how many damaged outputs are
read (500 when unset). What a runtime promises is in ``benchhub.plugin.conformance_runtime``.
"""
# ruff: noqa: S101, D102 -- these are tests, and their names are sentences

import os
import random
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar, get_args

import msgspec

from benchhub.errors import ToolError, UserError
from benchhub.model.place import Target
from benchhub.model.record import (
    MESSAGE_CHARACTERS_MAX,
    UNREAD_TEXT_CHARACTERS_MAX,
    CaseStatus,
    LogLine,
    Outcome,
    Record,
    Result,
    SuiteResult,
    Unread,
)
from benchhub.plugin.captures import TOKENS, Capture, MemoryTree, damaged, load_captures, odd_trees
from benchhub.plugin.contract import (
    HEAD_BYTES,
    Began,
    Captured,
    Followed,
    Framework,
    LiveRecord,
    Plan,
    PlanRequest,
    Step,
    Stream,
    Tree,
)

MUTATIONS = int(os.environ.get("BENCHHUB_MUTATIONS", "500"))
ASK_ROUNDS_MAX = 3
SURE = 0.5
SMALL_BYTES = 200_000
"""Captures up to this size are also read byte by byte."""

DIRECTORY = "/nonexistent/benchhub/workspace"

NAME = re.compile(r"[a-z][a-z0-9_-]*")
SQL_NAME = re.compile(r"[a-z][a-z0-9_]*")
SQL_NAMES_TAKEN = frozenset({
    "project", "params", "param_text", "seq", "branch", "started_at", "run_id", "case_id",
})  # fmt: skip
SQL_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        add all alter analyse analyze and any array as asc asymmetric authorization autoincrement between binary
        both case cast check collate collation column commit concurrently constraint create cross current_catalog
        current_date current_role current_schema current_time current_timestamp current_user default deferrable
        delete desc distinct do drop else end escape except exists false fetch for foreign freeze from full grant
        group having ilike in index initially inner insert intersect into is isnull join lateral leading left like
        limit localtime localtimestamp natural not nothing notnull null offset on only or order outer overlaps
        placing primary raise references returning right select session_user set similar some symmetric table
        tablesample then to trailing transaction true union unique update user using values variadic verbose when
        where window with
        """,
    )
)
"""Words of SQLite or PostgreSQL that a person would have to quote."""
SOURCES = {
    "results": re.compile(r"iterations|unit:.+|fact:.+|other-units"),
    "outcomes": re.compile(r"status|raw_status|duration_s|message|fact:.+"),
}
RECORDS = get_args(Record)
LIVE_RECORDS = get_args(LiveRecord)
STATUSES = get_args(CaseStatus)

GARBAGE: Mapping[str, bytes] = {
    "nothing": b"",
    "a line end": b"\n",
    "every byte": bytes(range(256)) * 4,
    "zeros": b"\x00" * 10_000,
    "one long line": b"x" * 1_000_000,
    "many empty lines": b"\r\n" * 50_000,
    "deep JSON": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "no UTF-8": b"\xff\xfe\xed\xa0\x80\xc3(\n" * 100,
    "all tokens": b" ".join(TOKENS) + b"\n" + b"\n".join(TOKENS),
}
STRANGERS: Mapping[str, bytes] = {
    "empty.txt": b"",
    "notes.md": b"# Notes\n\nThe benchmark ran well: PASS, ok, 100 ns.\n",
    "results.csv": b"name,iterations,real_time,cpu_time,time_unit\na,1,2,3,ns\n",
    "package.json": b'{"name": "x", "version": "1.0.0", "scripts": {"test": "jest"}}\n',
    "TEST-junit.xml": b'<?xml version="1.0"?>\n<testsuite name="s" tests="1"><testcase name="t"/></testsuite>\n',
    "image.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "app.log": b"2026-01-01T00:00:00Z INFO started\n2026-01-01T00:00:01Z INFO ready\n" * 20,
    "events.jsonl": b'{"time": "2026-01-01T00:00:00Z", "event": "login"}\n' * 20,
    "main.c": b"#include <stdio.h>\nint main(void) { return 0; }\n",
}
"""Files that belong to no framework, or to one whose own reader is surer."""


class FrameworkConformance:
    """Subclass it under a name that begins with ``Test``, and fill in what is yours.

    Attributes:
        framework: The plug-in.
        captures: A folder of captures; all that it can show is better than none.
        files: A small workspace, path to bytes, in which ``detect`` finds something.
        targets: Targets to plan beside those that are detected, with options worth planning.
        others: Folders of captures of other tools, which ``sniff`` must not claim.
        strangers: File name to bytes that ``sniff`` must not claim; leave out what is yours.
        unrecognisable: Captures in which nobody could see who wrote them (an empty output, a shell's complaint);
            ``None`` when none can be recognised, because the numbers are not in the bytes.
    """

    framework: ClassVar[Framework]
    captures: ClassVar[Path | None] = None
    files: ClassVar[Mapping[str, bytes]] = {}
    targets: ClassVar[tuple[Target, ...]] = ()
    others: ClassVar[tuple[Path, ...]] = ()
    strangers: ClassVar[Mapping[str, bytes]] = STRANGERS
    unrecognisable: ClassVar[frozenset[str] | None] = frozenset()

    # -- who it is

    def test_it_says_who_it_is(self) -> None:
        framework = self.framework
        assert NAME.fullmatch(framework.name), f"{framework.name!r} cannot stand in a label"
        assert isinstance(framework.version, int), f"a version is a whole number, not {framework.version!r}"
        assert framework.version >= 1, "versions count from 1"
        assert framework.format, "raw output needs a name"

    def test_every_option_has_a_default_and_survives_json(self) -> None:
        defaults = self.framework.options()
        said = msgspec.json.decode(msgspec.json.encode(defaults))
        again = msgspec.convert(said, self.framework.options)
        assert again == defaults, f"{defaults!r} comes back from JSON as {again!r}"

    def test_an_unknown_option_is_refused(self) -> None:
        try:
            msgspec.convert({"no-such-option-anywhere": 1}, self.framework.options)
        except msgspec.ValidationError:
            return
        message = "declare the options with forbid_unknown_fields=True: a mistyped key must not be silence"
        raise AssertionError(message)

    def test_its_tables_can_be_made(self) -> None:
        names = [table.name for table in self.framework.tables]
        assert len(set(names)) == len(names), f"a table is declared twice: {names}"
        for table in self.framework.tables:
            columns = [column.name for column in table.columns]
            for name in (table.name, table.suite_name, table.case_name, *columns):
                assert SQL_NAME.fullmatch(name), f"{table.name}: {name!r} cannot be a name"
                assert name not in SQL_WORDS, f"{table.name}: `{name}` is a word of SQL"
            in_view = [table.suite_name, table.case_name, *columns]
            assert len(set(in_view)) == len(in_view), f"{table.name}: a name is used twice: {in_view}"
            assert not SQL_NAMES_TAKEN & set(in_view), f"{table.name}: taken: {SQL_NAMES_TAKEN & set(in_view)}"
            for column in table.columns:
                where = f"{table.name}.{column.name}"
                assert column.type in {"integer", "real", "text", "json"}, f"{where}: no such type {column.type!r}"
                assert SOURCES[table.rows].fullmatch(column.source), f"{where}: no such source {column.source!r}"
                assert column.doc.strip(), f"{where} says nothing in the reference"

    # -- detect

    def test_what_it_detects_has_an_address(self) -> None:
        found = self._detect(MemoryTree(self.files))
        assert found or not self.files, "nothing was detected in `files`"

    def test_detecting_never_raises_in_an_odd_workspace(self) -> None:
        for tree in odd_trees(self._detect):
            self._detect(tree)

    def test_detecting_survives_damaged_files(self) -> None:
        dice = random.Random(self.framework.name)  # noqa: S311 -- must be repeatable, not secret
        for _ in range(50 if self.files else 0):
            self._detect(MemoryTree({path: damaged(dice, content) for path, content in self.files.items()}))

    # -- plan

    def test_the_same_request_gives_the_same_plan(self) -> None:
        for request in self._requests():
            for answer in (b"", b"\xff\x00garbage\n{]", b"1\n"):
                for asked in self._rounds(request, answer):
                    one, other = _plan(self.framework, asked), _plan(self.framework, asked)
                    assert one == other, f"one request, two plans: {one!r} and {other!r}"

    def test_its_questions_come_to_an_end(self) -> None:
        for request in self._requests():
            *_, last = self._rounds(request, b"")
            plan = _plan(self.framework, last)
            left = [] if plan is None else [name for name in plan.asks if name not in last.answers]
            assert not left, f"after {ASK_ROUNDS_MAX} rounds it still asks {left}"

    def test_its_commands_can_be_started(self) -> None:
        planned = 0
        for request in self._requests():
            for asked in self._rounds(request, b""):
                plan = _plan(self.framework, asked)
                if plan is None:
                    continue
                planned += 1
                for step in (*plan.asks.values(), *plan.build, *plan.steps):
                    _check_step(step)
                _check_files(plan)
        assert planned, "no target could be planned: give one in `targets`"

    # -- read

    def test_it_reads_nothing_out_of_nothing(self) -> None:
        for captured in (
            Captured(),
            Captured(streams=(Stream.of_bytes("stdout", b""), Stream.of_bytes("stderr", b""))),
        ):
            records = self._read(captured)
            assert not [r for r in records if isinstance(r, Result)], "a number came out of nothing"

    def test_it_reads_garbage_without_raising(self) -> None:
        for name, content in GARBAGE.items():
            with _told(f"garbage: {name}"):
                for stream in ("stdout", "stderr", "results.json"):
                    self._read(Captured(streams=(Stream.of_bytes(stream, content),), exit_code=1))

    def test_the_same_bytes_give_the_same_records_however_they_are_cut(self) -> None:
        for capture in self._captures():
            whole = self._read(capture.captured(chunk_bytes=1 << 30))
            size = sum(map(len, capture.data.values()))
            sizes = (1, 2, 3, 7, 64, 1000, 4096, 1 << 16) if size <= SMALL_BYTES else (4096, 65_521)
            for chunk_bytes in sizes:
                # NaN is not equal to itself, its text is.
                same = repr(self._read(capture.captured(chunk_bytes=chunk_bytes))) == repr(whole)
                assert same, f"{capture.name}: other records in chunks of {chunk_bytes} bytes"

    def test_reading_twice_gives_the_same_records(self) -> None:
        for capture in self._captures():
            captured = capture.captured()
            assert repr(self._read(captured)) == repr(self._read(captured)), capture.name

    def test_log_lines_come_beside_the_same_records(self) -> None:
        for capture in self._captures():
            without = self._read(capture.captured())
            logged = self._read(capture.captured(), logs=True)
            assert not [r for r in without if isinstance(r, LogLine)], f"{capture.name}: log lines without being asked"
            assert repr([r for r in logged if not isinstance(r, LogLine)]) == repr(without), capture.name
            if any(content.strip() for content in capture.data.values()):
                assert [r for r in logged if isinstance(r, LogLine)], f"{capture.name}: no log lines"

    def test_a_missing_or_empty_stream_is_survived(self) -> None:
        for capture in self._captures():
            for gone in capture.data:
                with _told(f"{capture.name} without {gone}"):
                    self._read(capture.captured(data={k: v for k, v in capture.data.items() if k != gone}))
                    self._read(capture.captured(data={k: b"" if k == gone else v for k, v in capture.data.items()}))

    def test_mutated_output_is_read_without_raising(self) -> None:
        captures = self._captures()
        for seed in range(MUTATIONS if captures else 0):
            dice = random.Random(seed)  # noqa: S311 -- must be repeatable, not secret
            capture = dice.choice(captures)
            data = {name: damaged(dice, content) for name, content in capture.data.items()}
            with _told(f"mutation {seed} of {capture.name}: {_excerpt(data)}"):
                captured = capture.captured(data=data, chunk_bytes=dice.choice((1, 13, 4096, 1 << 18)))
                self._read(captured, logs=dice.random() < 0.2)  # noqa: PLR2004 -- now and then

    # -- live, where it has it

    def test_following_tells_the_same_however_the_bytes_are_cut(self) -> None:
        for capture in self._captures():
            whole = self._follow(capture.data, 1 << 30)
            is_small = sum(map(len, capture.data.values())) <= SMALL_BYTES // 20
            for chunk_bytes in (1, 1000) if is_small else (4093,):
                same = repr(self._follow(capture.data, chunk_bytes)) == repr(whole)
                assert same, f"{capture.name}: something else is told in chunks of {chunk_bytes} bytes"

    def test_following_never_raises(self) -> None:
        for name, content in GARBAGE.items():
            with _told(f"live garbage: {name}"):
                self._follow({"stdout": content, "stderr": content}, 1 << 16)
        captures = self._captures()
        for seed in range(MUTATIONS // 5 if captures else 0):
            dice = random.Random(seed)  # noqa: S311 -- must be repeatable, not secret
            capture = dice.choice(captures)
            data = {name: damaged(dice, content) for name, content in capture.data.items()}
            with _told(f"live mutation {seed} of {capture.name}: {_excerpt(data)}"):
                self._follow(data, dice.choice((1, 13, 4096)))

    # -- sniff

    def test_its_confidence_is_between_0_and_1(self) -> None:
        heads = [*GARBAGE.values(), *self.strangers.values(), *TOKENS]
        heads += [content[:HEAD_BYTES] for capture in self._captures() for content in capture.data.values()]
        for head in heads:
            for cut in (head, head[: len(head) // 2], head[: len(head) // 3]):
                for name in ("stdout.txt", "x.json", "", "a b\n.xml"):
                    confidence = self.framework.sniff(cut, name)
                    assert 0.0 <= confidence <= 1.0, f"{confidence} is no confidence: {cut[:80]!r} in {name!r}"

    def test_it_recognises_its_own_output(self) -> None:
        if self.unrecognisable is None:
            return
        for capture in self._captures():
            if capture.name in self.unrecognisable:
                continue
            surest = max(
                (self.framework.sniff(content[:HEAD_BYTES], name) for name, content in capture.data.items()),
                default=0.0,
            )
            assert surest >= SURE, f"{capture.name}: only {surest} sure of its own output"

    def test_it_does_not_claim_the_output_of_others(self) -> None:
        heads = dict(self.strangers)
        for folder in self.others:
            for capture in load_captures(folder):
                heads |= {f"{folder.name}/{capture.name}/{name}": content for name, content in capture.data.items()}
        for name, content in heads.items():
            confidence = self.framework.sniff(content[:HEAD_BYTES], name.rpartition("/")[2])
            assert confidence < SURE, f"{confidence} sure that `{name}` is its own"

    # -- how the tests ask

    def _captures(self) -> list[Capture]:
        return [] if self.captures is None else load_captures(self.captures)

    def _detect(self, tree: Tree) -> list[Target]:
        targets = list(self.framework.detect(tree))
        for target in targets:
            _check_address(target)
            assert target.framework == self.framework.name, f"{target.label} is for `{target.framework}`"
            assert target.is_detected, f"{target.label} does not say that it was detected"
            msgspec.convert(target.options, self.framework.options)
        labels = [target.label for target in targets]
        assert len(set(labels)) == len(labels), f"a label is there twice: {labels}"
        return targets

    def _requests(self) -> Iterator[PlanRequest]:
        plain = Target("plain", "", self.framework.name)
        for target in (plain, *self.targets, *self._detect(MemoryTree(self.files))):
            options = msgspec.convert(target.options, self.framework.options, strict=False)
            for runs, arguments in ((1, ()), (3, ("-x", "y z"))):
                yield PlanRequest(
                    target, options, DIRECTORY, runs=runs, arguments=arguments, scratch=f"{DIRECTORY}/scratch"
                )

    def _rounds(self, request: PlanRequest, answer: bytes) -> Iterator[PlanRequest]:
        """Yield the request of each round, every question of the round before answered with the same bytes."""
        yield request
        for _ in range(ASK_ROUNDS_MAX):
            plan = _plan(self.framework, request)
            if plan is None or not plan.asks.keys() - request.answers.keys():
                return
            answers = {**dict.fromkeys(plan.asks, answer), **request.answers}
            request = msgspec.structs.replace(request, answers=answers)
            yield request

    def _follow(self, data: Mapping[str, bytes], chunk_bytes: int) -> list[LiveRecord]:
        """Return what is told of one stream after the other; nothing by who cannot follow."""
        if not isinstance(self.framework, Followed):
            return []
        reader = self.framework.live(Captured(label="//:live", case_name="live"))
        streams = [Stream.of_bytes(name, content, chunk_bytes=chunk_bytes) for name, content in data.items()]
        records = [
            record for stream in streams for chunk in stream.open() for record in reader.take(stream.name, chunk)
        ]
        for record in records:
            assert isinstance(record, LIVE_RECORDS), f"{record!r} cannot be told"
            if not isinstance(record, Began):
                _check_record(record)
        return records

    def _read(self, captured: Captured, *, logs: bool = False) -> list[Record]:
        records = list(self.framework.read(captured, logs=logs))
        for record in records:
            _check_record(record)
        return records


def check(suite: type[FrameworkConformance]) -> None:
    """Run every test of a suite, without pytest; raises ``AssertionError`` at the first that fails."""
    for name in dir(suite):
        if name.startswith("test_"):
            test: Callable[[], None] = getattr(suite(), name)
            test()


def _check_address(target: Target) -> None:
    folder = target.dir
    where = f"{target.label}: "
    assert not folder.startswith("/"), where + "a directory is relative to the workspace"
    assert not folder.endswith("/"), where + "a directory has no `/` at its end"
    assert not {".", ".."} & set(folder.split("/")), where + "a directory has no dots as parts; the root is ''"
    assert target.name, where + "a target has a name"
    assert not set("/:{}") & set(target.name), where + "a name holds none of `/:{}`"
    assert target.name.isprintable(), where + "a name can be typed"
    assert target.name.strip() == target.name, where + "a name has no spaces around it"


def _plan(framework: Framework, request: PlanRequest) -> Plan | None:
    """Return the plan; ``None`` when the framework says that the options make no sense, or that the tool is missing."""
    try:
        return framework.plan(request)
    except (UserError, ToolError):
        return None


def _check_step(step: Step) -> None:
    assert step.argv, "a step has a program"
    for word in (*step.argv, *step.env, *step.env.values()):
        assert isinstance(word, str), f"{word!r} is no text"
        assert "\x00" not in word, f"{word!r} holds a NUL"
    assert os.path.isabs(step.cwd), f"{step.cwd!r} is not absolute"  # noqa: PTH117 -- start-up counts
    assert step.role in {"measure", "warmup", "build"}, f"no such role {step.role!r}"
    assert step.timeout_s is None or step.timeout_s > 0, "a time limit is more than 0"


def _check_files(plan: Plan) -> None:
    """Check that what the plan expects can be found, and that the tool is told where to write it."""
    for file in plan.files:
        assert file.name, "a result file needs a name"
        assert file.kind, f"{file.name!r} needs a kind"
        assert not os.path.isabs(file.name), f"{file.name!r} is not below the {file.place}"  # noqa: PTH117
        assert not {"", ".", ".."} & set(file.name.split("/")), f"{file.name!r} is no plain path below the {file.place}"
        assert file.place in {"results", "directory"}, f"{file.name!r} is looked for nowhere: {file.place!r}"
    said = [word for step in plan.steps for word in (*step.argv, *step.env.values())]
    is_told = any("{results}" in word for word in said)
    for file in plan.files:
        assert is_told or file.place != "results", f"no step is told to write {file.name!r} to {{results}}"


def _check_record(record: Record) -> None:
    """Check what must hold for every record, whatever was read."""
    assert isinstance(record, RECORDS), f"{record!r} is no record"
    _check_types(record)
    if isinstance(record, Result):
        assert len(record.units) == len(record.said_values), f"units and numbers do not match: {record}"
        assert record.units, f"a result without a number: {record}"
        said = [unit.said for unit in record.units]
        assert len(set(said)) == len(said), f"a unit is said twice on one line: {said}"
    elif isinstance(record, Outcome | SuiteResult):
        assert record.status in STATUSES, f"no such status: {record}"
        if isinstance(record, Outcome):
            assert record.attempt >= 1, f"attempts count from 1: {record}"
            assert len(record.message or "") <= MESSAGE_CHARACTERS_MAX, "a message is cut to MESSAGE_CHARACTERS_MAX"
    elif isinstance(record, Unread):
        assert record.line >= 1, f"lines count from 1: {record}"
        assert len(record.text) <= UNREAD_TEXT_CHARACTERS_MAX, "unread text is cut to UNREAD_TEXT_CHARACTERS_MAX"


def _check_types(record: Record) -> None:
    """Check that a record can travel: every field has the type that it declares, and text is Unicode."""
    msgspec.json.encode(record)
    msgspec.convert(msgspec.to_builtins(record), type(record))


class _told:  # noqa: N801 -- reads as a sentence
    """Says what was being read when something was raised."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception):
            error.add_note(f"while reading {self._what}")


def _excerpt(data: dict[str, bytes]) -> str:
    return repr({name: content[:200] for name, content in data.items()})
