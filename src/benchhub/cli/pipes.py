"""Streams that somebody reads, for a while.

Loaded at every start: neither ``contextlib`` nor ``typing``, which would double the time of ``bh --version``.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import TextIO


def print_json(document: object) -> None:
    """Write a document as one line of JSON, at once: for programs that read what `--json` says."""
    import sys  # noqa: PLC0415 -- `bh --version` prints none

    import msgspec  # noqa: PLC0415

    sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")
    sys.stdout.buffer.flush()


class may_be_unread:  # noqa: N801 -- reads as a sentence
    """Write to a stream, and go on when nobody reads it any more, as behind `| head`: the rest goes nowhere."""

    def __init__(self, stream: "TextIO | None") -> None:
        self._stream = stream

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> bool:
        stream = self._stream
        try:
            if stream is not None and error is None:
                stream.flush()
        except BrokenPipeError:
            error = BrokenPipeError()
        if not isinstance(error, BrokenPipeError):
            return False
        # The interpreter must not complain either when it flushes at its end.
        if stream is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return True
