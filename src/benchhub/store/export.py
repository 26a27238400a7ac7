"""What leaves the database in bulk: a view with filters, or the answer to a question, row by row with typed columns."""

from collections.abc import Iterator, Sequence
from math import inf
from typing import Any, Literal

import msgspec

from benchhub.errors import UserError
from benchhub.store.database import Database
from benchhub.store.query import names_of_views, run_sql

ColumnType = Literal["integer", "real", "text", "time"]

_DECLARED: dict[str, ColumnType] = {"INTEGER": "integer", "REAL": "real", "TEXT": "text", "TIMESTAMP": "time"}
_COMPUTED: dict[str, ColumnType] = {
    **dict.fromkeys(("n", "base_n", "i", "iterations", "previous_run_id", "notes", "processes"), "integer"),
    **dict.fromkeys(("same_machine_class", "same_environment_class"), "integer"),
    **dict.fromkeys(("value", "ratio", "seconds"), "real"),
    **dict.fromkeys(("commit_short", "cell", "metric", "unit", "tags", "part_name"), "text"),
}
_COMPUTED_ENDS: dict[str, ColumnType] = {"_at": "time", "_s": "real", "_bytes": "integer"}
"""Columns that a view computes, by name, or by the unit at its end: SQLite declares no type for them."""

_ASKED_IN_SQL = frozenset({"comparisons"})
"""Every run with every other one is more than anybody wants."""


Batch = list[tuple[Any, ...]]
"""Rows that are handled together."""


class ExportColumn(msgspec.Struct, frozen=True):
    """A column.

    Attributes:
        type: ``None`` where nobody declared it: of a question's answer.
    """

    name: str
    type: ColumnType | None


class Export(msgspec.Struct, frozen=True):
    """Columns and rows; the rows come as they are found."""

    columns: tuple[ExportColumn, ...]
    rows: Iterator[Sequence[Any]]


class Filters(msgspec.Struct, frozen=True):
    """Which rows; ``None`` for all.

    Attributes:
        project: Its name.
        benchmark: Its name, of a test too; ``*`` and ``?`` match.
        since: ``YYYY-MM-DD HH:MM:SS``, UTC: runs that started then or later.
        run_id: Of one run.
    """

    project: str | None = None
    benchmark: str | None = None
    since: str | None = None
    run_id: int | None = None


_CONDITIONS = {
    "project": (("project",), '"{}" = :project'),
    "benchmark": (("benchmark", "test"), '("{0}" = :benchmark OR glob(:benchmark, "{0}"))'),
    "since": (("started_at",), '"{}" >= :since'),
    "run_id": (("run_id",), '"{}" = :run_id'),
}
"""By filter: the column that it looks at, the first that a view has, and what it asks."""


def export_view(database: Database, view: str, filters: Filters) -> Export:
    """Return the rows of a view that pass the filters, in no certain order.

    Raises:
        UserError: There is no such view, or it has no column that a filter could look at.
    """
    columns = view_columns(database, view)
    said = {name: value for name, value in msgspec.structs.asdict(filters).items() if value is not None}
    conditions = [_condition(view, columns, name) for name in said]
    # The names are those that the database itself has told.
    names = ", ".join(f'"{column.name}"' for column in columns)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    question = f'SELECT {names} FROM "{view}"{where}'  # noqa: S608 -- names of our own views
    return Export(columns, run_sql(database, question, said, seconds_max=inf).rows)


def export_answer(database: Database, question: str, parameters: dict[str, Any]) -> Export:
    """Return the answer to people's SQL, however long it takes.

    Raises:
        UserError: As ``run_sql``.
    """
    answer = run_sql(database, question, parameters, seconds_max=inf)
    return Export(tuple(ExportColumn(name, None) for name in answer.columns), answer.rows)


def view_columns(database: Database, view: str) -> tuple[ExportColumn, ...]:
    """Return the columns of a view; a column that somebody's view computes is text.

    Raises:
        UserError: There is no such view.
    """
    views = names_of_views(database)
    if view not in views:
        raise _no_view(view, views)
    if view in _ASKED_IN_SQL:
        what = f"the view `{view}` is too large to be exported as a whole"
        raise UserError(what, hint="--sql, with WHERE run_id = … AND base_run_id = …")
    found = database.all("columns_of", name=view)
    return tuple(ExportColumn(name, type_of(name, declared) or "text") for name, declared in found)


def type_of(name: str, declared: str) -> ColumnType | None:
    """Return the type of a view's column, ``None`` when nobody has said one."""
    told = _DECLARED.get(declared) or _COMPUTED.get(name)
    return told or next((kind for end, kind in _COMPUTED_ENDS.items() if name.endswith(end)), None)


def _no_view(view: str, views: list[str]) -> UserError:
    import difflib  # noqa: PLC0415 -- for mistakes only

    near = difflib.get_close_matches(view, views, n=1)
    return UserError(
        f"no view `{view}`", hint=f"did you mean `{near[0]}`?" if near else f"the views are {', '.join(views)}"
    )


def _condition(view: str, columns: Sequence[ExportColumn], name: str) -> str:
    looked_at, condition = _CONDITIONS[name]
    column = next((column.name for column in columns if column.name in looked_at), None)
    if column is None:
        word = {"run_id": "run"}.get(name, name)
        what = f"the view `{view}` has no `{looked_at[0]}` that --{word} could look at"
        raise UserError(what, hint=f"it has {', '.join(column.name for column in columns)}")
    return condition.format(column)
