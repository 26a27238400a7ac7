"""Artifacts that come by themselves, before the report that names them: bytes are kept once, whoever sends them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from benchhub.model.report import ArtifactRef
from benchhub.store.database import Database
from benchhub.store.ingest import artifact_chunks, pack_artifact


class FoundArtifact(msgspec.Struct, frozen=True):
    """Bytes of a run that somebody may read.

    Attributes:
        sha256: Hexadecimal, of the plain bytes.
        size_bytes: Of the plain bytes.
    """

    sha256: str
    size_bytes: int


def size_of_blob(database: Database, sha256: str) -> int | None:
    """Return how many plain bytes a digest stands for, ``None`` when they are not here."""
    row = database.one("size_of_blob", sha256=bytes.fromhex(sha256))
    return None if row is None else int(row[0])


def missing_blobs(database: Database, digests: Iterable[str]) -> list[str]:
    """Return those digests whose bytes are not here, in order, each once."""
    return [sha256 for sha256 in dict.fromkeys(digests) if size_of_blob(database, sha256) is None]


def keep_blob(database: Database, sha256: str, file: Path) -> None:
    """Keep the bytes of a file, durably; those that are here already are not kept again.

    Args:
        database: Where.
        sha256: Of the bytes; the caller has verified it.
        file: Stays where it is.

    Raises:
        StoreError: The database cannot take it.
    """
    if size_of_blob(database, sha256) is not None:
        return
    size_bytes = file.stat().st_size
    data = pack_artifact(database, ArtifactRef(sha256, "output", sha256, size_bytes, str(file)))
    with database.transaction(durable=True, is_alone=False):
        database.do("insert_blob", sha256=bytes.fromhex(sha256), size_bytes=size_bytes, data=data)


def find_artifact(database: Database, run_uid: str, name: str, *, visible: str | None) -> FoundArtifact | None:
    """Return an artifact of a run, ``None`` when there is none that may be seen.

    Args:
        database: Where.
        run_uid: Of the run.
        name: As the report has it; compared, never used as a path.
        visible: Projects, as statements take them.
    """
    row = database.one("artifact_of_run", uid=run_uid, name=name, visible=visible)
    return None if row is None else FoundArtifact(bytes(row[0]).hex(), row[1])


def opened_chunks(database: Database, sha256: str) -> tuple[bytes, Iterator[bytes]]:
    """Return the first plain bytes of an artifact and an iterator over the rest, which no longer needs the database.

    Raises:
        StoreError: Its bytes are gone or damaged; the rest may raise it, too.
    """
    chunks = artifact_chunks(database, sha256)
    return next(chunks, b""), chunks
