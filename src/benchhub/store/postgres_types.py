"""What values of PostgreSQL are here: the same as SQLite gives, so that nobody who reads can tell them apart.

Flags are 0 and 1, times are text, decimal numbers are whole or real numbers, JSON is compact text, and whatever SQLite
does not know (intervals, arrays, addresses) is the text that PostgreSQL writes.
"""

from functools import cache

import msgspec
import psycopg
from psycopg.adapt import AdaptersMap, Buffer, Loader
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper, StrDumperUnknown

from benchhub.store.text import SQL_INTEGER_MAX, sql_text

_TEXTS = ("date", "time", "timetz", "interval", "timestamp", "timestamptz", "uuid", "inet", "cidr", "json", "record")


class _Flag(Loader):
    def load(self, data: Buffer) -> int:  # type: ignore[explicit-override]  # typing has it from 3.12
        return 1 if bytes(data) == b"t" else 0


class _Number(Loader):
    def load(self, data: Buffer) -> int | float:  # type: ignore[explicit-override]  # typing has it from 3.12
        text = bytes(data)
        number = int(text) if text.lstrip(b"-").isdigit() else None
        return number if number is not None and -SQL_INTEGER_MAX <= number <= SQL_INTEGER_MAX else float(text)


class _Text(Loader):
    def load(self, data: Buffer) -> str:  # type: ignore[explicit-override]  # typing has it from 3.12
        return bytes(data).decode()


class _Json(Loader):
    def load(self, data: Buffer) -> str:  # type: ignore[explicit-override]  # typing has it from 3.12
        return msgspec.json.format(bytes(data), indent=-1).decode()


class _UnknownText(StrDumperUnknown):
    """Text whose type the statement decides; NUL is shown as ``␀``, since PostgreSQL refuses it."""

    def dump(self, obj: str) -> Buffer | None:  # type: ignore[explicit-override]  # typing has it from 3.12
        return super().dump(sql_text(obj))


class _PlainText(StrDumper):
    def dump(self, obj: str) -> Buffer | None:  # type: ignore[explicit-override]  # typing has it from 3.12
        return super().dump(sql_text(obj))


@cache
def adapters() -> AdaptersMap:
    """Return how values go to PostgreSQL and come from it."""
    made = AdaptersMap(psycopg.adapters)
    # One type for all whole numbers: a prepared statement is one for its types.
    made.register_dumper(int, Int8Dumper)
    made.register_dumper(str, _PlainText)
    made.register_dumper(str, _UnknownText)
    made.register_loader("bool", _Flag)
    made.register_loader("numeric", _Number)
    made.register_loader("jsonb", _Json)
    for name in _TEXTS:
        made.register_loader(name, _Text)
    for kind in made.types:
        if kind.array_oid:
            made.register_loader(kind.array_oid, _Text)
    return made
