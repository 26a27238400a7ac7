"""Text that must not be wider than there is room."""

import unicodedata

ELLIPSIS = "…"


def width(text: str) -> int:
    """Return how many columns of a terminal ``text`` takes."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


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


def wrapped(text: str, indent: int, columns: int) -> str:
    """Return ``text`` with its lines broken between words; those after the first begin below it."""
    import textwrap  # noqa: PLC0415 -- start-up counts

    room = max(columns - indent, 20)
    if len(text) <= room:
        return text
    lines = textwrap.wrap(text, room, break_on_hyphens=False)
    return f"\n{' ' * indent}".join(lines)


def wrapped_command(words: list[str], indent: int, columns: int) -> str:
    """Return a command that can be copied whole: where it needs another line, the shell is told so.

    Args:
        words: As a shell wants them.
        indent: Of the lines after the first.
        columns: Of the terminal.
    """
    lines, room = [""], columns - indent - len(" \\")
    for word in words:
        if lines[-1] and width(lines[-1]) + 1 + width(word) > room:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip(" ")
    return f" \\\n{' ' * indent}".join(lines)
