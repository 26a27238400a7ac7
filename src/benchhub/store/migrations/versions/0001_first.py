"""The first schema."""  # noqa: INP001 -- Alembic loads it by its path

from alembic import op

from benchhub.store.database import split_script
from benchhub.store.statements import text_of

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables and views but the table of the version, which is there when a migration runs."""
    # Note: while 0001 is the newest version its DDL is the checked-in one. The migration that changes the DDL freezes
    # a copy of it here.
    for statement in split_script(text_of("schema.sql") + text_of("views.sql")):
        if " schema_version " not in statement:
            op.get_bind().exec_driver_sql(statement)
