"""Text that must not be wider than there is room."""

from benchhub.cli.table import width

ELLIPSIS = "…"


def cut(text: str, size: int) -> str:
    """Return ``text`` in at most ``size`` columns; what does not fit is left out at the end."""
    if width(text) <= size:
        return text
    return _beginning(text, size - 1) + ELLIPSIS if size > 0 else ""


def shortened(text: str, size: int) -> str:
    """Return ``text`` in at most ``size`` columns; what does not fit is left out in the middle.

    Names differ there least: the end holds parameters, or the file of a path.
    """
    if width(text) <= size:
        return text
    if size <= 1:
        return ELLIPSIS[:size]
    end = _beginning(text[::-1], size // 2)[::-1]
    return _beginning(text, size - 1 - width(end)) + ELLIPSIS + end


def _beginning(text: str, size: int) -> str:
    """Return as much of the beginning as fits into ``size`` columns."""
    if text.isascii():
        return text[:size]
    used = 0
    for index, character in enumerate(text):
        used += width(character)
        if used > size:
            return text[:index]
    return text
