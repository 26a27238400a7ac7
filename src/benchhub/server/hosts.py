"""Whom a request says it came to, and from which page: what keeps a browser from being used against the server.

A page of a stranger may let its name point to this machine (DNS rebinding); the browser then sends the stranger's name
as Host. Names that only the operator can make true are let in: addresses written as numbers, this machine's own name,
`localhost`, and what `--url` says.
"""

import ipaddress
import socket
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from connectrpc.code import Code

from benchhub.server.wire_errors import refusal


class Hosts:
    """The names that this server answers to."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset({"localhost", socket.gethostname().lower(), *(name.lower() for name in names)})

    def check(self, host: str, origin: str | None) -> None:
        """Let a request in that comes to us, from no page or from one of ours.

        Args:
            host: The header, with or without a port.
            origin: The header that browsers send.

        Raises:
            ConnectError: It does not.
        """
        if not self._is_ours(name_of(host)):
            what = f"this server is not called `{host[:100]}`"
            raise refusal(Code.PERMISSION_DENIED, what, "start it with --url to give it that name")
        if origin is not None and not self._is_ours(urlsplit(origin).hostname or ""):
            what = f"pages of `{origin[:100]}` may not ask here"
            raise refusal(Code.PERMISSION_DENIED, what, "start the server with --url to allow its own")

    @lru_cache(maxsize=1_024)  # noqa: B019 -- one for the life of the server
    def _is_ours(self, name: str) -> bool:
        return name in self._names or _is_address(name)


def name_of(host: str) -> str:
    """Return a Host header without its port, in lower case."""
    name = host.rpartition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    return name.lower().rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
