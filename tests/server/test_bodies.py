"""Nobody may hold the server by sending or reading slowly."""

import asyncio
import json
from typing import Any

import pytest
from connectrpc.errors import ConnectError
from starlette.types import Message, Receive, Scope, Send

from benchhub.server import bodies
from benchhub.server.bodies import BodyTimes
from benchhub.server.plain import answer_error

WHOLE: Message = {"type": "http.request", "body": b"x", "more_body": False}
PIECE: Message = {"type": "http.request", "body": b"x", "more_body": True}


async def read_all(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body, then wait for the disconnect as an application does, and answer."""
    try:
        while (await receive())["more_body"]:
            pass
    except ConnectError as error:
        await answer_error(error)(scope, receive, send)
        return
    assert (await receive())["type"] == "http.disconnect"
    await send({"type": "http.response.start", "status": 200, "headers": []})


def answer_to(*pauses: tuple[float, Message], path: str = "/x") -> list[Any]:
    """Return what is sent to somebody who sends these messages after these pauses in seconds."""
    coming = iter(pauses)
    sent: list[Any] = []

    async def receive() -> Message:
        pause_s, message = next(coming)
        await asyncio.sleep(pause_s)
        return message

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    asyncio.run(BodyTimes(read_all)({"type": "http", "path": path, "method": "POST"}, receive, send))
    return sent


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PAUSE_S", 0.2)
    monkeypatch.setattr(bodies, "BODY_S", 0.5)


def test_after_the_body_there_is_time() -> None:
    assert answer_to((0, PIECE), (0, WHOLE), (0.4, {"type": "http.disconnect"}))[0]["status"] == 200


def test_a_pause_ends_a_request_and_its_connection() -> None:
    start, body = answer_to((0, PIECE), (5, WHOLE))
    assert start["status"] == 504
    assert (b"connection", b"close") in start["headers"]
    assert json.loads(body["body"])["code"] == "deadline_exceeded"


def test_drops_of_a_body_end_it_too() -> None:
    assert answer_to(*[(0.1, PIECE)] * 50)[0]["status"] == 504


def test_artifacts_may_take_longer() -> None:
    drops = [(0.1, PIECE)] * 8
    told = answer_to(*drops, (0, WHOLE), (0, {"type": "http.disconnect"}), path="/api/artifacts/x")
    assert told[0]["status"] == 200


def test_who_does_not_read_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "TAKEN_S", 0.05)

    async def slowly(message: Message) -> None:
        await asyncio.sleep(60 if message["type"] == "http.response.body" else 0)

    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": bytes(1 << 20)})

    async def nothing() -> Message:
        return WHOLE

    with pytest.raises(TimeoutError):
        asyncio.run(BodyTimes(answer)({"type": "http", "path": "/x"}, nothing, slowly))
