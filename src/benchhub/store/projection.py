"""Projection: a report becomes native and common tables, in one transaction that can be repeated."""

import sqlite3
from math import isfinite
from operator import itemgetter
from typing import Any

import msgspec

from benchhub.errors import StoreError
from benchhub.model.case import Case, case_hash, param_text
from benchhub.model.report import Lines, Report
from benchhub.model.unit import Metric, SaidUnit
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


def project(database: Database, report_id: int, report: Report | None = None) -> int:
    """Make the tables of one report and return its run's id.

    Done twice, or in another order, it gives the same rows.

    Args:
        database: Where.
        report_id: Of a report that was ingested.
        report: The same report, by who has it at hand; else it is loaded.

    Raises:
        StoreError: The database cannot take it, or the report cannot be projected; then it is set aside.
    """
    report = report or load_report(database, report_id)
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
    resolved = _resolve(database, catalog_id, project_id, report)
    case_ids = resolved.case_ids
    _insert_measurements(database, run_id, report, resolved)
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
    # Runs mostly arrive in order: then nothing needs to be compared.
    is_newest = earlier is None and database.one("is_newest_on_lane", run_id=run_id)[0]
    database.do("push_heads" if is_newest else "update_heads", run_id=run_id)
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


class Resolved(msgspec.Struct):
    """The ids of a catalog in a project.

    Attributes:
        case_ids: Parallel to the catalog's cases.
        case: Case index of each known line kind, in the order in which they were first printed.
        shape: Its shape index, parallel.
        series: Flat: as many series ids per entry as its shape has units.
    """

    case_ids: list[int]
    case: list[int] = []
    shape: list[int] = []
    series: list[int] = []

    def places(self, widths: list[int]) -> dict[tuple[int, int], list[int]]:
        """Return the series ids of each (case, shape)."""
        places: dict[tuple[int, int], list[int]] = {}
        at = 0
        for case, shape in zip(self.case, self.shape, strict=True):
            places[case, shape] = self.series[at : at + widths[shape]]
            at += widths[shape]
        return places


def _resolve(database: Database, catalog_id: int, project_id: int, report: Report) -> Resolved:
    """Return the ids of a report's cases and series; what a catalog needed before is one row."""
    framework = report.envelope.framework.name
    key = {"catalog_id": catalog_id, "project_id": project_id, "framework": framework}
    known = database.one("resolved_catalog", **key)
    if known is not None:
        resolved = msgspec.json.decode(known[0], type=Resolved)
        if resolved.case == report.body.lines.case and resolved.shape == report.body.lines.shape:
            return resolved
    else:
        resolved = Resolved([_case_id(database, project_id, framework, case) for case in report.catalog.cases])
    kinds = dict.fromkeys(zip(report.body.lines.case, report.body.lines.shape, strict=True))
    seen = set(zip(resolved.case, resolved.shape, strict=True))
    missing = [kind for kind in kinds if kind not in seen]
    if known is None or missing:
        metric_ids: dict[Metric, int] = {}
        for case, shape in missing:
            resolved.case.append(case)
            resolved.shape.append(shape)
            for unit in report.catalog.shapes[shape]:
                case_id = resolved.case_ids[case]
                resolved.series.append(_series_id(database, project_id, case_id, unit.metric, metric_ids))
        database.do("put_resolved_catalog", **key, ids=msgspec.json.encode(resolved).decode())
    return resolved


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


def _insert_measurements(database: Database, run_id: int, report: Report, resolved: Resolved) -> None:
    """Write one row per series, in the order of the key; NaN and infinities are in no row."""
    lines, shapes = report.body.lines, report.catalog.shapes
    is_plain = len(shapes) == 1 and len(set(resolved.series)) == len(resolved.series)
    if is_plain and resolved.case == lines.case and resolved.shape == lines.shape:
        rows = _single_samples(run_id, lines, shapes[0], resolved.series)
        database.many("insert_single_sample", sorted(rows, key=_by_series))
    else:
        rows = _many_samples(run_id, lines, shapes, resolved)
        database.many("insert_measurement", sorted(rows, key=_by_series))


def _single_samples(run_id: int, lines: Lines, shape: tuple[SaidUnit, ...], series: list[int]) -> Rows:
    """Return run, series, value and iterations of lines that are one sample each: the common case, by column.

    Binding a column costs more than writing it, so what such rows leave out is not bound.
    """
    rows: Rows = []
    width = len(shape)
    for at, unit in enumerate(shape):
        multiply, divide = unit.multiply, unit.divide
        rows += [
            (run_id, series_id, said * multiply / divide, count)
            for series_id, said, count in zip(
                series[at::width], lines.said_values[at::width], lines.iterations, strict=True
            )
            if not isinstance(said, str)
        ]
    return rows


def _many_samples(run_id: int, lines: Lines, shapes: tuple[tuple[SaidUnit, ...], ...], resolved: Resolved) -> Rows:
    """Return the rows of lines in any order, samples of one series together in the order printed."""
    places = resolved.places([len(shape) for shape in shapes])
    factors = [[(unit.multiply, unit.divide) for unit in shape] for shape in shapes]
    samples: dict[int, list[float]] = {}
    iterations: dict[int, list[int | None]] = {}
    said_values = iter(lines.said_values)
    for case, shape, count in zip(lines.case, lines.shape, lines.iterations, strict=True):
        for series_id, (multiply, divide) in zip(places[case, shape], factors[shape], strict=True):
            said = next(said_values)
            if isinstance(said, str):
                continue
            value = said * multiply / divide
            if series_id in samples:
                samples[series_id].append(value)
                iterations[series_id].append(count)
            else:
                samples[series_id] = [value]
                iterations[series_id] = [count]
    return [_row(run_id, series_id, values, iterations[series_id]) for series_id, values in samples.items()]


def _row(run_id: int, series_id: int, values: list[float], iterations: list[int | None]) -> tuple[Any, ...]:
    if len(values) == 1:
        return (run_id, series_id, values[0], 1, None, None, None, None, iterations[0])
    summary = summarise(values)
    samples = msgspec.json.encode(values).decode()
    counts = None if iterations[0] is None else msgspec.json.encode(iterations).decode()
    return (run_id, series_id, summary.value, summary.n, summary.lo, summary.hi, summary.sd, samples, counts)


_by_series = itemgetter(1)


def _distributions(database: Database, run_id: int, project_id: int, report: Report, case_ids: list[int]) -> Rows:
    if not report.body.statistics:
        return []
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
    rows.sort(key=itemgetter(1, 2))
    return rows


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
