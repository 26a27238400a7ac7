"""Names and patterns of files below a directory, and a walk that finds them within limits."""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import msgspec

VISITED_MAX = 500_000
"""Names looked at in one walk; a pattern that begins with `**` in a large tree would never come back."""

LEFT_OUT = frozenset({".git", ".hg", ".svn"})


class Found(msgspec.Struct, frozen=True):
    """What a walk found.

    Attributes:
        paths: Relative, with ``/``, sorted; regular files only.
        is_cut: The walk stopped at ``VISITED_MAX`` names.
    """

    paths: tuple[str, ...]
    is_cut: bool = False


def is_pattern(name: str) -> bool:
    """Tell whether a name stands for more than the one file that is called so."""
    return "*" in name or "?" in name


def matches(pattern: str, path: str) -> bool:
    """Tell whether a relative path is meant: ``*`` and ``?`` stay within a part, ``**`` is any parts, also none."""
    return path == pattern or (is_pattern(pattern) and _regex(pattern).fullmatch(path) is not None)


@lru_cache(maxsize=256)
def _regex(pattern: str) -> re.Pattern[str]:
    *folders, name = pattern.split("/")
    regex = "".join("(?:[^/]+/)*" if folder == "**" else _part(folder) + "/" for folder in folders)
    return re.compile(regex + (".+" if name == "**" else _part(name)), re.DOTALL)


def _part(part: str) -> str:
    return "".join({"*": "[^/]*", "?": "[^/]"}.get(letter, re.escape(letter)) for letter in part)


def find(directory: Path, patterns: Iterable[str]) -> Found:
    """Return the regular files below ``directory`` that a pattern means; links to folders are not followed."""
    paths: set[str] = set()
    left = VISITED_MAX
    for pattern in patterns:
        if not is_pattern(pattern):
            if is_file(directory / pattern):
                paths.add(pattern)
            continue
        for path in _below(directory, _literal_folder(pattern)):
            left -= 1
            if left < 0:
                return Found(tuple(sorted(paths)), is_cut=True)
            if matches(pattern, path) and is_file(directory / path):
                paths.add(path)
    return Found(tuple(sorted(paths)))


def is_file(path: Path) -> bool:
    """Tell whether it is a regular file, or a link to one: a pipe would never end."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _literal_folder(pattern: str) -> str:
    """Return the folders before the first part that is a pattern."""
    *folders, _ = pattern.split("/")
    literal = next((at for at, folder in enumerate(folders) if is_pattern(folder)), len(folders))
    return "/".join(folders[:literal])


def _below(directory: Path, folder: str) -> Iterator[str]:
    """Yield the path of everything below ``folder`` that is no folder, relative to ``directory``."""
    for root, folders, names in os.walk(directory / folder):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        above = os.path.relpath(root, directory).replace(os.sep, "/")
        for name in names:
            yield name if above == "." else f"{above}/{name}"
