"""Where a repository is hosted: its remotes, a fork's upstream, or nowhere."""

import os
from collections.abc import Mapping

import msgspec

from benchhub.errors import UserError
from benchhub.model.identity import digest
from benchhub.model.place import LOCAL_HOST, Repository
from benchhub.workspace.ci import CiFacts
from benchhub.workspace.layout import Layout
from benchhub.workspace.remote import Remote, parse_remote

ID_DIGITS = 12
"""Of a root commit or a path, which tell repositories without a remote apart."""

HISTORY = "first-commit"
"""The owner of repositories that are told apart by their history; each is named by its root commit."""

CONFIG = (
    "config",
    "-z",
    "--get-regexp",
    r"^(user\.(name|email)|remote\..*\.url|branch\..*\.remote|url\..*\.insteadof)$",
)


class Hosting(msgspec.Struct, frozen=True):
    """Whose repository this is.

    Attributes:
        repository: Upstream's, of a fork.
        fork: Where the code really came from, of a fork.
        title: What people call it, where that is not the repository's name.
    """

    repository: Repository
    fork: Repository | None = None
    title: str | None = None


def parse_git_config(text: str) -> dict[str, list[str]]:
    """Return the values of each key of ``git config -z``, in the order of the files."""
    found: dict[str, list[str]] = {}
    for entry in text.split("\0"):
        key, _, value = entry.partition("\n")
        if key:
            found.setdefault(key, []).append(value)
    return found


def learn_hosting(
    config: Mapping[str, list[str]],
    *,
    root: str,
    layout: Layout | None,
    first_commit: str | None,
    ci: CiFacts | None,
    stand_in: str | None = None,
) -> Hosting:
    """Return whose repository this is.

    Args:
        config: Of git, as ``parse_git_config`` returns it.
        root: Of the workspace, absolute.
        layout: ``None`` outside a repository.
        first_commit: Of the first-parent line; the same in every clone.
        ci: When it speaks about what is checked out.
        stand_in: Name of the project at the root, for a directory without history.
    """
    default_branch = (layout.default_branch if layout else None) or (ci.default_branch if ci else None)
    if ci and ci.fork and ci.repository:
        return _hosting(ci.repository, default_branch, ci.fork.repository())
    remotes = _remotes(config)
    upstream, own = _hosted(remotes.get("upstream")), _own(remotes, config, layout)
    if upstream:
        fork = own.repository() if own and own.repository() != upstream.repository() else None
        return _hosting(upstream, default_branch, fork)
    if own is None and ci and ci.repository:
        own = ci.repository
    if own:
        return _hosting(own, default_branch)
    name = _local_name(remotes, root, layout)
    if first_commit:
        # A folder is renamed in a second, and two clones need not be called alike: its name is for people.
        return Hosting(Repository(LOCAL_HOST, HISTORY, first_commit[:ID_DIGITS], default_branch), title=name)
    owner = stand_in or f"path-{digest(root).hex()[:ID_DIGITS]}"
    return Hosting(Repository(LOCAL_HOST, owner, name, default_branch))


def _hosting(remote: Remote, default_branch: str | None, fork: Repository | None = None) -> Hosting:
    repository = remote.repository(default_branch)
    return Hosting(repository, fork, remote.name if remote.name != repository.name else None)


def _remotes(config: Mapping[str, list[str]]) -> dict[str, Remote]:
    """Return where each remote leads, ``insteadOf`` obeyed."""
    short = {
        beginning: key[len("url.") : -len(".insteadof")]
        for key, beginnings in config.items()
        if key.startswith("url.")
        for beginning in beginnings
    }
    found: dict[str, Remote] = {}
    for key, urls in config.items():
        if key.startswith("remote."):
            remote = parse_remote(_in_full(urls[0], short))
            if remote:
                found[key[len("remote.") : -len(".url")]] = remote
    return found


def _in_full(url: str, short: Mapping[str, str]) -> str:
    """Return the URL that git would use: the longest beginning wins.

    Source: git-config(1), ``url.<base>.insteadOf``.
    """
    beginning = max((one for one in short if one and url.startswith(one)), key=len, default="")
    return short[beginning] + url[len(beginning) :] if beginning else url


def _hosted(remote: Remote | None) -> Remote | None:
    """Return a remote that is somewhere; a path on this machine says nothing to another one."""
    return remote if remote and remote.host != LOCAL_HOST and remote.owner else None


def _own(remotes: Mapping[str, Remote], config: Mapping[str, list[str]], layout: Layout | None) -> Remote | None:
    """Return ``origin``, else what the branch follows, else the first in the order of the file."""
    followed = config.get(f"branch.{layout.branch}.remote", [""])[-1] if layout else ""
    order = ["origin", followed, *(name for name in remotes if name != "upstream")]
    return next((hosted for name in order if (hosted := _hosted(remotes.get(name)))), None)


def _local_name(remotes: Mapping[str, Remote], root: str, layout: Layout | None) -> str:
    """Return what people call a repository without a remote: its directory's name, in a worktree too."""
    if "origin" in remotes:
        return remotes["origin"].name
    above, last = os.path.split(layout.common_dir) if layout else (root, "")
    if last == ".git":
        return os.path.basename(above) or "root"  # noqa: PTH119 -- start-up counts
    if last.endswith(".git"):
        return last.removesuffix(".git")
    return os.path.basename(root) or "root"  # noqa: PTH119


def parse_project(said: str, *, said_in: str = "BH_PROJECT=") -> tuple[Repository, str | None]:
    """Return repository and path of ``host/owner/name//path``; the path is ``None`` when none was said.

    Args:
        said: What somebody said.
        said_in: What stood before it, for the complaint.

    Raises:
        UserError: It is something else.
    """
    scheme, mark, rest = said.partition("://")
    place, slashes, path = (rest if mark else scheme).partition("//")
    remote = parse_remote(f"https://{place}")
    if remote is None or not remote.owner:
        what = f"`{said_in}{said}` is not host/owner/name"
        raise UserError(what, hint=f"e.g. {said_in}github.com/owner/name, or …/name//path/of/the/project")
    return remote.repository(), (path.strip("/") or ".") if slashes else None
