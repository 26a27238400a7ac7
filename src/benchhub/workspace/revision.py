"""The revision: which commit ran, where it stands in history, and whether files differ from it.

In CI what is checked out need not be what was pushed: of a merge that the CI system made, the head of the change is
the revision. CI's variables are believed only about the commit that is checked out.
"""

from collections.abc import Sequence

import msgspec

from benchhub.model.circumstance import Commit, Revision
from benchhub.workspace.absent import Absent
from benchhub.workspace.ci import CiFacts
from benchhub.workspace.git import Git
from benchhub.workspace.layout import Layout
from benchhub.workspace.working_tree import read_working_tree

CHAIN_MAX = 1_000


def head_question(revision: str = "HEAD") -> tuple[str, ...]:
    """Return the question for all that one commit says, and the names that point at it."""
    words = "%H%n%T%n%P%n%an%n%at%n%ct%n%D%n%s"
    return ("log", "-1", "--decorate=full", "--encoding=UTF-8", f"--format={words}", revision, "--")


def chain_question(revision: str = "HEAD") -> tuple[str, ...]:
    """Return the question for the whole first-parent line: its length is the commit's place in history."""
    return ("rev-list", "--first-parent", revision, "--")


class Learned(msgspec.Struct, frozen=True):
    """What git and CI together tell.

    Attributes:
        revision: ``None`` where there is none, with the reason in ``absent``.
        root: First commit of the first-parent line; ``None`` when history was cut.
        ci: CI's facts, when they speak about what is checked out.
    """

    revision: Revision | None
    root: str | None = None
    ci: CiFacts | None = None
    absent: tuple[Absent, ...] = ()


class _Head(msgspec.Struct, frozen=True):
    """A commit as ``head_question`` asks for it."""

    commit: Commit
    tree: str
    tags: tuple[str, ...]


def learn_revision(git: Git, layout: Layout | None, ci: CiFacts | None, left_out: Sequence[str] = ()) -> Learned:
    """Return what is checked out.

    Args:
        git: In the repository.
        layout: ``None`` where git refuses.
        ci: What CI's variables say.
        left_out: Paths that make nothing dirty: our own database.
    """
    answer = git.ask(*head_question())
    if layout is None or not answer.is_ok:
        is_unborn = layout is not None and "bad revision 'HEAD'" in answer.why
        why = "there is no commit yet" if is_unborn else answer.why or "git does not say"
        return Learned(None, absent=(Absent("revision", why),))
    here = _head(answer.text())
    ci, merge = _ci_about(git, here, ci)
    change = ci.head if ci and merge else None
    head = _head_of_change(git, change) if change else here
    chain, absent = _chain(git, head.commit.sha)
    is_whole = bool(chain) and not layout.is_shallow
    files = read_working_tree(git, layout, here.tree, left_out)
    if files.why_no_tree:
        absent += (Absent("tree of the working tree", files.why_no_tree),)
    revision = Revision(
        commit=head.commit,
        branch=(ci.branch if ci else None) or layout.branch,
        base=(ci.base or (merge[0] if merge else None)) if ci else None,
        is_dirty=files.is_dirty,
        tree=files.tree,
        chain=chain[:CHAIN_MAX] or (head.commit.sha,),
        is_shallow=layout.is_shallow,
        commit_count=len(chain) if is_whole else None,
        tag=_tag(here, ci),
        merge=here.commit.sha if merge else None,
    )
    return Learned(revision, chain[-1] if is_whole else None, ci, absent)


def _head(text: str) -> _Head:
    sha, tree, parents, author, authored, committed, names, subject, *_ = [*clean(text).split("\n"), ""]
    commit = Commit(
        sha=sha,
        parents=tuple(parents.split()),
        author=author or None,
        subject=subject or None,
        authored_at_ms=_milliseconds(authored),
        committed_at_ms=_milliseconds(committed),
    )
    tags = tuple(name.removeprefix("tag: refs/tags/") for name in names.split(", ") if name.startswith("tag: "))
    return _Head(commit, tree, tags)


def clean(text: str) -> str:
    """Return git's text without bytes that are no UTF-8: JSON and SQL cannot hold them."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _milliseconds(seconds: str) -> int | None:
    return int(seconds) * 1000 if seconds.lstrip("-").isdigit() else None


def _ci_about(git: Git, here: _Head, ci: CiFacts | None) -> tuple[CiFacts | None, tuple[str, ...]]:
    """Return CI's facts if they are about this commit, and the parents of a merge that CI made of the change.

    A workflow that was started by a change and runs trusted code instead (``pull_request_target``) is not about it.
    """
    sha = here.commit.sha
    if ci is None or not ci.is_about(sha):
        return None, ()
    if ci.head in {None, sha}:
        return ci, ()
    parents = _written_parents(git, sha)
    return (ci, parents) if ci.head in parents else (None, ())


def _written_parents(git: Git, sha: str) -> tuple[str, ...]:
    """Return the parents that are written in a commit: in a shallow clone git says that it has none."""
    header = git.ask("cat-file", "commit", sha).text().partition("\n\n")[0]
    return tuple(line.removeprefix("parent ") for line in header.split("\n") if line.startswith("parent "))


def _head_of_change(git: Git, sha: str) -> _Head:
    """Return the head of a change; a shallow clone of its merge knows no more of it than its name."""
    git.begin(*chain_question(sha))
    answer = git.ask(*head_question(sha))
    return _head(answer.text()) if answer.is_ok else _Head(Commit(sha), "", ())


def _chain(git: Git, sha: str) -> tuple[tuple[str, ...], tuple[Absent, ...]]:
    """Return the first-parent line, the commit first."""
    answer = git.ask(*chain_question())
    lines = answer.text().split("\n")
    if lines[0] != sha:
        answer = git.ask(*chain_question(sha))
        lines = answer.text().split("\n")
    if not answer.is_ok or lines[0] != sha:
        return (), (Absent("first-parent chain", answer.why),)
    return tuple(lines), ()


def _tag(here: _Head, ci: CiFacts | None) -> str | None:
    if ci and ci.tag:
        return ci.tag
    return here.tags[0] if here.tags else None
