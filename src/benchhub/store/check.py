"""`bh db check`: is the file sound, is all there that it names, and do derived tables say what the facts say?"""

import hashlib
from collections.abc import Iterator

import msgspec

from benchhub.errors import StoreError
from benchhub.store.blocks import wrong_blocks
from benchhub.store.database import Database
from benchhub.store.heads import wrong_heads
from benchhub.store.ingest import PROJECTOR_VERSION, artifact_chunks

FINDINGS_MAX = 1_000
"""Findings told; the last one then says that there are more."""


class Finding(msgspec.Struct, frozen=True):
    """Something that is not as it should be.

    Attributes:
        kind: ``damaged``, ``not-projected``, ``older-projection``, ``set-aside``, ``missing-bytes``, ``wrong-bytes``,
            ``wrong-head``, ``wrong-history``, ``more``.
        where: Report, run, artifact or table.
        text: For people, with what to do about it when that is known.
    """

    kind: str
    where: str
    text: str


def check(database: Database, *, deep: bool = False) -> list[Finding]:
    """Return what is wrong with a database; empty when nothing is.

    Args:
        database: Opened; nothing is written.
        deep: Also read and hash every kept byte, and compare heads and history with the measurements: minutes for
            millions.
    """
    looks = [_damages(database), _projections(database), _bytes_there(database)]
    if deep:
        looks += [_bytes_right(database), _heads(database), _blocks(database)]
    findings: list[Finding] = []
    for look in looks:
        for finding in look:
            if len(findings) == FINDINGS_MAX:
                return [*findings, Finding("more", "", f"only the first {FINDINGS_MAX} findings are told")]
            findings.append(finding)
    return findings


def _damages(database: Database) -> Iterator[Finding]:
    for where, text in database.damages():
        yield Finding("damaged", where, text)


def _projections(database: Database) -> Iterator[Finding]:
    for report_id, uid, state, error in database.all("open_projections"):
        if state == "failed":
            yield Finding("set-aside", f"report {report_id}", f"run {uid} has no tables: {error}")
        else:
            yield Finding(
                "not-projected", f"report {report_id}", f"run {uid} waits: `bh db reproject` makes its tables"
            )
    (older,) = database.one("count_older_projections", version=PROJECTOR_VERSION)
    if older:
        text = f"the tables of {older} reports were made by an older program: `bh db reproject` makes them again"
        yield Finding("older-projection", "projection", text)
    for report_id, uid in database.all("reports_without_run"):
        yield Finding("not-projected", f"report {report_id}", f"run {uid} has no row: `bh db reproject` makes it")


def _bytes_there(database: Database) -> Iterator[Finding]:
    for digest in database.all("blobs_in_files"):
        sha256 = digest[0].hex()
        if not database.large.bytes_of(sha256):
            yield Finding("missing-bytes", f"artifact {sha256[:12]}", f"`{database.large.place_of(sha256)}` is gone")


def _bytes_right(database: Database) -> Iterator[Finding]:
    for (digest,) in database.all("all_blobs"):
        sha256 = hashlib.sha256()
        where = f"artifact {digest.hex()[:12]}"
        try:
            for chunk in artifact_chunks(database, digest.hex()):
                sha256.update(chunk)
        except StoreError as error:
            if not isinstance(error.__cause__, FileNotFoundError):  # Which was told already.
                yield Finding("wrong-bytes", where, error.what)
            continue
        if sha256.digest() != digest:
            yield Finding("wrong-bytes", where, "its bytes have another hash than its name")


def _heads(database: Database) -> Iterator[Finding]:
    for (lane_id,) in database.all("all_lanes"):
        wrong = wrong_heads(database, lane_id)
        if wrong is not None:
            text = f"view `latest` is wrong for {len(wrong)} of its series: `bh db reproject` mends it"
            yield Finding("wrong-head", f"lane {lane_id}", text)


def _blocks(database: Database) -> Iterator[Finding]:
    for block_id in wrong_blocks(database):
        text = "view `history` differs from the measurements: `bh db reproject` mends it"
        yield Finding("wrong-history", f"history block {block_id}", text)
