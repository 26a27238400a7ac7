"""Series: what was measured, over time."""

from benchhub.rpc.v1.series_service_pb2 import (
    GetHistoryRequest,
    GetHistoryResponse,
    HistoryPoint,
    ListSeriesRequest,
    ListSeriesResponse,
    Series,
)
from benchhub.server.backend import Backend
from benchhub.server.paging import page_of, window_of
from benchhub.server.services.said import Row, address_of, metric_of, params_of
from benchhub.server.services.visible import Context, ask
from benchhub.store.browse import points_of, series_at, series_page
from benchhub.store.database import Database

POINTS_DEFAULT = 1_000
POINTS_MAX = 10_000

_ORDER = ("host", "owner", "repo", "path", "suite", "name", "param_text", "metric", "id")


class SeriesOfCases:
    """``SeriesService``."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def list_series(self, request: ListSeriesRequest, _: Context) -> ListSeriesResponse:
        """List series by project, suite, name, parameters and metric."""
        window = window_of(request, *(str for _ in _ORDER[:-1]), int)
        found = await ask(
            self._backend,
            lambda database, visible: series_page(
                database,
                window.seen_by(visible),
                project=request.project or None,
                name=request.name or None,
                metric=request.metric or None,
            ),
        )
        rows, following = page_of(found, window, *_ORDER)
        return ListSeriesResponse(series=[_series_of(row) for row in rows], next_page_token=following)

    async def get_history(self, request: GetHistoryRequest, _: Context) -> GetHistoryResponse:
        """Tell the values of a series in the order of history."""
        count = min(request.count or POINTS_DEFAULT, POINTS_MAX)
        return await ask(self._backend, lambda database, visible: _history(database, request.series_id, visible, count))


def _history(database: Database, series_id: int, visible: str | None, count: int) -> GetHistoryResponse:
    """Return a history; thousands of messages are made, hence in a thread."""
    series = series_at(database, series_id, visible=visible)
    points = points_of(database, series_id, count=count)
    return GetHistoryResponse(series=_series_of(series), points=[_point_of(row) for row in points])


def _series_of(row: Row) -> Series:
    return Series(
        id=row["id"],
        project=address_of(row),
        framework=row["framework"],
        suite=row["suite"],
        name=row["name"],
        params=params_of(row),
        metric=metric_of(row),
    )


def _point_of(row: Row) -> HistoryPoint:
    return HistoryPoint(
        run_number=row["id"],
        run_uid=row["uid"],
        value=row["value"],
        commit_sha=row["sha"],
        commit_seq=row["seq"],
        branch=row["branch"],
        is_trunk=bool(row["trunk"]),
        started_at_ms=row["started_at"],
        lane_id=row["lane_id"],
        machine=row["machine"],
    )
