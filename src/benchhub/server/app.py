"""The application: everything that answers on the one port."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from connectrpc.compression.gzip import GzipCompression
from connectrpc.compression.zstd import ZstdCompression
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from benchhub.server.access import Access
from benchhub.server.artifacts import Artifacts
from benchhub.server.bodies import BodyTimes
from benchhub.server.codecs import CODECS, MESSAGE_BYTES_MAX, Unpacking
from benchhub.server.health import Health
from benchhub.server.hosts import Hosts
from benchhub.server.interceptors import Counting, LettingIn, TellingErrors
from benchhub.server.parts import Parts
from benchhub.server.plain import answer_http_error
from benchhub.server.requests import Requests
from benchhub.server.services import services_of


def make_app(parts: Parts) -> ASGIApp:
    """Return the ASGI application."""
    access = Access(parts.backend)
    health = Health(parts.backend, parts.projector, parts.metrics)
    artifacts = Artifacts(parts.backend, access, parts.partials)
    routes: list[BaseRoute] = [
        Route("/healthz", health.is_alive),
        Route("/readyz", health.is_ready),
        Route("/metrics", health.metrics),
        *artifacts.routes(),
    ]
    plain = Starlette(
        routes=routes,
        exception_handlers={HTTPException: answer_http_error},
        lifespan=lambda _: _lifespan(parts),
    )
    return Requests(BodyTimes(_Dispatch(_rpc_apps(parts, access), plain)), Hosts(parts.names))


class _Dispatch:
    """Leads an RPC to its service by one look-up, and all else to the routes."""

    def __init__(self, services: Mapping[str, ASGIApp], others: ASGIApp) -> None:
        self._services = services
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = scope["path"].rpartition("/")[0] if scope["type"] == "http" else ""
        await self._services.get(service, self._others)(scope, receive, send)


def _rpc_apps(parts: Parts, access: Access) -> dict[str, ASGIApp]:
    """Return the application of each service by its path."""
    around: Sequence[Any] = (LettingIn(access), Counting(parts.metrics), TellingErrors(), Unpacking())
    options: dict[str, Any] = {
        "interceptors": around,
        "read_max_bytes": MESSAGE_BYTES_MAX,
        "compressions": (ZstdCompression(), GzipCompression(level=1)),
        "codecs": CODECS,
    }
    apps = [application(service, **options) for application, service in services_of(parts, access)]
    return {app.path.rstrip("/"): app for app in apps}


@asynccontextmanager
async def _lifespan(parts: Parts) -> AsyncIterator[None]:
    """Run the projector and the watch on the event loop while requests are answered."""
    parts.projector.start()
    watch = asyncio.create_task(parts.metrics.watch_the_loop())
    try:
        yield
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        await asyncio.to_thread(parts.projector.stop)
        await asyncio.to_thread(parts.backend.close)
