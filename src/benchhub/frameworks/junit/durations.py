"""Durations as the writers of JUnit XML print them: in seconds, or nearly."""

import re

_SAID = re.compile(r"\s*([0-9][0-9.,'\u00a0\u202f ]*|\.[0-9]+)(?:[eE]([+-]?[0-9]{1,3}))?\s*([a-zµ]*)\s*")
_SECONDS = {
    "": 1.0,
    "s": 1.0,
    "sec": 1.0,
    "seconds": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "µs": 1e-6,
    "ns": 1e-9,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
}

DURATION_S_MAX = 1e9


def seconds_of(said: str | None) -> float | None:
    """Return a duration in seconds; ``None`` when nothing is said, or nothing that can be understood.

    Where both ``.`` and ``,`` stand, the last is the decimal one: ``1,234.5`` and ``1.234,5`` are the same. A single
    comma is a decimal one, as some locales print it.
    """
    match = _SAID.fullmatch(said or "")
    if match is None or match[3] not in _SECONDS:
        return None
    digits = re.sub(r"['\u00a0\u202f ]", "", match[1])
    if "," in digits and "." in digits:
        group = "," if digits.rindex(".") > digits.rindex(",") else "."
        digits = digits.replace(group, "")
    elif digits.count(",") > 1 or digits.count(".") > 1:
        digits = digits.replace(",", "").replace(".", "")
    try:
        seconds = float(digits.replace(",", ".") + (f"e{match[2]}" if match[2] else "")) * _SECONDS[match[3]]
    except ValueError:
        return None
    return seconds if seconds <= DURATION_S_MAX else None
