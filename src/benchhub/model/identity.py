"""How things are told apart: canonical JSON, its hash, and run ids."""

import os
import time
from typing import Any, NewType

import msgspec

from benchhub.model.sha256 import sha256

RunUid = NewType("RunUid", str)
"""A UUIDv7 as 36 lower-case characters, made where the run was made; the only id that leaves a database."""

SHA256_DIGITS = 64

_HEXADECIMAL = frozenset("0123456789abcdef")

_ENCODER = msgspec.json.Encoder(order="deterministic")


def canonical_json(value: Any) -> bytes:  # noqa: ANN401 -- anything that JSON can say
    """Return ``value`` as JSON with sorted keys and no spaces: equal values give equal bytes."""
    return _ENCODER.encode(value)


def digest(value: Any) -> bytes:  # noqa: ANN401 -- anything that JSON can say
    """Return 16 bytes that identify ``value``, whatever the order of its keys."""
    return sha256(canonical_json(value))[:16]


def is_run_uid(text: str) -> bool:
    """Tell whether a text is a UUIDv7 as we write it."""
    groups = text.split("-")
    is_shaped = [len(group) for group in groups] == [8, 4, 4, 4, 12] and _HEXADECIMAL.issuperset("".join(groups))
    return is_shaped and groups[2][0] == "7" and groups[3][0] in "89ab"


def is_sha256(text: str) -> bool:
    """Tell whether a text is a SHA-256 as we write it: 64 lower-case hexadecimal digits."""
    return len(text) == SHA256_DIGITS and _HEXADECIMAL.issuperset(text)


def new_run_uid() -> RunUid:
    """Return a fresh UUIDv7: sorts by the millisecond it was made in.

    Source: RFC 9562, section 5.7.
    """
    number = int.from_bytes((time.time_ns() // 1_000_000).to_bytes(6, "big") + os.urandom(10), "big")
    number = (number & ~(0xF << 76) | 0x7 << 76) & ~(0x3 << 62) | 0x2 << 62
    text = f"{number:032x}"
    return RunUid(f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")
