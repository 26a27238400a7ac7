"""The stable contract: views and their columns, and that all of the schema is described."""

import json
from pathlib import Path

from benchhub.store.database import Database
from benchhub.store.query import names_of_views
from benchhub.store.reference import RelationDoc, tables, views

CONTRACT = Path(__file__).with_name("views.json")


def columns_of(database: Database, relation: str) -> list[str]:
    return [column[0] for column in database.execute(f'SELECT * FROM "{relation}" LIMIT 0').description]  # noqa: S608


def test_no_released_column_of_a_view_has_changed(database: Database) -> None:
    """Columns may be added behind the others, with a line in views.json; anything else needs a new view."""
    names = names_of_views(database)
    assert {name: columns_of(database, name) for name in names} == json.loads(CONTRACT.read_text())


def test_every_table_view_and_column_is_described(database: Database) -> None:
    described = [*tables(), *views()]
    kinds = [("view", name) for name in names_of_views(database)]
    kinds += [("table", row[0]) for row in database.all("names_of_tables") if row[0] != "large_part"]
    assert sorted((relation.kind, relation.name) for relation in described) == sorted(kinds)
    for relation in described:
        assert [column.name for column in relation.columns] == columns_of(database, relation.name), relation.name
        assert all(_is_prose(text) for text in _texts(relation)), relation


def _texts(relation: RelationDoc) -> list[str]:
    return [relation.doc, *(column.doc for column in relation.columns)]


def _is_prose(text: str) -> bool:
    return len(text) > 3 and text[-1] in ".…"


def test_the_columns_of_tables_have_types() -> None:
    assert {column.type for table in tables() for column in table.columns} == {
        "ANY",
        "BLOB",
        "INTEGER",
        "REAL",
        "TEXT",
        "TIMESTAMP",
        "VARCHAR(32)",
    }
