"""Health: is the process alive, can it take reports, and what does it count."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from benchhub.errors import StoreError
from benchhub.server.backend import Backend
from benchhub.server.metrics import Metrics
from benchhub.server.projector import Projector
from benchhub.store.projection import open_projections

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Health:
    """The routes for who watches the server; they tell nothing of what is kept, and want no token."""

    def __init__(self, backend: Backend, projector: Projector, metrics: Metrics) -> None:
        self._backend = backend
        self._projector = projector
        self._metrics = metrics

    async def is_alive(self, _: Request) -> Response:
        """Answer as long as the event loop goes round."""
        return PlainTextResponse("ok\n")

    async def is_ready(self, _: Request) -> Response:
        """Answer 200 when the database answers and the projector works, else 503 and why not."""
        try:
            waiting = await self._backend.read(open_projections)
        except StoreError as error:
            return JSONResponse({"ready": False, "why": error.what}, status_code=503)
        if not self._projector.is_alive:
            return JSONResponse({"ready": False, "why": "the projector has ended"}, status_code=503)
        return JSONResponse({"ready": True, "reports_waiting": waiting["todo"], "reports_set_aside": waiting["failed"]})

    async def metrics(self, _: Request) -> Response:
        """Answer all counters as Prometheus reads them."""
        return Response(self._metrics.text(), media_type=METRICS_TYPE)
