"""Intake: what was sent becomes durable, once, and only then is it acknowledged.

A report that fits into one message is verified and kept. A larger one comes in parts, each of which is durable when it
is acknowledged; the last one to come makes the report whole. Everything here runs in the thread that writes.
"""

from typing import Literal

import msgspec

from benchhub.errors import NothingMatchedError
from benchhub.model.access import Principal
from benchhub.model.encoded import EncodedReport
from benchhub.model.report import Report
from benchhub.store.artifacts import missing_blobs
from benchhub.store.database import Database
from benchhub.store.ingest import ingest
from benchhub.store.registry import check_report
from benchhub.store.visibility import may_report_to


class Taken(msgspec.Struct, frozen=True):
    """What became of a report that was offered whole.

    Attributes:
        report_id: ``None`` when it was not kept.
        missing: Digests of artifacts that must be sent first; then it was not kept.
    """

    state: Literal["stored", "duplicate", "missing"]
    report_id: int | None = None
    missing: tuple[str, ...] = ()


def check_may_report(database: Database, who: Principal, report: Report) -> None:
    """Refuse results of a project that is private to others, or that the token does not open, as if it were not there.

    Raises:
        NothingMatchedError: It is one.
        UndeclaredError: The registry should declare whose, or what project's, they are.
    """
    project = report.envelope.project
    if not may_report_to(database, who, project):
        what = f"no project `{project.address}` that you may report to"
        raise NothingMatchedError(what, hint="its owners can make you a member; a token may name other projects alone")
    check_report(database, report.envelope)


def take_whole(database: Database, who: Principal, report: Report, encoded: EncodedReport) -> Taken:
    """Keep a report; when this returns it survives a power cut.

    Raises:
        ConflictError: Another report with the same uid is there already.
        NothingMatchedError: Who asks may not report to this project.
        RemovedError: Somebody has removed this run.
        StoreError: The database cannot take it now.
    """
    check_may_report(database, who, report)
    missing = missing_blobs(database, (artifact.sha256 for artifact in report.artifacts))
    if missing:
        return Taken("missing", missing=tuple(missing))
    kept = ingest(database, report, encoded)
    return Taken("stored" if kept.is_new else "duplicate", kept.report_id)
