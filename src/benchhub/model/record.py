"""Records: what a reader makes of a tool's output.

A reader yields these in the order of the output. It never raises: what it cannot understand is an ``Unread``, what
it understands and finds doubtful is a ``Problem``.
"""

from typing import Literal

import msgspec

from benchhub.model.case import Case
from benchhub.model.unit import SaidUnit

CaseStatus = Literal["passed", "failed", "skipped", "error", "timeout"]

UNREAD_TEXT_CHARACTERS_MAX = 1000
MESSAGE_CHARACTERS_MAX = 8000

RETRIED = "retried"
"""The flag of an outcome that the tool itself did not let count: it ran the case again because of it."""

DISTURBANCE = "disturbance."
"""How the keys of facts begin that say what else the machine did: ``disturbance.before.load1``."""

COUNTED_BY = "resources.counted"
"""The key of the fact who counted the CPU time: a ``Counted``."""

OWN_FACTS = (DISTURBANCE, COUNTED_BY)
"""How the keys of all facts begin that no tool told, but we."""


class Result(msgspec.Struct, frozen=True, gc=False):
    """The numbers that a tool printed together for one case: one sample of each metric.

    Attributes:
        case: Whose numbers these are.
        units: What was measured, in the order printed; shared between results of one shape.
        said_values: As printed, parallel to ``units``; may hold NaN and infinities.
        iterations: How many operations one sample averages over, ``None`` when the tool does not say.
        facts: Native facts of this line, e.g. ``{"procs": 2}``; parallel lines share the object.
    """

    case: Case
    units: tuple[SaidUnit, ...]
    said_values: list[float]
    iterations: int | None = None
    facts: dict[str, int | float | str] | None = None


class Statistic(msgspec.Struct, frozen=True, gc=False):
    """A number that the tool computed itself (a percentile, a mean without samples): never a sample.

    Attributes:
        statistic: ``mean``, ``p99``, ``min``, ….
        n: Over how many values, ``None`` when unknown.
    """

    case: Case
    unit: SaidUnit
    statistic: str
    said_value: float
    n: int | None = None


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """How a case ended.

    Attributes:
        status: The common word.
        raw_status: The tool's own word; ``None`` when the tool said nothing and the reader concluded.
        attempt: From 1; a case that ran again (``-count``, a retry) counts on.
        duration_s: ``None`` when the tool did not say.
        message: Why it did not pass: the output of the case, cut to ``MESSAGE_CHARACTERS_MAX``.
        flags: Facts worth filtering by: ``panic``, ``race``, ``fuzz``, ``parallel``, …; one with ``RETRIED`` does not
            decide how the run ended.
    """

    case: Case
    status: CaseStatus
    raw_status: str | None = None
    attempt: int = 1
    duration_s: float | None = None
    message: str | None = None
    flags: tuple[str, ...] = ()
    facts: dict[str, int | float | str] | None = None


class Context(msgspec.Struct, frozen=True, gc=False):
    """A fact that the tool told about where it ran: ``cpu: AMD EPYC``.

    Attributes:
        suite: Where the fact holds; ``""`` for the whole run.
    """

    key: str
    value: str
    suite: str = ""


class LogLine(msgspec.Struct, frozen=True, gc=False):
    """A line of output.

    Attributes:
        case: Who printed it; ``None`` for the tool, a package, or output that nobody can attribute.
        stream: ``stdout`` or ``stderr`` or the name of a result file.
        text: Without the line end.
    """

    case: Case | None
    stream: str
    text: str


class SuiteResult(msgspec.Struct, frozen=True, gc=False):
    """A suite (a package, a binary) ended: none of its cases will be named again.

    Attributes:
        suite: Package, module, class or binary.
        raw_status: The tool's own word.
        duration_s: ``None`` when the tool did not say.
        status: ``error`` when the suite could not be built or set up, or died outside its cases.
    """

    suite: str
    status: CaseStatus
    raw_status: str | None = None
    duration_s: float | None = None


class Problem(msgspec.Struct, frozen=True, gc=False):
    """Something that was understood and casts doubt; kinds are listed in docs/reference/parse.md.

    Attributes:
        kind: A short stable word, e.g. ``build-failed``.
        where: Suite, case or file and line.
        text: For people.
    """

    kind: str
    where: str
    text: str


class Unread(msgspec.Struct, frozen=True, gc=False):
    """Output that the reader could not understand.

    Attributes:
        stream: Which stream or file.
        line: From 1.
        byte_offset: Of the beginning of the line in its stream.
        why: A short stable word, e.g. ``not-json``.
        text: Cut to ``UNREAD_TEXT_CHARACTERS_MAX``.
    """

    line: int
    why: str
    text: str
    byte_offset: int = 0
    stream: str = "stdout"


Record = Result | Statistic | Outcome | Context | LogLine | SuiteResult | Problem | Unread
