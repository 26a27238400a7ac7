"""The server's side of a framework: its tables are made when it is installed, never because a report says so.

Whoever may send reports could otherwise make tables at will. A report of a framework that is not installed here, or of
a newer version of it, fills the common tables all the same; what has no native column waits in the report, and is
projected when the framework arrives.
"""

from collections.abc import Mapping, Sequence

import msgspec

from benchhub.model.report import NativeTable, Report
from benchhub.store.database import Database
from benchhub.store.native import ensure_native_tables

Installed = Mapping[str, Sequence[NativeTable]]
"""The tables of each framework that is installed, by its name."""


class Welcome(msgspec.Struct, frozen=True):
    """What a framework found when it was started.

    Attributes:
        newest_version: Of its reader that was ever here; greater than its own when an older one was installed again.
        is_extended: Tables or columns were made.
        waiting: Reports whose native rows waited for them, and are projected again.
    """

    newest_version: int
    is_extended: bool
    waiting: int


def welcome(database: Database, name: str, version: int, tables: Sequence[NativeTable]) -> Welcome:
    """Make or extend the tables of a framework, and let what waited for them be projected again.

    Args:
        database: Where.
        name: Of the framework.
        version: Of its reader.
        tables: As it declares them.

    Raises:
        SetAsideError: A declared name cannot be a table or a column, or has another type already; nothing is changed.
    """
    setting = f"framework.{name}"
    with database.transaction(durable=True):
        before = database.all("native_tables")
        ensure_native_tables(database, tables)
        row = database.one("setting", name=setting)
        known_version = int(row[0]) if row else 0
        newest = max(version, known_version)
        is_extended = database.all("native_tables") != before
        waiting = 0
        if is_extended:
            # A table that was there, but for a new column: older reports have nothing to put in.
            above = known_version if row else 0
            waiting = len(database.all("project_later", framework=name, above=above))
        if newest != known_version:
            database.do("put_setting", name=setting, value=str(newest))
    return Welcome(newest, is_extended, waiting)


def with_native_of(report: Report, installed: Installed) -> Report:
    """Return a report with those of its native columns that its framework has here."""
    declared = {table.name: table for table in report.envelope.native}
    native = tuple(
        known
        for table in installed.get(report.envelope.framework.name, ())
        if (said := declared.get(table.name))
        and said.rows == table.rows
        and (known := _known_part(table, said)).columns
    )
    envelope = msgspec.structs.replace(report.envelope, native=native)
    return msgspec.structs.replace(report, envelope=envelope)


def _known_part(table: NativeTable, said: NativeTable) -> NativeTable:
    """Return the table with the columns that a report fills; where their values come from, the report says."""
    types = {column.name: column.type for column in table.columns}
    columns = tuple(column for column in said.columns if types.get(column.name) == column.type)
    return msgspec.structs.replace(table, columns=columns)
