"""The process of `bh`: how it begins and how it ends.

A short command is mostly Python itself: what is imported, and what is taken apart at the end. Both are held short here;
docs/decisions tells what was measured. Loaded at every start, so that it imports nothing itself.
"""

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

GARBAGE_OBJECTS_MIN = 50_000
"""How many objects come before the collector looks for cycles; Python's own 700 makes it look a hundred times while
modules are imported, which leave no garbage."""


def begin() -> None:
    """Prepare the interpreter for one command."""
    gc.set_threshold(GARBAGE_OBJECTS_MIN)


def import_msgspec() -> None:
    """Import msgspec without ``typing_extensions``.

    msgspec takes ``get_type_hints`` from there when it is installed (Alembic brings it) and else from ``typing``, which
    knows the same since Python 3.11; the import costs as much as the rest of msgspec, since it pulls in ``inspect``.
    """
    if "typing_extensions" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # so that importing it is an ImportError
    try:
        import msgspec  # noqa: F401, PLC0415 -- this is the place
    finally:
        del sys.modules["typing_extensions"]


def end(code: int) -> "NoReturn":
    """End the process with ``code``, at once: nothing is left to do, and the system takes memory back quicker.

    Whatever must be put away was put away by a ``with``; only the streams hold something still.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(code)
