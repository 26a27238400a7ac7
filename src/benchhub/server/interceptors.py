"""Interceptors: what happens around every RPC, in this order: letting in, counting, decoding, and telling errors."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from connectrpc.request import RequestContext

from benchhub.errors import BenchHubError
from benchhub.model.access import Scope
from benchhub.server import logs
from benchhub.server.access import Access
from benchhub.server.metrics import Metrics
from benchhub.server.wire_errors import refusal, wire_error

Context = RequestContext[Any, Any]

SCOPES: dict[str, Scope | None] = {
    "ReportService/SubmitReport": "report",
    "ReportService/HasReports": "report",
    "QueryService/Query": "sql",
    "UserService/WhoAmI": None,
    "TokenService/CreateToken": None,
    "TokenService/ListTokens": None,
    "TokenService/RevokeToken": None,
}
"""What each RPC needs; all others are looking: `read`. ``None`` is whoever has a token: the service decides."""

OPEN_TO_ALL = frozenset({"TokenService/ExchangeToken"})
"""RPCs that need no token, since they give one."""


PROJECT_HEADER = "bh-project"
"""Where a program may say whose results it sends: then it hears at once that its token does not open this project."""


def name_of(ctx: Context) -> str:
    """Return the short name of an RPC: ``ReportService/SubmitReport``."""
    return f"{ctx.method.service_name.rpartition('.')[2]}/{ctx.method.name}"


class LettingIn:
    """Asks for the token before the body is read: must be first."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def on_start(self, ctx: Context) -> None:
        """Let a request in, or refuse it.

        Raises:
            ConnectError: It is refused.
        """
        name = name_of(ctx)
        if name in OPEN_TO_ALL:
            return
        headers = ctx.request_headers
        who = await self._access.let_in(headers.get("authorization"), SCOPES.get(name, "read"), name)
        project = headers.get(PROJECT_HEADER)
        if project is not None and who.projects is not None and project not in who.projects:
            what = f"no project `{project[:200]}` that you may report to"
            raise refusal(Code.NOT_FOUND, what, f"token {who.token_id} names other projects alone")

    async def on_end(self, token: None, ctx: Context, error: Exception | None) -> None:
        """Do nothing."""


class Counting:
    """Counts requests and their time."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def on_start(self, ctx: Context) -> tuple[str, float]:
        """Look at the clock."""
        return name_of(ctx), time.perf_counter()

    async def on_end(self, token: tuple[str, float], _: Context, error: Exception | None) -> None:
        """Count."""
        name, began = token
        code = "ok" if error is None else error.code.value if isinstance(error, ConnectError) else "unknown"
        self._metrics.requests.labels(name, code).inc()
        self._metrics.seconds.labels(name).observe(time.perf_counter() - began)


class TellingErrors:
    """Turns our errors into codes, and hides what is none of the caller's business behind a request id."""

    async def intercept_unary(
        self,
        call_next: Callable[[Any, Context], Awaitable[Any]],
        request: Any,  # noqa: ANN401 -- some message
        ctx: Context,
    ) -> Any:  # noqa: ANN401 -- some message
        """Answer, or tell what is wrong."""
        try:
            return await call_next(request, ctx)
        except BenchHubError as error:
            raise wire_error(error) from error
        except ConnectError:
            raise
        except Exception as error:
            # A bug of ours: its text may tell what only the operator should know.
            logs.LOG.exception("an RPC failed", extra={"fields": {"rpc": name_of(ctx)}})
            what = f"this server made a mistake; its log tells more under request {logs.request_id.get()}"
            raise refusal(Code.INTERNAL, what) from error
