"""Values as TOML text: the standard library only reads it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_key(name: str) -> str:
    """Return a key, in quotes where it needs them."""
    return name if _BARE.fullmatch(name) else toml_value(name)


def toml_value(value: Any) -> str:  # noqa: ANN401 -- what TOML holds
    """Return a value as TOML on one line; a text of JSON is one of TOML, too, but for DEL."""
    if isinstance(value, dict):
        said = ", ".join(f"{toml_key(key)} = {toml_value(one)}" for key, one in _known(value))
        return f"{{ {said} }}" if said else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _known(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in table.items() if value is not None)
