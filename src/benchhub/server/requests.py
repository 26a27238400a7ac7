"""Requests: each gets an id and a line in the log, and is let in by its Host and Origin."""

import time

from connectrpc.errors import ConnectError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from benchhub.server import logs
from benchhub.server.hosts import Hosts
from benchhub.server.plain import answer_error

BAD = 500


class Requests:
    """The outermost ASGI middleware."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and write a line about it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = logs.new_request_id(_text(headers.get(b"x-request-id")))
        logs.request_id.set(request_id)
        began = time.perf_counter()
        status = BAD

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            self._hosts.check(_text(headers.get(b"host")) or "", _text(headers.get(b"origin")))
        except ConnectError as error:
            await answer_error(error)(scope, receive, send_with_id)
        else:
            await self._app(scope, receive, send_with_id)
        finally:
            level = 30 if status >= BAD else 10
            seconds = round(time.perf_counter() - began, 6)
            if logs.LOG.isEnabledFor(level):
                logs.tell(level, "request", method=scope["method"], path=scope["path"], status=status, seconds=seconds)


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode("latin-1")
