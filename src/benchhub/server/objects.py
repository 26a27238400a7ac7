"""How many messages lie inside one message, counted before any of them is made.

Two bytes are enough for an empty message inside another: 4 MiB hold two million, and making and freeing them keeps the
whole process waiting for a quarter of a second, since the runtime lets no other thread go on meanwhile. Counting is
slower, but others go on.

Source: protobuf.dev/programming-guides/encoding.
"""

from functools import cache
from typing import Any

from benchhub.errors import MessageError
from benchhub.rpc.convert.refusal import OBJECTS_MAX

COUNTED_BYTES_MIN = 1 << 20
"""Smaller messages cannot hold enough to be felt: 30 ms at the most."""

VARINT, FIXED_64, DELIMITED, START, END, FIXED_32 = range(6)


def check_objects(data: bytes, kind: type[Any]) -> None:
    """Refuse a message that holds more messages than anybody needs.

    Args:
        data: The message, packed.
        kind: Its class.

    Raises:
        MessageError: It holds too many, or is none.
    """
    left = OBJECTS_MAX
    waiting = [(0, len(data), kind.DESCRIPTOR)]
    while waiting:
        at, end, descriptor = waiting.pop()
        inside = _messages_in(descriptor)
        while at < end:
            key, at = _varint(data, at)
            wire = key & 7
            if wire == DELIMITED:
                size, at = _varint(data, at)
                inner = inside.get(key >> 3)
                if inner is not None:
                    left -= 1
                    if size:
                        waiting.append((at, min(at + size, end), inner))
                at += size
            elif wire == VARINT:
                _, at = _varint(data, at)
            elif wire in {FIXED_64, FIXED_32}:
                at += 8 if wire == FIXED_64 else 4
            elif wire not in {START, END}:
                what = "is damaged"
                raise _refused(what)
            if left < 0:
                what = f"holds more than {OBJECTS_MAX} objects"
                raise _refused(what, hint="send it in parts")


def _refused(what: str, *, hint: str | None = None) -> MessageError:
    return MessageError("message", what, hint=hint)


@cache
def _messages_in(descriptor: Any) -> dict[int, Any]:  # noqa: ANN401 -- of the runtime's own class
    """Return the fields that hold messages, by number."""
    return {field.number: field.message_type for field in descriptor.fields if field.message_type is not None}


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at ``at``, and where the next thing does; behind the end everything is 0."""
    number = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80 or shift > 56:  # noqa: PLR2004 -- its highest bit says whether it goes on, nine times at most
            break
        shift += 7
    return number, at
