"""Bytes become blocks of whole lines: the same blocks however the bytes are cut."""

from collections.abc import Iterator
from typing import NamedTuple

from benchhub.plugin.contract import Stream

BLOCK_BYTES = 1 << 18

LINE_BYTES_MAX = 8 << 20
"""A longer line is cut into pieces of this size, so that memory stays small whatever a tool prints."""


class Block(NamedTuple):
    """Whole lines.

    Attributes:
        data: Ends with a line end, but for the last block and for pieces of over-long lines.
        byte_offset: Of the first byte in the stream.
    """

    data: bytes
    byte_offset: int


def blocks(stream: Stream) -> Iterator[Block]:
    """Yield the lines of a stream in blocks of about ``BLOCK_BYTES``.

    Where a block ends depends on the content alone: after the last line that ends within ``BLOCK_BYTES``, else after
    the first line.
    """
    byte_offset = 0
    for data in _cut(stream.open()):
        yield Block(data, byte_offset)
        byte_offset += len(data)


def _cut(chunks: Iterator[bytes]) -> Iterator[bytes]:
    waiting: list[bytes] = []
    size, wanted = 0, BLOCK_BYTES
    for chunk in chunks:
        waiting.append(chunk)
        size += len(chunk)
        if size < wanted:
            continue
        data = b"".join(waiting)
        start = 0
        while len(data) - start >= BLOCK_BYTES and (end := _end(data, start)):
            yield data[start:end]
            start = end
        waiting = [data[start:]]
        size = len(waiting[0])
        # A line that is not whole yet is looked at again when there is much more of it.
        wanted = max(BLOCK_BYTES, 2 * size)
    data = b"".join(waiting)
    start = 0
    while start < len(data):
        end = (_end(data, start) if len(data) - start >= BLOCK_BYTES else 0) or len(data)
        yield data[start:end]
        start = end


def _end(data: bytes, start: int) -> int:
    """Return where the block that begins at ``start`` ends; 0 when that cannot be told yet."""
    end = data.rfind(b"\n", start, start + BLOCK_BYTES) + 1
    if end:
        return end
    end = data.find(b"\n", start + BLOCK_BYTES, start + LINE_BYTES_MAX) + 1
    if end:
        return end
    return start + LINE_BYTES_MAX if len(data) - start >= LINE_BYTES_MAX else 0
