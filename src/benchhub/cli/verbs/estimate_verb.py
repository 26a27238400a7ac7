"""`bh estimate`: how long `bh run` of the same words would take."""

import argparse
from typing import Any

from benchhub.cli.choosing import add_choosing, add_running, choose
from benchhub.cli.desk import Desk
from benchhub.cli.human import human_seconds, plural
from benchhub.cli.pipes import print_json
from benchhub.cli.table import print_filled
from benchhub.flows.estimate import CellEstimate, Difference, Estimate, estimate_chosen
from benchhub.store.database import Database

EPILOG = """\
The median of the last ten runs that passed, with the same options, on a machine of the same class, from start to end
with warm-ups; a build counts once. Where there are none, the nearest there are, and what differs is said. A cell that
never ran is unknown, and so is the whole then. At most is what is exceeded about once in twenty times.

--json prints one object: known_s and known_s_max, the sums over the cells that are known, unknown_cells, how many are
not, and cells, each with label, cell, runs, seconds, seconds_max, and run and build: seconds, seconds_max, lo, hi, n,
differs (options, machine, outcome), or null.

examples:
  bh estimate                         everything below this folder
  bh estimate //sort:gobench --runs 10
  bh estimate :gobench -- -count 3    with flags of the tool
"""

_DIFFERENCES: dict[Difference, str] = {
    "outcome": "failed",
    "options": "other options",
    "machine": "another kind of machine",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    add_choosing(parser)
    add_running(parser)


def run(args: argparse.Namespace) -> int:
    """Print one line per cell, and the sum."""
    with Desk.open(args) as desk:
        chosen, arguments = choose(args, desk)
        cells = estimate_chosen(_database(desk), chosen, desk.frameworks, runs=args.runs, arguments=arguments)
    if args.json:
        print_json(_document(cells))
    else:
        print_filled(_COLUMNS, [_line(one) for one in cells])
        print(f"\n{_sum(cells)}")
    return 0


def _database(desk: Desk) -> Database | None:
    """Return the database, ``None`` when there is none yet: what never ran is unknown, which is an answer."""
    desk.recover()
    return desk.database() if desk.has_database else None


_COLUMNS = ("target", "one run", "shortest", "longest", "build", "runs", "total", "at most", "from")


def _line(one: CellEstimate) -> tuple[Any, ...]:
    cell = ",".join(f"{axis}={value}" for axis, value in one.cell.items())
    label = f"{one.label}{{{cell}}}" if cell else one.label
    if one.run is None:
        return (label, "unknown", "", "", "", one.runs, "unknown", "", "never ran")
    return (
        label,
        human_seconds(one.run.seconds),
        human_seconds(one.run.lo),
        human_seconds(one.run.hi),
        human_seconds(one.build.seconds) if one.build else "",
        one.runs,
        human_seconds(one.seconds),
        human_seconds(one.seconds_max),
        _source(one.run),
    )


def _source(run: Estimate) -> str:
    return ", ".join([plural(run.n, "run"), *(_DIFFERENCES[name] for name in run.differs)])


def _known(cells: list[CellEstimate]) -> tuple[float, float, int]:
    """Return what the known cells take, what they take at most, and how many are unknown."""
    seconds = [one.seconds for one in cells if one.seconds is not None]
    seconds_max = [one.seconds_max for one in cells if one.seconds_max is not None]
    return sum(seconds), sum(seconds_max), len(cells) - len(seconds)


def _sum(cells: list[CellEstimate]) -> str:
    known_s, known_s_max, unknown = _known(cells)
    about = f"about {human_seconds(known_s)}, at most about {human_seconds(known_s_max)}"
    if not unknown:
        return about
    if unknown == len(cells):
        return "unknown: never ran"
    return f"unknown: {unknown} of {len(cells)} never ran; the others take {about}"


def _document(cells: list[CellEstimate]) -> dict[str, object]:
    known_s, known_s_max, unknown = _known(cells)
    return {
        "known_s": known_s,
        "known_s_max": known_s_max,
        "unknown_cells": unknown,
        "cells": [
            {
                "label": one.label,
                "cell": one.cell,
                "runs": one.runs,
                "seconds": one.seconds,
                "seconds_max": one.seconds_max,
                "run": one.run,
                "build": one.build,
            }
            for one in cells
        ],
    }
