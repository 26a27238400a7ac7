"""The spool: where a run lies until the database has it.

Each run has a folder beside the database, from before its first program starts until its report is durable::

    bench.db.spool/<uid>/
      lock          held by the process that runs it, so that a dead owner is told from a slow one
      run.json      who, what, where: enough to keep the run if nobody lives to finish it
      stdout, stderr, results/…   raw bytes as they come
      services/…    what the services of the run wrote
      collected/…   result files that the tool wrote elsewhere, copied when the run had ended
      report.json   the whole report, once there is one

So keeping cannot break running, and a killed run loses no byte that had arrived: the next command finds the folder,
reads what is there, and keeps it as interrupted.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from benchhub.errors import StoreError
from benchhub.flows.folders import remove_folder, temporary_folder
from benchhub.flows.result_files import kept_files
from benchhub.model.identity import digest
from benchhub.model.report import ArtifactRef, Envelope, Report
from benchhub.model.sha256 import file_sha256
from benchhub.plugin.contract import ResultFile, Stream

NEW = ".new-"
"""How the name of a folder begins that is being made; nothing has started in it."""

GONE = ".gone-"
"""How the name of a folder begins that is being removed; whoever sees it may help."""


SERVICES = "services"

READ_KINDS = frozenset({"output", "result"})
"""Kinds of artifacts that a reader gets; all others are kept for people."""


class Unfinished(msgspec.Struct, frozen=True):
    """What ``run.json`` says: a report's envelope, and what a reader needs to know."""

    envelope: Envelope
    options: dict[str, Any] = {}
    arguments: tuple[str, ...] = ()
    case_name: str = ""
    files: tuple[ResultFile, ...] = ()


class RunSpool:
    """The folder of one run, owned by this process.

    Attributes:
        trouble: Why output was lost; ``None`` when none was.
    """

    def __init__(self, path: Path, lock: BinaryIO) -> None:
        self.path = path
        self.trouble: str | None = None
        self._lock = lock
        self._files: dict[str, BinaryIO] = {}

    def write(self, stream: str, data: bytes) -> None:
        """Append what a program wrote; unbuffered, so that nothing is lost with this process.

        A disk that is full does not end the program: from there on its output is lost, and ``trouble`` says so.
        """
        if self.trouble is not None:
            return  # What comes after a hole would be read as what it is not.
        try:
            file = self._files.get(stream)
            if file is None:
                file = self._files[stream] = (self.path / stream).open("ab", buffering=0)
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]
        except OSError as error:
            self.trouble = f"{error.strerror}: `{self.path / stream}`"

    @property
    def results(self) -> Path:
        """The fresh directory for the tool's result files."""
        path = self.path.absolute() / "results"  # The tool runs in a directory of its own.
        path.mkdir(exist_ok=True)
        return path

    def keep(self, report: Report) -> None:
        """Write the whole report beside the raw bytes, where it survives this process.

        The database makes it durable a moment later; only where it cannot, the disk is waited for, by ``settle``.
        """
        _write_whole(self.path / "report.json", msgspec.json.encode(report), durable=False)

    def settle(self) -> None:
        """Let what lies here survive a power cut, too: it will lie here for a while."""
        for path in (*self.path.rglob("*"), self.path):
            with contextlib.suppress(OSError):
                _wait_for_disk(path)

    def discard(self) -> None:
        """Remove the folder: the database has everything."""
        # Out of sight first: killed between two files, it would look like a run that was interrupted.
        gone = self.path.with_name(f"{GONE}{self.path.name}")
        try:
            self.path.rename(gone)
        except OSError:
            gone = self.path
        self.close()
        remove_folder(gone)

    def close(self) -> None:
        """Close the files and give up the lock; the folder stays."""
        for file in self._files.values():
            file.close()
        self._files.clear()
        self._lock.close()


def spool_of(database: Path) -> Path:
    """Return the spool's folder of a database."""
    return database.with_name(database.name + ".spool")


def places_of(spool: Path) -> tuple[Path, Path]:
    """Return where runs may lie: the spool, and a folder of this database in the system's temporary directory."""
    name = f"benchhub-{os.getuid()}-{digest(str(spool)).hex()[:12]}.spool"
    return spool, temporary_folder() / name


def open_run_spool(spool: Path, unfinished: Unfinished) -> RunSpool:
    """Return a fresh folder for a run, in which it is written who runs what.

    Where the spool cannot be written it lies in the system's temporary directory.

    Raises:
        StoreError: No place at all can be written.
    """
    for parent in places_of(spool):
        with contextlib.suppress(OSError):
            parent.mkdir(parents=True, exist_ok=True)
            with _making(parent, fcntl.LOCK_SH):
                return _make_folder(parent, unfinished)
    what = f"no place to keep the run's output: neither `{spool}` nor `{temporary_folder()}` can be written"
    raise StoreError(what, hint="free some space, or choose another place with --db")


def _make_folder(parent: Path, unfinished: Unfinished) -> RunSpool:
    # Nobody looks at a hidden folder: it appears together with its lock and all that a finder needs.
    draft = parent / f"{NEW}{unfinished.envelope.uid}"
    draft.mkdir(mode=0o700)
    lock = (draft / "lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _write_whole(draft / "run.json", msgspec.json.encode(unfinished), durable=True)
        return RunSpool(draft.rename(parent / unfinished.envelope.uid), lock)
    except OSError:
        lock.close()
        remove_folder(draft)
        raise


@contextlib.contextmanager
def _making(place: Path, how: int) -> Iterator[None]:
    """Hold the place's lock: shared by all who make a folder in it, exclusive for who removes half-made ones."""
    directory = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(directory, how)
        yield
    finally:
        os.close(directory)


def abandoned(spool: Path) -> Iterator[RunSpool]:
    """Yield the runs whose owner is gone, each locked by this process while it is looked at."""
    _sweep(spool)
    for path in [path for place in places_of(spool) for path in _folders_in(place)]:
        try:
            lock = (path / "lock").open("rb+")
        except OSError:
            continue  # Just being removed by its owner.
        with contextlib.closing(lock):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            if (path / "lock").exists():  # Else its owner removed it before giving up the lock.
                yield RunSpool(path, lock)


def _sweep(spool: Path) -> None:
    """Remove the folders of processes that died while they made or removed one."""
    for place in places_of(spool):
        for gone in place.glob(f"{GONE}*"):
            remove_folder(gone)
        # Where somebody is just making one, the next command tidies up.
        with contextlib.suppress(OSError), _making(place, fcntl.LOCK_EX | fcntl.LOCK_NB):
            for new in place.glob(f"{NEW}*"):
                remove_folder(new)


def _folders_in(place: Path) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if not path.name.startswith("."))
    except OSError:
        return []


def streams_in(path: Path, files: tuple[ResultFile, ...] = ()) -> tuple[Stream, ...]:
    """Return the non-empty streams of a run's folder that are to be read: output first, then result files by name."""
    return tuple(Stream.of_file(name, file) for name, kind, file in _files_in(path, files) if kind in READ_KINDS)


def artifacts_in(path: Path, files: tuple[ResultFile, ...] = ()) -> tuple[ArtifactRef, ...]:
    """Return a reference, with digest, to each non-empty file of a run's folder."""
    return tuple(artifact_of(file, name, kind) for name, kind, file in _files_in(path, files))


def _files_in(path: Path, files: tuple[ResultFile, ...]) -> Iterator[tuple[str, str, Path]]:
    for name in ("stdout", "stderr"):
        if (path / name).is_file() and (path / name).stat().st_size:
            yield name, "output", path / name
    for kept in kept_files(path, files):
        if kept.size_bytes:
            yield kept.name, kept.kind, kept.path
    for log in sorted((path / SERVICES).glob("*.log")):
        if log.stat().st_size:
            yield service_log(log.stem), "log", log


def service_log(name: str) -> str:
    """Return the name of the artifact that holds what a service wrote."""
    return f"{SERVICES}/{name}.log"


def artifact_of(file: Path, name: str, kind: str) -> ArtifactRef:
    """Return a reference to a file's bytes."""
    with file.open("rb") as opened:
        sha256 = file_sha256(opened).hex()
    return ArtifactRef(name=name, kind=kind, sha256=sha256, size_bytes=file.stat().st_size, path=str(file))


def _write_whole(path: Path, data: bytes, *, durable: bool) -> None:
    """Write a file that is there whole or not at all; a power cut may leave one that is not durable empty."""
    draft = path.with_name(path.name + ".draft")
    draft.write_bytes(data)
    if durable:
        _wait_for_disk(draft)
    draft.replace(path)


def _wait_for_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
