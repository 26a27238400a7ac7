"""Heads: the newest and the last but one run of every line, whatever the order in which runs arrive.

Lines of a lane that have both runs in common share one head, and know by a hash which series they are. So a run that is
the newest of its lane and measured what the newest before it did, which is nearly every run, moves one row. For any
other newest run its lines get heads of their own; for a run that is not the newest the heads of its series are found
again, by walking the lane from its newest run until every series was met twice: mostly two or three runs.
"""

from array import array
from collections.abc import Iterable

from benchhub.model.sha256 import sha256
from benchhub.store.database import Database

Head = tuple[int, int]
"""Newest and last but one run, 0 where there is none."""


def put_heads(database: Database, run_id: int, lane_id: int, series: list[int]) -> None:
    """Bring the heads up to date with a run that was not there before.

    Args:
        database: Where.
        run_id: The run.
        lane_id: Its lane.
        series: What it measured.
    """
    if not database.one("is_newest_on_lane", run_id=run_id)[0]:
        find_heads_again(database, lane_id, series)
        return
    database.do("set_newest_run", run_id=run_id, lane_id=lane_id)
    if series and not database.all("push_head", run_id=run_id, lane_id=lane_id, series_hash=_hash(series)):
        newest = {series_id: newest_run_id for series_id, newest_run_id, _ in _heads(database, lane_id)}
        _set_heads(database, lane_id, {series_id: (run_id, newest.get(series_id, 0)) for series_id in series})


def find_heads_again(database: Database, lane_id: int, series: Iterable[int]) -> None:
    """Make the heads of some series of a lane from its runs."""
    run_ids = [row[0] for row in database.all("runs_of_lane", lane_id=lane_id)]
    database.do("set_newest_run", run_id=run_ids[0] if run_ids else None, lane_id=lane_id)
    _set_heads(database, lane_id, newest_two(database, run_ids, set(series)))


def _set_heads(database: Database, lane_id: int, heads: dict[int, Head]) -> None:
    """Give lines their heads; a series without runs leaves the lane."""
    database.many("delete_series_head", [(lane_id, series_id) for series_id in heads])
    ids: dict[Head, int] = {}
    for head in dict.fromkeys(heads.values()):
        if head[0]:
            (ids[head],) = database.one("put_head", lane_id=lane_id, run_id=head[0], prev_run_id=head[1])
    rows = sorted((series_id, ids[head]) for series_id, head in heads.items() if head[0])
    database.insert("insert_series_head", lane_id, rows)
    for head_id, series in _lines(database, lane_id).items():
        database.do("set_series_of_head", id=head_id, series_hash=_hash(series))
    database.do("delete_heads_without_lines", lane_id=lane_id)


def newest_two(database: Database, run_ids: list[int], wanted: set[int]) -> dict[int, Head]:
    """Return the first two runs in which each series was measured, in the order of the runs given."""
    found: dict[int, Head] = dict.fromkeys(wanted, (0, 0))
    open_series = set(wanted)
    for run_id in run_ids:
        if not open_series:
            break
        low, high = min(open_series), max(open_series)
        for (series_id,) in database.all("series_between", run_id=run_id, low=low, high=high):
            if series_id in open_series:
                newest = found[series_id][0]
                found[series_id] = (newest, run_id) if newest else (run_id, 0)
                if newest:
                    open_series.discard(series_id)
    return found


def wrong_heads(database: Database, lane_id: int) -> set[int] | None:
    """Return the series of a lane whose heads do not say what its runs say; ``None`` when all is right."""
    run_ids = [row[0] for row in database.all("runs_of_lane", lane_id=lane_id)]
    wanted = {row[0] for row in database.all("series_of_lane", lane_id=lane_id)}
    expected = newest_two(database, run_ids, wanted)
    said = {series_id: (run_id, prev_run_id) for series_id, run_id, prev_run_id in _heads(database, lane_id)}
    wrong = {series_id for series_id in expected.keys() | said.keys() if expected.get(series_id) != said.get(series_id)}
    hashes = dict(database.all("hashes_of_lane", lane_id=lane_id))
    for head_id, series in _lines(database, lane_id).items():
        if hashes.get(head_id) != _hash(series):
            wrong.update(series)
    (newest_run_id,) = database.one("newest_run_of_lane", lane_id=lane_id)
    return None if not wrong and newest_run_id == (run_ids[0] if run_ids else None) else wrong


def mend_heads(database: Database) -> None:
    """Make the heads of every lane again where they are wrong."""
    for (lane_id,) in database.all("all_lanes"):
        with database.transaction(durable=False):
            wrong = wrong_heads(database, lane_id)
            if wrong is not None:
                find_heads_again(database, lane_id, wrong)


def _heads(database: Database, lane_id: int) -> list[tuple[int, int, int]]:
    """Return series, newest and last but one run of each line."""
    return database.all("heads_of_lane", lane_id=lane_id)


def _lines(database: Database, lane_id: int) -> dict[int, list[int]]:
    """Return the series of each head."""
    lines: dict[int, list[int]] = {}
    for head_id, series_id in database.all("lines_of_lane", lane_id=lane_id):
        lines.setdefault(head_id, []).append(series_id)
    return lines


def _hash(series: list[int]) -> bytes:
    """Return 16 bytes that are equal for equal sets of series."""
    return sha256(array("q", sorted(series)).tobytes())[:16]
