"""Streams that somebody reads, for a while."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def may_be_unread(stream: TextIO | None) -> Iterator[None]:
    """Write to a stream, and go on when nobody reads it any more, as behind `| head`: the rest goes nowhere."""
    try:
        yield
        if stream is not None:
            stream.flush()
    except BrokenPipeError:
        # The interpreter must not complain either when it flushes at its end.
        if stream is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
