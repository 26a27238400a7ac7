"""Projection: a report becomes native and common tables, in one transaction that can be repeated."""

from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any

import msgspec

from benchhub.errors import SetAsideError, StoreError
from benchhub.model.record import Problem
from benchhub.model.rename import Names
from benchhub.model.report import Body, Report
from benchhub.model.unit import Metric
from benchhub.store.blocks import add_to_history, fill_history, leave_history, mend_history
from benchhub.store.catalogs import resolve, series_id_of
from benchhub.store.database import Database
from benchhub.store.dimensions import Placed, put_run
from benchhub.store.heads import find_heads_again, mend_heads, put_heads
from benchhub.store.ingest import PROJECTOR_VERSION, load_report
from benchhub.store.installed import Installed, with_native_of
from benchhub.store.measurements import insert_measurements
from benchhub.store.native import delete_native_rows, ensure_native_tables, insert_native_rows
from benchhub.store.resources import insert_resources
from benchhub.store.text import sql_text

Rows = list[tuple[Any, ...]]

_FACT_TABLES = (
    "measurement",
    "spread",
    "distribution",
    "test_result",
    "suite_result",
    "context",
    "problem",
    "unread",
    "resource_series",
)


def project(
    database: Database, report_id: int, report: Report | None = None, *, installed: Installed | None = None
) -> int:
    """Make the tables of one report and return its run's number, which is that of the report.

    Done twice, or in another order, it gives the same rows.

    Args:
        database: Where.
        report_id: Of a report that was ingested.
        report: The same report, by who has it at hand; else it is loaded.
        installed: Native rows of these frameworks alone, whose tables are there; by default a report makes its own.

    Raises:
        SetAsideError: The report cannot be projected and waits, marked as failed.
        StoreError: The database cannot take it now.
    """
    try:
        whole = report or load_report(database, report_id)
        with database.transaction(durable=False, is_alone=False):
            database.take_turn()
            _project_as_installed(database, report_id, whole, installed)
    except Exception as error:
        if isinstance(error, StoreError) and not isinstance(error, SetAsideError):
            raise
        raise _set_aside(database, report_id, error) from error
    return report_id


def project_next(
    database: Database,
    held: Callable[[int], Report | None] = lambda _report_id: None,
    *,
    after: int = 0,
    installed: Installed | None = None,
) -> int | None:
    """Make the tables of the oldest report that waits; return its number, or ``None`` when none waits.

    Several processes may ask at once: each gets another report, and none is projected twice.

    Args:
        database: Where.
        held: Returns a report by its number, by who may have it at hand.
        after: Only of reports behind this one.
        installed: As ``project``.

    Raises:
        SetAsideError: The report cannot be projected, and is marked as failed; the next call goes on.
        StoreError: The database cannot take it now.
    """
    report_id = None
    try:
        with database.transaction(durable=False, is_alone=False):
            row = database.one("claim_projection", after=after)
            if row is None:
                return None
            report_id = int(row[0])
            report = held(report_id) or load_report(database, report_id)  # While others have their turn.
            database.take_turn()
            _project_as_installed(database, report_id, report, installed)
    except Exception as error:
        if report_id is None or (isinstance(error, StoreError) and not isinstance(error, SetAsideError)):
            raise
        raise _set_aside(database, report_id, error) from error
    return report_id


def _set_aside(database: Database, report_id: int, error: Exception) -> SetAsideError:
    """Mark a report as failed.

    It may hold anything, a stranger's plug-in made it, and one that fails must not stop the others: who calls this is
    the outermost loop of the projecting, and the traceback goes along.
    """
    why = error.what if isinstance(error, SetAsideError) else f"{type(error).__name__}: {error}"
    with database.transaction(durable=False, is_alone=False):
        database.do("projection_failed", report_id=report_id, version=PROJECTOR_VERSION, error=why)
    what = f"report {report_id} is kept, but cannot be projected and is set aside: {why}"
    return SetAsideError(what, hint="`bh db reproject` tries again; `bh db check` lists what waits")


def open_projections(database: Database) -> dict[str, int]:
    """Return how many reports have no tables: by ``todo`` and ``failed``."""
    return {"todo": 0, "failed": 0, **dict(database.all("count_projections"))}


def is_projected(database: Database, report_id: int) -> bool:
    """Tell whether the tables of a report were made."""
    return bool(database.one("projection_state", report_id=report_id)[0] == "done")


def reproject(
    database: Database,
    *,
    framework: str | None = None,
    each: Callable[[int], None] = lambda _report_id: None,
    installed: Installed | None = None,
) -> tuple[int, list[SetAsideError]]:
    """Make all tables again from the reports; return how many there were, and what failed.

    Args:
        database: Where.
        framework: Only the reports of this one.
        each: Called before each report, e.g. to read its bytes again.
        installed: As ``project`` takes it.

    Raises:
        StoreError: The database cannot take it now; what was done is done.
    """
    report_ids = [row[0] for row in database.all("report_ids", framework=framework)]
    failures: list[SetAsideError] = []
    for report_id in report_ids:
        each(report_id)
        try:
            project(database, report_id, installed=installed)
        except SetAsideError as error:
            failures.append(error)
    mend_heads(database)
    mend_history(database)
    fill_history(database)
    return len(report_ids), failures


class Earlier(msgspec.Struct, frozen=True):
    """What an earlier projection of a run had made.

    Attributes:
        values: By series.
    """

    lane_id: int
    project_id: int
    catalog_id: int
    block_id: int | None
    values: dict[int, float]


def project_again(database: Database, project_id: int) -> int:
    """Make the tables of all runs of a project again; return how many. Belongs into a transaction, all or nothing."""
    run_ids = [row[0] for row in database.all("runs_of_project", project_id=project_id)]
    project_all(database, run_ids)
    return len(run_ids)


def project_all(database: Database, report_ids: Iterable[int]) -> None:
    """Make the tables of some reports; belongs into a transaction, all or nothing.

    Raises:
        SetAsideError: One of them cannot be projected.
    """
    for report_id in report_ids:
        report = load_report(database, report_id)
        ensure_native_tables(database, report.envelope.native)
        _project(database, report_id, report)


def forget_run(database: Database, run_id: int) -> Earlier:
    """Remove the rows that were made of a run, all but its own and what runs share; return what there was."""
    earlier = _forget(database, run_id)
    if earlier is None:
        what = f"no run {run_id}"
        raise StoreError(what)
    return earlier


def _project_as_installed(database: Database, run_id: int, report: Report, installed: Installed | None) -> None:
    if installed is None:
        ensure_native_tables(database, report.envelope.native)
        _project(database, run_id, report)
    else:
        _project(database, run_id, with_native_of(report, installed))


def _project(database: Database, run_id: int, report: Report) -> None:
    body = report.body
    earlier = _forget(database, run_id)
    catalog_id = int(database.one("catalog_of_report", report_id=run_id)[0])
    placed = put_run(database, run_id, catalog_id, report, block_id=earlier.block_id if earlier else None)
    resolved = resolve(database, catalog_id, placed.project_id, report, placed.names)
    case_ids = resolved.case_ids
    series, non_finite = insert_measurements(database, run_id, report, resolved)
    series = sorted([*series, *insert_resources(database, run_id, placed.project_id, report, placed.names)])
    database.insert("insert_distribution", run_id, _distributions(database, placed.project_id, report, case_ids))
    database.insert("insert_test_result", run_id, _test_results(report, case_ids))
    insert_native_rows(database, run_id, report, case_ids)
    _insert_texts(database, run_id, body, placed.names, non_finite)
    _follow(database, run_id, catalog_id, placed, earlier, series)
    if series and earlier is None:
        add_to_history(database, placed.project_id, catalog_id)
    database.do("projection_done", report_id=run_id, version=PROJECTOR_VERSION)


def _forget(database: Database, run_id: int) -> Earlier | None:
    """Remove what an earlier projection of this run made; the run keeps its number."""
    row = database.one("run_of_report", report_id=run_id)
    if row is None and not is_projected(database, run_id):
        return None
    values = dict(database.all("values_of_run", run_id=run_id))
    delete_native_rows(database, run_id)
    for table in _FACT_TABLES:
        database.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))  # noqa: S608 -- our own names
    if row is None:
        return None  # Somebody deleted it.
    lane_id, project_id, catalog_id, block_id = row
    return Earlier(lane_id, project_id, catalog_id, block_id, values)


def _follow(
    database: Database, run_id: int, catalog_id: int, placed: Placed, earlier: Earlier | None, series: list[int]
) -> None:
    """Bring along what is made from the values of many runs: heads and history."""
    if earlier is None:
        put_heads(database, run_id, placed.lane_id, series)
    else:
        _follow_changes(database, run_id, catalog_id, placed, earlier)
    for commit_id in placed.moved_commits:
        series_by_lane: dict[int, set[int]] = {}
        for lane_id, series_id in database.all("lines_of_commit", commit_id=commit_id):
            series_by_lane.setdefault(lane_id, set()).add(series_id)
        for lane_id, of_lane in series_by_lane.items():
            find_heads_again(database, lane_id, of_lane)


def _follow_changes(database: Database, run_id: int, catalog_id: int, placed: Placed, earlier: Earlier) -> None:
    values = dict(database.all("values_of_run", run_id=run_id))
    has_moved = earlier.lane_id != placed.lane_id
    if values == earlier.values and not has_moved and earlier.catalog_id == catalog_id:
        return
    if earlier.block_id:
        leave_history(database, earlier.block_id, also=earlier.values)
    find_heads_again(database, placed.lane_id, values if has_moved else {**values, **earlier.values})
    if has_moved:
        find_heads_again(database, earlier.lane_id, earlier.values)


def _insert_texts(database: Database, run_id: int, body: Body, names: Names, non_finite: list[Problem]) -> None:
    suites = [
        (i, sql_text(names.suite(s.suite)), s.status, sql_text(s.raw_status), s.duration_s)
        for i, s in enumerate(body.suites)
    ]
    # What a tool says twice, or of two suites that became one, is what it said last.
    contexts = {(sql_text(c.key), sql_text(names.suite(c.suite))): sql_text(c.value) for c in body.context}
    problems = [(i, *map(sql_text, (p.kind, p.where, p.text))) for i, p in enumerate((*body.problems, *non_finite))]
    unread = [(i, u.stream, u.line, u.byte_offset, u.why, sql_text(u.text)) for i, u in enumerate(body.unread)]
    database.insert("insert_suite_result", run_id, suites)
    database.insert("insert_context", run_id, [(*key, value) for key, value in contexts.items()])
    database.insert("insert_problem", run_id, problems)
    database.insert("insert_unread", run_id, unread)


def _distributions(database: Database, project_id: int, report: Report, case_ids: list[int]) -> Rows:
    metric_ids: dict[Metric, int] = {}
    index_of = {case.key(): index for index, case in enumerate(report.catalog.cases)} if report.body.statistics else {}
    counts: dict[tuple[int, str], int] = {}
    rows: Rows = []
    for said in report.body.statistics:
        case_id = case_ids[index_of[said.case.key()]]
        series_id = series_id_of(database, project_id, case_id, said.unit.metric, metric_ids)
        seq = counts[series_id, said.statistic] = counts.get((series_id, said.statistic), -1) + 1
        rows.append((series_id, sql_text(said.statistic), seq, said.unit.base(said.said_value), said.n))
    rows.sort(key=itemgetter(0, 1, 2))
    return rows


def _test_results(report: Report, case_ids: list[int]) -> Rows:
    outcomes = report.body.outcomes
    rows_by_key: dict[tuple[int, int], tuple[Any, ...]] = {}
    highest: dict[int, int] = {}
    for index, case in enumerate(outcomes.case):
        case_id, attempt = case_ids[case], outcomes.attempt[index]
        if (case_id, attempt) in rows_by_key:
            attempt = highest[case_id] + 1  # Two cases renamed to one, or a name that a tool said twice: both are kept.
        highest[case_id] = max(highest.get(case_id, attempt), attempt)
        rows_by_key[case_id, attempt] = (
            case_id,
            attempt,
            outcomes.status[index],
            sql_text(outcomes.raw_status[index]),
            outcomes.duration_s[index],
            sql_text(outcomes.message[index]),
            " ".join(outcomes.flags[index]),
        )
    return [rows_by_key[key] for key in sorted(rows_by_key)]
