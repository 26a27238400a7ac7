"""The database: can it be read and written, is it sound, and is there room?"""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from benchhub.errors import BenchHubError, StoreError
from benchhub.flows.doctor.diagnosis import Diagnosis, problem_of
from benchhub.flows.doctor.places import gib, why_not_writable
from benchhub.flows.spool import places_of
from benchhub.store.database import SCHEMA_VERSION, Database, open_database
from benchhub.store.find import newest_start_ms
from benchhub.workspace.settings import Settings

FREE_BYTES_MIN = 16 << 20
FREE_BYTES_ADVISED = 1 << 30
LOOKED_THROUGH_BYTES_MAX = 256 << 20
"""Reading a larger file takes seconds: that is left to `bh db check`."""

WHY_KEPT = "results are shown, and wait beside the database or in the temporary directory until it can be written"
WHY_WAITING = "results are shown, and wait on this machine until the database can be written"
ELSEWHERE = "choose another place with --db or BH_DB"

NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "fuse.sshfs"})


def look_at_database(settings: Settings, spool: Path) -> Iterator[Diagnosis]:
    """Yield what is to be said of the database, of its disk when it is a file, and of the runs that wait for it."""
    if settings.is_server:
        yield from _server(settings)
        yield _waiting(spool)
        return
    path = Path(settings.database_path)
    yield from _file(path)
    yield _room(path)
    yield from _network(path)
    yield _waiting(spool)


def _file(path: Path) -> Iterator[Diagnosis]:
    why_not = why_not_writable(path) or why_not_writable(path.parent)
    is_there = os.path.exists(path)  # noqa: PTH110 -- where one may not look, nothing is there
    if why_not is not None:
        yield Diagnosis("database", "file", "problem", why_not, WHY_KEPT, ELSEWHERE, StoreError.exit_code)
    elif not is_there:
        yield Diagnosis("database", "file", "ok", f"`{path}` is not there yet; the first run makes it")
    else:
        yield Diagnosis("database", "file", "ok", f"`{path}`, {path.stat().st_size / (1 << 20):.1f} MiB")
    if not is_there:
        return
    try:
        database = open_database(path, readonly=True)
    except StoreError as error:
        yield problem_of("database", "schema", error, WHY_KEPT)
        return
    with database:
        yield Diagnosis("database", "schema", "ok", SCHEMA_VERSION)
        yield _soundness(database, path.stat().st_size)
        yield from _clock(database)


def _server(settings: Settings) -> Iterator[Diagnosis]:
    yield Diagnosis("database", "server", "ok", f"`{settings.database_name}`")
    try:
        database = open_database(settings.database_path, readonly=True)
    except BenchHubError as error:
        yield problem_of("database", "schema", error, WHY_WAITING)
        return
    with database:
        yield Diagnosis("database", "schema", "ok", SCHEMA_VERSION)
        damage = database.first_damage()
        if damage is not None:
            yield Diagnosis("database", "indexes", "problem", damage, WHY_WAITING, "", StoreError.exit_code)
        yield from _clock(database)


def _soundness(database: Database, size_bytes: int) -> Diagnosis:
    if size_bytes > LOOKED_THROUGH_BYTES_MAX:
        what = f"not looked through: {gib(size_bytes)} take a while; `bh db check` does it"
        return Diagnosis("database", "pages", "unknown", what)
    damage = database.first_damage()
    if damage is None:
        return Diagnosis("database", "pages", "ok", "sound; `bh db check` looks further")
    todo = "`bh db check` says more; restore a copy, or copy what is left with `sqlite3 .recover`"
    return Diagnosis("database", "pages", "problem", damage, WHY_KEPT, todo, StoreError.exit_code)


def _clock(database: Database) -> Iterator[Diagnosis]:
    """Yield a line when a kept run begins in the future: then this clock, or the one it had then, was wrong."""
    ahead_s = (newest_start_ms(database) or 0) / 1000 - time.time()
    if ahead_s > 1:
        what = f"the newest run begins {ahead_s:.0f} s in the future: the clock went back, or was ahead then"
        why = "runs without a commit are ordered by their start, so that `latest` is another run than you think"
        yield Diagnosis("database", "clock", "advice", what, why, "set the clock; `timedatectl` tells who keeps it")


def _room(path: Path) -> Diagnosis:
    folder = path.parent
    while not os.path.exists(folder):  # noqa: PTH110 -- likewise
        folder = folder.parent
    free_bytes = shutil.disk_usage(folder).free
    what = f"{gib(free_bytes)} free" if free_bytes >= FREE_BYTES_ADVISED else f"{free_bytes >> 20} MiB free"
    if free_bytes < FREE_BYTES_MIN:
        return Diagnosis("database", "disk", "problem", what, WHY_KEPT, "free some space", StoreError.exit_code)
    if free_bytes < FREE_BYTES_ADVISED:
        return Diagnosis("database", "disk", "advice", what, "a full disk keeps no run", "free some space")
    return Diagnosis("database", "disk", "ok", what)


def _network(path: Path) -> Iterator[Diagnosis]:
    kind = _file_system(os.path.realpath(path), _mounts())
    if kind in NETWORK_FILE_SYSTEMS:
        why = "SQLite needs locks and shared memory there that network file systems do not hold between machines"
        yield Diagnosis("database", "file system", "advice", f"{kind}: over a network", why, ELSEWHERE)


def _mounts() -> str:
    try:
        return Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""  # Not Linux.


def _file_system(path: str, mounts: str) -> str:
    """Return the kind of file system that ``path`` lies on; ``""`` where nobody tells."""
    found = ("", "")
    for line in mounts.splitlines():
        _, point, kind, *_ = [*line.split(" "), "", "", ""]
        point = point.replace("\\040", " ")
        is_around = path == point or path.startswith(point.rstrip("/") + "/")
        if is_around and len(point) >= len(found[0]):
            found = (point, kind)
    return found[1]


def _waiting(spool: Path) -> Diagnosis:
    count = sum(1 for place in places_of(spool) for path in _folders(place) if not path.name.startswith("."))
    if count:
        what = f"{count} wait to be kept"
        why = "they are running now, or were left by commands that were killed or found no database"
        return Diagnosis("database", "runs", "advice", what, why, "`bh runs` keeps those that are over")
    return Diagnosis("database", "runs", "ok", "none waits to be kept")


def _folders(place: Path) -> list[Path]:
    try:
        return list(place.iterdir())
    except OSError:
        return []
