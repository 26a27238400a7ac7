"""The first schema."""  # noqa: INP001 -- Alembic loads it by its path

from pathlib import Path

from alembic import op

from benchhub.store.statements import split_script

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables and views but the table of the version, which is there when a migration runs."""
    script = Path(__file__).with_name("0001.sql").read_text(encoding="utf-8")
    for statement in split_script(script):
        if " schema_version " not in statement:
            op.get_bind().exec_driver_sql(statement)
