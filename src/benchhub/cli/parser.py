"""The words that all verbs share, and what is said about wrong ones."""

import argparse
import re
import sys
from typing import NoReturn

from benchhub.cli.colour import WISHES
from benchhub.cli.terminal import columns_of
from benchhub.errors import UserError

argparse._ = str  # type: ignore[attr-defined]  # Its words are in no catalog; looking for one loads `locale`.

STEP_S_MIN = 0.01
"""More looks than that would be what is measured."""


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are a ``UserError``: short, with the nearest word that exists."""

    def error(self, message: str) -> NoReturn:  # type: ignore[explicit-override]  # typing has it from 3.12
        """Raise what is wrong with the words, in place of printing the whole usage."""
        unknown = re.search(r"unrecognized arguments: (-\S+)", message)
        near = _nearest(unknown[1].partition("=")[0], self) if unknown else None
        hint = f"did you mean `{near}`?" if near else f"`{self.prog} --help` lists the words"
        raise UserError(message, hint=hint)


class _Help(argparse.RawDescriptionHelpFormatter):
    """Knows its width: else each parser would load what finds it out."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=columns_of(sys.stdout) - 2)


def parser_of(verb: str, what: str) -> Parser:
    """Return a parser with the common options; a verb adds its own."""
    parser = Parser(
        prog=f"bh {verb}",
        description=what[0].upper() + what[1:] + ".",
        allow_abbrev=False,
        formatter_class=_Help,
    )
    common = parser.add_argument_group("common options")
    place = "the database: a file, or postgresql://… (default: BH_DB, else the user's own)"
    common.add_argument("--db", metavar="PATH|URL", help=place)
    common.add_argument("--json", action="store_true", help="print JSON on standard output, and nothing else there")
    common.add_argument(
        "--color",
        choices=WISHES,
        default="auto",
        help="colours on a terminal (auto; NO_COLOR and FORCE_COLOR are heard), always or never",
    )
    common.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return parser


def count(text: str) -> int:
    """Return a whole number from 1, for ``type=``."""
    if not re.fullmatch(r"\s*\+?0*[1-9][0-9]{0,17}\s*", text):
        what = f"`{text}` is not a whole number from 1"
        raise argparse.ArgumentTypeError(what)
    return int(text)


def age(text: str) -> float:
    """Return the seconds of an age such as ``90d``, for ``type=``: hours, days, weeks or years."""
    found = re.fullmatch(r"([0-9]{1,6})([hdwy])", text)
    if not found or not int(found[1]):
        what = f"`{text}` is not an age such as 12h, 90d, 8w or 2y"
        raise argparse.ArgumentTypeError(what)
    return int(found[1]) * {"h": 3600.0, "d": 86_400.0, "w": 604_800.0, "y": 31_557_600.0}[found[2]]


def seconds(text: str) -> float:
    """Return a time limit, for ``type=``."""
    try:
        limit = float(text)
    except ValueError:
        limit = 0.0
    if not 0 < limit < float("inf"):
        what = f"`{text}` is not a number of seconds above 0, such as 90 or 0.5"
        raise argparse.ArgumentTypeError(what)
    return limit


def step_s(text: str) -> float:
    """Return a step in seconds, 0 for none, for ``type=``."""
    try:
        step = float(text)
    except ValueError:
        step = -1.0
    if step != 0 and not STEP_S_MIN <= step < float("inf"):
        what = f"`{text}` is not a number of seconds from {STEP_S_MIN}, or 0"
        raise argparse.ArgumentTypeError(what)
    return step


def _nearest(word: str, parser: argparse.ArgumentParser) -> str | None:
    import difflib  # noqa: PLC0415 -- for mistakes only

    known = [option for action in parser._actions for option in action.option_strings]  # noqa: SLF001 -- argparse tells nowhere else
    return next(iter(difflib.get_close_matches(word, known, n=1)), None)
