"""Values of SQL as messages, and back: what a question holds, and what it is answered."""

from typing import Any

from benchhub.rpc.v1.query_service_pb2 import Value


def value_message(value: Any) -> Value:  # noqa: ANN401 -- what SQL holds
    """Return a value as a message; NULL is one that says nothing."""
    match value:
        case None:
            return Value()
        case int():
            return Value(int=value)
        case float():
            return Value(double=value)
        case bytes():
            return Value(blob=value)
        case _:
            return Value(text=str(value))


def value_of(message: Value) -> Any:  # noqa: ANN401 -- what SQL holds
    """Return what a message says."""
    kind = message.WhichOneof("kind")
    return None if kind is None else getattr(message, kind)
