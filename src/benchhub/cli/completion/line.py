"""A line of bash, as far as the cursor: its words, and what bash will put a completion in place of."""

import re
from typing import NamedTuple

_SPECIAL = re.compile(r"([^\w@%+=:,./~-])")
_IN_DOUBLE_QUOTES = re.compile(r'(["$`\\])')
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


class Line(NamedTuple):
    """What was typed.

    Attributes:
        words: Before the cursor's own, unquoted, the command's name first.
        current: The word at the cursor, unquoted; ``""`` behind a space.
        quote: The quote that is still open in it, else ``""``.
    """

    words: list[str]
    current: str
    quote: str


def split_line(text: str) -> Line:
    """Return the words of an unfinished line; never raises."""
    words: list[str] = []
    current: str | None = None
    quote = ""
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\" and quote != "'" and at + 1 < len(text):
            at += 1
            current = (current or "") + text[at]
        elif quote:
            quote, current = ("", current) if char == quote else (quote, (current or "") + char)
        elif char in "'\"":
            quote, current = char, current or ""
        elif char.isspace():
            words += [] if current is None else [current]
            current = None
        else:
            current = (current or "") + char
        at += 1
    while words and _ASSIGNMENT.match(words[0]):
        del words[0]
    return Line(words, current or "", quote)


def as_bash_takes_it(candidate: str, line: Line, breaks: str) -> str:
    """Return what bash is to put in place of the end of the word at the cursor.

    Args:
        candidate: The whole word, unquoted.
        line: What was typed.
        breaks: ``COMP_WORDBREAKS``: outside quotes bash replaces only what follows the last of these.
    """
    if line.quote == "'":
        return candidate
    if line.quote:
        return _IN_DOUBLE_QUOTES.sub(r"\\\1", candidate)
    last = max((line.current.rfind(char) for char in breaks if char not in " \t\n\"'"), default=-1)
    kept = _SPECIAL.sub(r"\\\1", line.current[: last + 1])
    return _SPECIAL.sub(r"\\\1", candidate)[len(kept) :]
