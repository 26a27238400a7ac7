"""Projection: a report becomes native and common tables, in one transaction that can be repeated."""

from collections.abc import Callable
from math import isfinite, nan
from operator import itemgetter
from typing import Any

import msgspec

from benchhub.errors import SetAsideError, StoreError
from benchhub.model.case import Case, case_hash, param_text
from benchhub.model.record import Problem
from benchhub.model.report import Body, Lines, Report
from benchhub.model.unit import Metric, SaidUnit
from benchhub.stats.summary import summarise
from benchhub.store.blocks import add_to_history, fill_history, leave_history, mend_history
from benchhub.store.database import Database
from benchhub.store.dimensions import Placed, put_run
from benchhub.store.heads import find_heads_again, mend_heads, put_heads
from benchhub.store.ingest import PROJECTOR_VERSION, load_report
from benchhub.store.native import delete_native_rows, ensure_native_tables, insert_native_rows
from benchhub.store.text import sql_numbers, sql_text

Rows = list[tuple[Any, ...]]

NON_FINITE_KEPT_MAX = 100
"""Problems told of numbers that are none, per run; all of them are in the report."""

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
    """Make the tables of one report and return its run's number, which is that of the report.

    Done twice, or in another order, it gives the same rows.

    Args:
        database: Where.
        report_id: Of a report that was ingested.
        report: The same report, by who has it at hand; else it is loaded.

    Raises:
        SetAsideError: The report cannot be projected and waits, marked as failed.
        StoreError: The database cannot take it now.
    """
    try:
        whole = report or load_report(database, report_id)
        with database.transaction(durable=False):
            _project(database, report_id, whole)
    except Exception as error:
        if isinstance(error, StoreError) and not isinstance(error, SetAsideError):
            raise
        # A report may hold anything, a stranger's plug-in made it, and one that fails must not stop the others: this
        # is the outermost loop of the projecting, and the traceback goes along.
        why = error.what if isinstance(error, SetAsideError) else f"{type(error).__name__}: {error}"
        with database.transaction(durable=False):
            database.do("projection_failed", report_id=report_id, version=PROJECTOR_VERSION, error=why)
        what = f"report {report_id} is kept, but cannot be projected and is set aside: {why}"
        raise SetAsideError(what, hint="`bh db reproject` tries again; `bh db check` lists what waits") from error
    return report_id


def is_projected(database: Database, report_id: int) -> bool:
    """Tell whether the tables of a report were made."""
    return bool(database.one("projection_state", report_id=report_id)[0] == "done")


def reproject(
    database: Database, *, framework: str | None = None, each: Callable[[int], None] = lambda _report_id: None
) -> tuple[int, list[SetAsideError]]:
    """Make all tables again from the reports; return how many there were, and what failed.

    Args:
        database: Where.
        framework: Only the reports of this one.
        each: Called before each report, e.g. to read its bytes again.

    Raises:
        StoreError: The database cannot take it now; what was done is done.
    """
    report_ids = [row[0] for row in database.all("report_ids", framework=framework)]
    failures: list[SetAsideError] = []
    for report_id in report_ids:
        each(report_id)
        try:
            project(database, report_id)
        except SetAsideError as error:
            failures.append(error)
    mend_heads(database)
    mend_history(database)
    fill_history(database)
    return len(report_ids), failures


class _Earlier(msgspec.Struct, frozen=True):
    """What an earlier projection of a run had made.

    Attributes:
        values: By series.
    """

    lane_id: int
    project_id: int
    catalog_id: int
    block_id: int | None
    values: dict[int, float]


def _project(database: Database, run_id: int, report: Report) -> None:
    envelope, body = report.envelope, report.body
    ensure_native_tables(database, envelope.native)
    earlier = _forget(database, run_id)
    catalog_id = int(database.one("catalog_of_report", report_id=run_id)[0])
    placed = put_run(database, run_id, catalog_id, report, block_id=earlier.block_id if earlier else None)
    resolved = _resolve(database, catalog_id, placed.project_id, report)
    case_ids = resolved.case_ids
    non_finite = _insert_measurements(database, run_id, report, resolved)
    database.insert("insert_distribution", run_id, _distributions(database, placed.project_id, report, case_ids))
    database.insert("insert_test_result", run_id, _test_results(report, case_ids))
    insert_native_rows(database, run_id, report, case_ids)
    _insert_texts(database, run_id, body, non_finite)
    _follow(database, run_id, catalog_id, placed, earlier)
    if body.lines.case and earlier is None:
        add_to_history(database, placed.project_id, catalog_id)
    database.do("projection_done", report_id=run_id, version=PROJECTOR_VERSION)


def _forget(database: Database, run_id: int) -> _Earlier | None:
    """Remove what an earlier projection of this run made; the run keeps its number."""
    row = database.one("run_of_report", report_id=run_id)
    if row is None and not is_projected(database, run_id):
        return None
    values = dict(database.all("values_of_run", run_id=run_id))
    delete_native_rows(database, run_id)
    for table in _FACT_TABLES:
        database.connection.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))  # noqa: S608 -- our own names
    if row is None:
        return None  # Somebody deleted it.
    lane_id, project_id, catalog_id, block_id = row
    return _Earlier(lane_id, project_id, catalog_id, block_id, values)


def _follow(database: Database, run_id: int, catalog_id: int, placed: Placed, earlier: _Earlier | None) -> None:
    """Bring along what is made from the values of many runs: heads and history."""
    if earlier is None:
        put_heads(database, run_id, placed.lane_id)
    else:
        _follow_changes(database, run_id, catalog_id, placed, earlier)
    for commit_id in placed.moved_commits:
        series_by_lane: dict[int, set[int]] = {}
        for lane_id, series_id in database.all("lines_of_commit", commit_id=commit_id):
            series_by_lane.setdefault(lane_id, set()).add(series_id)
        for lane_id, series in series_by_lane.items():
            find_heads_again(database, lane_id, series)


def _follow_changes(database: Database, run_id: int, catalog_id: int, placed: Placed, earlier: _Earlier) -> None:
    values = dict(database.all("values_of_run", run_id=run_id))
    has_moved = earlier.lane_id != placed.lane_id
    if values == earlier.values and not has_moved and earlier.catalog_id == catalog_id:
        return
    if earlier.block_id:
        leave_history(database, earlier.block_id, also=earlier.values)
    find_heads_again(database, placed.lane_id, values if has_moved else {**values, **earlier.values})
    if has_moved:
        find_heads_again(database, earlier.lane_id, earlier.values)


def _insert_texts(database: Database, run_id: int, body: Body, non_finite: list[Problem]) -> None:
    suites = [(i, sql_text(s.suite), s.status, sql_text(s.raw_status), s.duration_s) for i, s in enumerate(body.suites)]
    contexts = [tuple(map(sql_text, (c.key, c.suite, c.value))) for c in body.context]
    problems = [(i, *map(sql_text, (p.kind, p.where, p.text))) for i, p in enumerate((*body.problems, *non_finite))]
    unread = [(i, u.stream, u.line, u.byte_offset, u.why, sql_text(u.text)) for i, u in enumerate(body.unread)]
    database.insert("insert_suite_result", run_id, suites)
    database.insert("insert_context", run_id, contexts)
    database.insert("insert_problem", run_id, problems)
    database.insert("insert_unread", run_id, unread)


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
    params = {sql_text(name): sql_text(param.value) for name, param in case.params.items()}
    case_id = int(
        database.one(
            "insert_case",
            project_id=project_id,
            hash=identity,
            kind=case.kind,
            framework=framework,
            suite=sql_text(case.suite),
            name=sql_text(case.name),
            said_name=sql_text(case.said_name or case.name),
            params=msgspec.json.encode(params).decode(),
            param_text=sql_text(param_text(case.params)),
        )[0]
    )
    for name, param in case.params.items():
        database.do(
            "put_case_param",
            case_id=case_id,
            key=sql_text(name),
            value=sql_text(param.value),
            num=_number(param.value),
            origin=param.origin,
        )
    return case_id


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


def _insert_measurements(database: Database, run_id: int, report: Report, resolved: Resolved) -> list[Problem]:
    """Write one row per series, in the order of the key, and return what was no number.

    NaN and infinities are no measurement and count in none.
    """
    lines, shapes = report.body.lines, report.catalog.shapes
    is_plain = len(shapes) == 1 and len(set(resolved.series)) == len(resolved.series)
    if is_plain and resolved.case == lines.case and resolved.shape == lines.shape:
        rows = _single_samples(lines, shapes[0], resolved.series)
        database.insert("insert_single_sample", run_id, sorted(rows, key=_by_series))
        count = len(rows)
    else:
        rows = _many_samples(lines, shapes, resolved)
        database.insert("insert_measurement", run_id, sorted(rows, key=_by_series))
        count = sum(row[2] for row in rows)
    return [] if count == len(lines.said_values) else _non_finite(report)


def _single_samples(lines: Lines, shape: tuple[SaidUnit, ...], series: list[int]) -> Rows:
    """Return series, value and iterations of lines that are one sample each: the common case, by column.

    Binding a column costs more than writing it, so what such rows leave out is not bound.
    """
    rows: Rows = []
    width = len(shape)
    has_words = str in set(map(type, lines.said_values))
    counts = sql_numbers(lines.iterations)
    for at, unit in enumerate(shape):
        values: list[Any] = lines.said_values[at::width]
        if has_words:
            values = [nan if isinstance(said, str) else said for said in values]
        column = zip(series[at::width], unit.bases(values), counts, strict=True)
        # Only words, and a factor above 1, make what is no number of a number.
        is_finite = not has_words and unit.multiply <= 1 <= unit.divide
        rows += column if is_finite else [row for row in column if isfinite(row[1])]
    return rows


def _many_samples(lines: Lines, shapes: tuple[tuple[SaidUnit, ...], ...], resolved: Resolved) -> Rows:
    """Return the rows of lines in any order, samples of one series together in the order printed."""
    places = resolved.places([len(shape) for shape in shapes])
    factors = [[(unit.multiply, unit.divide) for unit in shape] for shape in shapes]
    samples: dict[int, list[float]] = {}
    iterations: dict[int, list[int | float | None]] = {}
    said_values = iter(lines.said_values)
    for case, shape, count in zip(lines.case, lines.shape, sql_numbers(lines.iterations), strict=True):
        for series_id, (multiply, divide) in zip(places[case, shape], factors[shape], strict=True):
            said = next(said_values)
            if isinstance(said, str) or not isfinite(value := said * multiply / divide):
                continue
            if series_id in samples:
                samples[series_id].append(value)
                iterations[series_id].append(count)
            else:
                samples[series_id] = [value]
                iterations[series_id] = [count]
    return [_row(series_id, values, iterations[series_id]) for series_id, values in samples.items()]


def _row(series_id: int, values: list[float], iterations: list[int | float | None]) -> tuple[Any, ...]:
    if len(values) == 1:
        return (series_id, values[0], 1, None, None, None, None, iterations[0])
    summary = summarise(values)
    samples = msgspec.json.encode(values).decode()
    is_known = iterations.count(None) < len(iterations)
    counts = msgspec.json.encode(iterations).decode() if is_known else None
    return (series_id, summary.value, summary.n, summary.lo, summary.hi, summary.sd, samples, counts)


def _non_finite(report: Report) -> list[Problem]:
    """Return a problem for every number that is none, up to a limit; its word is in the native row and the report."""
    problems: list[Problem] = []
    said_values = iter(report.body.lines.said_values)
    for case_index, shape in zip(report.body.lines.case, report.body.lines.shape, strict=True):
        for unit in report.catalog.shapes[shape]:
            said = next(said_values)
            if not isinstance(said, str) and isfinite(unit.base(said)):
                continue
            if len(problems) == NON_FINITE_KEPT_MAX:
                return [*problems, Problem("non-finite", "", "more numbers of this run are not finite")]
            case = report.catalog.cases[case_index]
            text = f"{unit.said} is {said}: no measurement, and counted in none"
            problems.append(Problem("non-finite", f"{case.suite} {case.said_name or case.name}".strip(), text))
    return problems


_by_series = itemgetter(0)


def _distributions(database: Database, project_id: int, report: Report, case_ids: list[int]) -> Rows:
    metric_ids: dict[Metric, int] = {}
    index_of = {case.key(): index for index, case in enumerate(report.catalog.cases)} if report.body.statistics else {}
    counts: dict[tuple[int, str], int] = {}
    rows: Rows = []
    for said in report.body.statistics:
        case_id = case_ids[index_of[said.case.key()]]
        series_id = _series_id(database, project_id, case_id, said.unit.metric, metric_ids)
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
