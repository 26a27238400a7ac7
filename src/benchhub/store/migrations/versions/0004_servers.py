"""Servers: tokens, what was done, parts of reports, the outbox, and what the registry declares."""  # noqa: INP001 -- Alembic loads it by its path

from pathlib import Path

from alembic import op

from benchhub.store.statements import split_script

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables of servers and of those who report to them."""
    script = Path(__file__).with_name("0004.sql").read_text(encoding="utf-8")
    for statement in split_script(script):
        op.get_bind().exec_driver_sql(statement)
