"""Native tables: a framework's own words and units, made from columns that it declares as data."""

import re
from collections.abc import Sequence
from itertools import accumulate
from operator import itemgetter
from typing import Any

import msgspec

from benchhub.errors import StoreError
from benchhub.model.report import Column, NativeTable, Report
from benchhub.model.unit import SaidUnit
from benchhub.store.database import Database

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TYPES = {"integer": "ANY", "real": "REAL", "text": "TEXT", "json": "TEXT"}
_OWN_TABLES = frozenset({"measurement", "run", "report", "series", "catalog", "projection", "test_result"})


def ensure_native_tables(database: Database, tables: Sequence[NativeTable]) -> None:
    """Create a framework's tables and views, or add the columns that are new; columns are never dropped.

    Raises:
        StoreError: A declared name cannot be a column.
    """
    for table in tables:
        _check_names(table)
        known = [row[1] for row in database.connection.execute(f"PRAGMA table_info({table.name})")]
        columns = [f"{column.name} {_TYPES.get(column.type, 'ANY')}" for column in table.columns]
        if not known:
            keys = "run_id INTEGER NOT NULL, case_id INTEGER NOT NULL, seq INTEGER NOT NULL"
            database.connection.execute(
                f"CREATE TABLE {table.name} ({', '.join([keys, *columns])}, PRIMARY KEY (run_id, case_id, seq))"
                " STRICT, WITHOUT ROWID"
            )
        missing = [
            text for column, text in zip(table.columns, columns, strict=True) if known and column.name not in known
        ]
        for column in missing:
            database.connection.execute(f"ALTER TABLE {table.name} ADD COLUMN {column}")
        if missing or not known:
            _make_view(database, table)


def _check_names(table: NativeTable) -> None:
    for name in (table.name, table.suite_name, table.case_name, *(column.name for column in table.columns)):
        if not _NAME.fullmatch(name) or name in _OWN_TABLES:
            what = f"native table `{table.name}`: `{name}` cannot be a name"
            raise StoreError(what, hint="lower-case letters, digits and underscores, and none of BenchHub's own tables")


def _make_view(database: Database, table: NativeTable) -> None:
    """Make the view with names, `<table>s`, over all columns that the table has."""
    own = [row[1] for row in database.connection.execute(f"PRAGMA table_info({table.name})")][3:]
    columns = "".join(f", g.{name}" for name in own)
    database.connection.execute(f"DROP VIEW IF EXISTS {table.name}s")
    database.connection.execute(
        f"CREATE VIEW {table.name}s AS SELECT p.name AS project, b.suite AS {table.suite_name}, "  # noqa: S608 -- checked names
        f"b.name AS {table.case_name}, b.params, b.param_text, g.seq{columns}, r.branch, "
        "r.started_text AS started_at, g.run_id, g.case_id "
        f"FROM run r JOIN project p ON p.id = r.project_id JOIN {table.name} g ON g.run_id = r.id "
        "JOIN bench_case b ON b.id = g.case_id AND +b.project_id = r.project_id"
    )


def delete_native_rows(database: Database, run_id: int, tables: Sequence[NativeTable]) -> None:
    """Remove a run's rows from its framework's tables."""
    for table in tables:
        database.connection.execute(f"DELETE FROM {table.name} WHERE run_id = ?", (run_id,))  # noqa: S608 -- checked


def insert_native_rows(database: Database, run_id: int, report: Report, case_ids: list[int]) -> None:
    """Fill a framework's tables with one run."""
    for table in report.envelope.native:
        if table.rows == "results":
            case, cells = report.body.lines.case, _result_cells(report, table.columns)
        else:
            case, cells = report.body.outcomes.case, _outcome_cells(report, table.columns)
        if case:
            _insert(database, run_id, table, [case_ids[index] for index in case], cells)


def _insert(database: Database, run_id: int, table: NativeTable, cases: list[int], cells: list[list[Any]]) -> None:
    """Write the rows in the order of the key.

    Binding a column costs more than writing it: columns without a value are left out of the statement, and so is
    ``seq`` where every case has one row.
    """
    filled = [
        (column.name, cell) for column, cell in zip(table.columns, cells, strict=True) if cell.count(None) < len(cell)
    ]
    names, columns = ["case_id", *(name for name, _ in filled)], [cases, *(cell for _, cell in filled)]
    if len(set(cases)) == len(cases):
        seq = "0"
    else:
        seq = "?"
        names.insert(1, "seq")
        columns.insert(1, _seqs(cases))
    rows = sorted(zip(*columns, strict=True), key=itemgetter(0) if seq == "0" else itemgetter(0, 1))
    named = ", ".join(["run_id", *names, *(["seq"] if seq == "0" else [])])
    marks = ", ".join([str(run_id), *("?" for _ in names), *(["0"] if seq == "0" else [])])
    database.connection.executemany(f"INSERT INTO {table.name} ({named}) VALUES ({marks})", rows)  # noqa: S608 -- checked


def _seqs(cases: list[int]) -> list[int]:
    """Return, for each row, how many rows of its case stand before it."""
    counts: dict[int, int] = {}
    seqs: list[int] = []
    for case in cases:
        seqs.append(counts.get(case, 0))
        counts[case] = seqs[-1] + 1
    return seqs


def _result_cells(report: Report, columns: Sequence[Column]) -> list[list[Any]]:
    """Return the cells of each column, one per printed line."""
    lines, shapes = report.body.lines, report.catalog.shapes
    cells: list[list[Any]] = []
    starts, widths = _line_starts(report), [len(shape) for shape in shapes]
    for column in columns:
        kind, _, what = column.source.partition(":")
        if kind == "iterations":
            cells.append(list(lines.iterations))
        elif kind == "fact":
            values = lines.facts.get(what, [None])
            cells.append(values * len(lines.case) if len(values) == 1 else values)
        elif kind == "unit":
            cells.append(_said_in(what, report, starts))
        else:
            cells.append(_other_units(report, starts, widths, columns))
    return cells


def _line_starts(report: Report) -> list[int]:
    """Return where each line begins among the flat values."""
    widths = [len(shape) for shape in report.catalog.shapes]
    if len(widths) == 1:
        return list(range(0, len(report.body.lines.said_values), widths[0]))
    return list(accumulate((widths[shape] for shape in report.body.lines.shape), initial=0))[:-1]


def _said_in(said_unit: str, report: Report, starts: list[int]) -> list[Any]:
    """Return the number that each line said in a unit; SQL has no NaN, whose word stands among the other units."""
    values = report.body.lines.said_values
    places = [_place_of(said_unit, shape) for shape in report.catalog.shapes]
    if set(places) == {None}:
        return [None] * len(starts)
    cells: list[Any] = []
    for start, shape in zip(starts, report.body.lines.shape, strict=True):
        place = places[shape]
        said = None if place is None else values[start + place]
        cells.append(None if isinstance(said, str) else said)
    return cells


def _place_of(said_unit: str, shape: Sequence[SaidUnit]) -> int | None:
    return next((place for place, unit in enumerate(shape) if unit.said == said_unit), None)


def _other_units(report: Report, starts: list[int], widths: list[int], columns: Sequence[Column]) -> list[str | None]:
    """Return, as a JSON object, what each line said in units that have no column, and the words that are no numbers."""
    named = {column.source.removeprefix("unit:") for column in columns}
    values, shapes = report.body.lines.said_values, report.catalog.shapes
    has_words = any(isinstance(value, str) for value in values)
    has_others = [any(unit.said not in named for unit in shape) for shape in shapes]
    if not has_words and not any(has_others):
        return [None] * len(starts)
    cells: list[str | None] = []
    for start, shape in zip(starts, report.body.lines.shape, strict=True):
        said = zip(shapes[shape], values[start : start + widths[shape]], strict=True)
        extra = {unit.said: value for unit, value in said if unit.said not in named or isinstance(value, str)}
        cells.append(msgspec.json.encode(extra).decode() if extra else None)
    return cells


def _outcome_cells(report: Report, columns: Sequence[Column]) -> list[list[Any]]:
    """Return the cells of each column, one per case and attempt."""
    outcomes = report.body.outcomes
    fixed: dict[str, list[Any]] = {
        "status": list(outcomes.status),
        "raw_status": list(outcomes.raw_status),
        "duration_s": list(outcomes.duration_s),
        "message": list(outcomes.message),
        "attempt": list(outcomes.attempt),
        "flags": [" ".join(flags) for flags in outcomes.flags],
    }
    return [
        fixed[column.source]
        if column.source in fixed
        else [(facts or {}).get(column.source.removeprefix("fact:")) for facts in outcomes.facts]
        for column in columns
    ]
