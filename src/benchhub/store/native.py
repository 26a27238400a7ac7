"""Native tables: a framework's own words and units, made from columns that it declares as data."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from benchhub.errors import StoreError
from benchhub.model.report import Column, NativeTable, Report
from benchhub.store.database import Database

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TYPES = {"integer": "ANY", "real": "REAL", "text": "TEXT", "json": "TEXT"}
_OWN_TABLES = frozenset({"measurement", "run", "report", "series", "catalog", "projection", "test_result"})

Table = list[tuple[Any, ...]]


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
        rows = _result_rows if table.rows == "results" else _outcome_rows
        marks = ", ".join("?" * (3 + len(table.columns)))
        names = ", ".join(["run_id", "case_id", "seq", *(column.name for column in table.columns)])
        database.connection.executemany(
            f"INSERT INTO {table.name} ({names}) VALUES ({marks})",  # noqa: S608 -- checked names
            rows(run_id, report, case_ids, table.columns),
        )


def _result_rows(
    run_id: int, report: Report, case_ids: list[int], columns: Sequence[Column]
) -> Iterator[tuple[Any, ...]]:
    """Yield one row per printed line, in the order of the key."""
    lines, shapes = report.body.lines, report.catalog.shapes
    plans = [_shape_plan([unit.said for unit in shape], columns) for shape in shapes]
    facts = [_fact_column(lines.facts, column, len(lines.case)) for column in columns]
    constant = [index for index, column in enumerate(columns) if column.source.startswith("fact:")]
    rows: Table = []
    position = 0
    seqs: dict[int, int] = {}
    values, iterations = lines.said_values, lines.iterations
    for index, (case, shape) in enumerate(zip(lines.case, lines.shape, strict=True)):
        width, build = plans[shape]
        said = values[position : position + width]
        position += width
        seq = seqs.get(case, 0)
        seqs[case] = seq + 1
        row = build(said, iterations[index])
        for place in constant:
            row[place] = facts[place][index]
        rows.append((run_id, case_ids[case], seq, *row))
    rows.sort(key=_key)
    return iter(rows)


def _key(row: tuple[Any, ...]) -> tuple[int, int]:
    return row[1], row[2]


def _fact_column(facts: dict[str, list[Any]], column: Column, count: int) -> list[Any]:
    values = facts.get(column.source.removeprefix("fact:"), [None]) if column.source.startswith("fact:") else [None]
    return values * count if len(values) == 1 else values


_Builder = Callable[[list[float | str], int | None], list[Any]]


def _shape_plan(said_units: list[str], columns: Sequence[Column]) -> tuple[int, _Builder]:
    """Return how many numbers a line of this shape has, and how they become columns."""
    place = {unit: index for index, unit in enumerate(said_units)}
    sources = [column.source for column in columns]
    named = {source.removeprefix("unit:") for source in sources if source.startswith("unit:")}
    others = [(unit, index) for index, unit in enumerate(said_units) if unit not in named]
    picks = [place.get(source.removeprefix("unit:"), -1) if source.startswith("unit:") else -1 for source in sources]
    iteration_at = sources.index("iterations") if "iterations" in sources else -1
    others_at = sources.index("other-units") if "other-units" in sources else -1

    def build(said: list[float | str], iterations: int | None) -> list[Any]:
        row: list[Any] = [None if pick < 0 else said[pick] for pick in picks]
        odd = {said_units[pick]: said[pick] for pick in picks if pick >= 0 and isinstance(said[pick], str)}
        for at, pick in enumerate(picks):
            if pick >= 0 and isinstance(said[pick], str):
                row[at] = None  # SQL has no NaN; the word stands among the other units.
        if iteration_at >= 0:
            row[iteration_at] = iterations
        if others_at >= 0 and (others or odd):
            extra = {unit: said[index] for unit, index in others} | odd
            row[others_at] = msgspec.json.encode(extra).decode()
        return row

    return len(said_units), build


def _outcome_rows(
    run_id: int, report: Report, case_ids: list[int], columns: Sequence[Column]
) -> Iterator[tuple[Any, ...]]:
    """Yield one row per case and attempt."""
    outcomes = report.body.outcomes
    seqs: dict[int, int] = {}
    rows: Table = []
    fixed: dict[str, Sequence[Any]] = {
        "status": outcomes.status,
        "raw_status": outcomes.raw_status,
        "duration_s": outcomes.duration_s,
        "message": outcomes.message,
        "attempt": outcomes.attempt,
        "flags": [" ".join(flags) for flags in outcomes.flags],
    }
    for index, case in enumerate(outcomes.case):
        seq = seqs.get(case, 0)
        seqs[case] = seq + 1
        facts = outcomes.facts[index] or {}
        row = [
            fixed[column.source][index] if column.source in fixed else facts.get(column.source.removeprefix("fact:"))
            for column in columns
        ]
        rows.append((run_id, case_ids[case], seq, *row))
    rows.sort(key=_key)
    return iter(rows)
