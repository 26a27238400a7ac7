"""The files of a workspace, listed once for all frameworks."""

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator

LEFT_OUT = frozenset({"node_modules", "vendor", "testdata"})
LEFT_OUT_WITHOUT_GIT = frozenset({"target", "__pycache__"})
"""Build results, which `.gitignore` names where there is git; a tracked folder called so is source."""
WALK_FILES_MAX = 200_000


class FileTree:
    """Files by relative path; hidden, vendored and ignored folders are left out.

    Attributes:
        root: Absolute.
        is_cut: The walk stopped at ``WALK_FILES_MAX`` files.
    """

    def __init__(self, root: str, paths: Iterable[str], *, is_cut: bool = False) -> None:
        """Keep ``paths``, which are relative to ``root`` and may come in any order and twice."""
        self.root = root
        self.is_cut = is_cut
        self._paths = sorted(_kept(set(paths)))

    def directories_with(self, file_name: str) -> Iterable[str]:
        """Yield the directories (relative, with ``/``, ``""`` for the root) that hold ``file_name``, sorted."""
        ending = "/" + file_name
        found = [path[: -len(ending)] for path in self._paths if path.endswith(ending)]
        if file_name in self._paths:
            found.append("")
        # git also lists files that are deleted and not committed.
        return (path for path in sorted(found) if os.path.isfile(os.path.join(self.root, path, file_name)))  # noqa: PTH113, PTH118 -- start-up counts

    def directories_naming(self, name: str) -> list[str]:
        """Return the directories in which something is called ``name``, be it a folder or a link that leads nowhere."""
        marks = (f"/{name}", f"/{name}/")
        found = (f"/{path}" for path in self._paths if name in path)
        above = {
            path.partition(marks[1])[0] if marks[1] in path else path[: -len(marks[0])]
            for path in found
            if path.endswith(marks[0]) or marks[1] in path
        }
        places = sorted(path.removeprefix("/") for path in above)
        return [path for path in places if os.path.lexists(os.path.join(self.root, path, name))]  # noqa: PTH118

    def files_below(self, directory: str, suffix: str) -> Iterable[str]:
        """Yield the relative paths below ``directory`` that end in ``suffix``, sorted, whatever their depth."""
        if not directory:
            return (path for path in self._paths if path.endswith(suffix))
        # `0` follows `/` in the order of characters: all that lies between is below the directory.
        first, last = bisect_left(self._paths, directory + "/"), bisect_left(self._paths, directory + "0")
        return (path for path in self._paths[first:last] if path.endswith(suffix))

    def read(self, path: str) -> bytes:
        """Return a file's bytes; empty when it cannot be read."""
        try:
            with open(os.path.join(self.root, path), "rb", buffering=0) as file:  # noqa: PTH118, PTH123 -- many small files
                return file.read()
        except OSError:
            return b""

    def directories(self) -> list[str]:
        """Return every directory that holds a file, for `did you mean`."""
        found: set[str] = set()
        for path in self._paths:
            above = path.rpartition("/")[0]
            while above and above not in found:
                found.add(above)
                above = above.rpartition("/")[0]
        return sorted(found)


def _kept(paths: Iterable[str]) -> Iterator[str]:
    """Yield the paths that are not left out; each folder is looked at once, since it holds many files."""
    known: dict[str, bool] = {}
    for path in paths:
        folder = path[: path.rfind("/") + 1]
        if folder not in known:
            known[folder] = is_left_out(folder)
        if not known[folder]:
            yield path


def is_left_out(path: str) -> bool:
    """Tell whether a folder on the way to the file ``path`` is hidden or vendored."""
    if "/" not in path:
        return False
    return any(folder in LEFT_OUT or folder[:1] in {"_", "."} for folder in path.split("/")[:-1])


def walked(root: str) -> FileTree:
    """Return the tree below ``root`` by walking it, for where there is no git."""
    paths: list[str] = []
    for path in _walk(root):
        paths.append(path)
        if len(paths) >= WALK_FILES_MAX:
            return FileTree(root, paths, is_cut=True)
    return FileTree(root, paths)


def _walk(root: str) -> Iterator[str]:
    """Yield the relative paths of all files, breadth first, without following links to folders."""
    waiting = [""]
    for directory in waiting:
        try:
            with os.scandir(os.path.join(root, directory)) as entries:  # noqa: PTH118 -- the speed of scandir
                for entry in entries:
                    path = f"{directory}/{entry.name}" if directory else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name not in LEFT_OUT_WITHOUT_GIT and not is_left_out(f"{entry.name}/"):
                            waiting.append(path)
                    else:
                        yield path
        except OSError:
            continue  # a folder that may not be read holds nothing for us
