"""Pruning: what was removed goes for good, and by wish old runs; so do bytes that belong to nobody.

A run goes whole, its report included, in a transaction with others: who is stopped has pruned fewer, never half a run.
Of each stays a line that says it was removed, so that it does not come back from elsewhere. Files beside the database
go after the rows that knew them; who keeps the same bytes at that moment looks for the file once more.
"""

from collections.abc import Sequence

import msgspec

from benchhub.model.circumstance import User
from benchhub.store.blocks import fill_history
from benchhub.store.database import Database
from benchhub.store.find import Rows, rows_of
from benchhub.store.removing import take_away

RUNS_PER_TRANSACTION = 200


class Prunable(msgspec.Struct, frozen=True):
    """What would go.

    Attributes:
        removed: Runs that `bh rm` took away, by their reports' numbers.
        runs: Rows of those that go by wish: ``run_id``, ``started_at``, ``project``, ``target``, ``branch``.
        tagged: How many runs the wish would have taken, had they no tag.
        report_bytes: Of the reports of both, as they are stored.
        blobs: How many pieces of raw output nobody else has.
        blob_bytes: Of those, as they are stored.
    """

    removed: list[int]
    runs: Rows
    tagged: int
    report_bytes: int
    blobs: int
    blob_bytes: int

    @property
    def report_ids(self) -> list[int]:
        """All that goes."""
        return [*self.removed, *(row["run_id"] for row in self.runs)]


def prunable(database: Database, *, keep: int | None = None, before_ms: int | None = None) -> Prunable:
    """Return what pruning would take.

    Args:
        database: Where.
        keep: By wish all but so many of the newest runs of each target on each lane; tagged runs stay.
        before_ms: By wish what started before then, in milliseconds since 1970; tagged runs stay. With both, a run
            goes when both take it.
    """
    removed = [row[0] for row in database.all("removed_reports")]
    is_wished = keep is not None or before_ms is not None
    wished = rows_of(database, "old_runs", keep=keep, before_ms=before_ms) if is_wished else []
    runs = [row for row in wished if not row["tags"]]
    going = msgspec.json.encode([*removed, *(row["run_id"] for row in runs)]).decode()
    (report_bytes,) = database.one("bytes_of_reports", report_ids=going)
    blobs = database.all("blobs_of_nobody_but", report_ids=going)
    sizes = [size if size is not None else database.large.bytes_of(sha.hex()) for sha, size in blobs]
    orphans = [size for _, size in database.large.strays(_known_large(database))]
    return Prunable(
        removed, runs, len(wished) - len(runs), report_bytes, len(sizes) + len(orphans), sum(sizes) + sum(orphans)
    )


def prune(database: Database, report_ids: Sequence[int], *, user: User) -> None:
    """Delete runs for good, in the order given, and all bytes that belong to nobody.

    Args:
        database: Opened for writing.
        report_ids: Of runs that are there, or that were removed.
        user: Who prunes.

    Raises:
        StoreError: The database cannot do it now; what is done is done, and doing it again is safe.
    """
    for at in range(0, len(report_ids), RUNS_PER_TRANSACTION):
        _prune_runs(database, report_ids[at : at + RUNS_PER_TRANSACTION], user)
    fill_history(database)
    with database.transaction(durable=True):
        database.do("delete_blobs_of_nobody")
        database.do("delete_resolved_catalogs_of_nobody")
        database.do("delete_catalogs_of_nobody")
    with database.transaction(durable=False):  # Nobody keeps a run meanwhile.
        for stray, _ in list(database.large.strays(_known_large(database))):
            database.large.remove(stray)


def _prune_runs(database: Database, report_ids: Sequence[int], user: User) -> None:
    with database.transaction(durable=True):
        there = [one for one in report_ids if database.one("run_by_id", id=one) is not None]
        if there:
            take_away(database, there, user=user)
        for report_id in report_ids:
            if database.one("removal_of_report", report_id=report_id) is None:
                continue  # Somebody has brought it back, or pruned it, meanwhile.
            database.do("forget_removed_report", report_id=report_id)
            database.do("delete_report", report_id=report_id)


def _known_large(database: Database) -> set[str]:
    return {digest.hex() for (digest,) in database.all("blobs_in_files")}
