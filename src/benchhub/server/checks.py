"""What must be in order before a server takes reports; `bh core check` does this alone.

Each check says what it found and, when that is not good enough, what to do. A server starts only when all are.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from benchhub.errors import SetAsideError, StoreError
from benchhub.model.report import NativeTable
from benchhub.plugin.contract import Framework
from benchhub.store.database import SCHEMA_VERSION, Database, open_database
from benchhub.store.installed import Installed, welcome
from benchhub.store.projection import open_projections

FREE_BYTES_MIN = 256 << 20
"""With less room a server would take reports and soon fail."""

FREE_BYTES_ADVISED = 2 << 30


class Checked(msgspec.Struct, frozen=True):
    """One thing that was looked at.

    Attributes:
        name: A short stable word.
        state: ``advice`` does not keep the server from starting.
        what: What was found.
        hint: What to do about it.
    """

    name: str
    state: Literal["ok", "advice", "problem"]
    what: str
    hint: str | None = None


def check_database(place: Path | str) -> Iterator[Checked]:
    """Look at the database, in the order in which one thing needs the other; stops at the first problem."""
    if isinstance(place, Path):
        room = _room(place)
        yield room
        if room.state == "problem":
            return
    try:
        database = open_database(place)
    except StoreError as error:
        yield Checked("reachable", "problem", error.what, error.hint)
        return
    with database:
        yield Checked("reachable", "ok", f"the database `{shown(place)}` answers, schema {SCHEMA_VERSION}")
        try:
            with database.transaction(durable=True):
                database.do("put_setting", name="core.checked", value=str(os.getpid()))
        except StoreError as error:
            yield Checked("writable", "problem", error.what, error.hint)
            return
        yield Checked("writable", "ok", "the database can be written")
        yield from _projections(database)


def check_frameworks(place: Path | str, frameworks: Mapping[str, Framework]) -> tuple[Installed, list[Checked]]:
    """Make or extend the tables of each framework that is installed; return those that may be filled."""
    installed: dict[str, Sequence[NativeTable]] = {}
    checked: list[Checked] = []
    with open_database(place) as database:
        for name, framework in frameworks.items():
            try:
                found = welcome(database, name, framework.version, framework.tables)
            except SetAsideError as error:
                what = f"the tables of framework `{name}` cannot be made: {error.what}"
                checked.append(Checked("framework", "advice", what, "its reports fill the common tables alone"))
                continue
            installed[name] = framework.tables
            if found.newest_version > framework.version:
                what = f"framework `{name}` is {framework.version} here; reader {found.newest_version} was here before"
                checked.append(Checked("framework", "advice", what, "install the newer one again"))
            elif found.is_extended:
                what = f"framework `{name}` {framework.version}: tables made, {found.waiting} reports waited for them"
                checked.append(Checked("framework", "ok", what))
    names = ", ".join(installed) or "none"
    checked.append(Checked("frameworks", "ok", f"frameworks: {names}"))
    return installed, checked


def shown(place: Path | str) -> str:
    """Return a place as it may be printed: without a password."""
    from benchhub.workspace.mask import mask_arguments  # noqa: PLC0415 -- for servers' addresses alone

    return str(place) if isinstance(place, Path) else mask_arguments((place,))[0]


def _room(path: Path) -> Checked:
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    free = shutil.disk_usage(folder).free
    what = f"{free >> 20} MiB free at `{folder}`"
    if free < FREE_BYTES_MIN:
        return Checked("disk", "problem", what, f"at least {FREE_BYTES_MIN >> 20} MiB are needed: free some space")
    if free < FREE_BYTES_ADVISED:
        return Checked("disk", "advice", what, "reports need room: free some soon")
    return Checked("disk", "ok", what)


def _projections(database: Database) -> Iterator[Checked]:
    waiting = open_projections(database)
    if waiting["failed"]:
        what = f"{waiting['failed']} reports are set aside: they are kept, and have no tables"
        yield Checked("projection", "advice", what, "`bh db check` tells why; `bh core reproject` tries again")
    else:
        yield Checked("projection", "ok", f"{waiting['todo']} reports wait for their tables, none is set aside")
