"""Artifacts: raw bytes by plain HTTP, named by their digest, sent once, resumed where they broke off.

`HEAD /api/artifacts/SHA256` tells how much of it is here. `PUT` sends it, whole or from there on (`content-range`);
bytes that are here already are not read again. Once a report names them, `GET /api/artifacts/RUN_UID/NAME` reads them,
for whoever may see the project of the run.

What is on its way lies in a file of its sender beside the database, by digest: no name that somebody sends is ever part
of a path.
"""

import asyncio
import hashlib
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote
from weakref import WeakValueDictionary

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from typing_extensions import override

from benchhub.errors import BenchHubError
from benchhub.model.access import Principal
from benchhub.model.identity import is_run_uid, is_sha256
from benchhub.server.access import Access
from benchhub.server.backend import Backend
from benchhub.server.plain import answer_error
from benchhub.server.wire_errors import refusal, wire_error
from benchhub.store.artifacts import FoundArtifact, find_artifact, keep_blob, opened_chunks, size_of_blob
from benchhub.store.database import Database
from benchhub.store.ingest import CHUNK_BYTES
from benchhub.store.visibility import as_parameter, visible_projects

ARTIFACT_BYTES_MAX = 4 << 30
WRITE_BYTES = 1 << 20
"""Bytes that are gathered before a thread writes them."""

SILENT_S = 1.0
"""A line that says nothing for so long may be dead: who sends the same bytes again takes over."""

PARTIAL_KEPT_S = 7 * 86_400

_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")


class _AnyName(Convertor[str]):
    """The name of an artifact in a path: whatever a tool called a file, line ends included."""

    regex = "(?s:.+)"

    @override
    def convert(self, value: str) -> str:
        return value

    @override
    def to_string(self, value: str) -> str:
        return value


register_url_convertor("name", _AnyName())


class _Sender:
    """A request that sends an artifact just now.

    Attributes:
        heard_at: When a piece of it came, by a monotonic clock.
    """

    def __init__(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- this is one
        self.task = task
        self.hear()

    def hear(self) -> None:
        """Take note that it goes on."""
        self.heard_at = time.monotonic()


class Artifacts:
    """The routes."""

    def __init__(self, backend: Backend, access: Access, partials: Path) -> None:
        self._backend = backend
        self._access = access
        self._partials = partials
        self._turns: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()
        self._senders: dict[Path, _Sender] = {}

    def routes(self) -> list[BaseRoute]:
        """Return what Starlette takes."""
        return [
            Route("/api/artifacts/{sha256}", self._put, methods=["PUT"]),
            Route("/api/artifacts/{sha256}", self._head, methods=["HEAD"]),
            Route("/api/artifacts/{uid}/{name:name}", self._get, methods=["GET"]),
        ]

    # -- sending -------------------------------------------------------------------------------------------------

    async def _head(self, request: Request) -> Response:
        """Tell how much of an artifact is here."""
        try:
            who = await self._access.let_in(request.headers.get("authorization"), "artifact", "HEAD artifact")
            sha256 = _digest_of(request)
            size = await self._backend.read(size_of_blob, sha256)
        except (ConnectError, BenchHubError) as error:
            return _told(error)
        if size is not None:
            return _state(200, size, is_whole=True)
        offset = _size(self._partial(sha256, who))
        return _state(200 if offset else 404, offset, is_whole=False)

    async def _put(self, request: Request) -> Response:
        """Take an artifact, or the rest of it."""
        try:
            who = await self._access.let_in(request.headers.get("authorization"), "artifact", "PUT artifact")
            sha256 = _digest_of(request)
            size = await self._backend.read(size_of_blob, sha256)
            if size is not None:
                return _state(200, size, is_whole=True)
            return await self._take(request, sha256, self._partial(sha256, who))
        except (ConnectError, BenchHubError) as error:
            return _told(error)

    async def _take(self, request: Request, sha256: str, partial: Path) -> Response:
        await self._wait_for(partial)
        turn = self._turns.setdefault(partial, asyncio.Lock())
        async with turn:
            here = await self._backend.read(size_of_blob, sha256)
            if here is not None:
                return _state(200, here, is_whole=True)  # Somebody sent the same bytes meanwhile.
            offset, total = _range_of(request, _size(partial))
            await self._write_alone(request, partial, offset, total)
            size = _size(partial)
            if total is not None and size < total:
                return _state(202, size, is_whole=False)
            await asyncio.to_thread(_verify, partial, sha256)
            await self._backend.write(keep_blob, sha256, partial)
            await asyncio.to_thread(partial.unlink, missing_ok=True)
            return _state(201, size, is_whole=True)

    async def _wait_for(self, partial: Path) -> None:
        """Wait while others send the same bytes; one that is silent has broken off without a word, and is ended."""
        while (other := self._senders.get(partial)) is not None:
            silent_s = time.monotonic() - other.heard_at
            if silent_s >= SILENT_S:
                other.task.cancel()
                return
            await asyncio.sleep(SILENT_S - silent_s)

    async def _write_alone(self, request: Request, partial: Path, offset: int, total: int | None) -> None:
        """Write the body, unless a newer request of the same sender takes over."""
        sender = self._senders[partial] = _Sender()
        try:
            await self._write(request, partial, offset, total)
        except asyncio.CancelledError as error:
            if sender.task.uncancel():
                raise  # The server ends.
            what = "a newer request of yours goes on with this artifact"
            raise refusal(Code.ABORTED, what) from error
        finally:
            del self._senders[partial]

    async def _write(self, request: Request, partial: Path, offset: int, total: int | None) -> None:
        """Write what comes behind what is there; what came before a broken line is kept."""
        most = ARTIFACT_BYTES_MAX if total is None else total
        gathered: list[bytes] = []
        held = 0
        written = offset
        file = await asyncio.to_thread(_opened_at, partial, offset)
        try:
            async for chunk in request.stream():
                self._senders[partial].hear()
                held += len(chunk)
                if written + held > most:
                    what = f"the body has more bytes than the {most} that it may have"
                    raise refusal(Code.INVALID_ARGUMENT, what, "see content-range, and how large artifacts may be")
                gathered.append(chunk)
                if held >= WRITE_BYTES:
                    await asyncio.to_thread(file.write, b"".join(gathered))
                    written, held = written + held, 0
                    gathered.clear()
        except ClientDisconnect as error:
            what = "the line broke off"
            raise refusal(Code.CANCELED, what) from error
        finally:
            # Also when the line broke off or the body came too late: it goes on from here.
            await asyncio.to_thread(file.write, b"".join(gathered) if written + held <= most else b"")
            await asyncio.to_thread(file.close)

    def _partial(self, sha256: str, who: Principal) -> Path:
        """Return where the bytes of one sender lie: nobody can spoil what another one sends."""
        return self._partials / f"{sha256}-{who.user_id}"

    # -- reading -------------------------------------------------------------------------------------------------

    async def _get(self, request: Request) -> Response:
        """Answer the bytes of an artifact of a run."""
        uid, name = request.path_params["uid"], request.path_params["name"]
        try:
            who = await self._access.let_in(request.headers.get("authorization"), "read", "GET artifact")
            found = await self._backend.read(_find, who, uid, name) if is_run_uid(uid) else None
            if found is None:
                what = f"no artifact `{name[:200]}` of a run `{uid[:36]}`"
                raise refusal(Code.NOT_FOUND, what, "`bh show RUN` names those that there are")
            first, rest = await self._backend.read(opened_chunks, found.sha256)
        except (ConnectError, BenchHubError) as error:
            return _told(error)
        headers = {
            "content-length": str(found.size_bytes),
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name.rpartition('/')[2], safe='')}",
            "x-content-type-options": "nosniff",
            "etag": f'"{found.sha256}"',
        }
        return StreamingResponse(_in_threads(first, rest), headers=headers, media_type="application/octet-stream")


def _find(database: Database, who: Principal, uid: str, name: str) -> FoundArtifact | None:
    return find_artifact(database, uid, name, visible=as_parameter(visible_projects(database, who)))


async def _in_threads(first: bytes, rest: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield all chunks; unpacking them is done in threads."""
    chunk: bytes | None = first
    while chunk:
        yield chunk
        chunk = await asyncio.to_thread(next, rest, None)


def _told(error: ConnectError | BenchHubError) -> Response:
    return answer_error(error if isinstance(error, ConnectError) else wire_error(error))


def _state(status: int, offset: int, *, is_whole: bool) -> Response:
    """Return an answer that tells how many bytes are here, and whether those are all."""
    headers = {"upload-offset": str(offset), "upload-complete": "?1" if is_whole else "?0"}
    return Response(status_code=status, headers=headers)


def _digest_of(request: Request) -> str:
    sha256 = str(request.path_params["sha256"])
    if not is_sha256(sha256):
        what = f"`{sha256[:80]}` is no SHA-256"
        raise refusal(Code.INVALID_ARGUMENT, what, "an artifact is addressed by 64 lower-case hexadecimal digits")
    return sha256


def _range_of(request: Request, here: int) -> tuple[int, int | None]:
    """Return where the body begins, and how large the whole is, ``None`` when nobody says."""
    said = request.headers.get("content-range")
    if said is None:
        length = request.headers.get("content-length")
        total = int(length) if length and length.isascii() and length.isdigit() else None
        return 0, _within_limit(total)
    found = _RANGE.fullmatch(said)
    if not found:
        what = f"content-range `{said[:80]}` is none"
        raise refusal(Code.INVALID_ARGUMENT, what, "it is `bytes FIRST-LAST/TOTAL`, counted from 0")
    first, last, total = (int(number) for number in found.groups())
    if first > here or last >= total or last < first:
        what = f"content-range `{said}` does not go on where {here} bytes end"
        raise refusal(Code.OUT_OF_RANGE, what, "HEAD tells `upload-offset`: begin there")
    return first, _within_limit(total)


def _within_limit(total: int | None) -> int | None:
    if total is not None and total > ARTIFACT_BYTES_MAX:
        what = f"an artifact may have {ARTIFACT_BYTES_MAX} bytes, this one has {total}"
        raise refusal(Code.RESOURCE_EXHAUSTED, what, "leave it out of the report, or make it smaller")
    return total


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _opened_at(path: Path, offset: int) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = path.open("r+b" if path.exists() else "w+b")
    file.seek(offset)
    file.truncate()
    return file


def _verify(path: Path, sha256: str) -> None:
    """Compare the bytes with their digest; those of another digest go."""
    actual = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            actual.update(chunk)
    if actual.hexdigest() != sha256:
        path.unlink()
        what = f"the bytes have the digest {actual.hexdigest()}, not {sha256}"
        raise refusal(Code.DATA_LOSS, what, "send them again from the beginning")


def sweep(partials: Path) -> None:
    """Forget what nobody has gone on sending for a week."""
    with suppress(FileNotFoundError):
        for partial in partials.iterdir():
            if partial.stat().st_mtime < time.time() - PARTIAL_KEPT_S:
                partial.unlink()
