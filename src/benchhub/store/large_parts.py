"""Large pieces of raw output as rows of 1 MB: the servers that share a database share no disk."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, Protocol

from benchhub.store.packing import compressor

PART_BYTES = 1 << 20


class Rows(Protocol):
    """What is needed of the database."""

    @property
    def is_inside(self) -> bool:
        """Whether a transaction has begun."""

    def transaction(self, *, durable: bool, is_alone: bool = True) -> AbstractContextManager[None]:
        """Do all or nothing."""

    def all(self, statement: str, /, **parameters: Any) -> list[Any]:  # noqa: ANN401 -- what SQL takes
        """Return all rows of a named statement."""

    def one(self, statement: str, /, **parameters: Any) -> Any:  # noqa: ANN401 -- a row or None
        """Return the first row of a named statement, or ``None``."""

    def do(self, statement: str, /, **parameters: Any) -> None:  # noqa: ANN401 -- what SQL takes
        """Run a named statement."""


class LargeParts:
    """The table ``large_part``."""

    def __init__(self, database: Rows) -> None:
        self._database = database

    def put(self, sha256: str, source: BinaryIO, size_bytes: int) -> None:
        """Write all parts in one transaction, or in the one that has begun."""
        if self._database.one("has_large", sha256=bytes.fromhex(sha256)):
            return
        if self._database.is_inside:
            self._put(sha256, source, size_bytes)
            return
        with self._database.transaction(durable=True, is_alone=False):
            self._put(sha256, source, size_bytes)

    def _put(self, sha256: str, source: BinaryIO, size_bytes: int) -> None:
        with compressor().stream_reader(source, size=size_bytes) as packed:
            seq = 0
            while data := packed.read(PART_BYTES):
                self._database.do("put_large_part", sha256=bytes.fromhex(sha256), seq=seq, data=data)
                seq += 1

    def open(self, sha256: str) -> BinaryIO:
        """Return the packed bytes in a file of their own, for who reads on without the database.

        Raises:
            FileNotFoundError: They are gone.
        """
        copy = tempfile.TemporaryFile()  # noqa: SIM115 -- the caller's
        seq = 0
        while row := self._database.one("large_part", sha256=bytes.fromhex(sha256), seq=seq):
            copy.write(row[0])
            seq += 1
        if not seq:
            copy.close()
            raise FileNotFoundError(self.place_of(sha256))
        copy.seek(0)
        return copy

    def bytes_of(self, sha256: str) -> int:
        """Return how many packed bytes there are, 0 when they are gone."""
        found = self._database.one("bytes_of_large", sha256=bytes.fromhex(sha256))
        return int(found[0]) if found else 0

    def place_of(self, sha256: str) -> str:
        """Return which rows they are."""
        return f"large_part {sha256[:12]}"

    def bytes_in_all(self) -> int:
        """Return how many packed bytes there are in all."""
        return int(self._database.one("bytes_of_all_large")[0])

    def strays(self, known: set[str]) -> Iterator[tuple[str, int]]:
        """Yield what no row knows."""
        for digest, size in self._database.all("all_large"):
            if digest.hex() not in known:
                yield digest.hex(), int(size)

    def remove(self, stray: str) -> None:
        """Let a stray go for good."""
        self._database.do("delete_large", sha256=bytes.fromhex(stray))
