"""PostgreSQL: a connection to one database on a server, and what differs there.

Who writes is alone, as in SQLite, by a lock that lasts as long as the transaction; intake and the like, which need no
more than keys and constraints, go beside each other. A connection that was lost is made again by whoever asks next; a
transaction that it was lost in has not happened.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import repeat
from math import inf
from typing import Any, Self

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from benchhub.errors import StoreError
from benchhub.store.contract import QuestionError
from benchhub.store.large_parts import LargeParts
from benchhub.store.postgres_errors import is_of_the_place, store_error
from benchhub.store.postgres_statements import postgres_statements, with_placeholders
from benchhub.store.statements import statements
from benchhub.store.text import SQL_INTEGER_MAX, sql_text

LOCK = 1112044898
"""The first half of the keys of our locks: what SQLite's files say of themselves."""
WRITING, PROJECTING = 1, 2

NATIVE_TYPES = {
    "integer": "numeric",
    "real": "double precision",
    "text": 'text COLLATE "C"',
    "json": 'text COLLATE "C"',
}
"""Whole numbers are ``numeric``, so that what a tool said is kept, were it larger than any integer or a fraction."""

_INSERT = re.compile(r'INSERT INTO "?(\w+)"? \((.+?)\)\s+VALUES \((.+)\)', re.DOTALL)


class PostgresDatabase:
    """A connection to a database.

    Attributes:
        name: Its address, without the password.
        connection: The driver's; another one after it was lost.
        large: Rows of the database itself: servers share no disk.
    """

    def __init__(self, name: str, connect: Callable[[], psycopg.Connection[Any]]) -> None:
        self.name = name
        self.connection = connect()
        self.large = LargeParts(self)
        self._connect = connect
        self._has_begun = False
        self._types: dict[tuple[str, str], list[str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self.connection.close()

    # -- statements ----------------------------------------------------------------------------------------------

    def all(self, statement: str, /, **parameters: Any) -> list[Any]:  # noqa: ANN401 -- what SQL takes
        """Return all rows of a named statement."""
        return self.cursor(statement, **parameters).fetchall()

    def one(self, statement: str, /, **parameters: Any) -> Any:  # noqa: ANN401 -- a row or None
        """Return the first row of a named statement, or ``None``."""
        return self.cursor(statement, **parameters).fetchone()

    def do(self, statement: str, /, **parameters: Any) -> None:  # noqa: ANN401 -- what SQL takes
        """Run a named statement."""
        self.cursor(statement, **parameters)

    def cursor(self, statement: str, /, **parameters: Any) -> psycopg.Cursor[Any]:  # noqa: ANN401 -- what SQL takes
        """Return a cursor over the rows of a named statement."""
        known = postgres_statements()[statement]
        return self._run(known.sql, known.filled(parameters))

    def many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Run a named statement with ``?`` once for each tuple."""
        rows = list(rows)
        if rows:
            self.connection.cursor().executemany(postgres_statements()[statement].sql, rows)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
        """Run SQL that this room made of names that it has checked."""
        return self._run(with_placeholders(sql), parameters)

    def _run(self, sql: str, parameters: Any) -> psycopg.Cursor[Any]:  # noqa: ANN401 -- what SQL takes
        """Run a statement; once more on a new connection, where the one at hand was lost while nobody used it."""
        is_inside = self.is_inside or self._has_begun
        if self.connection.closed and not is_inside:
            self._reconnect()
        try:
            return self.connection.execute(sql, parameters)
        except psycopg.Error as error:
            if not is_of_the_place(error):
                raise
            if not self.connection.closed or is_inside:
                raise store_error(self.name, error) from error
        self._reconnect()
        try:
            return self.connection.execute(sql, parameters)
        except psycopg.Error as error:
            raise (store_error(self.name, error) if is_of_the_place(error) else error) from error

    @property
    def is_inside(self) -> bool:
        """Whether a transaction has begun."""
        return self.connection.info.transaction_status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}

    def _reconnect(self) -> None:
        with suppress(psycopg.Error):
            self.connection.close()
        self.connection = self._connect()

    # -- rows in bulk --------------------------------------------------------------------------------------------

    def insert(self, statement: str, shared: int, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows by a named statement whose ``?1`` all of them share."""
        if rows:
            self.insert_columns(statements()[statement], shared, list(zip(*rows, strict=True)))

    def insert_columns(self, sql: str, shared: int, columns: Sequence[Sequence[Any]]) -> None:
        """Insert rows that are given by column: COPY in binary form is five times as fast as statements."""
        table, names, marks = _parts_of(sql)
        types = self._types_of(table, names)
        given = iter(columns)
        cells = [
            _cells(next(given), kind) if mark == "?" else repeat(shared if mark == "?1" else int(mark), len(columns[0]))
            for mark, kind in zip(marks, types, strict=True)
        ]
        question = f'COPY "{table}" ({names}) FROM STDIN (FORMAT BINARY)'
        with self.connection.cursor() as cursor, cursor.copy(question) as copy:
            copy.set_types(types)
            for row in zip(*cells, strict=True):
                copy.write_row(row)

    def _types_of(self, table: str, names: str) -> list[str]:
        known = self._types.get((table, names))
        if known is None:
            cursor = self.connection.execute(f'SELECT {names} FROM "{table}" LIMIT 0')  # noqa: S608 -- our own names
            registry = self.connection.adapters.types
            kinds = [registry.get(column.type_code) for column in cursor.description or ()]
            known = self._types[table, names] = [kind.name if kind else "text" for kind in kinds]
        return known

    # -- transactions --------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self, *, durable: bool, is_alone: bool = True) -> Iterator[None]:  # noqa: ARG002 -- see there
        """Do all or nothing; always durable: a crash would forget what is gone from the spool of a desk."""
        lock = f"SELECT pg_advisory_xact_lock{'' if is_alone else '_shared'}({LOCK}, {WRITING})"
        begin = f"BEGIN; {lock}"
        self._begin(begin)
        self._has_begun = True  # Remembered, since a connection that was lost does not know it any more.
        try:
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if not self.connection.closed:
                    with suppress(psycopg.Error):
                        self.connection.execute("ROLLBACK")
                raise
        except psycopg.Error as error:
            if not is_of_the_place(error):
                raise  # Of what was to be written, or ours.
            raise store_error(self.name, error) from error
        finally:
            self._has_begun = False

    def _begin(self, begin: str) -> None:
        """Begin a transaction: several statements without parameters go in one round trip."""
        try:
            self._run(begin, None)
        except BaseException:
            if self.is_inside:  # Waiting for the lock was cut short.
                self.connection.execute("ROLLBACK")
            raise

    def take_turn(self) -> None:
        """Wait until nobody else projects; holds until the transaction ends."""
        self.connection.execute(f"SELECT pg_advisory_xact_lock({LOCK}, {PROJECTING})")

    # -- people's SQL --------------------------------------------------------------------------------------------

    def ask(self, text: str, parameters: dict[str, Any], *, seconds_max: float) -> tuple[list[str], Iterator[Any]]:
        """Return columns and rows of people's SQL, in a transaction that can write nothing."""
        rows = self._answers(text, parameters, seconds_max)
        columns = next(rows)
        return columns, rows

    def _answers(self, text: str, parameters: dict[str, Any], seconds_max: float) -> Iterator[Any]:
        """Yield the names of the columns, then the rows."""
        word = _first_word(text)
        if not word:
            yield []
            return
        if word not in _ASKING | _TELLING:
            why = "forbidden"
            raise QuestionError(why, f"{word} is no question")
        timeout_ms = 0 if seconds_max == inf else max(int(seconds_max * 1000), 1)
        limits = f"SET LOCAL statement_timeout = {timeout_ms}; SET LOCAL cursor_tuple_fraction = 1"
        self._begin(f"BEGIN READ ONLY; {limits}")
        try:
            sql = with_placeholders(text, has_marks=False)
            with self.connection.cursor(*(("question",) if word in _ASKING else ())) as cursor:
                # The extended protocol takes one statement; two would get out of the transaction.
                cursor.execute(sql, parameters, **({} if word in _ASKING else {"prepare": True}))
                yield [column.name for column in cursor.description or ()]
                yield from cursor
        except psycopg.Error as error:
            is_away = self.connection.closed
            raise (store_error(self.name, error) if is_away else _no_answer(error)) from error
        finally:
            if not self.connection.closed:
                with suppress(psycopg.Error):
                    self.connection.execute("ROLLBACK")

    # -- native tables -------------------------------------------------------------------------------------------

    def create_native(self, name: str, keys: Sequence[str], columns: Sequence[tuple[str, str]]) -> None:
        """Make a framework's table."""
        declared = [f"{key} integer NOT NULL" for key in keys]
        declared += [f'"{column}" {NATIVE_TYPES[kind]}' for column, kind in columns]
        self.connection.execute(f'CREATE TABLE "{name}" ({", ".join(declared)}, PRIMARY KEY ({", ".join(keys)}))')

    def add_native_column(self, name: str, column: str, kind: str) -> None:
        """Add a column to a framework's table."""
        self.connection.execute(f'ALTER TABLE "{name}" ADD COLUMN "{column}" {NATIVE_TYPES[kind]}')

    # -- the database --------------------------------------------------------------------------------------------

    def first_damage(self) -> str | None:
        """Return the first index that is not valid; pages are the server's to check."""
        return next((f"{where}: {what}" for where, what in self.damages()), None)

    def damages(self) -> Iterator[tuple[str, str]]:
        """Yield indexes that are not valid: of what lies deeper the server's own `pg_amcheck` tells."""
        question = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid AND indexrelid > 16384"
        for (name,) in self._run(question, ()):
            yield name, f"the index is not valid; `REINDEX INDEX {name}` makes it again"

    def storage(self) -> tuple[int, int, int, int]:
        """Return the size of the database, no log, its tables and indexes, and nothing that is known to be free."""
        (whole,) = self._run("SELECT pg_database_size(current_database())", ()).fetchone() or (0,)
        return whole, 0, sum(self.bytes_by_table().values()), 0

    def bytes_by_table(self) -> dict[str, int]:
        """Return what each table takes with its indexes and all that lies beside it."""
        return dict(self.all("bytes_by_table"))

    def vacuum(self) -> bool:
        """Write the tables anew; the server lets the room be used again by itself, but gives none back."""
        try:
            self.connection.execute("VACUUM (FULL, ANALYZE)")
        except psycopg.Error as error:
            raise store_error(self.name, error) from error
        return False


@cache
def _parts_of(sql: str) -> tuple[str, str, list[str]]:
    """Return table, columns and marks of an ``INSERT INTO … VALUES (?1, ?, …)``."""
    found = _INSERT.fullmatch(sql.strip())
    if found is None:
        what = f"not an INSERT of rows: {sql}"
        raise StoreError(what)
    return found[1], found[2], [mark.strip() for mark in found[3].split(",")]


def _cells(column: Sequence[Any], kind: str) -> Sequence[Any]:
    """Return a column as its type takes it: SQLite's columns also take what they are not declared for."""
    if kind == "text":
        return [sql_text(cell) if isinstance(cell, str) or cell is None else str(cell) for cell in column]
    if kind == "numeric":
        return _whole_numbers(column) or [_decimal(cell) for cell in column]
    if kind == "float8":
        return [None if isinstance(cell, str) else cell for cell in column]
    return column


def _whole_numbers(column: Sequence[Any]) -> list[int] | None:
    """Return a column of whole numbers, said as integers or as reals; ``None`` when there is anything else."""
    try:
        numbers = list(map(int, column))
    except (OverflowError, TypeError, ValueError):
        return None
    return numbers if numbers == [*column] and max(map(abs, numbers)) <= SQL_INTEGER_MAX else None


def _decimal(cell: Any) -> Any:  # noqa: ANN401 -- what a tool said
    from decimal import Decimal, InvalidOperation  # noqa: PLC0415 -- for native tables only

    if cell is None or isinstance(cell, int):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) <= SQL_INTEGER_MAX:
        return int(cell)
    try:
        said = Decimal(str(cell))
    except InvalidOperation:
        return None  # A word; the report has it.
    return said if said.is_finite() else None


_COMMENTS = re.compile(r"(\s+|--[^\n]*|/\*.*?\*/|;|\()*", re.DOTALL)
_ASKING = frozenset({"SELECT", "WITH", "VALUES", "TABLE"})
_TELLING = frozenset({"EXPLAIN", "SHOW"})
"""Read whole: no cursor of the server gives their rows."""


def _first_word(text: str) -> str:
    found = _COMMENTS.match(text)
    return re.split(r"\W", text[found.end() if found else 0 :], maxsplit=1)[0].upper()


def _no_answer(error: psycopg.Error) -> BaseException:
    """Return what a failed question means."""
    said = (error.diag.message_primary or str(error)).strip()
    match error:
        case errors.QueryCanceled():
            return QuestionError("time", said) if "timeout" in said else KeyboardInterrupt()
        case errors.ReadOnlySqlTransaction() | errors.InsufficientPrivilege() | errors.ActiveSqlTransaction():
            return QuestionError("forbidden", said)
        case errors.UndefinedTable():
            return QuestionError("table", said, _quoted(said))
        case errors.UndefinedColumn():
            return QuestionError("column", said, _quoted(said))
        case errors.SyntaxError() if "multiple commands" in said:
            return QuestionError("several", said)
        case _:
            return QuestionError("other", said)


def _quoted(said: str) -> str:
    found = re.search(r'"([^"]+)"|column (\S+)', said)
    return (found[1] or found[2]).rpartition(".")[2] if found else ""
