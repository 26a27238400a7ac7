"""The application: everything that answers on the one port."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from connectrpc.compression.gzip import GzipCompression
from connectrpc.compression.zstd import ZstdCompression
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route

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


def make_app(parts: Parts) -> Starlette:
    """Return the ASGI application."""
    access = Access(parts.backend)
    health = Health(parts.backend, parts.projector, parts.metrics)
    artifacts = Artifacts(parts.backend, access, parts.partials)
    routes: list[BaseRoute] = [
        Route("/healthz", health.is_alive),
        Route("/readyz", health.is_ready),
        Route("/metrics", health.metrics),
        *artifacts.routes(),
        *_rpc_routes(parts, access),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Requests, Hosts(parts.names)), Middleware(BodyTimes)],
        exception_handlers={HTTPException: answer_http_error},
        lifespan=lambda _: _lifespan(parts),
    )


def _rpc_routes(parts: Parts, access: Access) -> list[BaseRoute]:
    around: Sequence[Any] = (LettingIn(access), Counting(parts.metrics), TellingErrors(), Unpacking())
    made = services_of(parts, access)
    options: dict[str, Any] = {
        "interceptors": around,
        "read_max_bytes": MESSAGE_BYTES_MAX,
        "compressions": (ZstdCompression(), GzipCompression(level=1)),
        "codecs": CODECS,
    }
    apps = [application(service, **options) for application, service in made]
    return [Mount(app.path, app) for app in apps]


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
