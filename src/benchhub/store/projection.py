"""Projection: a report becomes native and common tables, in one transaction that can be repeated."""

import sqlite3
from math import isfinite
from typing import Any

import msgspec

from benchhub.errors import StoreError
from benchhub.model.case import Case, case_hash, param_text
from benchhub.model.report import Report
from benchhub.model.unit import Metric
from benchhub.stats.summary import summarise
from benchhub.store.blocks import add_to_history, leave_history
from benchhub.store.database import Database
from benchhub.store.dimensions import put_run
from benchhub.store.ingest import PROJECTOR_VERSION, load_report
from benchhub.store.native import delete_native_rows, ensure_native_tables, insert_native_rows

Rows = list[tuple[Any, ...]]

_FACT_TABLES = (
    "measurement",
    "distribution",
    "test_result",
    "suite_result",
    "context",
    "problem",
    "unread",
)


def project(database: Database, report_id: int) -> int:
    """Make the tables of one report and return its run's id.

    Done twice, or in another order, it gives the same rows.

    Raises:
        StoreError: The database cannot take it, or the report cannot be projected; then it is set aside.
    """
    report = load_report(database, report_id)
    try:
        with database.transaction(durable=False):
            return _project(database, report_id, report)
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError, OverflowError) as error:
        why = f"{type(error).__name__}: {error}"
        with database.transaction(durable=False):
            database.do("projection_failed", report_id=report_id, version=PROJECTOR_VERSION, error=why)
        what = f"report {report_id} cannot be projected and is set aside: {why}"
        raise StoreError(what, hint="its raw bytes are kept: `bh db reproject` tries again") from error


def project_pending(database: Database) -> list[StoreError]:
    """Project what is not projected yet; return what failed."""
    return _project_each(database, [row[0] for row in database.all("open_projections")])


def reproject(database: Database, *, framework: str | None = None) -> tuple[int, list[StoreError]]:
    """Make all tables again from the reports; return how many there were, and what failed."""
    report_ids = [row[0] for row in database.all("report_ids", framework=framework)]
    failures = _project_each(database, report_ids)
    with database.transaction(durable=False):
        database.do("delete_all_heads")
        database.do("rebuild_heads")
    return len(report_ids), failures


def _project_each(database: Database, report_ids: list[int]) -> list[StoreError]:
    failures: list[StoreError] = []
    for report_id in report_ids:
        try:
            project(database, report_id)
        except StoreError as error:
            failures.append(error)
    return failures


def _project(database: Database, report_id: int, report: Report) -> int:
    envelope, body = report.envelope, report.body
    ensure_native_tables(database, envelope.native)
    earlier = database.one("run_of_report", report_id=report_id)
    if earlier is not None:
        _forget(database, int(earlier[0]), earlier[1], report)
    catalog_id = int(database.one("catalog_of_report", report_id=report_id)[0])
    run_id = put_run(database, report_id, catalog_id, report)
    project_id = int(database.one("project_of_run", run_id=run_id)[0])
    case_ids, places = _resolve(database, catalog_id, project_id, report)
    database.many("insert_measurement", _measurements(run_id, report, places))
    database.many("insert_distribution", _distributions(database, run_id, project_id, report, case_ids))
    database.many("insert_test_result", _test_results(run_id, report, case_ids))
    insert_native_rows(database, run_id, report, case_ids)
    database.many(
        "insert_suite_result",
        [(run_id, i, s.suite, s.status, s.raw_status, s.duration_s) for i, s in enumerate(body.suites)],
    )
    database.many("insert_context", [(run_id, c.key, c.suite, c.value) for c in body.context])
    database.many("insert_problem", [(run_id, i, p.kind, p.where, p.text) for i, p in enumerate(body.problems)])
    database.many(
        "insert_unread",
        [(run_id, i, u.stream, u.line, u.byte_offset, u.why, u.text) for i, u in enumerate(body.unread)],
    )
    database.do("update_heads", run_id=run_id)
    if body.lines.case:
        add_to_history(database, project_id, catalog_id)
    database.do("projection_done", report_id=report_id, version=PROJECTOR_VERSION)
    return run_id


def _forget(database: Database, run_id: int, block_id: int | None, report: Report) -> None:
    """Remove what an earlier projection of this run made; the run keeps its id."""
    if block_id:
        leave_history(database, block_id)
    delete_native_rows(database, run_id, report.envelope.native)
    for table in _FACT_TABLES:
        database.connection.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))  # noqa: S608 -- our own names


Places = dict[tuple[int, int], list[int]]
"""(case index, shape index) -> series ids, parallel to the shape's units."""


def _resolve(database: Database, catalog_id: int, project_id: int, report: Report) -> tuple[list[int], Places]:
    """Return the ids of a report's cases and series; what a catalog needed before is looked up in one row."""
    framework = report.envelope.framework.name
    key = {"catalog_id": catalog_id, "project_id": project_id, "framework": framework}
    known = database.one("resolved_catalog", **key)
    places: Places = {}
    if known is not None:
        case_ids = msgspec.json.decode(known[0], type=list[int])
        for case, shape, series_ids in msgspec.json.decode(known[1], type=list[tuple[int, int, list[int]]]):
            places[case, shape] = series_ids
    else:
        case_ids = [_case_id(database, project_id, framework, case) for case in report.catalog.cases]
    missing = set(zip(report.body.lines.case, report.body.lines.shape, strict=True)) - places.keys()
    if known is None or missing:
        metric_ids: dict[Metric, int] = {}
        for case, shape in sorted(missing):
            places[case, shape] = [
                _series_id(database, project_id, case_ids[case], unit.metric, metric_ids)
                for unit in report.catalog.shapes[shape]
            ]
        resolved = [(case, shape, series_ids) for (case, shape), series_ids in places.items()]
        database.do(
            "put_resolved_catalog",
            **key,
            case_ids=msgspec.json.encode(case_ids).decode(),
            series_ids=msgspec.json.encode(resolved).decode(),
        )
    return case_ids, places


def _case_id(database: Database, project_id: int, framework: str, case: Case) -> int:
    """Return a case's id: itself, else the case it was renamed to, else a new one."""
    identity = case_hash(framework, case)
    found = database.one("find_case_alias", project_id=project_id, hash=identity) or database.one(
        "find_case", project_id=project_id, hash=identity
    )
    if found is not None:
        return int(found[0])
    values = {name: param.value for name, param in case.params.items()}
    case_id = int(
        database.one(
            "insert_case",
            project_id=project_id,
            hash=identity,
            kind=case.kind,
            framework=framework,
            suite=_sql_text(case.suite),
            name=_sql_text(case.name),
            said_name=_sql_text(case.said_name or case.name),
            params=msgspec.json.encode(values).decode(),
            param_text=_sql_text(param_text(case.params)),
        )[0]
    )
    for name, param in case.params.items():
        database.do(
            "insert_case_param",
            case_id=case_id,
            key=name,
            value=param.value,
            num=_number(param.value),
            origin=param.origin,
        )
    return case_id


def _sql_text(text: str) -> str:
    """Return ``text`` without NUL, which SQL text cannot hold, and without lone surrogates."""
    return text.replace("\0", "\u2400").encode(errors="replace").decode()


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _series_id(database: Database, project_id: int, case_id: int, metric: Metric, metric_ids: dict[Metric, int]) -> int:
    if metric not in metric_ids:
        row = database.one(
            "put_metric", name=metric.name, unit=metric.unit, better=metric.better or "none", exact=metric.exact
        )
        metric_ids[metric] = int(row[0])
    row = database.one("put_series", project_id=project_id, case_id=case_id, metric_id=metric_ids[metric])
    return int(row[0])


def _measurements(run_id: int, report: Report, places: Places) -> list[tuple[Any, ...]]:
    """Return one row per series, in the order of the key; NaN and infinities are in no row."""
    lines, shapes = report.body.lines, report.catalog.shapes
    factors = [[(unit.multiply, unit.divide) for unit in shape] for shape in shapes]
    samples: dict[int, list[float]] = {}
    iterations: dict[int, list[int | None]] = {}
    said_values = lines.said_values
    position = 0
    for case, shape, count in zip(lines.case, lines.shape, lines.iterations, strict=True):
        for series_id, (multiply, divide) in zip(places[case, shape], factors[shape], strict=True):
            said = said_values[position]
            position += 1
            if isinstance(said, str):
                continue
            value = said * multiply / divide
            if series_id in samples:
                samples[series_id].append(value)
                iterations[series_id].append(count)
            else:
                samples[series_id] = [value]
                iterations[series_id] = [count]
    encode = msgspec.json.encode
    rows: list[tuple[Any, ...]] = []
    for series_id in sorted(samples):
        values = samples[series_id]
        if len(values) == 1:
            rows.append((run_id, series_id, values[0], 1, None, None, None, None, iterations[series_id][0]))
            continue
        summary = summarise(values)
        counts = iterations[series_id]
        rows.append(
            (
                run_id,
                series_id,
                summary.value,
                summary.n,
                summary.lo,
                summary.hi,
                summary.sd,
                encode(values).decode(),
                None if counts[0] is None else encode(counts).decode(),
            )
        )
    return rows


def _distributions(database: Database, run_id: int, project_id: int, report: Report, case_ids: list[int]) -> Rows:
    by_series: dict[int, dict[str, float]] = {}
    metric_ids: dict[Metric, int] = {}
    index_of = {case.key(): index for index, case in enumerate(report.catalog.cases)}
    for statistic in report.body.statistics:
        case_id = case_ids[index_of[statistic.case.key()]]
        series_id = _series_id(database, project_id, case_id, statistic.unit.metric, metric_ids)
        by_series.setdefault(series_id, {})[statistic.statistic] = statistic.unit.base(statistic.said_value)
    return [(run_id, series_id, msgspec.json.encode(stats).decode()) for series_id, stats in sorted(by_series.items())]


def _test_results(run_id: int, report: Report, case_ids: list[int]) -> Rows:
    outcomes = report.body.outcomes
    taken: set[tuple[int, int]] = set()
    rows: Rows = []
    for index, case in enumerate(outcomes.case):
        attempt = outcomes.attempt[index]
        while (case_ids[case], attempt) in taken:
            attempt += 1  # Two cases that were renamed to one, or a tool that named one twice: both are kept.
        taken.add((case_ids[case], attempt))
        rows.append(
            (
                run_id,
                case_ids[case],
                attempt,
                outcomes.status[index],
                outcomes.raw_status[index],
                outcomes.duration_s[index],
                outcomes.message[index],
                " ".join(outcomes.flags[index]),
            )
        )
    rows.sort(key=_by_case)
    return rows


def _by_case(row: tuple[Any, ...]) -> tuple[int, int]:
    return row[1], row[2]


def add_case_alias(database: Database, project_id: int, framework: str, old: Case, new: Case) -> None:
    """Say that case ``old`` is called ``new`` from now on: both names lead to the history of ``old``.

    Raises:
        StoreError: There is no such case as ``old``.
    """
    with database.transaction(durable=True):
        found = database.one("find_case", project_id=project_id, hash=case_hash(framework, old))
        if found is None:
            what = f"no case `{old.said_name or old.name}` in this project"
            raise StoreError(what)
        database.do("put_case_alias", project_id=project_id, hash=case_hash(framework, new), case_id=found[0])
        database.do("forget_resolved_catalogs", project_id=project_id)
