"""Tags and notes on runs, removals that can be undone, and renames in place of aliases of single cases."""  # noqa: INP001 -- Alembic loads it by its path

from pathlib import Path

from alembic import op

from benchhub.store.statements import split_script

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables and views; `case_alias` goes, which no verb ever filled, and what was resolved is a mere cache."""
    script = Path(__file__).with_name("0002.sql").read_text(encoding="utf-8")
    for statement in split_script(script):
        op.get_bind().exec_driver_sql(statement)
