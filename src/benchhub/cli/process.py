"""The process of `bh`: how it begins and how it ends.

A short command is mostly Python itself: what is imported, and what is taken apart at the end. Both are held short here;
docs/decisions tells what was measured. Loaded at every start, so that it imports nothing itself.
"""

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import NoReturn

GARBAGE_OBJECTS_MIN = 50_000
"""How many objects come before the collector looks for cycles; Python's own 700 makes it look a hundred times while
modules are imported, which leave no garbage."""


LATE = frozenset({"bz2", "ipaddress", "locale", "lzma", "msgspec.inspect", "ntpath", "textwrap"})
"""What msgspec, `pathlib`, `shutil` and `subprocess` import for a case that few commands have."""


def begin() -> None:
    """Prepare the interpreter for one command."""
    gc.set_threshold(GARBAGE_OBJECTS_MIN)


def load_late() -> None:
    """Load the modules of ``LATE`` at their first use; not for a verb whose threads could use one at the same time.

    Source: ``importlib.util.LazyLoader`` of Python, which is there for programs whose start counts.
    """
    from importlib.machinery import PathFinder  # noqa: PLC0415 -- `bh --version` needs none of it
    from importlib.util import LazyLoader  # noqa: PLC0415

    class Late(PathFinder):
        @classmethod
        def find_spec(  # type: ignore[explicit-override]  # typing has it from 3.12
            cls, fullname: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
        ) -> "ModuleSpec | None":
            spec = super().find_spec(fullname, path, target) if fullname in LATE else None
            if spec is not None and spec.loader is not None:
                spec.loader = LazyLoader(spec.loader)
            return spec

    sys.meta_path.insert(0, Late)


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
