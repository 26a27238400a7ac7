"""Native tables: a framework's own words and units, made from columns that it declares as data."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Any

import msgspec

from benchhub.errors import SetAsideError
from benchhub.model.report import Column, NativeTable, Report
from benchhub.model.unit import SaidUnit
from benchhub.store.columns import in_order
from benchhub.store.database import Database
from benchhub.store.statements import text_of
from benchhub.store.text import sql_number, sql_numbers, sql_text

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_KEYS = ("run_id", "case_id", "seq")
_VIEW_COLUMNS = frozenset({*_KEYS, "project", "params", "param_text", "branch", "started_at"})


def ensure_native_tables(database: Database, tables: Sequence[NativeTable]) -> None:
    """Create a framework's tables and views, or add the columns that are new; columns are never dropped.

    Raises:
        SetAsideError: A declared name cannot be a table or a column, or has another type already.
    """
    for table in tables:
        known = _known_table(database, table.name)
        wanted = _with_columns_of(known, table)
        if wanted == known:
            continue
        _check_names(wanted)
        if known is None:
            database.create_native(wanted.name, _KEYS, [(column.name, column.type) for column in wanted.columns])
        for column in wanted.columns[len(known.columns) if known else len(wanted.columns) :]:
            database.add_native_column(table.name, column.name, column.type)
        _make_view(database, wanted)
        database.do("put_native_table", name=table.name, doc=msgspec.json.encode(wanted).decode())


def _known_table(database: Database, name: str) -> NativeTable | None:
    row = database.one("native_table", name=name)
    return None if row is None else msgspec.json.decode(row[0], type=NativeTable)


def _with_columns_of(known: NativeTable | None, table: NativeTable) -> NativeTable:
    """Return the known table with what ``table`` adds; what a reader no longer declares stays."""
    if known is None:
        return table
    by_name = {column.name: column for column in known.columns}
    for column in table.columns:
        if column.name in by_name and by_name[column.name].type != column.type:
            what = f"native table `{table.name}`: `{column.name}` was {by_name[column.name].type}, now {column.type}"
            raise SetAsideError(what, hint="a column with another type needs another name")
        by_name[column.name] = column
    return msgspec.structs.replace(table, columns=tuple(by_name.values()))


def _check_names(table: NativeTable) -> None:
    taken = _own_names()
    for name in (table.name, table.suite_name, table.case_name, *(column.name for column in table.columns)):
        if not _NAME.fullmatch(name):
            what = f"native table `{table.name}`: `{name}` cannot be a name"
            raise SetAsideError(what, hint="lower-case letters, digits and underscores")
    for name in (table.name, f"{table.name}s"):
        if name in taken or name.startswith("sqlite_"):
            what = f"native table `{table.name}`: `{name}` is BenchHub's own"
            raise SetAsideError(what, hint="begin the name with the framework's, as in `gobench_result`")
    names = [table.suite_name, table.case_name, *(column.name for column in table.columns)]
    for name in names:
        if name in _VIEW_COLUMNS or names.count(name) > 1:
            what = f"native table `{table.name}`: two columns are called `{name}`"
            raise SetAsideError(what, hint=f"every native table has {', '.join(sorted(_VIEW_COLUMNS))}")


@cache
def _own_names() -> frozenset[str]:
    ddl = text_of("schema.sql") + text_of("views.sql")
    return frozenset(re.findall(r'^CREATE (?:TABLE|VIEW) "?(\w+)"?', ddl, re.MULTILINE))


def _make_view(database: Database, table: NativeTable) -> None:
    """Make the view with names, `<table>s`, over all columns that the table has."""
    columns = "".join(f', g."{column.name}"' for column in table.columns)
    database.execute(f'DROP VIEW IF EXISTS "{table.name}s"')
    database.execute(
        f'CREATE VIEW "{table.name}s" AS SELECT p.name AS project, b.suite AS "{table.suite_name}", '  # noqa: S608 -- checked
        f'b.name AS "{table.case_name}", b.params, b.param_text, g.seq{columns}, r.branch, '
        "r.started_text AS started_at, g.run_id, g.case_id "
        f'FROM run r JOIN project p ON p.id = r.project_id JOIN "{table.name}" g ON g.run_id = r.id '
        "JOIN bench_case b ON b.id = g.case_id AND +b.project_id = r.project_id"
    )


def delete_native_rows(database: Database, run_id: int) -> None:
    """Remove a run's rows from all native tables: an earlier reader may have filled others."""
    for name, _ in database.all("native_tables"):
        database.execute(f'DELETE FROM "{name}" WHERE run_id = ?', (run_id,))  # noqa: S608 -- checked


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
    filled = [(f'"{column.name}"', cell) for column, cell in zip(table.columns, cells, strict=True) if _has_any(cell)]
    names, columns = ["case_id", *(name for name, _ in filled)], [cases, *(cell for _, cell in filled)]
    if len(set(cases)) == len(cases):
        names, marks = [*names, "seq"], [*("?" for _ in names), "0"]
    else:
        names, marks = ["seq", *names], ["?", *("?" for _ in names)]
        columns.insert(0, _seqs(cases))
    columns = in_order(cases, columns)
    sql = f'INSERT INTO "{table.name}" (run_id, {", ".join(names)}) VALUES (?1, {", ".join(marks)})'  # noqa: S608 -- checked
    database.insert_columns(sql, run_id, columns)


def _has_any(cells: list[Any]) -> bool:
    return cells[0] is not None or cells.count(None) < len(cells)


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
    lines = report.body.lines
    cells: list[list[Any]] = []
    starts = _line_starts(report)
    has_words = str in set(map(type, lines.said_values))
    for column in columns:
        kind, _, what = column.source.partition(":")
        if kind == "iterations":
            cells.append(list(sql_numbers(lines.iterations)))
        elif kind == "fact":
            values = [_sql_cell(value) for value in lines.facts.get(what, [None])]
            cells.append(values * len(lines.case) if len(values) == 1 else values)
        elif kind == "unit":
            cells.append(_said_in(what, report, starts, has_words=has_words))
        else:
            cells.append(_other_units(report, starts, columns, has_words=has_words))
    return cells


def _line_starts(report: Report) -> list[int]:
    """Return where each line begins among the flat values."""
    widths = [len(shape) for shape in report.catalog.shapes]
    if len(widths) == 1 and widths[0]:
        return list(range(0, len(report.body.lines.said_values), widths[0]))
    return list(accumulate((widths[shape] for shape in report.body.lines.shape), initial=0))[:-1]


def _said_in(said_unit: str, report: Report, starts: list[int], *, has_words: bool) -> list[Any]:
    """Return the number that each line said in a unit; SQL has no NaN, whose word stands among the other units."""
    values, shapes = report.body.lines.said_values, report.catalog.shapes
    places = [_place_of(said_unit, shape) for shape in shapes]
    if set(places) == {None}:
        return [None] * len(starts)
    if len(places) == 1:
        cells: list[Any] = values[places[0] :: len(shapes[0])]
    else:
        cells = [
            None if (place := places[shape]) is None else values[start + place]
            for start, shape in zip(starts, report.body.lines.shape, strict=True)
        ]
    return [None if isinstance(said, str) else said for said in cells] if has_words else cells


def _place_of(said_unit: str, shape: Sequence[SaidUnit]) -> int | None:
    return next((place for place, unit in enumerate(shape) if unit.said == said_unit), None)


def _other_units(report: Report, starts: list[int], columns: Sequence[Column], *, has_words: bool) -> list[str | None]:
    """Return, as a JSON object, what each line said in units that have no column, and the words that are no numbers."""
    named = {column.source.removeprefix("unit:") for column in columns}
    values, shapes = report.body.lines.said_values, report.catalog.shapes
    has_others = [any(unit.said not in named for unit in shape) for shape in shapes]
    if not has_words and not any(has_others):
        return [None] * len(starts)
    cells: list[str | None] = []
    for start, shape in zip(starts, report.body.lines.shape, strict=True):
        said = zip(shapes[shape], values[start : start + len(shapes[shape])], strict=True)
        extra = {unit.said: value for unit, value in said if unit.said not in named or isinstance(value, str)}
        cells.append(msgspec.json.encode(extra).decode() if extra else None)
    return cells


def _outcome_cells(report: Report, columns: Sequence[Column]) -> list[list[Any]]:
    """Return the cells of each column, one per case and attempt."""
    outcomes = report.body.outcomes
    fixed: dict[str, list[Any]] = {
        "status": list(outcomes.status),
        "raw_status": [sql_text(word) for word in outcomes.raw_status],
        "duration_s": list(outcomes.duration_s),
        "message": [sql_text(message) for message in outcomes.message],
        "attempt": list(outcomes.attempt),
        "flags": [" ".join(flags) for flags in outcomes.flags],
    }
    return [
        fixed[column.source]
        if column.source in fixed
        else [_sql_cell((facts or {}).get(column.source.removeprefix("fact:"))) for facts in outcomes.facts]
        for column in columns
    ]


def _sql_cell(value: Any) -> Any:  # noqa: ANN401 -- what a tool said
    if isinstance(value, str):
        return sql_text(value)
    return sql_number(value) if isinstance(value, int) else value
