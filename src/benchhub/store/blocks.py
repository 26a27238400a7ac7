"""History blocks: the values of many runs, side by side in the order in which charts read them.

Measurements are clustered by run, since a row in series order would dirty a page per value. Every ``RUNS_PER_BLOCK``
runs of one catalog their values are written a second time, one row per series, as a JSON array over the runs of the
block: about 9 bytes a value, and a history of 5 000 points reads 79 rows. The view ``history`` adds the runs that are
in no block yet, so a late block costs time, never truth.
"""

from collections.abc import Iterator

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
    database.many("insert_history_value", _columns(database, block_id, run_ids))
    database.do("set_block", block_id=block_id)


def leave_history(database: Database, block_id: int) -> None:
    """Dissolve a block: one of its runs is about to change. Its runs are read from their measurements again."""
    series = database.all("series_of_block", block_id=block_id)
    database.many("delete_history_value", [(row[0], block_id) for row in series])
    database.do("leave_block", block_id=block_id)
    database.do("delete_history_block", block_id=block_id)


def _columns(database: Database, block_id: int, run_ids: list[int]) -> Iterator[tuple[int, int, str]]:
    """Yield series, block and JSON array, in the order of the key."""
    values_by_run = [dict(database.all("values_of_run", run_id=run_id)) for run_id in run_ids]
    series = values_by_run[0].keys()
    if all(values.keys() == series for values in values_by_run):
        columns = zip(*(values.values() for values in values_by_run), strict=True)
        for series_id, column in zip(series, columns, strict=True):
            yield series_id, block_id, f"[{','.join(map(repr, column))}]"
        return
    for series_id in sorted(set().union(*values_by_run)):
        cells = (values.get(series_id) for values in values_by_run)
        yield series_id, block_id, f"[{','.join('null' if cell is None else repr(cell) for cell in cells)}]"
