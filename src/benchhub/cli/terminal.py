"""What a terminal can show: how wide it is, and which characters."""

import os
from collections.abc import Mapping
from typing import TextIO

COLUMNS_DEFAULT = 80

_PLAIN_TERMINALS = frozenset({"dumb", "linux", "vt52", "vt100", "vt102", "vt220"})
"""Their fonts have neither braille nor eighths of a block; `linux` is the console without a desktop."""


def columns_of(stream: TextIO, environ: Mapping[str, str] = os.environ) -> int:
    """Return how many columns a stream's terminal has: ``COLUMNS``, else what it says itself, else 80."""
    said = environ.get("COLUMNS", "")
    if said.isdecimal() and int(said) > 0:
        return int(said)
    try:
        return os.get_terminal_size(stream.fileno()).columns or COLUMNS_DEFAULT
    except (OSError, ValueError):  # No terminal, or no file at all.
        return COLUMNS_DEFAULT


def shows_unicode(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether a terminal shows more than ASCII: not with a locale of another encoding, nor on a plain console.

    A locale that is not set says nothing: in containers there is none, and what looks at them speaks UTF-8.
    """
    if environ.get("TERM") in _PLAIN_TERMINALS:
        return False
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG")
    return not locale or locale.partition(".")[2].partition("@")[0].replace("-", "").lower() == "utf8"
