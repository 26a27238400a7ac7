"""Serving: the socket, the process's signals, and uvicorn."""

import asyncio
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from benchhub.errors import UserError

CONNECTIONS_MAX = 1_000
"""More are answered with 503 at once."""

HEADERS_S = 15.0
"""Within this time a connection must have sent the headers of its next request."""

IDLE_S = 30
"""How long a connection may wait between requests."""

GRACE_S = 10
"""How long requests under way may take when the server is asked to end."""

BACKLOG = 512

SWITCH_S = 0.001
"""How long a thread that computes keeps others waiting, the event loop among them; by default five times as long."""


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes a free one.

    Raises:
        UserError: The address is taken, or none of this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        what = f"cannot listen on `{host}`: {error.strerror or error}"
        raise UserError(what, hint="--host takes a name or address of this machine") from error
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
    except (OSError, OverflowError) as error:
        bound.close()
        what = f"cannot listen on {host} port {port}: {getattr(error, 'strerror', None) or error}"
        raise UserError(what, hint="another program has it, perhaps another server; --port takes another") from error
    return bound


class _Connection(HttpToolsProtocol):
    """A connection that is closed when its headers do not come; uvicorn would hold it for ever."""

    _late: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._late = self.loop.call_later(HEADERS_S, self._close_if_waiting)

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._late is None:
            self._late = self.loop.call_later(HEADERS_S, self._close_if_waiting)

    @override
    def on_headers_complete(self) -> None:
        self._disarm()
        super().on_headers_complete()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def _disarm(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _close_if_waiting(self) -> None:
        self._late = None
        if not self.transport.is_closing():
            self.transport.close()


class _Server(uvicorn.Server):
    """uvicorn, with signals that end the process with 0."""

    def __init__(self, config: uvicorn.Config, when_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_listening = when_listening

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._when_listening()

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End at the first signal when what is under way has ended, at the second one at once."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def serve(app: ASGIApp, bound: socket.socket, when_listening: Callable[[], None]) -> None:
    """Answer requests until a signal asks for the end.

    Args:
        app: What answers.
        bound: Where.
        when_listening: Called once requests are accepted.

    Raises:
        UserError: The application could not be started.
    """
    _allow_many_files()
    sys.setswitchinterval(SWITCH_S)
    config = uvicorn.Config(
        app,
        http=_Connection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Server(config, when_listening)
    server.run(sockets=[bound])
    if not server.started:
        what = "the server could not be started"
        raise UserError(what, hint="its log says why")


def _allow_many_files() -> None:
    """Allow as many open files as the system lets us have: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 4 * CONNECTIONS_MAX) if hard != resource.RLIM_INFINITY else 4 * CONNECTIONS_MAX
    if soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
