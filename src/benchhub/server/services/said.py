"""Rows as messages, where several services speak of the same thing."""

from typing import Any

import msgspec

from benchhub.model.access import SCOPES
from benchhub.model.access import Scope as Word
from benchhub.model.place import project_address
from benchhub.rpc.v1.case_pb2 import Better, Metric, Param, ParamOrigin
from benchhub.rpc.v1.run_pb2 import RunStatus
from benchhub.rpc.v1.token_service_pb2 import ProjectList, Scope, Token

Row = dict[str, Any]

RUN_STATUSES = {
    "passed": RunStatus.RUN_STATUS_PASSED,
    "failed": RunStatus.RUN_STATUS_FAILED,
    "error": RunStatus.RUN_STATUS_ERROR,
    "timeout": RunStatus.RUN_STATUS_TIMEOUT,
    "interrupted": RunStatus.RUN_STATUS_INTERRUPTED,
}
RUN_WORDS = {number: word for word, number in RUN_STATUSES.items()}

_BETTER = {"lower": Better.BETTER_LOWER, "higher": Better.BETTER_HIGHER}
_ORIGINS = {
    "tool": ParamOrigin.PARAM_ORIGIN_TOOL,
    "cell": ParamOrigin.PARAM_ORIGIN_CELL,
    "flag": ParamOrigin.PARAM_ORIGIN_FLAG,
}


def address_of(row: Row) -> str:
    """Return the address of the project that a row names by its place."""
    return project_address(row["host"], row["owner"], row["repo"], row["path"])


def metric_of(row: Row) -> Metric:
    """Return the metric of a row."""
    better = _BETTER.get(row["better"], Better.BETTER_UNSPECIFIED)
    return Metric(name=row["metric"], unit=row["unit"], better=better, exact=bool(row["exact"]))


def params_of(row: Row) -> list[Param]:
    """Return the parameters of a row's case, by name."""
    return [Param(name=name, value=value, origin=_ORIGINS[origin]) for name, value, origin in row["params"]]


_SCOPES = {word: Scope.Value(f"SCOPE_{word.upper()}") for word in SCOPES}


def scope_of(word: Word) -> Scope.ValueType:
    """Return the number of a scope."""
    return _SCOPES[word]


def token_of(row: Row) -> Token:
    """Return a token without its secret."""
    projects = None if row["projects"] is None else ProjectList(addresses=msgspec.json.decode(row["projects"]))
    return Token(
        id=row["id"],
        user=row["user_name"],
        name=row["name"],
        scopes=[scope_of(word) for word in row["scopes"].split()],
        projects=projects,
        created_at_ms=row["created_at"],
        expires_at_ms=row["expires_at"],
        revoked_at_ms=row["revoked_at"],
        last_used_at_ms=row["last_used_at"],
    )
