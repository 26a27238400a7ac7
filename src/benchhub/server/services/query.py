"""Questions in SQL, answered over what who asks may see; ended when nobody waits for the answer any more."""

import asyncio
import threading

from benchhub.errors import UserError
from benchhub.rpc.convert.values import value_message, value_of
from benchhub.rpc.v1.query_service_pb2 import QueryRequest, QueryResponse, Row
from benchhub.server.access import asking
from benchhub.server.backend import Backend
from benchhub.server.services.visible import Context
from benchhub.store.database import Database
from benchhub.store.query import ask_visible
from benchhub.store.sqlite_asking import Question, Table
from benchhub.store.visibility import visible_projects

SECONDS_MAX = 30.0
ROWS = 1_000
ROWS_MAX = 100_000
BYTES_MAX = 3 << 20
"""Of an answer: it must fit into a message with room to spare."""


class Queries:
    """``QueryService``."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def query(self, request: QueryRequest, ctx: Context) -> QueryResponse:
        """Answer one question; who goes, or sets a shorter time, ends it."""
        if request.rows_max > ROWS_MAX:
            what = f"`rows_max` is {request.rows_max}, at most {ROWS_MAX}"
            raise UserError(what, hint="ask for a part, with WHERE or LIMIT, or take `bh export`")
        who, is_gone = asking(), threading.Event()
        seconds_max = SECONDS_MAX if ctx.timeout_ms is None else min(SECONDS_MAX, ctx.timeout_ms / 1000)

        def answer(database: Database) -> Table:
            question = Question(
                text=request.sql,
                parameters={parameter.name.lstrip(":"): value_of(parameter.value) for parameter in request.parameters},
                visible=visible_projects(database, who),
                seconds_max=seconds_max,
                rows_max=request.rows_max or ROWS,
                bytes_max=BYTES_MAX,
                is_given_up=is_gone.is_set,
            )
            return ask_visible(database, question)

        try:
            table = await self._backend.ask(answer)
        except asyncio.CancelledError:
            is_gone.set()  # The thread hears of it within thousandths of a second.
            raise
        return await asyncio.to_thread(_response, table)


def _response(table: Table) -> QueryResponse:
    rows = [Row(values=[value_message(value) for value in row]) for row in table.rows]
    return QueryResponse(columns=table.columns, rows=rows, is_cut=table.is_cut)
