"""The registry between its files and the database: read, checked, applied, and written out again."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from benchhub.errors import UserError
from benchhub.model.circumstance import User
from benchhub.model.registry import KINDS, Registry
from benchhub.store.database import Database
from benchhub.store.registry import Change, apply, changes, declared, undeclared
from benchhub.workspace.config import CONFIG_VERSION
from benchhub.workspace.registry import RegistryRead, read_registry
from benchhub.workspace.toml_text import toml_key, toml_value

TOP_FILE = "registry.toml"


class Applied(msgspec.Struct, frozen=True):
    """What applying a registry did, or would do.

    Attributes:
        files: That were read, relative to the directory.
        declared: How many things they declare.
        changes: In the order in which they are done.
        is_done: Whether they were done.
    """

    directory: str
    files: tuple[str, ...]
    declared: int
    changes: tuple[Change, ...]
    is_done: bool


def plan_registry(database: Database, directory: Path) -> Applied:
    """Return what applying the files would change.

    Raises:
        UserError: The files are wrong, or a project cannot live where they say.
    """
    read = read_registry(directory)
    return _applied(directory, read, changes(database, read.registry), is_done=False)


def apply_registry(
    database: Database, directory: Path, *, user: User, told: Callable[[Applied], None] | None = None
) -> Applied:
    """Make what the files declare hold, all of it or nothing.

    Args:
        database: Opened for writing.
        directory: The registry.
        user: Who applies it.
        told: Is told what will change, before it does.

    Raises:
        UserError: The files are wrong, or a project cannot live where they say; nothing was changed.
        StoreError: The database cannot take it now; nothing was changed.
    """
    read = read_registry(directory)
    if told is not None:
        told(_applied(directory, read, changes(database, read.registry), is_done=False))
    return _applied(directory, read, apply(database, read.registry, user=user), is_done=True)


def known_registry(database: Database, *, with_undeclared: bool) -> Registry:
    """Return what is declared, and by wish also what reports brought and nobody declared."""
    known = declared(database)
    if not with_undeclared:
        return known
    found = undeclared(database)
    return msgspec.structs.replace(known, **{kind: {**getattr(found, kind), **getattr(known, kind)} for kind in KINDS})


def registry_texts(registry: Registry) -> dict[str, str]:
    """Return a registry as files by name: one for each kind of thing, and one on top."""
    head = f"version = {CONFIG_VERSION}\npolicy = {toml_value(registry.policy)}\n"
    tables: dict[str, str] = dict.fromkeys((TOP_FILE, *(f"{kind}.toml" for kind in KINDS)), "")
    tables[TOP_FILE] = head
    for kind, name, entry in registry.entries():
        said = msgspec.to_builtins(entry)
        lines = [f"[{kind}.{toml_key(name)}]", *(f"{toml_key(key)} = {toml_value(said[key])}" for key in said)]
        tables[f"{kind}.toml"] += ("\n" if tables[f"{kind}.toml"] else "") + "\n".join(lines) + "\n"
    return {name: text for name, text in tables.items() if text}


def write_registry(registry: Registry, directory: Path) -> list[str]:
    """Write a registry into a directory that holds none; return the names of its files.

    Raises:
        UserError: There are files already, or they cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        there = sorted(path.name for path in directory.rglob("*.toml"))
        if there:
            what = f"`{directory}` holds `{there[0]}` already"
            raise UserError(what, hint="write into an empty directory, and compare")
        texts = registry_texts(registry)
        for name, text in texts.items():
            (directory / name).write_text(text, encoding="utf-8")
    except OSError as error:
        what = f"`{error.filename or directory}` cannot be written: {error.strerror}"
        raise UserError(what) from error
    return list(texts)


def _applied(directory: Path, read: RegistryRead, found: list[Change], *, is_done: bool) -> Applied:
    return Applied(str(directory), read.files, read.registry.count(), tuple(found), is_done)
