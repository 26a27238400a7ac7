"""`{axis}` in texts: which axes a text names, and what it says once they have values.

``{{`` is a brace. Braces around anything that is no name (``awk '{print $1}'``) are text, and so is ``{results}``,
the run's result directory, which is known only when the run starts.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

RESERVED = frozenset({"results"})

# Compiled where they are used first: most commands have no braces.
_UNCLOSED = r"\{\{|\{[A-Za-z_][A-Za-z0-9_-]*(?P<open>)(?=[^}]*\Z)"
_BRACE = r"\{\{|\{(?P<name>[A-Za-z_][A-Za-z0-9_-]*)\}"


def names_in(value: Any) -> Iterator[str]:  # noqa: ANN401 -- whatever an option holds
    """Yield every name in braces within ``value``, lists and tables included, in order and repeatedly."""
    if isinstance(value, str):
        yield from (
            match["name"] for match in re.finditer(_BRACE, value) if match["name"] and match["name"] not in RESERVED
        )
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from names_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from names_in(inner)


def unclosed_in(value: Any) -> Iterator[str]:  # noqa: ANN401 -- whatever an option holds
    """Yield every ``{name`` within ``value`` after which no brace closes."""
    if isinstance(value, str):
        yield from (match[0] for match in re.finditer(_UNCLOSED, value) if match["open"] is not None)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from unclosed_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from unclosed_in(inner)


def filled(value: Any, values: Mapping[str, str]) -> Any:  # noqa: ANN401 -- whatever an option holds
    """Return ``value`` with every name in braces replaced; a list stays a list of as many elements.

    An option that is exactly ``{axis}`` becomes text as well: options are decoded leniently, so that ``"100"`` is a
    number where a number is wanted, while an option that wants text would refuse the number.
    """
    if isinstance(value, str):
        return re.sub(_BRACE, lambda match: _said(match, values), value)
    if isinstance(value, Mapping):
        return {key: filled(inner, values) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, values) for inner in value]
    return value


def _said(match: re.Match[str], values: Mapping[str, str]) -> str:
    name = match["name"]
    if name is None:
        return "{"
    return match[0] if name in RESERVED else values[name]


def scalar_text(value: str | float | bool) -> str:  # noqa: FBT001 -- the four kinds of values of an axis
    """Return the value of an axis as text: ``true`` and not ``True``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
