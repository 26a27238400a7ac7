"""History blocks: the values of many runs, side by side in the order in which charts read them.

Measurements are clustered by run, since a row in series order would dirty a page per value. Every ``RUNS_PER_BLOCK``
runs of one catalog their values are written a second time, one row per series, as a JSON array over the runs of the
block: about 9 bytes a value, and a history of 5 000 points reads 79 rows. The view ``history`` adds the runs that are
in no block yet, so a late block costs time, never truth.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from benchhub.store.database import Database

RUNS_PER_BLOCK = 64


def add_to_history(database: Database, project_id: int, catalog_id: int) -> bool:
    """Write a block, if enough runs of this catalog wait for one; return whether they did."""
    run_ids = [
        row[0]
        for row in database.all("runs_to_block", project_id=project_id, catalog_id=catalog_id, runs=RUNS_PER_BLOCK)
    ]
    if len(run_ids) < RUNS_PER_BLOCK:
        return False
    (block_id,) = database.one("next_block")
    database.insert("insert_history_block", block_id, list(enumerate(run_ids)))
    database.insert("insert_history_value", block_id, list(_columns(database, run_ids)))
    database.do("set_block", block_id=block_id)
    return True


def fill_history(database: Database) -> None:
    """Write every block that is due: after many runs have left theirs."""
    for project_id, catalog_id in database.all("catalogs_to_block", runs=RUNS_PER_BLOCK):
        is_due = True
        while is_due:
            with database.transaction(durable=False):
                is_due = add_to_history(database, project_id, catalog_id)


def leave_history(database: Database, block_id: int, *, also: Iterable[int]) -> None:
    """Dissolve a block, one of whose runs has changed: its runs are read from their measurements again.

    Args:
        database: Where.
        block_id: The block.
        also: The series that the run had when the block was written, since it may have lost some.
    """
    series = {*also, *(row[0] for row in database.all("series_of_block", block_id=block_id))}
    database.many("delete_history_value", [(series_id, block_id) for series_id in series])
    database.do("leave_block", block_id=block_id)
    database.do("delete_history_block", block_id=block_id)


def wrong_blocks(database: Database) -> Iterator[int]:
    """Yield the blocks that do not say what the measurements of their runs say."""
    for (block_id,) in database.all("all_blocks"):
        run_ids = [row[0] for row in database.all("runs_of_block", block_id=block_id)]
        for series_id, column in _columns(database, run_ids):
            said = database.one("history_value", series_id=series_id, block_id=block_id)
            if said is None or said[0] != column:
                yield block_id
                break


def mend_history(database: Database) -> None:
    """Dissolve the blocks that are wrong; their runs wait for new ones."""
    for block_id in list(wrong_blocks(database)):
        with database.transaction(durable=False):
            leave_history(database, block_id, also=())
            database.do("delete_values_of_block", block_id=block_id)


def _columns(database: Database, run_ids: list[int]) -> Iterator[tuple[int, str]]:
    """Yield series and JSON array, in the order of the key."""
    values_by_run = [dict(database.all("values_of_run", run_id=run_id)) for run_id in run_ids]
    series = values_by_run[0].keys()
    if all(values.keys() == series for values in values_by_run):
        columns = zip(*(values.values() for values in values_by_run), strict=True)
        for series_id, column in zip(series, columns, strict=True):
            yield series_id, _array(column)
        return
    for series_id in sorted(set().union(*values_by_run)):
        yield series_id, _array([values.get(series_id) for values in values_by_run])


def _array(column: Sequence[float | None]) -> str:
    return msgspec.json.encode(column).decode()
