"""Removing: a run leaves every table that is made from reports, as if it had never been kept; its report waits.

So nothing has to look for what is removed: views, heads and history say what the runs that are left say, and taking a
removal back is projecting the reports again. What stays is what a run taught about the world: where commits lie in
history, which repository, machine or person has which name.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from benchhub.errors import NothingMatchedError
from benchhub.model.circumstance import User
from benchhub.store.blocks import fill_history, leave_history
from benchhub.store.database import Database
from benchhub.store.dimensions import put_user
from benchhub.store.find import Rows, rows_of
from benchhub.store.heads import find_heads_again
from benchhub.store.leftovers import forget_leftovers
from benchhub.store.projection import forget_run, project_all
from benchhub.store.remarks import now_ms


class Undone(msgspec.Struct, frozen=True):
    """What came back.

    Attributes:
        removal_id: The removal that was taken back.
        run_ids: Numbers of the runs, the same as before.
        pruned: How many of its runs were pruned, and are gone.
    """

    removal_id: int
    run_ids: list[int]
    pruned: int


def remove_runs(database: Database, run_ids: Sequence[int], *, user: User) -> int:
    """Remove runs, all or none, and return the number of the removal.

    Args:
        database: Opened for writing.
        run_ids: Of runs that are there, each once.
        user: Who removes them.

    Raises:
        StoreError: The database cannot do it now; nothing was changed.
    """
    with database.transaction(durable=True):
        removal_id = take_away(database, run_ids, user=user)
    fill_history(database)
    return removal_id


def take_away(database: Database, run_ids: Sequence[int], *, user: User) -> int:
    """Remove runs and return the number of the removal; belongs into a transaction."""
    user_id = put_user(database, user)
    (removal_id,) = database.one("insert_removal", user_id=user_id, removed_at=now_ms())
    series_by_lane: dict[int, set[int]] = {}
    project_ids: set[int] = set()
    for run_id in run_ids:
        earlier = forget_run(database, run_id)
        database.do("insert_removed_run", removal_id=removal_id, report_id=run_id)
        if earlier.block_id:
            leave_history(database, earlier.block_id, also=earlier.values)
        database.do("delete_run", id=run_id)
        series_by_lane.setdefault(earlier.lane_id, set()).update(earlier.values)
        project_ids.add(earlier.project_id)
    for lane_id, series in series_by_lane.items():
        find_heads_again(database, lane_id, series)
    for project_id in project_ids:
        forget_leftovers(database, project_id)
    return int(removal_id)


def undo_removal(database: Database, removal_id: int | None = None) -> Undone:
    """Bring back what a removal took away, the newest that still has something when none is named; all or nothing.

    Raises:
        NothingMatchedError: There is no such removal, or nothing of it is left.
        SetAsideError: A report can no longer be projected; nothing was brought back.
        StoreError: The database cannot do it now; nothing was changed.
    """
    with database.transaction(durable=True):
        row = database.one("removal_to_undo", id=removal_id)
        if row is None:
            raise _no_removal(database, removal_id)
        run_ids = [one[0] for one in database.all("reports_of_removal", id=row[0]) if one[0] is not None]
        database.do("delete_removed_runs", removal_id=row[0])
        project_all(database, run_ids)
    fill_history(database)
    return Undone(row[0], run_ids, row[1])


def _no_removal(database: Database, removal_id: int | None) -> NothingMatchedError:
    if removal_id is None:
        return NothingMatchedError("nothing is removed that could come back")
    if database.one("removal_pruned", id=removal_id):
        return NothingMatchedError(f"removal {removal_id} was pruned: its runs are gone for good")
    return NothingMatchedError(f"no removal {removal_id}", hint="`bh rm` without a run lists them")


def removals(database: Database) -> Rows:
    """Return what can still come back, newest first.

    ``removal_id``, ``removed_at`` (UTC), ``user_name``; ``runs``: a list of ``run_id``, ``run_uid``, ``target``,
    ``started_at``.
    """
    found: dict[int, dict[str, Any]] = {}
    for row in rows_of(database, "removed_runs"):
        head = {name: row.pop(name) for name in ("removal_id", "removed_at", "user_name")}
        found.setdefault(head["removal_id"], {**head, "runs": []})["runs"].append(row)
    return list(found.values())
