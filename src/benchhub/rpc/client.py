"""A client in the standard library: a Connect call is one POST, and importing more would cost what it measures.

Source: connectrpc.com/docs/protocol, unary requests.
"""

import gzip
import http.client
import json
import ssl
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from benchhub.errors import (
    AwayError,
    BenchHubError,
    ConflictError,
    LimitError,
    NothingMatchedError,
    RefusedError,
    UserError,
)
from benchhub.model.address import LOOPBACK

if TYPE_CHECKING:
    from google.protobuf.message import Message

A = TypeVar("A", bound="Message")

CONNECT_S = 5.0
ANSWER_S = 60.0
PACKED_BYTES_MIN = 1_024
"""Smaller bodies are sent as they are."""
ANSWER_BYTES_MAX = 64 << 20
OK = 200
HTTPS_PORT = 443


class Client:
    """Who calls the RPCs of one server.

    Args:
        url: Of the server, `http://` or `https://`.
        token: `bh_…`.
        connect_s: How long to wait for the server to listen.
        answer_s: How long to wait for an answer; the server is told, and ends what takes longer.
    """

    def __init__(self, url: str, token: str, *, connect_s: float = CONNECT_S, answer_s: float = ANSWER_S) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._connect_s = connect_s
        self._answer_s = answer_s

    def call(self, name: str, message: "Message", answer: type[A]) -> A:
        """Call an RPC once.

        Args:
            name: `QueryService/Query`.
            message: What is asked.
            answer: The type of what is answered.

        Raises:
            AwayError: The server cannot be reached, or does not answer; trying again may help.
            BenchHubError: The server refuses, as its class tells.
        """
        body = message.SerializeToString()
        headers = {
            "authorization": f"Bearer {self._token}",
            "connect-protocol-version": "1",
            "connect-timeout-ms": str(int(self._answer_s * 1000)),
            "content-type": "application/proto",
            "accept-encoding": "gzip",
        }
        if len(body) >= PACKED_BYTES_MIN:
            body = gzip.compress(body, 1)
            headers["content-encoding"] = "gzip"
        status, said = self._post(f"/benchhub.rpc.v1.{name}", body, headers)
        if status != OK:
            raise _refusal(self.url, status, said)
        from google.protobuf.message import DecodeError  # noqa: PLC0415 -- loaded already, by whose message this is

        try:
            return answer.FromString(said)
        except DecodeError as error:
            raise _no_server(self.url, "something that is no answer") from error

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        try:
            connection, prefix = self._connection()
            with closing(connection):
                connection.connect()
                connection.sock.settimeout(self._answer_s + 1)
                connection.request("POST", prefix + path, body, headers)
                response = connection.getresponse()
                said = response.read(ANSWER_BYTES_MAX)
                is_packed = response.headers.get("content-encoding") == "gzip"
                return response.status, gzip.decompress(said) if is_packed else said
        except (OSError, EOFError, zlib.error, http.client.HTTPException) as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            what = f"the server `{self.url}` cannot be reached: {why}"
            raise AwayError(what, hint="is it running, and is this its address?") from error

    def _connection(self) -> tuple[http.client.HTTPConnection, str]:
        """Return a connection, and what paths begin with there.

        It goes through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name; never to this machine.
        OpenSSL hears `SSL_CERT_FILE` and `SSL_CERT_DIR` by itself.
        """
        place = urlsplit(self.url)
        host, is_safe = place.hostname or "", place.scheme == "https"
        is_direct = host in LOOPBACK or bool(proxy_bypass(host))
        proxy = None if is_direct else getproxies().get(place.scheme)
        first = urlsplit(proxy if "://" in proxy else f"http://{proxy}") if proxy else place
        if not is_safe:
            made = http.client.HTTPConnection(first.hostname or "", first.port, timeout=self._connect_s)
            return made, self.url if proxy else place.path
        context = ssl.create_default_context()
        safe = http.client.HTTPSConnection(first.hostname or "", first.port, timeout=self._connect_s, context=context)
        if proxy:
            safe.set_tunnel(host, place.port or HTTPS_PORT)
        return safe, place.path


_KINDS: dict[str, type[BenchHubError]] = {
    "unauthenticated": RefusedError,
    "permission_denied": RefusedError,
    "failed_precondition": RefusedError,
    "invalid_argument": UserError,
    "not_found": NothingMatchedError,
    "already_exists": ConflictError,
    "deadline_exceeded": LimitError,
    "resource_exhausted": LimitError,
}


def _refusal(url: str, status: int, said: bytes) -> BenchHubError:
    """Return what an answer that is none means; what is no JSON comes from something on the way."""
    try:
        told = json.loads(said)
        code, text = str(told["code"]), str(told.get("message") or told["code"])
    except (ValueError, KeyError, TypeError):
        return _no_server(url, f"{status} {http.client.responses.get(status, '')}".rstrip())
    return _KINDS.get(code, AwayError)(text)


def _no_server(url: str, answered: str) -> AwayError:
    return AwayError(f"`{url}` answered {answered}", hint="is this the address of a BenchHub server?")
