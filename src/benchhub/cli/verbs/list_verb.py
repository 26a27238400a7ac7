"""`bh list`: what can be run."""

import argparse

from benchhub.cli.choosing import add_choosing, choose
from benchhub.cli.desk import Desk
from benchhub.cli.table import print_filled, print_table

EPILOG = """\
--json prints an array: label, framework, from, cells, only.

examples:
  bh list //...                    everything in the repository
  bh list :gobench --cells         one line for each cell of a matrix
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    add_choosing(parser)
    parser.add_argument("--cells", action="store_true", help="one line for each cell of a matrix")


def run(args: argparse.Namespace) -> int:
    """Print one line per target, or per cell."""
    with Desk.open(args) as desk:
        chosen, _ = choose(args, desk, learn=False)
    rows: dict[tuple[str, ...], int] = {}
    for one in chosen:
        cell = ",".join(f"{name}={value}" for name, value in one.cell.values.items())
        label = f"{one.target.label}{{{cell}}}" if args.cells and cell else one.target.label
        found = "detected" if one.target.is_detected else "bh.toml"
        key = (label, one.target.framework, found, " ".join(one.target.filters))
        rows[key] = rows.get(key, 0) + 1
    table = [(label, framework, found, cells, filters) for (label, framework, found, filters), cells in rows.items()]
    columns = ("label", "framework", "from", "cells", "only")
    if args.json:
        print_table(columns, table, "json")
    else:
        print_filled(columns, table)
    return 0
