"""Intake: a report and its raw bytes become durable, once, before anything is made of them."""

import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import msgspec
import zstandard

from benchhub.errors import ConflictError, RemovedError, StoreError
from benchhub.model.encoded import EncodedReport, encode_catalog, encode_report
from benchhub.model.identity import canonical_json
from benchhub.model.report import ArtifactRef, Body, Catalog, Envelope, Report
from benchhub.model.sha256 import sha256
from benchhub.store.database import Database
from benchhub.store.packing import ZSTD_LEVEL, compressor
from benchhub.store.text import sql_text

LARGE_BYTES_MIN = 8 << 20
"""Plain bytes from which a blob is no row any more: large rows slow every backup and vacuum."""

CHUNK_BYTES = 1 << 18

PROJECTOR_VERSION = 1


class Ingested(msgspec.Struct, frozen=True):
    """What intake did.

    Attributes:
        is_new: Whether this was the first time that the report came.
    """

    report_id: int
    is_new: bool


def ingest(database: Database, report: Report, encoded: EncodedReport | None = None) -> Ingested:
    """Keep a report and its artifacts; when this returns they survive a power cut.

    Args:
        database: Where.
        report: The report.
        encoded: The same, by who has it at hand.

    Raises:
        ConflictError: Another report with the same uid is there already.
        RemovedError: Somebody has removed this run.
        StoreError: The database cannot take it.
    """
    envelope, encoded = report.envelope, encoded or encode_report(report)
    packed = _packed_artifacts(database, report.artifacts)
    compress = zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress
    with database.transaction(durable=True, is_alone=False):
        removed = database.one("removal_of_uid", uid=envelope.uid)
        if removed is not None:
            raise _stays_removed(envelope.uid, *removed)
        known = database.one("find_report", uid=envelope.uid)
        if known is not None:
            return _known_already(envelope.uid, known, encoded.sha256)
        row = database.one(
            "insert_report",
            uid=envelope.uid,
            received_at=time.time_ns() // 1_000_000,
            framework=envelope.framework.name,
            reader_version=envelope.framework.reader_version,
            sha256=encoded.sha256,
            envelope=encoded.envelope.decode(),
            catalog_id=_put_catalog(database, encoded.catalog, encoded.catalog_sha256),
            body=compress(encoded.body),
        )
        if row is None:  # Another server was quicker.
            return _known_already(envelope.uid, database.one("find_report", uid=envelope.uid), encoded.sha256)
        report_id = int(row[0])
        for seq, (artifact, data) in enumerate(packed):
            digest = bytes.fromhex(artifact.sha256)
            if data is None and artifact.path is not None:
                # Who prunes may have taken the file away before it had a row.
                pack_artifact(database, artifact)
            database.do("insert_blob", sha256=digest, size_bytes=artifact.size_bytes, data=data)
            database.do(
                "insert_artifact",
                report_id=report_id,
                seq=seq,
                name=sql_text(artifact.name),
                kind=artifact.kind,
                sha256=digest,
            )
        database.do("insert_projection", report_id=report_id, version=PROJECTOR_VERSION)
    return Ingested(report_id, is_new=True)


def _known_already(uid: str, known: tuple[int, bytes], sha256: bytes) -> Ingested:
    report_id, known_sha256 = known
    if known_sha256 != sha256:
        what = f"run {uid} is there already, with other content"
        raise ConflictError(what, hint="a run never changes; was a file of the spool edited?")
    return Ingested(report_id, is_new=False)


def _stays_removed(uid: str, removal_id: int, report_id: int | None, user_name: str, removed_at: str) -> RemovedError:
    what = f"run {uid} was removed by {user_name} on {removed_at} UTC, and stays removed"
    return RemovedError(what, hint=None if report_id is None else f"`bh rm --undo {removal_id}` brings it back")


def replace_body(database: Database, report_id: int, catalog: Catalog, body: Body, envelope: Envelope) -> None:
    """Put what a better reader read in place of what was read before.

    The digest stays that of the report as it arrived, so that the same report coming again is still the same.
    """
    compress = zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress
    catalog_json = encode_catalog(catalog)
    with database.transaction(durable=True):
        database.do(
            "replace_body",
            report_id=report_id,
            catalog_id=_put_catalog(database, catalog_json, sha256(catalog_json)),
            body=compress(msgspec.json.encode(body)),
            envelope=canonical_json(envelope).decode(),
            reader_version=envelope.framework.reader_version,
        )


def load_report(database: Database, report_id: int) -> Report:
    """Return a report whole, its artifacts without paths.

    Raises:
        StoreError: There is no such report.
    """
    row = database.one("report_row", report_id=report_id)
    if row is None:
        what = f"no report {report_id}"
        raise StoreError(what)
    decompress = zstandard.ZstdDecompressor().decompress
    return Report(
        envelope=msgspec.json.decode(row[1], type=Envelope),
        catalog=msgspec.json.decode(decompress(row[2]), type=Catalog),
        body=msgspec.json.decode(decompress(row[3]), type=Body),
        artifacts=tuple(artifacts_of(database, report_id)),
    )


def artifacts_of(database: Database, report_id: int) -> list[ArtifactRef]:
    """Return the artifacts of a report, in order, without paths."""
    rows = database.all("artifacts_of_report", report_id=report_id)
    return [ArtifactRef(name, kind, bytes(sha256).hex(), size) for name, kind, sha256, size in rows]


def artifact_chunks(database: Database, sha256: str) -> Iterator[bytes]:
    """Yield the plain bytes of an artifact.

    Raises:
        StoreError: Its bytes are gone or damaged.
    """
    row = database.one("blob_data", sha256=bytes.fromhex(sha256))
    try:
        with BytesIO(row[0]) if row is not None and row[0] is not None else database.large.open(sha256) as packed:
            yield from _unpacked(packed)
    except FileNotFoundError as error:
        what = f"the bytes of artifact {sha256[:12]} are gone"
        raise StoreError(what, hint="`bh db check` lists what is missing") from error
    except (OSError, zstandard.ZstdError) as error:
        what = f"the bytes of artifact {sha256[:12]} are damaged: {error}"
        raise StoreError(what, hint="`bh db check --deep` lists what is damaged") from error


def _unpacked(packed: BinaryIO) -> Iterator[bytes]:
    with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
        while chunk := reader.read(CHUNK_BYTES):
            yield chunk


def _put_catalog(database: Database, catalog_json: bytes, sha256: bytes) -> int:
    digest = sha256[:16]
    row = database.one("find_catalog", hash=digest)
    if row is None:
        doc = zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(catalog_json)
        database.do("insert_catalog", hash=digest, doc=doc)
        row = database.one("find_catalog", hash=digest)
    return int(row[0])


def _packed_artifacts(database: Database, artifacts: tuple[ArtifactRef, ...]) -> list[tuple[ArtifactRef, bytes | None]]:
    """Compress the artifacts before the transaction: nobody waits for the lock meanwhile."""
    packed: list[tuple[ArtifactRef, bytes | None]] = []
    for artifact in artifacts:
        if artifact.path is None:
            if database.one("has_blob", sha256=bytes.fromhex(artifact.sha256)) is None:
                what = f"artifact `{artifact.name}` has no bytes"
                raise StoreError(what)
            packed.append((artifact, None))
            continue
        packed.append((artifact, pack_artifact(database, artifact)))
    return packed


def pack_artifact(database: Database, artifact: ArtifactRef) -> bytes | None:
    """Return an artifact's compressed bytes, or put them where large ones lie and return ``None``."""
    try:
        with Path(str(artifact.path)).open("rb") as source:
            if artifact.size_bytes < LARGE_BYTES_MIN:
                return compressor().compress(source.read())
            database.large.put(artifact.sha256, source, artifact.size_bytes)
    except (OSError, zstandard.ZstdError) as error:
        what = f"artifact `{artifact.name}` cannot be kept: {error}"
        raise StoreError(what) from error
    return None
