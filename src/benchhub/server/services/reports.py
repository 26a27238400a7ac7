"""Reports: what was run elsewhere becomes durable here, once, and only then is it acknowledged.

A report in one message is taken apart and verified in a thread, and kept in the thread that writes. One in parts waits
in the database until the last part came; then it is put together, verified, and kept like any other.
"""

import asyncio
from collections.abc import Sequence

import protobuf.wkt
from connectrpc.code import Code
from connectrpc.errors import ConnectError, ErrorDetail

from benchhub.errors import ConflictError, MessageError
from benchhub.model.access import Principal
from benchhub.model.encoded import EncodedReport, encode_report
from benchhub.model.identity import is_run_uid, is_sha256
from benchhub.model.report import Report
from benchhub.rpc.convert import PARTS_MAX, to_report
from benchhub.rpc.v1.report_service_pb2 import (
    HasReportsRequest,
    HasReportsResponse,
    KnownReport,
    MissingArtifacts,
    SubmitReportRequest,
    SubmitReportResponse,
    SubmitState,
)
from benchhub.server.access import asking
from benchhub.server.backend import Backend
from benchhub.server.intake import Taken, check_may_report, take_whole
from benchhub.server.metrics import Metrics
from benchhub.server.projector import Projector
from benchhub.server.services.visible import Context
from benchhub.server.wire_errors import refusal
from benchhub.store.browse import known_reports
from benchhub.store.database import Database
from benchhub.store.find import Rows
from benchhub.store.staging import Staged, drop_parts, stage_part, staged_parts
from benchhub.store.visibility import visible_projects

UIDS_MAX = 10_000
MISSING_TOLD_MAX = 1_000

Checked = tuple[Report, EncodedReport]


class Reports:
    """``ReportService``."""

    def __init__(self, backend: Backend, projector: Projector, metrics: Metrics) -> None:
        self._backend = backend
        self._projector = projector
        self._metrics = metrics

    async def submit_report(self, request: SubmitReportRequest, _: Context) -> SubmitReportResponse:
        """Take a report, or a part of one."""
        _check_words(request)
        who = asking()
        if request.part_count > 1:
            return await self._take_part(who, request)
        report, encoded = await asyncio.to_thread(_checked, [request], who.user)
        return await self._keep(who, report, encoded)

    async def has_reports(self, request: HasReportsRequest, _: Context) -> HasReportsResponse:
        """Tell which reports are here."""
        if len(request.uids) > UIDS_MAX:
            what = f"`uids` has {len(request.uids)} entries, at most {UIDS_MAX} are looked for at a time"
            raise refusal(Code.INVALID_ARGUMENT, what)
        rows = await self._backend.read(_known, asking(), list(request.uids))
        known = [
            KnownReport(uid=row["uid"], sha256=bytes(row["sha256"] or b"").hex(), is_removed=bool(row["is_removed"]))
            for row in rows
        ]
        return HasReportsResponse(known=known)

    async def _take_part(self, who: Principal, request: SubmitReportRequest) -> SubmitReportResponse:
        """Keep a part; make the report whole when it was the last one."""
        if request.HasField("envelope"):
            await self._check_first(who, request)
        staged = await self._backend.write(_staged, who, request)
        if staged is None:
            return _answer(SubmitState.SUBMIT_STATE_DUPLICATE)
        if staged.missing:
            answer = _answer(SubmitState.SUBMIT_STATE_STAGED)
            answer.missing_parts.extend(staged.missing[:MISSING_TOLD_MAX])
            return answer
        uid = request.report_uid
        parts = await self._backend.read(staged_parts, uid)
        if len(parts) < request.part_count:
            # Another request, which brought the last part at the same time, has put them together.
            if await self._backend.read(_is_here, who, request):
                return _answer(SubmitState.SUBMIT_STATE_DUPLICATE)
            what = f"the parts of report {uid} were put together by another request, and refused there"
            raise refusal(Code.ABORTED, what, "send them again")
        try:
            report, encoded = await asyncio.to_thread(_together, parts, who.user)
        except (MessageError, ConnectError):
            # They can never become whole: who sends them again begins afresh.
            await self._backend.write(drop_parts, uid)
            raise
        answer = await self._keep(who, report, encoded)
        await self._backend.write(drop_parts, uid)
        return answer

    async def _check_first(self, who: Principal, request: SubmitReportRequest) -> None:
        """Refuse at its first part what would be refused at its last."""
        first = SubmitReportRequest(report_uid=request.report_uid, envelope=request.envelope)
        report = await asyncio.to_thread(to_report, [first], reporter=who.user)
        await self._backend.read(check_may_report, who, report)

    async def _keep(self, who: Principal, report: Report, encoded: EncodedReport) -> SubmitReportResponse:
        try:
            taken = await self._backend.write(take_whole, who, report, encoded)
        except ConflictError:
            self._metrics.reports.labels("conflict").inc()
            raise
        self._metrics.reports.labels(taken.state).inc()
        if taken.state == "missing":
            raise _missing(taken)
        if taken.state == "stored" and taken.report_id is not None:
            self._projector.offer(taken.report_id, report)
            return _answer(SubmitState.SUBMIT_STATE_STORED)
        return _answer(SubmitState.SUBMIT_STATE_DUPLICATE)


def _check_words(request: SubmitReportRequest) -> None:
    """Refuse what no report can be called, before anything is done with it."""
    if not is_run_uid(request.report_uid):
        what = f"`report_uid` `{request.report_uid[:80]}` is no UUIDv7"
        raise refusal(Code.INVALID_ARGUMENT, what, "36 lower-case characters, made anew for each run")
    if request.part_count > PARTS_MAX or request.part_index >= max(request.part_count, 1):
        what = f"part {request.part_index} of {request.part_count} is none: parts count from 0, at most {PARTS_MAX}"
        raise refusal(Code.INVALID_ARGUMENT, what)
    if request.HasField("sha256") and not is_sha256(request.sha256):
        what = "`sha256` is no SHA-256: 64 lower-case hexadecimal digits"
        raise refusal(Code.INVALID_ARGUMENT, what, "a report in one part may leave it out")
    if request.part_count > 1 and not request.HasField("sha256"):
        what = "`sha256` is missing: a report in parts is verified by it"
        raise refusal(Code.INVALID_ARGUMENT, what)


def _checked(parts: Sequence[SubmitReportRequest], reporter: str) -> Checked:
    """Return the report of all its parts, which is what its sender meant.

    Raises:
        ConnectError: It has another digest than its sender says.
        MessageError: A field says what cannot be.
    """
    report = to_report(parts, reporter=reporter)
    encoded = encode_report(report)
    if parts[0].HasField("sha256") and encoded.sha256.hex() != parts[0].sha256:
        what = f"this report has the digest {encoded.sha256.hex()}, its sender says {parts[0].sha256}"
        raise refusal(Code.DATA_LOSS, what, "send it again; a program of another version may be the cause")
    return report, encoded


def _together(packed: list[bytes], reporter: str) -> Checked:
    return _checked([SubmitReportRequest.FromString(part) for part in packed], reporter)


def _is_here(database: Database, who: Principal, request: SubmitReportRequest) -> bool:
    """Tell whether the very report that a part is of was kept already."""
    here = _known(database, who, [request.report_uid])
    return bool(here) and bytes(here[0]["sha256"] or b"").hex() == request.sha256


def _staged(database: Database, who: Principal, request: SubmitReportRequest) -> Staged | None:
    """Keep a part, and tell what is missing; ``None`` when the report is here: an answer was lost, the parts are gone.

    Asked where it is written, so that nobody can make the report whole in between.
    """
    if _is_here(database, who, request):
        return None
    return stage_part(
        database,
        request.report_uid,
        part=request.part_index,
        parts=request.part_count,
        sha256=bytes.fromhex(request.sha256),
        data=request.SerializeToString(),
    )


def _known(database: Database, who: Principal, uids: list[str]) -> Rows:
    return known_reports(database, uids, visible=visible_projects(database, who))


def _missing(taken: Taken) -> ConnectError:
    """Return the error that names the bytes that must come first."""
    detail = MissingArtifacts(sha256=taken.missing)
    wrapped = protobuf.wkt.Any(
        type_url=f"type.googleapis.com/{detail.DESCRIPTOR.full_name}", value=detail.SerializeToString()
    )
    what = f"the bytes of {len(taken.missing)} artifacts are not here: {', '.join(taken.missing[:3])}"
    what += ", …" if len(taken.missing) > 3 else ""  # noqa: PLR2004 -- those that were told
    hint = "PUT /api/artifacts/SHA256 brings them; then send the report again"
    return ConnectError(Code.FAILED_PRECONDITION, f"{what}; {hint}", details=[ErrorDetail(wrapped)])


def _answer(state: SubmitState.ValueType) -> SubmitReportResponse:
    return SubmitReportResponse(state=state)
