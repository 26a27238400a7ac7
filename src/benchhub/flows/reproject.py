"""`bh db reproject`: the tables are made again from the reports, and with `--reread` the reports from the raw bytes.

1. reread   the bytes that were kept, by today's reader: a better reader reads the past again
2. replace  what was read before; who, what, where and when stay as they were
3. project  into the native and the common tables
"""

from collections.abc import Mapping
from itertools import chain

import msgspec

from benchhub.errors import StoreError
from benchhub.flows.collect import collect, status_of
from benchhub.flows.read_log import captured_again
from benchhub.flows.run_target import own_records
from benchhub.model.report import FrameworkFacts, Report
from benchhub.plugin.contract import Captured, Framework
from benchhub.store.database import Database
from benchhub.store.ingest import load_report, replace_body
from benchhub.store.installed import Installed
from benchhub.store.projection import reproject as project_again

COMPLAINTS_MAX = 1_000
"""Reports of which it is told why they were left as they were; more are counted."""


class Reprojected(msgspec.Struct, frozen=True):
    """What was done.

    Attributes:
        reports: How many there were.
        reread: Of how many the bytes were read again.
        complaints: What was left as it was, and why; the first ``COMPLAINTS_MAX``.
        complaint_count: All of them.
    """

    reports: int
    reread: int
    complaints: tuple[str, ...]
    complaint_count: int


def reproject(
    database: Database,
    frameworks: Mapping[str, Framework],
    *,
    framework: str | None = None,
    is_reread: bool = False,
    installed: Installed | None = None,
) -> Reprojected:
    """Make all tables again.

    Args:
        database: Opened for writing.
        frameworks: By name.
        framework: Only the reports of this one.
        is_reread: Read the raw bytes again first; a report whose bytes or whose reader are gone stays as it was.
        installed: On a server: native rows of these frameworks alone.

    Raises:
        StoreError: The database cannot take it now; what was done is done, and doing it again is safe.
    """
    complaints: list[str] = []
    reread = 0

    def each(report_id: int) -> None:
        nonlocal reread
        try:
            _reread(database, frameworks, report_id)
        except _LeftAloneError as error:
            complaints.append(f"run {report_id} stays as it was: {error.what}")
        else:
            reread += 1

    if is_reread:
        count, failures = project_again(database, framework=framework, each=each, installed=installed)
    else:
        count, failures = project_again(database, framework=framework, installed=installed)
    complaints += [failure.what for failure in failures]
    return Reprojected(count, reread, tuple(complaints[:COMPLAINTS_MAX]), len(complaints))


class _LeftAloneError(StoreError):
    """A report cannot be read again."""


def _reread(database: Database, frameworks: Mapping[str, Framework], report_id: int) -> None:
    try:
        report = load_report(database, report_id)
        name = report.envelope.framework.name
        if name not in frameworks:
            what = f"no framework `{name}` is installed"
            raise _LeftAloneError(what)
        again = _read_again(report, captured_again(database, report), frameworks[name])
    except (StoreError, msgspec.DecodeError) as error:
        raise _LeftAloneError(str(error)) from error
    replace_body(database, report_id, again.catalog, again.body, again.envelope)


def _read_again(report: Report, captured: Captured, framework: Framework) -> Report:
    envelope = report.envelope
    collected = collect(chain(framework.read(captured), own_records(report.body)), cell=envelope.spec.cell)
    status = status_of(
        collected,
        exit_code=envelope.exit_code,
        is_timed_out=captured.is_timed_out,
        is_interrupted=envelope.status == "interrupted",  # Also that of a run whose process died: nothing else tells.
    )
    facts = FrameworkFacts(framework.name, envelope.framework.version, framework.version)
    read = msgspec.structs.replace(envelope, status=status, framework=facts, native=framework.tables)
    body = msgspec.structs.replace(collected.body, resources=report.body.resources)
    return Report(read, collected.catalog, body, report.artifacts)
