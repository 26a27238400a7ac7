"""Large pieces of raw output as files beside the database file: large rows would slow every backup and vacuum."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from benchhub.store.packing import compressor

DRAFT_AGE_S_MIN = 86_400.0
"""Unfinished files of this age belong to nobody who still lives."""


class LargeFiles:
    """A folder beside a database file.

    Attributes:
        folder: It need not be there.
    """

    def __init__(self, database: Path) -> None:
        self.folder = database.with_name(database.name + ".blobs")

    def file_of(self, sha256: str) -> Path:
        """Return where a piece lies, or would."""
        return self.folder / sha256[:2] / f"{sha256}.zst"

    def put(self, sha256: str, source: BinaryIO, size_bytes: int) -> None:
        """Write a file that is there whole, power cut or not, or not at all."""
        file = self.file_of(sha256)
        if file.exists():
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        with draft.open("wb") as target:
            compressor().copy_stream(source, target, size=size_bytes)
            target.flush()
            os.fsync(target.fileno())
        draft.replace(file)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def open(self, sha256: str) -> BinaryIO:
        """Return the packed bytes; ``FileNotFoundError`` when they are gone."""
        return self.file_of(sha256).open("rb")

    def bytes_of(self, sha256: str) -> int:
        """Return how many packed bytes there are, 0 when they are gone."""
        return _size(self.file_of(sha256))

    def place_of(self, sha256: str) -> str:
        """Return the path of the file."""
        return str(self.file_of(sha256))

    def bytes_in_all(self) -> int:
        """Return the size of all files."""
        return sum(map(_size, self.folder.glob("*/*")))

    def strays(self, known: set[str]) -> Iterator[tuple[str, int]]:
        """Yield files that nobody knows, and drafts that were left."""
        for file in sorted(self.folder.glob("*/*")) if self.folder.is_dir() else ():
            if file.name.startswith("."):
                is_left = time.time() - file.stat().st_mtime > DRAFT_AGE_S_MIN
            else:
                is_left = file.name.partition(".")[0] not in known
            if is_left:
                yield str(file), _size(file)

    def remove(self, stray: str) -> None:
        """Let a stray go for good."""
        Path(stray).unlink(missing_ok=True)


def _size(file: Path) -> int:
    try:
        return os.stat(file).st_size  # noqa: PTH116 -- the same, in one call
    except FileNotFoundError:
        return 0
