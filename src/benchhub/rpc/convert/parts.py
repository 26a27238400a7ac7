"""A report in one message, or in as many as it takes, and back.

1. pieces   each list of the report becomes a message, cut in halves until each half fits
2. parts    pieces are put together as long as they fit
3. report   the lists of all parts are joined; indexes speak of the joined catalog
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Literal, TypeVar

import msgspec

from benchhub.model.case import Case
from benchhub.model.encoded import report_digest
from benchhub.model.record import Statistic
from benchhub.model.report import ArtifactRef, Body, Catalog, Report
from benchhub.model.run import Execution
from benchhub.model.unit import SaidUnit
from benchhub.rpc.convert import body as move
from benchhub.rpc.convert.cases import case_message, catalog_of, shape_message
from benchhub.rpc.convert.envelope import artifact_message, artifact_of, envelope_message, envelope_of
from benchhub.rpc.convert.programs import execution_message, execution_of, resource_message, resource_of
from benchhub.rpc.convert.refusal import OBJECTS_MAX, Allowance, each, refuse, within
from benchhub.rpc.v1 import report_pb2
from benchhub.rpc.v1.report_service_pb2 import SubmitReportRequest

PART_BYTES_MAX = 3 << 20
"""Of a part as it is made; a server takes 4 MiB."""

PARTS_MAX = 64

T = TypeVar("T")


class _Piece(msgspec.Struct, frozen=True):
    """Something of a report, as a message of its own.

    Attributes:
        objects: At least as many as the messages in it.
    """

    message: SubmitReportRequest
    objects: int

    def has(self, field: Literal["lines", "outcomes"]) -> bool:
        """Tell whether it holds rows of ``lines`` or ``outcomes``."""
        return self.message.body.HasField(field)


def to_parts(report: Report, *, bytes_max: int = PART_BYTES_MAX) -> list[SubmitReportRequest]:
    """Return a report as messages, in order.

    Raises:
        MessageError: It says what no message can say, or is too large.
    """
    _check_columns(report)
    try:
        parts = list(_packed(_pieces(report, bytes_max), bytes_max))
    except (ValueError, TypeError) as error:  # A whole number of more than 64 bits, half a surrogate pair.
        raise refuse("report", f"cannot be sent: {error}") from error
    if len(parts) > PARTS_MAX:
        raise refuse("report", f"would need {len(parts)} parts, at most {PARTS_MAX} are taken")
    sha256 = report_digest(report).hex()
    for index, part in enumerate(parts):
        part.report_uid, part.part_index, part.part_count, part.sha256 = report.envelope.uid, index, len(parts), sha256
    return parts


def _check_columns(report: Report) -> None:
    """Check that columns are of one length: a shorter one would be other rows' values elsewhere."""
    lines, outcomes = report.body.lines, report.body.outcomes
    rows = len(lines.case)
    lengths = {f"lines.{name}": len(getattr(lines, name)) for name in ("shape", "iterations")}
    lengths |= {f"lines.facts.{name}": len(values) for name, values in lines.facts.items() if len(values) != 1}
    for name, length in lengths.items():
        if length != rows:
            raise refuse(f"body.{name}", f"has {length} rows, not {rows}")
    for name in outcomes.__struct_fields__:
        if len(getattr(outcomes, name)) != len(outcomes.case):
            raise refuse(f"body.outcomes.{name}", f"has not {len(outcomes.case)} rows")


def _packed(pieces: Iterable[_Piece], bytes_max: int) -> Iterator[SubmitReportRequest]:
    """Yield messages that hold as many pieces as fit, in order; rows of one kind only once: they are counted anew."""
    whole: _Piece | None = None
    for piece in pieces:
        if whole is None:
            whole = piece
        elif _fits(whole, piece, bytes_max):
            whole.message.MergeFrom(piece.message)
            whole = _Piece(whole.message, whole.objects + piece.objects)
        else:
            yield whole.message
            whole = piece
    if whole is not None:
        yield whole.message


def _fits(whole: _Piece, piece: _Piece, bytes_max: int) -> bool:
    if any(whole.has(field) and piece.has(field) for field in ("lines", "outcomes")):
        return False
    is_small = whole.message.ByteSize() + piece.message.ByteSize() <= bytes_max
    return is_small and whole.objects + piece.objects <= OBJECTS_MAX


def _pieces(report: Report, bytes_max: int) -> Iterator[_Piece]:
    """Yield all of a report, the envelope first; what is empty is left out."""
    envelope, catalog, body = report.envelope, report.catalog, report.body
    request = SubmitReportRequest(envelope=envelope_message(envelope))
    if body.unread_count:
        request.body.unread_count = body.unread_count
    yield _Piece(request, _objects_of_envelope(request.envelope))
    lists = _Lists(bytes_max)
    yield from lists.pieces(envelope.executions, _programs, lambda one: 4 + 2 * len(one.parts))
    yield from lists.pieces(catalog.cases, _cases, lambda case: 1 + len(case.params))
    yield from lists.pieces(catalog.shapes, _shapes, lambda shape: 1 + 2 * len(shape))
    yield from lists.rows(_lines(body, catalog), [0] * len(body.lines.case), is_said=bool(body.lines.facts))
    yield from lists.rows(_outcomes(body), [2 + len(facts or ()) for facts in body.outcomes.facts])
    yield from lists.pieces(body.statistics, _in_body("statistics", move.statistic_message), _weigh_statistic)
    yield from lists.pieces(body.suites, _in_body("suites", move.suite_message))
    yield from lists.pieces(body.context, _in_body("context", move.context_message))
    yield from lists.pieces(body.problems, _in_body("problems", move.problem_message))
    yield from lists.pieces(body.unread, _in_body("unread", move.unread_message))
    yield from lists.pieces(body.resources, _in_body("resources", resource_message), lambda one: 3 + len(one.series))
    yield from lists.pieces(report.artifacts, _artifacts)


def _objects_of_envelope(envelope: report_pb2.Envelope) -> int:
    spec, software = envelope.spec, envelope.environment
    texts = len(spec.env) + len(spec.cell) + len(software.class_facts) + len(software.facts)
    services = sum(3 + len(one.service.env) for one in spec.services)
    return texts + services + len(spec.build) + sum(1 + len(table.columns) for table in envelope.native)


class _Lists:
    """How lists become pieces that fit."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max

    def pieces(
        self,
        items: Sequence[T],
        make: Callable[[Sequence[T]], SubmitReportRequest],
        weigh: Callable[[T], int] = lambda _: 1,
    ) -> Iterator[_Piece]:
        """Yield a list of messages; ``weigh`` tells how many messages one of them is."""
        return self.rows(lambda start, stop: make(items[start:stop]), list(map(weigh, items)))

    def rows(
        self, make: Callable[[int, int], SubmitReportRequest], weights: Sequence[int], *, is_said: bool = False
    ) -> Iterator[_Piece]:
        """Yield rows of columns; where there are none, nothing, unless ``is_said``."""
        if weights or is_said:
            yield from self._halved(make, weights, 0, len(weights))

    def _halved(
        self, make: Callable[[int, int], SubmitReportRequest], weights: Sequence[int], start: int, stop: int
    ) -> Iterator[_Piece]:
        objects, is_one = sum(weights[start:stop]), stop - start <= 1
        if is_one or objects <= OBJECTS_MAX:
            message = make(start, stop)
            if is_one or message.ByteSize() <= self._bytes_max:
                yield _Piece(message, objects)
                return
        middle = (start + stop) // 2
        yield from self._halved(make, weights, start, middle)
        yield from self._halved(make, weights, middle, stop)


def _lines(body: Body, catalog: Catalog) -> Callable[[int, int], SubmitReportRequest]:
    widths = [len(shape) for shape in catalog.shapes]
    return lambda start, stop: _within(lines=move.lines_message(body.lines, widths, start, stop))


def _outcomes(body: Body) -> Callable[[int, int], SubmitReportRequest]:
    return lambda start, stop: _within(outcomes=move.outcomes_message(body.outcomes, start, stop))


def _programs(some: Sequence[Execution]) -> SubmitReportRequest:
    return SubmitReportRequest(envelope=report_pb2.Envelope(executions=map(execution_message, some)))


def _cases(some: Sequence[Case]) -> SubmitReportRequest:
    return SubmitReportRequest(catalog=report_pb2.Catalog(cases=map(case_message, some)))


def _shapes(some: Sequence[tuple[SaidUnit, ...]]) -> SubmitReportRequest:
    return SubmitReportRequest(catalog=report_pb2.Catalog(shapes=map(shape_message, some)))


def _artifacts(some: Sequence[ArtifactRef]) -> SubmitReportRequest:
    return SubmitReportRequest(artifacts=map(artifact_message, some))


def _weigh_statistic(said: Statistic) -> int:
    return 4 + len(said.case.params)


def _in_body(field: str, message: Callable[[T], Any]) -> Callable[[Sequence[T]], SubmitReportRequest]:
    return lambda some: _within(**{field: map(message, some)})


def _within(**fields: Any) -> SubmitReportRequest:  # noqa: ANN401 -- of the body
    return SubmitReportRequest(body=report_pb2.Body(**fields))


def to_report(parts: Sequence[SubmitReportRequest], *, reporter: str | None = None) -> Report:
    """Return the report that messages hold.

    Args:
        parts: All of them, in order.
        reporter: Who ran it, where the report does not say.

    Raises:
        MessageError: Something in them cannot be; names the field.
    """
    first = parts[0]
    for index, part in enumerate(parts):
        _check_part(part, index, first, len(parts))
    allowances = [Allowance() for _ in parts]
    walked = list(zip(parts, allowances, strict=True))
    slices = [catalog_of(part.catalog, allowance) for part, allowance in walked]
    catalog = Catalog(
        tuple(chain.from_iterable(one.cases for one in slices)),
        tuple(chain.from_iterable(one.shapes for one in slices)),
    )
    executions = [program for part, allowance in walked for program in _programs_of(part, allowance)]
    return Report(
        envelope_of(first.envelope, first.report_uid, executions, allowances[0], reporter=reporter),
        catalog,
        _body_of(walked, catalog),
        tuple(chain.from_iterable(_artifacts_of(part, allowance) for part, allowance in walked)),
    )


def _check_part(part: SubmitReportRequest, index: int, first: SubmitReportRequest, count: int) -> None:
    if count > PARTS_MAX:
        raise refuse("part_count", f"is {count}", hint=f"at most {PARTS_MAX} are taken")
    if (part.part_index, max(part.part_count, 1)) != (index, count):
        raise refuse("part_index", f"is {part.part_index} of {part.part_count}, not {index} of {count}")
    if (part.report_uid, part.sha256) != (first.report_uid, first.sha256):
        raise refuse("report_uid", "or `sha256` is not that of the first part")
    if count > 1 and not part.HasField("sha256"):
        raise refuse("sha256", "is missing", hint="a report in parts says what it must be when it is whole")
    others = {field.name for field, _ in part.envelope.ListFields()} - {"executions"} if index else set()
    if others:
        raise refuse(f"envelope.{min(others)}", "stands in a later part", hint="the envelope comes with part 0")
    if not index and not part.HasField("envelope"):
        raise refuse("envelope", "is missing")


def _programs_of(part: SubmitReportRequest, allowance: Allowance) -> Iterable[Execution]:
    allowance.take("envelope.executions", part.envelope.executions)
    return each(part.envelope.executions, lambda one: execution_of(one, allowance), "envelope.executions")


def _artifacts_of(part: SubmitReportRequest, allowance: Allowance) -> Iterable[ArtifactRef]:
    allowance.take("artifacts", part.artifacts)
    return each(part.artifacts, artifact_of, "artifacts")


def _body_of(parts: Sequence[tuple[SubmitReportRequest, Allowance]], catalog: Catalog) -> Body:
    def listed(field: str, move_one: Callable[[Any, Allowance], T]) -> tuple[T, ...]:
        """Return what all parts hold in a list."""
        moved: list[T] = []
        for part, allowance in parts:
            messages = getattr(part.body, field)
            allowance.take(f"body.{field}", messages)
            moved += each(messages, lambda one: move_one(one, allowance), f"body.{field}")  # noqa: B023 -- used at once
        return tuple(moved)

    lines, outcomes = [], []
    for part, allowance in parts:
        with within("body.lines"):
            lines.append(move.lines_of(part.body.lines, catalog, allowance))
        with within("body.outcomes"):
            outcomes.append(move.outcomes_of(part.body.outcomes, catalog, allowance))
    return Body(
        lines=move.joined_lines(lines),
        outcomes=move.joined_outcomes(outcomes),
        statistics=listed("statistics", move.statistic_of),
        suites=listed("suites", lambda one, _: move.suite_of(one)),
        context=listed("context", lambda one, _: move.context_of(one)),
        problems=listed("problems", lambda one, _: move.problem_of(one)),
        unread=listed("unread", lambda one, _: move.unread_of(one)),
        unread_count=sum(part.body.unread_count for part, _ in parts),
        resources=listed("resources", resource_of),
    )
