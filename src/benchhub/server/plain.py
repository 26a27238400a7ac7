"""Plain HTTP: answers of the routes that are no RPC, whose errors look like those of an RPC."""

from connectrpc.errors import ConnectError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

HTTP_STATUS = {
    "canceled": 499,
    "invalid_argument": 400,
    "deadline_exceeded": 504,
    "not_found": 404,
    "already_exists": 409,
    "permission_denied": 403,
    "resource_exhausted": 429,
    "failed_precondition": 400,
    "aborted": 409,
    "out_of_range": 400,
    "unimplemented": 501,
    "internal": 500,
    "unavailable": 503,
    "data_loss": 500,
    "unauthenticated": 401,
}
"""As Connect has them."""


async def answer_http_error(_: Request, error: Exception) -> Response:
    """Answer what no route takes in the same form."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    codes = {known: code for code, known in HTTP_STATUS.items()}
    body = {"code": codes.get(status, "unimplemented"), "message": f"HTTP {status}: nothing answers here to this"}
    headers = error.headers if isinstance(error, HTTPException) else None
    return JSONResponse(body, status_code=status, headers=headers)


def answer_error(error: ConnectError, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return an error as an answer: ``{"code": …, "message": …}``."""
    code = error.code.value
    return JSONResponse(
        {"code": code, "message": error.message}, status_code=HTTP_STATUS.get(code, 500), headers=headers
    )
