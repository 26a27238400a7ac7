"""Where a repository keeps its things, and where its heads point: one call of git."""

import os

import msgspec

from benchhub.workspace.git import Git

LAYOUT = (
    "rev-parse",
    *("--is-shallow-repository", "--git-path", "index", "--git-path", "objects", "--git-common-dir"),
    *("--symbolic-full-name", "HEAD", "refs/remotes/origin/HEAD"),
)
_ORIGIN = "refs/remotes/origin/"


class Layout(msgspec.Struct, frozen=True):
    """What git says of a repository, whether or not it has a commit.

    Attributes:
        is_shallow: History was cut.
        index: Absolute path of the file.
        objects: Absolute path of the directory.
        common_dir: Absolute; the main repository's where this is a linked worktree.
        branch: ``None`` on a detached head, and where there is no commit yet.
        default_branch: What ``origin/HEAD`` points at, when it is known.
    """

    is_shallow: bool
    index: str
    objects: str
    common_dir: str
    branch: str | None = None
    default_branch: str | None = None


def layout_of(git: Git) -> Layout | None:
    """Return the layout; ``None`` where git refuses to speak about the repository."""
    answer = git.ask(*LAYOUT)
    lines = answer.text().split("\n")
    if len(lines) < 4:  # noqa: PLR2004 -- as many as always have an answer
        return None
    # A name that cannot be resolved is said back as it was asked, before git complains.
    head, origin_head = (*lines[4:], "", "")[:2]
    shallow, *places = lines[:4]
    index, objects, common_dir = (os.path.normpath(os.path.join(git.directory, place)) for place in places)  # noqa: PTH118 -- start-up counts
    return Layout(
        is_shallow=shallow == "true",
        index=index,
        objects=objects,
        common_dir=common_dir,
        branch=head.removeprefix("refs/heads/") if head.startswith("refs/heads/") else None,
        default_branch=origin_head.removeprefix(_ORIGIN) if origin_head not in {"", f"{_ORIGIN}HEAD"} else None,
    )
