"""The first schema."""  # noqa: INP001 -- Alembic loads it by its path

from alembic import op

from benchhub.store.migration_scripts import run_script

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables and views but the table of the version, which is there when a migration runs."""
    run_script(op.get_bind(), revision)
