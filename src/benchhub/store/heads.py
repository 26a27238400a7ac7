"""Heads: the newest and the last but one value of every line, whatever the order in which runs arrive.

A run that is the newest of its lane pushes the heads of its series; that is nearly every run. For any other the heads
of its series are found again, by walking the lane from its newest run until every series was met twice: mostly two
or three runs.
"""

from collections.abc import Iterable
from typing import Any

from benchhub.store.database import Database

Head = tuple[int, float]


def put_heads(database: Database, run_id: int, lane_id: int) -> None:
    """Bring the heads up to date with a run that was not there before."""
    if database.one("is_newest_on_lane", run_id=run_id)[0]:
        database.do("push_heads", run_id=run_id, lane_id=lane_id)
        database.do("set_newest_run", run_id=run_id, lane_id=lane_id)
    else:
        series = [row[0] for row in database.all("values_of_run", run_id=run_id)]
        find_heads_again(database, lane_id, series)


def find_heads_again(database: Database, lane_id: int, series: Iterable[int]) -> None:
    """Make the heads of some series of a lane from its runs."""
    wanted = set(series)
    run_ids = [row[0] for row in database.all("runs_of_lane", lane_id=lane_id)]
    database.do("set_newest_run", run_id=run_ids[0] if run_ids else None, lane_id=lane_id)
    database.many("delete_head", [(lane_id, series_id) for series_id in wanted])
    found = newest_two(database, run_ids, wanted)
    rows = [(series_id, *_row(points)) for series_id, points in found]
    database.insert("insert_head", lane_id, rows)


def newest_two(database: Database, run_ids: list[int], wanted: set[int]) -> list[tuple[int, list[Head]]]:
    """Return the first two points of each series, in the order of the runs given."""
    found: dict[int, list[Head]] = {series_id: [] for series_id in wanted}
    open_series = set(wanted)
    for run_id in run_ids:
        if not open_series:
            break
        low, high = min(open_series), max(open_series)
        for series_id, value in database.all("values_between", run_id=run_id, low=low, high=high):
            if series_id in open_series:
                found[series_id].append((run_id, value))
                if len(found[series_id]) == 2:  # noqa: PLR2004 -- the newest and the one before
                    open_series.discard(series_id)
    return sorted((series_id, points) for series_id, points in found.items() if points)


def wrong_heads(database: Database, lane_id: int) -> set[int] | None:
    """Return the series of a lane whose heads do not say what its runs say; ``None`` when all is right."""
    run_ids = [row[0] for row in database.all("runs_of_lane", lane_id=lane_id)]
    wanted = {row[0] for row in database.all("series_of_lane", lane_id=lane_id)}
    expected = {series_id: _row(points) for series_id, points in newest_two(database, run_ids, wanted)}
    said = {row[0]: row[1:] for row in database.all("heads_of_lane", lane_id=lane_id)}
    wrong = {series_id for series_id in expected.keys() | said.keys() if expected.get(series_id) != said.get(series_id)}
    (newest_run_id,) = database.one("newest_run_of_lane", lane_id=lane_id)
    return None if not wrong and newest_run_id == (run_ids[0] if run_ids else None) else wrong


def mend_heads(database: Database) -> None:
    """Make the heads of every lane again where they are wrong."""
    for (lane_id,) in database.all("all_lanes"):
        with database.transaction(durable=False):
            wrong = wrong_heads(database, lane_id)
            if wrong is not None:
                find_heads_again(database, lane_id, wrong)


def _row(points: list[Head]) -> tuple[Any, ...]:
    newest, previous = [*points, (None, None)][:2]
    return (*newest, *previous)
