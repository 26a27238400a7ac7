"""What callers are told when something is refused or fails: a code of Connect, and words that say what to do."""

from connectrpc.code import Code
from connectrpc.errors import ConnectError

from benchhub.errors import (
    BenchHubError,
    ConflictError,
    LimitError,
    NothingMatchedError,
    RefusedError,
    RemovedError,
    SetAsideError,
    UndeclaredError,
    UserError,
)

_CODES: tuple[tuple[type[BenchHubError], Code], ...] = (
    (NothingMatchedError, Code.NOT_FOUND),
    (UserError, Code.INVALID_ARGUMENT),
    (ConflictError, Code.ALREADY_EXISTS),
    (RemovedError, Code.FAILED_PRECONDITION),
    (SetAsideError, Code.INVALID_ARGUMENT),
    (UndeclaredError, Code.FAILED_PRECONDITION),
    (RefusedError, Code.PERMISSION_DENIED),
)


def wire_error(error: BenchHubError) -> ConnectError:
    """Return how an error of ours is told over the wire; one of the store alone passes, so trying again may help."""
    if isinstance(error, LimitError):
        return refusal(Code.DEADLINE_EXCEEDED if error.is_time else Code.RESOURCE_EXHAUSTED, error.what, error.hint)
    code = next((code for kind, code in _CODES if isinstance(error, kind)), Code.UNAVAILABLE)
    return refusal(code, error.what, error.hint)


def refusal(code: Code, what: str, hint: str | None = None) -> ConnectError:
    """Return an error in our words: what, and what to do about it."""
    return ConnectError(code, what if hint is None else f"{what}; {hint}")
