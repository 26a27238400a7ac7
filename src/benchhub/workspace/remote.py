"""Where a remote's URL leads: host, owner and name."""

import re

import msgspec

from benchhub.model.place import LOCAL_HOST, Repository

# Compiled where they are used first: nobody waits for them without a remote.
_SCHEME = r"(?s)^(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:[^/]*@)?(?P<host>\[[^\]]*\]|[^/:]*)(?::\d*)?/*(?P<path>.*)$"
_SCP = r"(?s)^(?:[^/@:]+@)?(?P<host>\[[^\]]*\]|[^/:@]{2,}):(?!//)(?P<path>.+)$"
_SAME_HOST = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com", "ssh.dev.azure.com": "dev.azure.com"}
_ANY_CASE = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"})
"""Hosts that take ``Acme/Tiny`` and ``acme/tiny`` for one repository."""


class Remote(msgspec.Struct, frozen=True):
    """A remote, as it was written; ``host`` is ``local`` for a path on this machine."""

    host: str
    owner: str
    name: str

    def repository(self, default_branch: str | None = None) -> Repository:
        """Return it as a repository: equal ones are one, however people wrote them."""
        if self.host in _ANY_CASE:
            return Repository(self.host, self.owner.lower(), self.name.lower(), default_branch)
        return Repository(self.host, self.owner, self.name, default_branch)


def parse_remote(url: str) -> Remote | None:
    """Return where ``url`` leads, the same for every protocol; ``None`` when it says nothing.

    Users, passwords and ports are left out: they are ways to the same repository.
    """
    url = url.strip()
    match = re.match(_SCHEME, url)
    if match and match["scheme"].lower() == "file":
        return _remote(LOCAL_HOST, match["path"])
    if match:
        return _remote(match["host"], match["path"])
    if match := re.match(_SCP, url):
        return _remote(match["host"], match["path"])
    return _remote(LOCAL_HOST, url.replace("\\", "/"))


def _remote(host: str, path: str) -> Remote | None:
    host = host.lower().strip("[]")
    host = _SAME_HOST.get(host, host)
    parts = [part for part in path.partition("?")[0].split("/") if part not in {"", ".", "..", "~"}]
    if host == "dev.azure.com":
        parts = [part for part in parts if part not in {"v3", "_git"}]
    if parts and parts[-1] == ".git":
        parts.pop()
    if not parts or not host:
        return None
    *owner, name = parts
    return Remote(host, "/".join(owner), name.removesuffix(".git") or name)
