"""JUnit XML, whoever wrote it: pytest, surefire, gtest, ctest, Catch2, nextest, jest, mocha, node, go-junit-report.

The way of the bytes, in the order of the files:

- ``xml``        bytes become elements; what is damaged is passed over
- ``suites``     elements become suites and cases, however they are nested
- ``cases``      what became of a case, once for each time that it ran; ``durations`` reads ``time="1,234.5"``
- ``reader``     the files of one run
- ``problems``   the doubts, listed

As a target it is any command that writes such files.
"""

from collections.abc import Iterable, Iterator
from typing import ClassVar

import msgspec

from benchhub.errors import UserError
from benchhub.frameworks.junit import reader
from benchhub.model.place import Target
from benchhub.model.record import Record
from benchhub.model.report import Column, NativeTable
from benchhub.plugin.contract import Captured, Framework, Plan, PlanRequest, ResultFile, Step, Tree

TABLE = NativeTable(
    "junit_result",
    "outcomes",
    (
        Column("result", "text", "raw_status", "The element or attribute that told it; NULL for a plain testcase."),
        Column("time_s", "real", "duration_s", "Seconds, as the file says them."),
        Column("type", "text", "fact:type", "The type of the failure, as the file says it."),
        Column("file", "text", "fact:file", "Where the case is defined, if told."),
        Column("line", "text", "fact:line", "At which line."),
        Column("assertions", "text", "fact:assertions", "How many it made, if told."),
        Column("value_param", "text", "fact:value_param", "What gtest ran it with."),
        Column("type_param", "text", "fact:type_param", "The type that gtest ran it with."),
        Column("properties", "json", "fact:properties", "Its own properties: name to text."),
    ),
    suite_name="class",
    case_name="test",
)

RESULTS = "{results}/"
EXAMPLE = 'with = { argv = ["mvn", "-B", "test"], files = ["**/surefire-reports/TEST-*.xml"] }'


class JunitOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ``with`` keys of ``junit``.

    Attributes:
        argv: The program and its arguments; never a shell line. ``{results}`` in it is a fresh directory for each run.
        files: Where it writes JUnit XML, below the target's directory: paths with ``*``, ``?`` and ``**/``; or
            ``{results}/junit.xml`` for what it is told to write there.
    """

    argv: list[str] = []
    files: list[str] = []


class Junit:
    """Tests of any tool that writes JUnit XML."""

    name: ClassVar[str] = "junit"
    version: ClassVar[int] = 1
    format: ClassVar[str] = "junit-xml"
    options: ClassVar[type[msgspec.Struct]] = JunitOptions
    tables: ClassVar[tuple[NativeTable, ...]] = (TABLE,)

    def detect(self, tree: Tree) -> Iterable[Target]:  # noqa: ARG002 -- which command writes them is somebody's wish
        """Yield nothing: nobody can see which command writes such files."""
        return ()

    def plan(self, request: PlanRequest) -> Plan:
        """Return the command, and where its files are expected.

        Raises:
            UserError: There is no program, or no place for its files.
        """
        options: JunitOptions = request.options
        if not options.argv:
            what = f"`{request.target.label}` names no program"
            raise UserError(what, hint=EXAMPLE)
        if not options.files:
            what = f"`{request.target.label}` does not say where its program writes JUnit XML"
            raise UserError(what, hint=EXAMPLE)
        argv = (*options.argv, *request.arguments)
        step = Step(argv, request.directory, env=request.target.env, title=" ".join(argv))
        return Plan(steps=(step,), files=tuple(_file(name, request) for name in options.files))

    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:
        """Yield what the bytes say; never raises."""
        return reader.read(captured, logs=logs)

    def sniff(self, head: bytes, name: str) -> float:  # noqa: ARG002 -- the content tells
        """Return how surely this is JUnit XML, or output that holds some."""
        if reader.is_junit(head):
            return 0.9
        return 0.6 if reader.holds_junit(head) else 0.0


def _file(name: str, request: PlanRequest) -> ResultFile:
    is_fresh = name.startswith(RESULTS)
    path = name.removeprefix(RESULTS).removeprefix("./")
    if not path or path.startswith("/") or ".." in path.split("/"):
        what = f"`{name}` in `files` of `{request.target.label}` does not lie below the target's directory"
        raise UserError(what, hint=EXAMPLE)
    return ResultFile(path, place="results" if is_fresh else "directory")


JUNIT: Framework = Junit()
