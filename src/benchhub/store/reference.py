"""What the DDL says of itself: tables and views with their columns, types and descriptions, from its comments."""

import re

import msgspec

from benchhub.store.statements import text_of


class ColumnDoc(msgspec.Struct, frozen=True):
    """A column of a table or view.

    Attributes:
        type: As declared; ``""`` for the columns of a view.
    """

    name: str
    type: str
    doc: str


class RelationDoc(msgspec.Struct, frozen=True):
    """A table or a view.

    Attributes:
        kind: ``table`` or ``view``.
    """

    kind: str
    name: str
    doc: str
    columns: tuple[ColumnDoc, ...]


_OPENING = re.compile(r'CREATE (TABLE|VIEW) "?(\w+)"? (?:\(|AS) -- (.+)')
_TABLE_COLUMN = re.compile(r'  "?(\w+)"? (.+?),? -- (.+)')
_VIEW_COLUMN = re.compile(r"  .* AS (\w+),? -- (.+)")
_TYPE = re.compile(r"[A-Z]+(?:\(\d+\))?")


def tables() -> list[RelationDoc]:
    """Return the tables in the order of the DDL; they are ours and may change with any migration."""
    return _relations(text_of("schema.sql"))


def views() -> list[RelationDoc]:
    """Return the views in the order of the DDL: the stable contract."""
    return _relations(text_of("views.sql"))


def _relations(ddl: str) -> list[RelationDoc]:
    return [relation for statement in ddl.split("\nCREATE ") if (relation := _relation(f"CREATE {statement}"))]


def _relation(statement: str) -> RelationDoc | None:
    opening = _OPENING.match(statement)
    if opening is None:
        return None
    lines = statement.splitlines()[1:]
    if opening[1] == "TABLE":
        found = [match for line in lines if (match := _TABLE_COLUMN.fullmatch(line))]
        columns = [ColumnDoc(match[1], _type(match[2]), match[3]) for match in found]
    else:
        found = [match for line in lines if (match := _VIEW_COLUMN.fullmatch(line))]
        columns = [ColumnDoc(match[1], "", match[2]) for match in found]
    return RelationDoc(opening[1].lower(), opening[2], opening[3], tuple(columns))


def _type(declaration: str) -> str:
    match = _TYPE.match(declaration)
    return match[0] if match else ""
