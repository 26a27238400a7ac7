"""Resource use: of every part of a run, and over time."""  # noqa: INP001 -- Alembic loads it by its path

from alembic import op

from benchhub.store.migration_scripts import run_script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table and its view; `resources` has more rows and columns, `samples` only what tools printed."""
    run_script(op.get_bind(), revision)
