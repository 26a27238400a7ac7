"""Places: may we write where we write?"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchhub.flows.doctor.diagnosis import Diagnosis
from benchhub.plugin.registry import cache_folder

TEMPORARY_BYTES_MIN = 256 << 20
"""Binaries are built there."""


def look_at_places(environ: Mapping[str, str]) -> Iterator[Diagnosis]:
    """Yield the home, the cache and the temporary directory."""
    yield _home(environ)
    yield _cache(Path(cache_folder()))
    yield _temporary()


def _home(environ: Mapping[str, str]) -> Diagnosis:
    home = Path(environ.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 -- as settings find it
    why_not = why_not_writable(home)
    if why_not is None:
        return Diagnosis("places", "home", "ok", f"`{home}`")
    why = "tools keep their caches there, and the database lies there unless --db, BH_DB or XDG_DATA_HOME say other"
    return Diagnosis("places", "home", "advice", why_not, why, "set HOME to a folder of yours")


def _cache(folder: Path) -> Diagnosis:
    why_not = why_not_writable(folder)
    if why_not is None:
        return Diagnosis("places", "cache", "ok", f"`{folder}`")
    why = "every start of bh looks for plug-ins anew, which takes tens of milliseconds"
    return Diagnosis("places", "cache", "advice", why_not, why, "set XDG_CACHE_HOME to a folder of yours")


def _temporary() -> Diagnosis:
    try:
        folder = tempfile.gettempdir()
    except FileNotFoundError as error:
        why = "neither can binaries be built, nor is there a place for runs while the database is away"
        return Diagnosis("places", "temporary", "problem", str(error.strerror), why, "set TMPDIR", exit_code=6)
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < TEMPORARY_BYTES_MIN:
        why = "binaries are built there, and runs wait there while the database is away"
        what = f"`{folder}` has {free_bytes >> 20} MiB left"
        return Diagnosis("places", "temporary", "advice", what, why, "free some space, or set TMPDIR")
    return Diagnosis("places", "temporary", "ok", f"`{folder}`, {gib(free_bytes)} free")


def gib(size_bytes: int) -> str:
    """Return a size of a disk."""
    return f"{size_bytes / (1 << 30):.1f} GiB"


def why_not_writable(path: Path) -> str | None:
    """Return why a file or folder cannot be written or made, ``None`` when it can."""
    there = path
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent
    if there == path:
        return None if os.access(path, os.W_OK) else f"`{path}` may not be written"
    if not there.is_dir():
        return f"`{path}` cannot be made: `{there}` is no folder"
    return None if os.access(there, os.W_OK | os.X_OK) else f"`{path}` cannot be made: `{there}` may not be written"
