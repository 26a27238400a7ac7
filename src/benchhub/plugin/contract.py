"""What a framework and a runtime promise.

A ``Framework`` answers four questions and has no other power:

- ``detect``  what could be run below a directory?  The only one that looks at files, through a ``Tree``.
- ``plan``    which commands run this target?  Data in, data out; testable without the tool.
- ``read``    what do these bytes say?  Never raises; the same records however the bytes are cut.
- ``sniff``   could these bytes be yours?

A ``Runtime`` starts programs somewhere and brings back their bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import msgspec

from benchhub.model.case import Case
from benchhub.model.place import Target
from benchhub.model.record import LogLine, Outcome, Record, Result
from benchhub.model.report import NativeTable
from benchhub.model.run import Execution

CHUNK_BYTES = 1 << 18

HEAD_BYTES = 1 << 16
"""So much of a file a framework sees when it is asked whether the file could be its own."""


# -- detect --------------------------------------------------------------------------------------------------------


class Tree(Protocol):
    """The files of a workspace, walked once for all frameworks; ignored and vendored folders are left out."""

    def directories_with(self, file_name: str) -> Iterable[str]:
        """Yield the directories (relative, with ``/``, ``""`` for the root) that hold ``file_name``, sorted."""

    def files_below(self, directory: str, suffix: str) -> Iterable[str]:
        """Yield the relative paths below ``directory`` that end in ``suffix``, sorted, whatever their depth."""

    def read(self, path: str) -> bytes:
        """Return a file's bytes; empty when it cannot be read."""


# -- plan ----------------------------------------------------------------------------------------------------------


class Step(msgspec.Struct, frozen=True):
    """One program to start.

    Attributes:
        argv: The program and its arguments; never a shell line.
        cwd: Absolute.
        env: Added to the environment.
        timeout_s: The whole process group is ended after this; ``None`` for the run's limit.
        role: ``measure`` keeps its output as the run's, ``warmup`` throws it away, ``build`` must succeed first.
        title: For people, e.g. ``example.com/sort``.
        may_fail: For a build: when it fails the runs go on, and what it said is part of each of them.
        parts: Names of programs that it starts apart, by the folder they are started in; what lies below one adds its
            own path to the name. ``{part}`` in ``argv`` is where the words belong that start such a program; a word
            with ``{part}`` in it is left out where parts are not told from the whole.
    """

    argv: tuple[str, ...]
    cwd: str
    env: dict[str, str] = {}
    timeout_s: float | None = None
    role: str = "measure"
    title: str = ""
    may_fail: bool = False
    parts: dict[str, str] = {}


class ResultFile(msgspec.Struct, frozen=True):
    """A file, or several, that the tool writes beside its output.

    Attributes:
        name: A relative path with ``/``. ``*`` and ``?`` stand for anything within one part, ``**/`` for any folders:
            each file that is found becomes a stream of its own, called as its path.
        kind: ``result`` is read; what is of another kind (``profile``) is kept, and not read.
        place: ``results``: below the run's fresh result directory, which the tool is told by ``{results}``.
            ``directory``: below the target's directory, where the tool insists on writing. There lies what older runs
            left, too: what a run did not write itself is never read.
        is_optional: Its absence is no problem.
        is_followed: It grows while the tool runs, below ``{results}`` and under just this name: who follows the run
            hears of it, too.
    """

    name: str
    kind: str = "result"
    place: Literal["results", "directory"] = "results"
    is_optional: bool = False
    is_followed: bool = False


class PlanRequest(msgspec.Struct, frozen=True):
    """What a framework may know when it plans.

    Attributes:
        target: With ``{axis}`` already filled in; ``filters`` are paths below the target's directory.
        options: The framework's own struct, decoded.
        directory: Of the target, absolute.
        runs: How many runs will follow one build.
        arguments: What the user wrote after ``--``, for the tool.
        scratch: An absolute path to a directory of this plan's own; the plan may put binaries there.
        results: ``{results}`` in an argument or variable is replaced by the fresh result directory of each run.
        answers: Output of the ``asks`` of the previous round.
        is_counting_instructions: Instructions are counted, so the work must be the same each time, and short: programs
            run ten to fifty times slower.
    """

    target: Target
    options: Any
    directory: str
    runs: int = 1
    arguments: tuple[str, ...] = ()
    scratch: str = ""
    answers: Mapping[str, bytes] = {}
    is_counting_instructions: bool = False


class Plan(msgspec.Struct, frozen=True):
    """How to run a target: data only.

    Attributes:
        asks: Questions to the tool (its version, its packages) that must be answered first; while an ask has no
            answer, the plan is made again with it. A failing ask answers with empty bytes.
        build: Run once, in order, before the first run.
        steps: Run in order for each run.
        files: Result files expected, by name or pattern.
        toolchain: What decides results, e.g. ``go1.26.8``.
        class_facts: Software facts that change results (flags).
        variables: Environment variables that change results: where one is set, it is such a fact, too.
        tool_version: Of the tool that writes the output.
        note: What a person should know, e.g. that binaries are built once.
    """

    asks: dict[str, Step] = {}
    build: tuple[Step, ...] = ()
    steps: tuple[Step, ...] = ()
    files: tuple[ResultFile, ...] = ()
    toolchain: str | None = None
    class_facts: dict[str, str] = {}
    variables: tuple[str, ...] = ()
    tool_version: str = ""
    note: str = ""


# -- read ----------------------------------------------------------------------------------------------------------


class Stream(msgspec.Struct, frozen=True):
    """Bytes that a tool wrote, readable more than once.

    Attributes:
        name: ``stdout``, ``stderr``, or a result file's path, relative to where it was looked for.
        open: Returns the bytes in chunks of any size.
        path: Of the file they lie in, when they do.
    """

    name: str
    open: Callable[[], Iterator[bytes]]
    path: str | None = None

    def head(self) -> bytes:
        """Return its first ``HEAD_BYTES``, fewer when it is shorter: enough to tell what it is."""
        head = b""
        for chunk in self.open():
            head += chunk
            if len(head) >= HEAD_BYTES:
                break
        return head[:HEAD_BYTES]

    @classmethod
    def of_bytes(cls, name: str, data: bytes, *, chunk_bytes: int = CHUNK_BYTES) -> "Stream":
        """Return a stream over bytes in memory."""
        return cls(name, lambda: (data[i : i + chunk_bytes] for i in range(0, len(data), chunk_bytes)))

    @classmethod
    def of_file(cls, name: str, path: Path) -> "Stream":
        """Return a stream over a file."""

        def chunks() -> Iterator[bytes]:
            with path.open("rb", buffering=0) as file:
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk

        return cls(name, chunks, str(path))


class Captured(msgspec.Struct, frozen=True):
    """All that one run left behind.

    Attributes:
        streams: In the order ``stdout``, ``stderr``, result files by name; empty ones may be missing.
        executions: The programs of the run, in order; empty for imported files.
        exit_code: ``None`` when unknown.
        is_timed_out: Our own limit ended it.
        options: The framework's options as JSON-like data when known, so that flags need not be guessed.
        arguments: What the user wrote after ``--``, for the tool.
        label: Of the target, relative to its project, so that a case named by it moves with the project's directory;
            ``""`` when unknown.
        case_name: What a framework without names of its own calls its one case.

    The parameters of the cell are not here: the core adds them to every case.
    """

    streams: tuple[Stream, ...] = ()
    executions: tuple[Execution, ...] = ()
    exit_code: int | None = None
    is_timed_out: bool = False
    options: dict[str, Any] = {}
    arguments: tuple[str, ...] = ()
    label: str = ""
    case_name: str = ""


class Framework(Protocol):
    """A tool that runs tests or benchmarks.

    Attributes:
        name: As in labels and configuration.
        version: Of the reader; raised whenever it reads better, so that the past can be read again.
        options: A struct whose fields are the ``with`` keys, each with a default.
        tables: The native tables, as data.
        format: What its raw output is called.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    format: ClassVar[str]
    options: ClassVar[type[msgspec.Struct]]
    tables: ClassVar[tuple[NativeTable, ...]]

    def detect(self, tree: Tree) -> Iterable[Target]:
        """Yield what could be run; touches files only through ``tree``."""

    def plan(self, request: PlanRequest) -> Plan:
        """Return how to run a target.

        Raises:
            UserError: Its options make no sense.
            ToolError: By the answers, the tool is not there.
        """

    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:
        """Yield what the bytes say; never raises.

        Args:
            captured: What the run left.
            logs: Also yield a ``LogLine`` for every line of output.
        """

    def sniff(self, head: bytes, name: str) -> float:
        """Return from 0 (surely not) to 1 (surely) whether this reader understands a file.

        Args:
            head: The first 64 KiB.
            name: The file's name, without its directory.
        """


# -- follow: optional ----------------------------------------------------------------------------------------------


class Began(msgspec.Struct, frozen=True, gc=False):
    """A case runs now."""

    case: Case


LiveRecord = Began | Result | Outcome | LogLine
"""What can be told while a tool still writes. It is shown and forgotten: what is kept, ``read`` says at the end."""


class LiveReader(Protocol):
    """Follows the output of one run while it is written."""

    def take(self, stream: str, data: bytes) -> list[LiveRecord]:
        """Return what the next bytes of ``stdout``, ``stderr`` or a followed file tell; never raises.

        A measured program runs meanwhile, so it does little: a line that costs much is better left for ``read``, and
        what it remembers stays small. Bytes may be left out where a program writes faster than anybody reads; a line
        end then stands in their place.
        """


@runtime_checkable
class Followed(Protocol):
    """A framework that can also tell what its tool is doing; of others, the bytes are shown as they come."""

    def live(self, captured: Captured) -> LiveReader:
        """Return a reader for one run.

        Args:
            captured: What is known before the first byte: options, arguments, label, case name.
        """


# -- run -----------------------------------------------------------------------------------------------------------


class Measuring(msgspec.Struct, frozen=True):
    """What to measure of a program, beside its time and what the kernel counts anyway.

    Attributes:
        every_s: Step of resource use over time; ``None`` for none.
        instructions: Run it in callgrind.
    """

    every_s: float | None = None
    instructions: bool = False


class Sink(Protocol):
    """Where a runtime puts what a program writes; called on the runtime's own thread, so it must be quick."""

    def write(self, stream: str, data: bytes) -> None:
        """Keep ``data`` of ``stdout`` or ``stderr``."""


@runtime_checkable
class TickingSink(Sink, Protocol):
    """A sink that also wants to know that time passes; a runtime that can wait no shorter may ignore it."""

    def tick(self) -> float:
        """Do what is due, and return how many seconds may pass until the next call."""


class Running(Protocol):
    """A program that runs beside others."""

    @property
    def has_ended(self) -> bool:
        """Whether it has ended by itself."""

    def stop(self) -> Execution:
        """End it and all that it started, softly and then for sure, and return how it went; may be asked once.

        Who was left behind in another session is ended, too, where the system tells who that is.
        """


class Runtime(Protocol):
    """A place where programs run."""

    name: ClassVar[str]
    version: ClassVar[int]

    def execute(
        self, step: Step, sink: Sink, *, timeout_s: float | None, measuring: Measuring | None = None
    ) -> Execution:
        """Run one program to its end and return how it went; raises ``ToolError`` when it cannot be started.

        The process group is ended, softly and then for sure, at the time limit and when the user interrupts.

        Args:
            step: The program.
            sink: Gets what it writes.
            timeout_s: ``None`` for the step's own limit.
            measuring: ``None`` for a question or a build, of which nobody asks what it used.
        """

    def start(self, step: Step, log: Path) -> Running:
        """Start one program that runs until it is stopped; raises ``ToolError`` when it cannot be started.

        Args:
            step: The program.
            log: What it writes, standard output and standard error, is appended to this file.
        """
