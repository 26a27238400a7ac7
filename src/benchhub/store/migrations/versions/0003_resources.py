"""Resource use: of every part of a run, and over time."""  # noqa: INP001 -- Alembic loads it by its path

from pathlib import Path

from alembic import op

from benchhub.store.statements import split_script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table and its view; `resources` has more rows and columns, `samples` only what tools printed."""
    script = Path(__file__).with_name("0003.sql").read_text(encoding="utf-8")
    for statement in split_script(script):
        op.get_bind().exec_driver_sql(statement)
