"""The report: the message that carries one run to a database.

Numbers travel in columns, the same in a file, in a database and over the wire. The catalog (cases and shapes) is
apart from them: it is the same for run after run, so that a store keeps and resolves it once.
"""

from typing import Any

import msgspec

from benchhub.model.case import Case
from benchhub.model.circumstance import Environment, Machine, Revision, Subject, User
from benchhub.model.identity import RunUid
from benchhub.model.place import Project, Spec
from benchhub.model.record import CaseStatus, Context, Problem, Statistic, SuiteResult, Unread
from benchhub.model.run import Execution, ResourceUse, RunStatus
from benchhub.model.unit import SaidUnit


class FrameworkFacts(msgspec.Struct, frozen=True):
    """Which tool wrote the output and which reader read it."""

    name: str
    version: str = ""
    reader_version: int = 1


class Column(msgspec.Struct, frozen=True):
    """One column of a framework's native table, as data.

    Attributes:
        name: In snake case, unit last.
        type: ``integer``, ``real``, ``text`` or ``json``.
        source: Where the value comes from. For the results table: ``iterations``; ``unit:ns/op`` (the value said in
            that unit); ``fact:procs``; ``other-units`` (a JSON object of all units that no column names, non-finite
            numbers included as strings). For the outcomes table: ``status``, ``raw_status``, ``duration_s``,
            ``message``, ``fact:…``.
        doc: One sentence, shown in the reference of the schema.
    """

    name: str
    type: str
    source: str
    doc: str


class NativeTable(msgspec.Struct, frozen=True):
    """A framework's own table, in its own words and units; columns are only ever added.

    Attributes:
        name: Singular; the view with names beside it is the plural.
        rows: ``results`` (one row per printed line of numbers) or ``outcomes`` (one row per case and attempt).
        suite_name: What the framework calls a suite: ``package``.
        case_name: What the framework calls a case: ``benchmark``.
    """

    name: str
    rows: str
    columns: tuple[Column, ...]
    suite_name: str = "suite"
    case_name: str = "name"


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """Who ran what, where, when, and how it ended.

    Attributes:
        uid: The run's id and the report's idempotency key.
        label: Of the target, e.g. ``//sort:gobench``.
        exit_code: Of the first program that did not end well, else 0; ``None`` for imported output.
        started_at_ms: Milliseconds since 1970, UTC, by the clock of the machine that ran it.
        argv: What the user typed, credentials masked.
        format: What the raw output is, e.g. ``go-test-json``.
    """

    uid: RunUid
    label: str
    project: Project
    spec: Spec
    framework: FrameworkFacts
    user: User
    machine: Machine
    environment: Environment
    revision: Revision | None = None
    subject: Subject | None = None
    started_at_ms: int
    finished_at_ms: int | None = None
    exit_code: int | None = None
    status: RunStatus
    executions: tuple[Execution, ...] = ()
    argv: tuple[str, ...] = ()
    native: tuple[NativeTable, ...] = ()
    origin: str = "run"
    """``run`` or ``import``."""


class Catalog(msgspec.Struct, frozen=True):
    """What the numbers of a report belong to.

    Attributes:
        cases: Referred to by index.
        shapes: Tuples of units that were printed together; referred to by index.
    """

    cases: tuple[Case, ...] = ()
    shapes: tuple[tuple[SaidUnit, ...], ...] = ()


class Lines(msgspec.Struct, frozen=True):
    """The printed lines of numbers, in columns, in the order printed.

    Attributes:
        case: Index into the catalog's cases.
        shape: Index into the catalog's shapes.
        iterations: ``None`` when the tool did not say.
        said_values: Flat: as many per line as its shape has units. Non-finite numbers are the strings ``"NaN"``,
            ``"Infinity"``, ``"-Infinity"``, since JSON has none.
        facts: By name, one value per line; a column that is the same on every line holds one value only.
    """

    case: list[int] = []
    shape: list[int] = []
    iterations: list[int | None] = []
    said_values: list[float | str] = []
    facts: dict[str, list[Any]] = {}


class OutcomeColumns(msgspec.Struct, frozen=True):
    """Outcomes in columns; parallel lists."""

    case: list[int] = []
    status: list[CaseStatus] = []
    raw_status: list[str | None] = []
    attempt: list[int] = []
    duration_s: list[float | None] = []
    message: list[str | None] = []
    flags: list[tuple[str, ...]] = []
    facts: list[dict[str, Any] | None] = []


class Body(msgspec.Struct, frozen=True):
    """All that was read, but the catalog."""

    lines: Lines = Lines()
    outcomes: OutcomeColumns = OutcomeColumns()
    statistics: tuple[Statistic, ...] = ()
    suites: tuple[SuiteResult, ...] = ()
    context: tuple[Context, ...] = ()
    problems: tuple[Problem, ...] = ()
    unread: tuple[Unread, ...] = ()
    unread_count: int = 0
    """How many there were; ``unread`` holds the first of them."""
    resources: tuple[ResourceUse, ...] = ()
    """What the programs used, as we measured it: no tool said it, so it is kept apart."""


class ArtifactRef(msgspec.Struct, frozen=True):
    """Bytes that belong to a run and are kept as they were.

    Attributes:
        name: ``stdout``, ``stderr``, or a file's name.
        kind: ``output``, ``result``, ``profile``, ….
        sha256: Hexadecimal, of the plain bytes.
        size_bytes: Of the plain bytes.
        path: Where the bytes lie now; not sent and not kept.
    """

    name: str
    kind: str
    sha256: str
    size_bytes: int
    path: str | None = None


class Report(msgspec.Struct, frozen=True):
    """One run, whole."""

    envelope: Envelope
    catalog: Catalog = Catalog()
    body: Body = Body()
    artifacts: tuple[ArtifactRef, ...] = ()
