"""What migrations are made of: ``0005.sql`` for SQLite, and ``0005.postgres.sql`` for PostgreSQL.

PostgreSQL begins with the schema of one version; what led there is SQLite's own past. As long as no migration follows,
its tables are those of the checked-in DDL; whoever writes the next one freezes them first, as ``0004.postgres.sql``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from benchhub.store.statements import split_script, text_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

MIGRATIONS = Path(__file__).with_name("migrations")
POSTGRES_FIRST = "0004"


def run_script(connection: "Connection", version: str) -> None:
    """Run the script of one version on the database that is being migrated.

    The table of the version is there when a migration runs; Alembic keeps it.
    """
    for statement in _statements(connection.dialect.name, version):
        if "schema_version" not in statement:
            connection.exec_driver_sql(statement)


def _statements(dialect: str, version: str) -> Iterator[str]:
    if dialect != "postgresql":
        return split_script((MIGRATIONS / "versions" / f"{version}.sql").read_text(encoding="utf-8"))
    frozen = MIGRATIONS / "versions" / f"{version}.postgres.sql"
    if frozen.exists():
        script = frozen.read_text(encoding="utf-8")
    elif version == POSTGRES_FIRST:
        script = text_of("schema.postgres.sql") + text_of("views.postgres.sql")
    else:
        return iter(())
    return split_script(script.replace("%", "%%"))
