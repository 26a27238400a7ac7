"""Statements for both databases: one text, translated, and understood."""

from typing import Any

import psycopg
import pytest

from benchhub.store.postgres import PostgresDatabase, _parts_of
from benchhub.store.postgres_statements import postgres_statements, with_placeholders
from benchhub.store.statements import statements, statements_in_file


@pytest.mark.parametrize(
    ("sql", "translated"),
    [
        ("SELECT :a, :a", "SELECT %(a)s, %(a)s"),
        ("SELECT 5 % 2 WHERE x LIKE 'a%:b'", "SELECT 5 %% 2 WHERE x LIKE 'a%%:b'"),
        ("SELECT '12:30'::time, \"a:b\"", "SELECT '12:30'::time, \"a:b\""),
        ("SELECT 'it''s :a' -- :b\n/* :c */", "SELECT 'it''s :a' -- :b\n/* :c */"),
        ("DELETE FROM x WHERE a = ? AND b = ?", "DELETE FROM x WHERE a = %s AND b = %s"),
        ("SELECT $$ :a $$, $t$ :b $t$, :c", "SELECT $$ :a $$, $t$ :b $t$, %(c)s"),
        ("SELECT x[1:2], a::text", "SELECT x[1:2], a::text"),
    ],
)
def test_placeholders_become_those_of_the_driver_and_nothing_else_changes(sql: str, translated: str) -> None:
    assert with_placeholders(sql) == translated


def test_what_differs_has_a_counterpart() -> None:
    only_here = statements_in_file("statements.postgres.sql").keys() - statements().keys()
    assert {name for name in only_here if "large" not in name} == set()


def test_every_named_statement_is_one_that_the_server_understands(server_database: PostgresDatabase) -> None:
    """A statement that nobody runs in a test would fail on a user's machine."""
    wrong: dict[str, str] = {}
    for name, (sql, optional) in postgres_statements().items():
        said = {**statements(), **statements_in_file("statements.postgres.sql")}[name]
        try:
            if "(?1," in said:
                table, columns, _ = _parts_of(said)
                server_database.execute(f'SELECT {columns} FROM "{table}" LIMIT 0')  # noqa: S608 -- our own names
                continue
            parameters: Any = (
                _Nothing({f"{one}__is_null": True for one in optional}) if "%(" in sql else [None] * sql.count("%s")
            )
            with server_database.connection.transaction(force_rollback=True):
                server_database.connection.execute(sql, parameters)
        except psycopg.IntegrityError:
            continue  # Understood: nothing is not what it wants.
        except psycopg.Error as error:
            wrong[name] = str(error)
    assert wrong == {}


class _Nothing(dict[str, Any]):
    """Has nothing for every name."""

    def __missing__(self, _: str) -> None:
        return None

    def __contains__(self, _: object) -> bool:  # type: ignore[explicit-override]  # typing has it from 3.12
        return True
