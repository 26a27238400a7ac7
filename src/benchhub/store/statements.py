"""Named SQL statements, read from a file beside this one."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

SCHEMA_VERSION = "0004"


@cache
def statements() -> dict[str, str]:
    """Return the statements of ``statements.sql`` by name."""
    return statements_in_file("statements.sql")


def statements_in_file(file_name: str) -> dict[str, str]:
    """Return the statements of a file of this room by name."""
    found: dict[str, str] = {}
    for part in text_of(file_name).split("\n-- name: ")[1:]:
        name, _, body = part.partition("\n")
        found[name.strip()] = body.split("\n-- ", 1)[0].strip().rstrip(";")
    return found


def text_of(file_name: str) -> str:
    """Return a file of this room."""
    return Path(__file__).with_name(file_name).read_text(encoding="utf-8")


def split_script(script: str) -> Iterator[str]:
    """Yield the statements of a script of ours, each of which ends where a line does; drivers take one at a time."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if line.split("--", 1)[0].rstrip().endswith(";"):
            yield statement
            statement = ""
