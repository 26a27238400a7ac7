"""`bh doctor`: what a person should know before believing a number that was measured here."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from textwrap import fill

from benchhub.cli import exit_codes
from benchhub.cli.colour import Paint, Style
from benchhub.cli.desk import Desk
from benchhub.cli.human import plural
from benchhub.cli.pipes import print_json
from benchhub.cli.terminal import columns_of
from benchhub.flows.doctor.diagnosis import Diagnosis, State
from benchhub.flows.doctor.examine import Patient, examine

LINE_COLUMNS_MAX = 110
"""Longer lines are hard to read, however wide the terminal is."""

EPILOG = """\
Looks at the tools of all frameworks, git, the database, places, the machine and permissions, and changes nothing. A
line is ok; advice, with why it matters and what to do; a problem, which keeps `bh run` from working here; or unknown,
with why it could not be learned.

Ends with 0, also with advice. With a problem it ends as `bh run` would: 2 for a broken configuration, 6 for a tool that
a target here needs and that is not there, 4 for the database; of several, the first in this order.

--json prints one object: diagnoses, each with section, name, state, what, why, todo and exit_code; and counts, of each
state.

examples:
  bh doctor
  bh doctor --advice               only what is not as it should be
  bh doctor --json
"""

_ORDER = (exit_codes.USAGE, exit_codes.NOTHING_RAN, exit_codes.NOT_KEPT)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("--advice", action="store_true", help="only advice and problems")


def run(args: argparse.Namespace) -> int:
    """Print what was found; the code is that of the worst problem."""
    with Desk.open(args) as desk:
        patient = Patient(
            directory=Path.cwd(),
            settings=desk.settings,
            environ=os.environ,
            frameworks=desk.frameworks,
            runtime=desk.runtime,
            spool=desk.spool,
        )
        found = list(examine(patient))
    counts = Counter(one.state for one in found)
    shown = [one for one in found if not args.advice or one.state in {"advice", "problem"}]
    if args.json:
        print_json({"diagnoses": shown, "counts": counts})
    else:
        _print(shown, Paint.on(sys.stdout, args.color))
        print(f"{plural(counts['problem'], 'problem')}, {plural(counts['advice'], 'piece')} of advice")
    codes = {one.exit_code for one in found}
    return next((code for code in _ORDER if code in codes), exit_codes.OK)


_STYLES: dict[State, tuple[Style, ...]] = {
    "ok": ("green",),
    "advice": ("yellow",),
    "problem": ("red", "bold"),
    "unknown": ("dim",),
}


def _print(found: Sequence[Diagnosis], paint: Paint) -> None:
    name_width = max((len(one.name) for one in found), default=0)
    columns = min(columns_of(sys.stdout), LINE_COLUMNS_MAX)
    margin = " " * (13 + name_width)
    for section, members in groupby(found, lambda one: one.section):
        print(paint(section, "bold"))
        for one in members:
            state = paint(f"{one.state:<8}", *_STYLES[one.state])
            what = _wrapped(one.what, margin, columns)
            print(f"  {state} {one.name:<{name_width}}  {what.removeprefix(margin)}")
            for word, text in (("why", one.why), ("do", one.todo)):
                if text:
                    print(_wrapped(text, f"{margin}{word + ':':<5}", columns))


def _wrapped(text: str, head: str, columns: int) -> str:
    """Return a text in lines of a width, the first behind ``head``, the others below it; no word is broken."""
    indent = " " * len(head)
    return fill(
        text,
        columns,
        initial_indent=head,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
