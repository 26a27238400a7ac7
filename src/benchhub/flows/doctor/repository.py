"""Git: without it a number belongs to no commit, and history has no order."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchhub.flows.doctor.diagnosis import Diagnosis
from benchhub.workspace.git import GIT_MISSING, Answer, Git
from benchhub.workspace.layout import LAYOUT, layout_of
from benchhub.workspace.opening import find_root

WHY_REVISION = "runs kept from here belong to no commit, and history has no order but time"


def look_at_git(directory: Path, environ: Mapping[str, str]) -> Iterator[Diagnosis]:
    """Yield what git is, and what it says about the repository around ``directory``."""
    root, is_repository = find_root(os.path.realpath(directory))
    git = Git(root, environ)
    version = git.ask("--version")
    if not version.is_ok:
        yield Diagnosis("git", "git", "advice", version.why, WHY_REVISION, "install git")
        return
    yield Diagnosis("git", "git", "ok", version.text().removeprefix("git version "))
    if not is_repository:
        what = f"`{root}` is in no git repository"
        yield Diagnosis("git", "repository", "advice", what, WHY_REVISION, "git init, and commit")
        return
    layout = layout_of(git)
    if layout is None:
        yield _refused(root, git.ask(*LAYOUT))
        return
    if not git.ask("rev-parse", "--verify", "--quiet", "HEAD").is_ok:
        yield Diagnosis("git", "repository", "advice", "there is no commit yet", WHY_REVISION, "commit something")
        return
    yield Diagnosis("git", "repository", "ok", f"`{root}`, {layout.branch or 'a detached head'}")
    yield _depth(git, is_shallow=layout.is_shallow)


def _refused(root: str, answer: Answer) -> Diagnosis:
    """Return what git has against the repository; it does not trust what belongs to somebody else."""
    if "dubious ownership" in answer.why:
        todo = f"git config --global --add safe.directory {root}"
        return Diagnosis("git", "safe.directory", "advice", answer.why, WHY_REVISION, todo)
    todo = "" if answer.exit_code == GIT_MISSING else f"git -C {root} status"
    return Diagnosis("git", "repository", "advice", answer.why or "git does not answer", WHY_REVISION, todo)


def _depth(git: Git, *, is_shallow: bool) -> Diagnosis:
    count = git.ask("rev-list", "--count", "--first-parent", "HEAD").text()
    if not is_shallow:
        return Diagnosis("git", "history", "ok", f"whole: {count} commits on the first-parent line")
    what = f"shallow: cut after {count} commits"
    why = "the place of a commit in history is not known, nor is a repository without a remote recognised"
    return Diagnosis("git", "history", "advice", what, why, "git fetch --unshallow; in CI, a checkout of full depth")
