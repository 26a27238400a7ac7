"""What the rest of this room asks of a database, whichever it is.

Two kinds answer alike: a file of SQLite (``sqlite``), for one desk or one server, and PostgreSQL (``postgres``), for
several servers. Which one it is only they know; a statement that must differ has its other form in
``statements.postgres.sql``.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, Protocol, Self

Cursor = Any
"""The driver's: ``description``, ``fetchone``, ``fetchall``, and rows to go through."""


class Large(Protocol):
    """Where bytes lie that are too large for a row, packed, by the hash of their plain content."""

    def put(self, sha256: str, source: BinaryIO, size_bytes: int) -> None:
        """Pack and keep them, durably; what is there already is left as it is."""

    def open(self, sha256: str) -> BinaryIO:
        """Return the packed bytes; ``FileNotFoundError`` when they are gone."""

    def bytes_of(self, sha256: str) -> int:
        """Return how many packed bytes there are, 0 when they are gone."""

    def place_of(self, sha256: str) -> str:
        """Return where they lie, for people."""

    def bytes_in_all(self) -> int:
        """Return how many packed bytes lie there in all."""

    def strays(self, known: set[str]) -> Iterator[tuple[str, int]]:
        """Yield what lies there and is none of ``known``, and its packed bytes."""

    def remove(self, stray: str) -> None:
        """Let a stray go for good."""


class Database(Hashable, Protocol):
    """A connection to a BenchHub database, for one thread at a time.

    Attributes:
        name: For people: the path of the file, or the address of the server without its password.
        connection: The driver's, for tests and measurements; this room goes through the methods.
        large: Where bytes lie that are too large for a row.
    """

    connection: Any

    @property
    def name(self) -> str:
        """For people."""

    @property
    def large(self) -> Large:
        """Where large bytes lie."""

    def __enter__(self) -> Self:
        """Return itself."""

    def __exit__(self, *_: object) -> None:
        """Close it."""

    def close(self) -> None:
        """Close it."""

    def all(self, statement: str, /, **parameters: Any) -> list[Any]:  # noqa: ANN401 -- what SQL takes
        """Return all rows of a named statement."""

    def one(self, statement: str, /, **parameters: Any) -> Any:  # noqa: ANN401 -- a row or None
        """Return the first row of a named statement, or ``None``."""

    def do(self, statement: str, /, **parameters: Any) -> None:  # noqa: ANN401 -- what SQL takes
        """Run a named statement."""

    def cursor(self, statement: str, /, **parameters: Any) -> Cursor:  # noqa: ANN401 -- what SQL takes
        """Return a cursor over the rows of a named statement."""

    def many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Run a named statement with ``?`` once for each tuple."""

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Cursor:
        """Run SQL that this room made of names that it has checked; ``?`` stands for a parameter."""

    def insert(self, statement: str, shared: int, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows by a named ``INSERT INTO … VALUES (?1, ?, …)``, whose first value all of them share."""

    def insert_columns(self, sql: str, shared: int, columns: Sequence[Sequence[Any]]) -> None:
        """Insert rows that are given by column; there must be one column at least."""

    def transaction(self, *, durable: bool, is_alone: bool = True) -> AbstractContextManager[None]:
        """Do all or nothing.

        Args:
            durable: Survive a power cut: what is acknowledged must; what can be projected again need not.
            is_alone: Nobody else may write meanwhile. Without it others may on a server, where what is written needs
                no more than its keys and constraints to be right: intake, tokens, the audit trail.

        Raises:
            StoreError: The database is locked, full, damaged or away.
        """

    def take_turn(self) -> None:
        """Wait until nobody else makes tables of reports; holds until the transaction ends."""

    def ask(self, text: str, parameters: dict[str, Any], *, seconds_max: float) -> tuple[list[str], Iterator[Any]]:
        """Return columns and rows of people's SQL, read-only.

        Raises:
            QuestionError: It has no answer; the rows raise it, too.
            KeyboardInterrupt: The user ended it; likewise.
        """

    def create_native(self, name: str, keys: Sequence[str], columns: Sequence[tuple[str, str]]) -> None:
        """Make a framework's table: whole-number keys, the first that of the run, and columns with types of a plug-in.

        Args:
            name: Checked, as all names here.
            keys: They make the primary key.
            columns: Names, and ``integer``, ``real``, ``text`` or ``json``.
        """

    def add_native_column(self, name: str, column: str, kind: str) -> None:
        """Add a column to a framework's table."""

    def first_damage(self) -> str | None:
        """Return the first damage that a quick look finds; ``None`` for none."""

    def damages(self) -> Iterator[tuple[str, str]]:
        """Yield what is damaged and how, as far as the database itself can tell."""

    def storage(self) -> tuple[int, int, int, int]:
        """Return how many bytes the file takes, the log beside it, all pages, and of them those in no use."""

    def bytes_by_table(self) -> dict[str, int]:
        """Return what each table takes with its indexes; empty where nobody can tell."""

    def vacuum(self) -> bool:
        """Give back the room of what was deleted; return whether that must wait for somebody who reads."""


class QuestionError(Exception):
    """People's SQL has no answer.

    Attributes:
        why: ``time``, ``forbidden``, ``several`` statements, ``table`` or ``column`` that is not there, ``other``.
        said: What the database says.
        name: Of what is not there.
    """

    def __init__(self, why: str, said: str, name: str = "") -> None:
        super().__init__(said)
        self.why = why
        self.said = said
        self.name = name
