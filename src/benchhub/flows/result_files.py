"""Result files: what a tool writes beside its output, told apart from what older runs left.

Below ``{results}`` everything is new: the directory was made for this run. Where a tool insists on a place of its own:

1. note     before the first program: what is there already, by time, size, inode and content
2. collect  after the last one: what is new or changed is copied into the run's folder; the rest is stale, and not read
3. miss     what was expected and is not there is told

From there on both lie in the run's folder, and are kept and read again like all output.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from benchhub.flows.file_patterns import VISITED_MAX, find, matches
from benchhub.model.record import Problem
from benchhub.model.sha256 import file_sha256
from benchhub.plugin.contract import ResultFile

RESULT_FILES_MAX = 10_000
"""Result files of one run that are read and kept."""

RESULT_BYTES_MAX = 1 << 30
"""All result files of one run together."""

NAMES_TOLD_MAX = 10

PROBLEM_KINDS = {
    "stale-result": "A result file was there before the run, and the run did not write it: not read, not kept.",
    "missing-result": "A result file that the tool should have written is not there, is empty, or cannot be read.",
    "result-limit": "Result files were too many or too large: some were neither read nor kept.",
}

_STREAMS = frozenset({"stdout", "stderr"})


class KeptFile(msgspec.Struct, frozen=True):
    """A result file in a run's folder.

    Attributes:
        name: Of its stream and artifact.
    """

    name: str
    kind: str
    path: Path
    size_bytes: int


class Mark(msgspec.Struct, frozen=True):
    """What tells whether a file was written: where the first three are as they were, the content decides.

    Attributes:
        sha256: ``None`` where there was too much to read.
    """

    mtime_ns: int
    size_bytes: int
    inode: int
    sha256: bytes | None


class Noted(msgspec.Struct, frozen=True):
    """What lay in the target's directory before the run.

    Attributes:
        is_cut: There was more than we could look at; then a file's time decides.
    """

    marks: dict[str, Mark] = {}
    at_ns: int = 0
    is_cut: bool = False


def note(directory: Path, files: Iterable[ResultFile]) -> Noted:
    """Return what lies there already; nothing is looked at when the tool writes below ``{results}`` only."""
    patterns = _patterns(files, "directory")
    if not patterns:
        return Noted()
    found = find(directory, patterns)
    marks: dict[str, Mark] = {}
    bytes_left = RESULT_BYTES_MAX
    for path in found.paths:
        mark = _mark(directory / path, bytes_left)
        if mark is not None:
            marks[path] = mark
            bytes_left -= mark.size_bytes
    return Noted(marks, time.time_ns(), found.is_cut)


def collect_files(run: Path, directory: Path, files: tuple[ResultFile, ...], noted: Noted) -> tuple[Problem, ...]:
    """Copy what the run wrote in the target's directory into the run's folder, and tell what is wrong.

    Args:
        run: The run's folder.
        directory: The target's.
        files: What the plan expects.
        noted: What was there before.
    """
    patterns = _patterns(files, "directory")
    if not patterns:
        return problems_of(run, files)
    found = find(directory, patterns)
    stale = [path for path in found.paths if _is_stale(directory / path, noted.marks.get(path), noted)]
    told = _stale(files, stale)
    told += _copied(run, directory, sorted(set(found.paths) - set(stale)))
    if found.is_cut:
        told.append(Problem("result-limit", "", f"the search for result files ended after {VISITED_MAX} names"))
    return (*told, *problems_of(run, files))


def _is_stale(file: Path, before: Mark | None, noted: Noted) -> bool:
    try:
        now = file.stat()
    except OSError:
        return False  # It went meanwhile: copying it will say so.
    if before is None:
        return noted.is_cut and now.st_mtime_ns < noted.at_ns
    if (now.st_mtime_ns, now.st_size, now.st_ino) != (before.mtime_ns, before.size_bytes, before.inode):
        return False
    # Some file systems count in seconds, and a tool may put the time back: the bytes know better.
    return before.sha256 is None or before.sha256 == _sha256(file)


def _stale(files: tuple[ResultFile, ...], stale: list[str]) -> list[Problem]:
    told: list[Problem] = []
    for file in files:
        names = [path for path in stale if matches(file.name, path)] if file.place == "directory" else []
        if names:
            there = (
                "was there before the run, which did not write it"
                if len(names) == 1
                else (f"{_listed(names)} were there before the run, which did not write them")
            )
            told.append(
                Problem("stale-result", _shown(names[0]) if len(names) == 1 else file.name, f"{there}: not read")
            )
    return told


def _copied(run: Path, directory: Path, paths: list[str]) -> list[Problem]:
    """Copy files into the run's folder, which shows all of them at once: killed meanwhile, there is none."""
    draft = run / "collected.draft"
    told: list[Problem] = []
    bytes_left = RESULT_BYTES_MAX
    beyond: list[str] = []
    for count, path in enumerate(paths):
        try:
            size_bytes = (directory / path).stat().st_size
            if count >= RESULT_FILES_MAX or size_bytes > bytes_left:
                beyond.append(path)
                continue
            bytes_left -= size_bytes
            target = draft / _shown(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            import shutil  # noqa: PLC0415 -- few tools leave files

            shutil.copyfile(directory / path, target)
        except OSError as error:
            told.append(Problem("missing-result", _shown(path), f"cannot be read: {error.strerror}"))
            (draft / _shown(path)).unlink(missing_ok=True)
    if draft.exists():
        draft.rename(run / "collected")
    return told + _beyond(beyond)


def _beyond(names: list[str]) -> list[Problem]:
    if not names:
        return []
    limit = f"more than {RESULT_FILES_MAX} files or {RESULT_BYTES_MAX >> 20} MiB"
    return [Problem("result-limit", _shown(names[0]), f"{limit}: {_listed(names)} neither read nor kept")]


# -- what lies in a run's folder -----------------------------------------------------------------------------------


def kept_files(run: Path, files: tuple[ResultFile, ...]) -> tuple[KeptFile, ...]:
    """Return the result files in a run's folder by name, empty ones included, up to the limits."""
    return _kept(run, files)[0]


def problems_of(run: Path, files: tuple[ResultFile, ...], *, is_killed: bool = False) -> tuple[Problem, ...]:
    """Return what is missing or too much in a run's folder.

    Args:
        run: The folder.
        files: What the plan expects.
        is_killed: We died before we could collect: what lies in the target's directory may be anybody's.
    """
    kept, beyond = _kept(run, files)
    told = _beyond(beyond)
    for file in files:
        if file.is_optional:
            continue
        mine = [one for one in kept if _is_of(file, one, run)]
        told += [Problem("missing-result", one.name, "is empty") for one in mine if not one.size_bytes]
        if not mine and not any(_is_meant(file, name, file.place) for name in beyond):
            why = "no such file was written"
            if is_killed and file.place == "directory":
                why = "the run was killed before it was collected: what is there now may be of another run"
            told.append(Problem("missing-result", file.name, why))
    return tuple(told)


def _kept(run: Path, files: tuple[ResultFile, ...]) -> tuple[tuple[KeptFile, ...], list[str]]:
    """Return the files within the limits, and the names of those beyond."""
    kept: dict[str, KeptFile] = {}
    beyond: list[str] = []
    bytes_left = RESULT_BYTES_MAX
    for place in ("results", "directory"):
        folder = run / _FOLDERS[place]
        for path in find(folder, _patterns(files, place)).paths if folder.is_dir() else ():
            path = _in_text(folder, path)  # noqa: PLW2901 -- the same file
            size_bytes = _size_bytes(folder / path)
            if len(kept) >= RESULT_FILES_MAX or size_bytes > bytes_left:
                beyond.append(path)
                continue
            bytes_left -= size_bytes
            name = path
            while name in kept or name in _STREAMS:
                name = f"./{name}"
            kind = next(file.kind for file in files if _is_meant(file, path, place))
            kept[name] = KeptFile(name, kind, folder / path, size_bytes)
    return tuple(kept[name] for name in sorted(kept)), beyond


_FOLDERS = {"results": "results", "directory": "collected"}


def _patterns(files: Iterable[ResultFile], place: str) -> list[str]:
    return [file.name for file in files if file.place == place]


def _is_meant(file: ResultFile, path: str, place: str) -> bool:
    return file.place == place and matches(file.name, path)


def _is_of(file: ResultFile, kept: KeptFile, run: Path) -> bool:
    folder = run / _FOLDERS[file.place]
    return kept.path.is_relative_to(folder) and matches(file.name, kept.path.relative_to(folder).as_posix())


def _in_text(folder: Path, path: str) -> str:
    """Return the path of a file of the run's folder, which is called otherwise where its name is no UTF-8."""
    shown = _shown(path)
    if shown != path:
        (folder / shown).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).rename(folder / shown)
    return shown


def _size_bytes(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0  # Somebody whom the tool left behind has just removed it.


def _mark(file: Path, bytes_left: int) -> Mark | None:
    try:
        stat = file.stat()
        sha256 = _sha256(file) if stat.st_size <= bytes_left else None
    except OSError:
        return None
    return Mark(stat.st_mtime_ns, stat.st_size, stat.st_ino, sha256)


def _sha256(file: Path) -> bytes:
    with file.open("rb") as opened:
        return file_sha256(opened)


def _shown(path: str) -> str:
    """Return a path as text: a name may hold bytes that are no UTF-8."""
    return os.fsencode(path).decode(errors="replace")


def _listed(names: list[str]) -> str:
    told = ", ".join(f"`{_shown(name)}`" for name in names[:NAMES_TOLD_MAX])
    more = len(names) - NAMES_TOLD_MAX
    return f"{told} and {more} more" if more > 0 else told
