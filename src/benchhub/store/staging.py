"""Staging: the parts of a report wait until all are there; until then nothing of it is seen."""

import msgspec
import zstandard

from benchhub.errors import ConflictError
from benchhub.store.database import Database
from benchhub.store.packing import ZSTD_LEVEL
from benchhub.store.remarks import now_ms

KEPT_MS = 7 * 86_400_000
"""How long parts wait for the rest of their report; a laptop may be offline for days."""


class Staged(msgspec.Struct, frozen=True):
    """How far a report is.

    Attributes:
        missing: Parts that have not come, in order.
    """

    missing: tuple[int, ...]


def stage_part(database: Database, uid: str, *, part: int, parts: int, sha256: bytes, data: bytes) -> Staged:
    """Keep a part, durably; the same part again changes nothing.

    Args:
        database: Where.
        uid: Of the report.
        part: Which one, from 0.
        parts: How many there are.
        sha256: Of the whole report.
        data: The part as it was sent.

    Raises:
        ConflictError: Parts of another report with this uid wait already.
    """
    packed = zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(data)
    with database.transaction(durable=True, is_alone=False):
        for other_sha256, other_parts in database.all("staged_as", uid=uid):
            if (bytes(other_sha256), other_parts) != (sha256, parts):
                what = f"parts of another report wait under the uid {uid}"
                hint = "a run never changes: send it as it was, or wait a week until the parts that wait are dropped"
                raise ConflictError(what, hint=hint)
        database.do("stage_part", uid=uid, seq=part, parts=parts, sha256=sha256, received_at=now_ms(), data=packed)
        there = {row[0] for row in database.all("staged_seqs", uid=uid)}
    return Staged(tuple(seq for seq in range(parts) if seq not in there))


def staged_parts(database: Database, uid: str) -> list[bytes]:
    """Return the parts of a report as they were sent, in order."""
    decompress = zstandard.ZstdDecompressor().decompress
    return [decompress(row[0]) for row in database.all("staged_data", uid=uid)]


def drop_parts(database: Database, uid: str) -> None:
    """Forget the parts of a report: it is whole, or it cannot become so."""
    with database.transaction(durable=False, is_alone=False):
        database.do("drop_parts", uid=uid)


def drop_old_parts(database: Database) -> int:
    """Forget parts whose report was not finished in time; return of how many reports.

    Also go those whose report is whole: who was killed behind its last part could not forget them.
    """
    with database.transaction(durable=False, is_alone=False):
        database.do("drop_parts_of_whole")
        uids = [row[0] for row in database.all("unfinished_since", before=now_ms() - KEPT_MS)]
        for uid in uids:
            database.do("drop_parts", uid=uid)
    return len(uids)
