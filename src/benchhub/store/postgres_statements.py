"""Statements as PostgreSQL and psycopg take them.

``:name`` becomes ``%(name)s``, ``?`` becomes ``%s``, ``%`` is doubled; and numbers in a JSON array, which each database
takes apart by other words, have one way to be written: ``(SELECT value FROM json_each(:ids))``.
"""

import re
from functools import cache
from typing import Any, NamedTuple

from benchhub.store.statements import statements, statements_in_file

_TOKEN = re.compile(
    r"""
    (?P<left>'(?:[^']|'')*' | "(?:[^"]|"")*" | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ | --[^\n]* | /\*.*?\*/ | ::)
    | (?<![\w:]):(?P<name>[A-Za-z_]\w*) | (?P<mark>\?)
    """,
    re.VERBOSE | re.DOTALL,
)

_IDS = re.compile(r"\(SELECT value FROM json_each\((:\w+)\)\)")
_IDS_HERE = r"(SELECT CAST(jsonb_array_elements_text(CAST(\1 AS jsonb)) AS bigint))"


_ABSENT = re.compile(r":(\w+) IS NULL\b")
_ENDING = "__is_null"


class Statement(NamedTuple):
    """A statement as psycopg takes it.

    Attributes:
        optional: Parameters whose absence it asks for: PostgreSQL would not know the type of what is only compared
            with NULL, so it is told in a parameter of its own.
    """

    sql: str
    optional: frozenset[str]

    def filled(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters with what it wants to know of them."""
        if not self.optional:
            return parameters
        return {**parameters, **{name + _ENDING: parameters[name] is None for name in self.optional}}


@cache
def postgres_statements() -> dict[str, Statement]:
    """Return the statements by name: those of both databases, and those that must differ here."""
    said = {**statements(), **statements_in_file("statements.postgres.sql")}
    return {name: _translated(sql) for name, sql in said.items()}


def _translated(sql: str) -> Statement:
    sql = _ABSENT.sub(rf":\1{_ENDING}", _IDS.sub(_IDS_HERE, sql))
    return Statement(with_placeholders(sql), frozenset(re.findall(rf":(\w+){_ENDING}", sql)))


def with_placeholders(sql: str, *, has_marks: bool = True) -> str:
    """Return SQL with the placeholders of psycopg; quoted text, comments and casts stay as they are.

    Args:
        sql: One statement.
        has_marks: ``?`` is a placeholder; in people's SQL it may be an operator of PostgreSQL.
    """
    parts: list[str] = []
    at = 0
    for token in _TOKEN.finditer(sql):
        parts.append(sql[at : token.start()].replace("%", "%%"))
        if token["name"]:
            parts.append(f"%({token['name']})s")
        elif token["mark"] and has_marks:
            parts.append("%s")
        else:
            parts.append(token[0].replace("%", "%%"))
        at = token.end()
    return "".join(parts) + sql[at:].replace("%", "%%")
