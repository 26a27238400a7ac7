"""Bodies: nobody may hold the server by sending, or reading, slowly.

uvicorn waits for bodies without end. Here a body must go on within ``PAUSE_S`` and be there within its limit, and a
chunk of an answer must be taken within ``TAKEN_S``.
"""

import asyncio
import time

from connectrpc.code import Code
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from benchhub.server.wire_errors import refusal

PAUSE_S = 10.0
BODY_S = 60.0
ARTIFACT_S = 3_600.0
TAKEN_S = 60.0

SMALL_BYTES = 16 << 10

ARTIFACTS = "/api/artifacts/"


class BodyTimes:
    """Ends what takes too long; ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with times for its body and its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        timed = _Timed(receive, send, ARTIFACT_S if scope["path"].startswith(ARTIFACTS) else BODY_S)
        await self._app(scope, timed.receive, timed.send)


class _Timed:
    """One request."""

    def __init__(self, receive: Receive, send: Send, body_s: float) -> None:
        self._receive = receive
        self._send = send
        self._body_s = body_s
        self._deadline = time.monotonic() + body_s
        self._is_whole = False
        self._is_late = False
        self._sent_bytes = 0

    async def receive(self) -> Message:
        """Return the next piece; what comes after the body, a disconnect, may take its time."""
        if self._is_whole:
            return await self._receive()
        left_s = min(PAUSE_S, self._deadline - time.monotonic())
        try:
            async with asyncio.timeout(left_s):
                message = await self._receive()
        except TimeoutError as error:
            self._is_late = True
            what = f"the body did not go on for {PAUSE_S:g} s, or was not there within {self._body_s:g} s"
            raise refusal(
                Code.DEADLINE_EXCEEDED, what, "send it again, in smaller parts if the line is slow"
            ) from error
        self._is_whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Send a piece of the answer; behind a body that came too late the connection is closed."""
        if self._is_late and message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
        self._sent_bytes += len(message.get("body", b""))
        if self._sent_bytes < SMALL_BYTES:
            await self._send(message)  # It goes into a buffer that is larger: nobody waits, and no time is set.
            return
        async with asyncio.timeout(TAKEN_S):
            await self._send(message)
