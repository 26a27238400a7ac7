"""Logs: one JSON object a line on standard error, each with the id of the request that it belongs to."""

import logging
import re
import secrets
import sys
import time
from contextvars import ContextVar
from typing import Any

import msgspec

LOG = logging.getLogger("benchhub.server")

request_id: ContextVar[str] = ContextVar("request_id", default="")

_SAID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def new_request_id(said: str | None) -> str:
    """Return the id of a request: what its caller, such as a proxy, calls it, when that is a plain word."""
    return said if said and _SAID.fullmatch(said) else secrets.token_hex(8)


class _Lines(logging.Formatter):
    """Writes a record as JSON; fields are what was given as ``extra={"fields": …}``."""

    def format(self, record: logging.LogRecord) -> str:  # type: ignore[explicit-override]  # typing has it from 3.12
        line: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "what": record.getMessage(),
        }
        if named := request_id.get():
            line["request_id"] = named
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


def set_up_logs(*, is_verbose: bool) -> None:
    """Send the log to standard error; requests that went well are told with ``is_verbose`` alone."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    for name in ("benchhub.server", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.WARNING if name == "uvicorn" else logging.DEBUG if is_verbose else logging.INFO)


def tell(level: int, what: str, /, **fields: Any) -> None:  # noqa: ANN401 -- what JSON can say
    """Write one line."""
    LOG.log(level, what, extra={"fields": fields})
