"""Output of strangers' programs, made safe for a terminal that we draw on, and for logs."""

import re

# Compiled where they are used first: most output is plain.
_ESCAPE = (
    r"\x1b(?:"
    r"(?P<colour>\[[0-9;:]*m)"  # SGR: colours and weight
    r"|\[[0-?]*[ -/]*[@-~]?"  # any other control sequence: moves the cursor, clears, scrolls
    r"|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"  # titles, links, and other strings
    r"|[ -/]*[0-~]?)"
)
_CONTROL = r"[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
"""All that is no text, but the tab; and what turns the direction of the text around it."""

RESET = "\x1b[0m"


def clean(line: str, *, is_coloured: bool) -> str:
    """Return a line in which nothing moves the cursor; its colours stay where colours are wanted.

    A line that comes back to its beginning (a progress bar) is what it was at last.
    """
    if "\r" in line:
        line = next((part for part in reversed(line.split("\r")) if part), "")
    if line.isprintable():
        return line
    has_colour = False

    def kept(found: re.Match[str]) -> str:
        nonlocal has_colour
        if not is_coloured or found["colour"] is None:
            return ""
        has_colour = True
        return found[0]

    line = re.sub(_CONTROL, "", re.sub(_ESCAPE, kept, line))
    return line + RESET if has_colour else line


def decoded(line: bytes, *, is_coloured: bool) -> str:
    """Return the same of bytes that should be UTF-8."""
    return clean(line.decode("utf-8", "replace"), is_coloured=is_coloured)
