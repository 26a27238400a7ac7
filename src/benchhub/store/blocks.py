"""History blocks: the values of many runs, side by side in the order in which charts read them.

Measurements are clustered by run, since a row in series order would dirty a page per value. Every ``RUNS_PER_BLOCK``
runs of one catalog their values are written a second time, one row per series, as a JSON array over the runs of the
block: about 9 bytes a value, and a history of 5 000 points reads 79 rows. The view ``history`` adds the runs that are
in no block yet, so a late block costs time, never truth.
"""

from benchhub.store.database import Database

RUNS_PER_BLOCK = 64


def add_to_history(database: Database, project_id: int, catalog_id: int) -> None:
    """Write a block, if enough runs of this catalog wait for one."""
    run_ids = [
        row[0]
        for row in database.all("runs_to_block", project_id=project_id, catalog_id=catalog_id, runs=RUNS_PER_BLOCK)
    ]
    if len(run_ids) < RUNS_PER_BLOCK:
        return
    (block_id,) = database.one("next_block")
    database.many("insert_history_block", [(block_id, slot, run_id) for slot, run_id in enumerate(run_ids)])
    columns: dict[int, list[str]] = {}
    for slot, run_id in enumerate(run_ids):
        for series_id, value in database.all("values_of_run", run_id=run_id):
            column = columns.get(series_id)
            if column is None:
                column = columns[series_id] = []
            if len(column) < slot:
                column += ["null"] * (slot - len(column))
            column.append(repr(value))
    database.many(
        "insert_history_value",
        [(series_id, block_id, f"[{','.join(columns[series_id])}]") for series_id in sorted(columns)],
    )
    database.do("set_block", block_id=block_id)


def leave_history(database: Database, block_id: int) -> None:
    """Dissolve a block: one of its runs is about to change. Its runs are read from their measurements again."""
    series = database.all("series_of_block", block_id=block_id)
    database.many("delete_history_value", [(row[0], block_id) for row in series])
    database.do("leave_block", block_id=block_id)
    database.do("delete_history_block", block_id=block_id)
