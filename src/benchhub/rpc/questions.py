"""Questions in SQL to a server."""

from collections.abc import Mapping
from typing import Any

import msgspec

from benchhub.rpc.client import Client
from benchhub.rpc.convert.values import value_message, value_of
from benchhub.rpc.v1.query_service_pb2 import Parameter, QueryRequest, QueryResponse

ROWS_MAX = 100_000


class Answered(msgspec.Struct, frozen=True):
    """What a server answered.

    Attributes:
        is_cut: There were more rows than it sends.
    """

    columns: list[str]
    rows: list[tuple[Any, ...]]
    is_cut: bool


def ask_server(client: Client, sql: str, values: Mapping[str, Any]) -> Answered:
    """Ask a server one question.

    Args:
        client: Of the server.
        sql: One statement.
        values: Of its `:names`.

    Raises:
        BenchHubError: It cannot be reached, refuses, or the question is wrong.
    """
    parameters = [Parameter(name=name, value=value_message(value)) for name, value in values.items()]
    request = QueryRequest(sql=sql, parameters=parameters, rows_max=ROWS_MAX)
    told = client.call("QueryService/Query", request, QueryResponse)
    rows = [tuple(value_of(value) for value in row.values) for row in told.rows]
    return Answered(list(told.columns), rows, told.is_cut)
