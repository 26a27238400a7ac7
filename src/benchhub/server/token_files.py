"""Token files: how the same person's `bh` finds the token of a server that this person started.

Private files (0600): one beside a SQLite database, which survives, and one by port for as long as the server runs.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchhub.workspace.server_place import SUFFIX, token_file


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        draft.unlink()
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 -- by its handle
        file.write(text)
    draft.replace(path)


def read_private(path: Path) -> str | None:
    """Return what a private file says, ``None`` when there is none."""
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def beside(database: Path) -> Path:
    """Return where the first token of a database file lies."""
    return database.with_name(f"{database.name}{SUFFIX}")


def by_port(state: Path, port: int) -> Path:
    """Return where the token of the server on a port of this machine lies."""
    return token_file(state, str(port))


@contextmanager
def shown_by_port(state: Path, port: int, token: str | None) -> Iterator[None]:
    """Show a token to the same person's `bh` for as long as the server runs."""
    path = by_port(state, port)
    if token is not None:
        write_private(path, token + "\n")
    try:
        yield
    finally:
        if token is not None and read_private(path) == token:
            path.unlink(missing_ok=True)
