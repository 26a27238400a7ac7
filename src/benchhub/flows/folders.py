"""The system's temporary folder, and how a folder of ours goes.

As ``tempfile`` and ``shutil`` do it, which are loaded where the common case does not hold: they bring compressors and
random numbers along, a twentieth of the start of `bh run`.
"""

import os
from collections.abc import Mapping
from pathlib import Path


def temporary_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where temporary files belong: ``TMPDIR``, else ``/tmp``, else what Python finds."""
    folder = environ.get("TMPDIR") or "/tmp"  # noqa: S108 -- only a place, its files have names of their own
    if os.path.isabs(folder) and os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK):  # noqa: PTH112, PTH117 -- start-up counts
        return Path(folder)
    import tempfile  # noqa: PLC0415 -- loaded when it is used

    return Path(tempfile.gettempdir())


def fresh_folder(prefix: str) -> Path:
    """Return a new folder below the temporary one that nobody else may enter."""
    folder = temporary_folder() / f"{prefix}{os.urandom(6).hex()}"
    folder.mkdir(mode=0o700)
    return folder


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it, as far as that is possible."""
    try:
        with os.scandir(folder) as entries:
            for entry in list(entries):
                if entry.is_dir(follow_symlinks=False):
                    remove_folder(Path(entry.path))
                else:
                    os.unlink(entry.path)  # noqa: PTH108 -- start-up counts
        os.rmdir(folder)  # noqa: PTH106 -- start-up counts
    except OSError:  # Somebody else is at it, too, or it may not be read.
        import shutil  # noqa: PLC0415

        shutil.rmtree(folder, ignore_errors=True)
