"""Colour, where somebody looks who has not said no.

``--color`` decides; then ``NO_COLOR`` and ``FORCE_COLOR``; then whether the stream is a terminal that knows colours.
"""

import os
from collections.abc import Mapping
from typing import Literal, Self, TextIO

Wish = Literal["auto", "always", "never"]
WISHES: tuple[Wish, ...] = ("auto", "always", "never")

Style = Literal["bold", "dim", "red", "green", "yellow", "blue", "magenta", "cyan"]
_CODES: dict[Style, int] = {
    "bold": 1,
    "dim": 2,
    "red": 31,
    "green": 32,
    "yellow": 33,
    "blue": 34,
    "magenta": 35,
    "cyan": 36,
}


class Paint:
    """Dresses text in colours, or leaves it as it is: ``paint("failed", "red", "bold")``.

    Only the sixteen colours that a person chooses in the terminal's own settings. Nothing may be said by colour alone.

    Attributes:
        is_on: Whether there are colours.
    """

    def __init__(self, *, is_on: bool) -> None:
        self.is_on = is_on

    @classmethod
    def on(cls, stream: TextIO, wish: Wish = "auto", environ: Mapping[str, str] = os.environ) -> Self:
        """Return the paint for a stream; ``wish`` is what ``--color`` said."""
        return cls(is_on=are_wanted(stream, wish, environ))

    def __call__(self, text: str, *styles: Style) -> str:
        """Return ``text`` in these styles; align it first, its length counts what is not seen."""
        if not self.is_on or not styles or not text:
            return text
        return f"\x1b[{';'.join(str(_CODES[style]) for style in styles)}m{text}\x1b[0m"


def are_wanted(stream: TextIO, wish: Wish, environ: Mapping[str, str]) -> bool:
    """Tell whether colours belong into a stream.

    Source: no-color.org and force-color.org, where an empty variable says nothing; ``FORCE_COLOR=0`` says nothing
    either, as in Node.
    """
    if wish != "auto":
        return wish == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in {"", "0"}:
        return True
    return stream.isatty() and environ.get("TERM", "dumb") != "dumb"
