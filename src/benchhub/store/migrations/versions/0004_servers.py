"""Servers: tokens, what was done, parts of reports, the outbox, and what the registry declares."""  # noqa: INP001 -- Alembic loads it by its path

from alembic import op

from benchhub.store.migration_scripts import run_script

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables of servers and of those who report to them."""
    run_script(op.get_bind(), revision)
