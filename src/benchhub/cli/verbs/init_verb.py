"""`bh init`: a small `bh.toml` that says what is detected."""

import argparse
import sys
from pathlib import Path

import msgspec

from benchhub.cli import exit_codes
from benchhub.cli.desk import Desk
from benchhub.cli.human import plural
from benchhub.cli.pipes import print_json
from benchhub.flows.draft_config import Draft, draft_config, write_draft

EPILOG = """\
Writes the targets that are detected in this folder, with the labels that they have anyway, and comments that say what
else could be said. What is detected in folders below is left to detection. Nothing is asked, and nothing is replaced.

--json prints one object: path, text, targets, below (left to detection), instead_of, is_written.

examples:
  bh init
  bh init --print                  only show it
  bh init --force                  also where there is a bh.toml
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("--print", action="store_true", help="print what would be written, and write nothing")
    parser.add_argument("--force", action="store_true", help="replace a bh.toml that is there")


def run(args: argparse.Namespace) -> int:
    """Write the file, or print it."""
    with Desk.open(args) as desk:
        draft = draft_config(Path.cwd(), desk.frameworks)
    if not args.print:
        write_draft(draft, is_forced=args.force)
    if args.json:
        document = {**msgspec.structs.asdict(draft), "is_written": not args.print}
        print_json(document)
    elif args.print:
        print(draft.text, end="")
    else:
        _tell(draft)
    if draft.instead_of and not args.json:
        print(f"bh: warning: {draft.instead_of}: [tool.benchhub] is not read beside a `bh.toml`", file=sys.stderr)
    return exit_codes.OK


def _tell(draft: Draft) -> None:
    left = f", {len(draft.below)} left to detection" if draft.below else ""
    what = plural(len(draft.targets), "target") if draft.targets else "nothing detected, an example to start from"
    print(f"wrote bh.toml: {what}{left}; `bh list` shows what can be run")
