"""The working tree: does it differ from the commit, and which tree is it?

git is asked with an index and an object directory of our own: the user's index, objects and status stay as they were.
"""

import os
from collections.abc import Mapping, Sequence

import msgspec

from benchhub.workspace.git import Answer, Git
from benchhub.workspace.layout import Layout

TREE_TIMEOUT_S = 20.0
TREE_BYTES_MAX = 1 << 30
"""Of changed and untracked files: all are hashed."""


class WorkingTree(msgspec.Struct, frozen=True):
    """How the files compare with the commit.

    Attributes:
        tree: ``None`` when it could not be made.
        why_no_tree: For people.
    """

    is_dirty: bool
    tree: str | None = None
    why_no_tree: str = ""


def status_question(left_out: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the question whose answer ``read_working_tree`` reads.

    Args:
        left_out: Paths relative to the repository's root that do not count: our own database.
    """
    words = ("status", "--porcelain=v2", "-z", "--untracked-files=all", "--ignore-submodules=none", "--no-renames")
    return (*words, "--", *_pathspecs(left_out))


def _pathspecs(left_out: Sequence[str]) -> tuple[str, ...]:
    return (":/", *(f":(exclude,top,literal){path}" for path in left_out))


def read_working_tree(git: Git, layout: Layout, commit_tree: str, left_out: Sequence[str] = ()) -> WorkingTree:
    """Return how the files compare with the commit whose tree is ``commit_tree``.

    Where git does not tell, the tree counts as dirty: its numbers must not become a baseline.
    """
    status = git.ask(*status_question(left_out))
    if not status.is_ok:
        return WorkingTree(is_dirty=True, why_no_tree=status.why)
    entries = status.text().split("\0")[:-1]
    if not entries:
        return WorkingTree(is_dirty=False, tree=commit_tree)
    if any(_is_inside_submodule(entry) for entry in entries):
        return WorkingTree(is_dirty=True, why_no_tree="a submodule has changes of its own")
    size_bytes = sum(_size_bytes(git.directory, entry) for entry in entries)
    if size_bytes > TREE_BYTES_MAX:
        why = f"changed files hold {size_bytes >> 20} MiB; the limit is {TREE_BYTES_MAX >> 20} MiB"
        return WorkingTree(is_dirty=True, why_no_tree=why)
    made = _make_tree(git, layout, left_out)
    return WorkingTree(is_dirty=True, tree=made.text() if made.is_ok else None, why_no_tree=made.why)


def _is_inside_submodule(entry: str) -> bool:
    """Tell whether a changed entry is a submodule whose files differ from its own commit.

    Source: git-status(1), porcelain format version 2: ``S`` for a submodule, then ``C``, ``M``, ``U``.
    """
    fields = entry.split(" ", 3)
    return fields[0] in {"1", "2", "u"} and fields[2][0] == "S" and fields[2][2:] != ".."


_FIELDS_BEFORE_PATH = {"1": 8, "2": 9, "u": 10, "?": 1}


def _size_bytes(root: str, entry: str) -> int:
    before = _FIELDS_BEFORE_PATH.get(entry[:1], 0)
    try:
        return os.lstat(os.path.join(root, entry.split(" ", before)[before])).st_size  # noqa: PTH118 -- start-up counts
    except (OSError, IndexError):
        return 0


def _make_tree(git: Git, layout: Layout, left_out: Sequence[str]) -> Answer:
    """Add everything to a private copy of the index, and write its tree into a private object directory."""
    import shutil  # noqa: PLC0415 -- most trees are clean
    import tempfile  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="benchhub-tree-") as folder:
        private = os.path.join(folder, "index")  # noqa: PTH118
        try:
            os.mkdir(os.path.join(folder, "objects"))  # noqa: PTH102, PTH118 -- start-up counts
            # With the times that git noted, unchanged files need not be read again.
            shutil.copy2(layout.index, private)
        except FileNotFoundError:
            pass  # Nothing was ever added.
        except OSError as error:
            return Answer(1, why=f"the index cannot be read: {error.strerror}")
        environ = {
            "GIT_INDEX_FILE": private,
            "GIT_OBJECT_DIRECTORY": os.path.join(folder, "objects"),  # noqa: PTH118
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(layout.objects),
        }
        added = _do(git, environ, "add", "--all", "--", *_pathspecs(left_out))
        return _do(git, environ, "write-tree") if added.is_ok else added


def _do(git: Git, environ: Mapping[str, str], *words: str) -> Answer:
    options = ("-c", "core.looseCompression=0", "-c", "advice.addEmbeddedRepo=false")
    return git.do(*options, *words, environ=environ, timeout_s=TREE_TIMEOUT_S)


def _quoted(path: str) -> str:
    """Return a path as the list of alternates wants it.

    Source: git(1), ``GIT_ALTERNATE_OBJECT_DIRECTORIES``.
    """
    if ":" not in path and not path.startswith('"'):
        return path
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
