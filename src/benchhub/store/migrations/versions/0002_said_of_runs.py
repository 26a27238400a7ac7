"""Tags and notes on runs, removals that can be undone, and renames in place of aliases of single cases."""  # noqa: INP001 -- Alembic loads it by its path

from alembic import op

from benchhub.store.migration_scripts import run_script

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables and views; `case_alias` goes, which no verb ever filled, and what was resolved is a mere cache."""
    run_script(op.get_bind(), revision)
