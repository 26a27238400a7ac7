"""`bh runs`: the runs that are kept, newest first."""

import argparse
from typing import Any, get_args

import msgspec

from benchhub.cli.desk import Desk
from benchhub.cli.human import human_seconds, plural
from benchhub.cli.names import nearest_name
from benchhub.cli.parser import count
from benchhub.cli.table import print_filled, print_table
from benchhub.errors import NothingMatchedError
from benchhub.model.run import RunStatus
from benchhub.store.database import Database
from benchhub.store.find import Rows, recent_runs

COUNT_DEFAULT = 20

EPILOG = """\
Took is the wall time of the measured programs. --json prints an array of objects, newest first: the columns of view
`runs` that tell a run (wall_s, and seconds from start to end, with warm-ups and reading), and how much it holds.

examples:
  bh runs
  bh runs --status failed --count 5
  bh runs --target //sort:gobench --json
  bh runs --tag baseline
"""

COLUMNS = (
    "run",
    "started (UTC)",
    "took",
    "project",
    "target",
    "status",
    "measured",
    "outcomes",
    "commit",
    "branch",
    "machine",
    "tags",
)

SPARE = ("machine", "outcomes", "measured", "project", "branch", "commit")
"""What a narrow terminal does without, the first of them first; `bh show` has it."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("--project", metavar="NAME", help="only runs of this project")
    parser.add_argument("--target", metavar="LABEL", help="only runs of this target, e.g. //sort:gobench")
    parser.add_argument("--status", choices=get_args(RunStatus), help="only runs that ended so")
    parser.add_argument("--tag", metavar="NAME", help="only runs with this tag")
    parser.add_argument(
        "--count", type=count, default=COUNT_DEFAULT, metavar="N", help=f"at most so many (default: {COUNT_DEFAULT})"
    )


def run(args: argparse.Namespace) -> int:
    """Print one line per run."""
    with Desk.open(args) as desk:
        database = desk.database()
        wanted = {name: getattr(args, name) for name in ("project", "target", "status", "tag")}
        rows = recent_runs(database, count=args.count, **wanted)
        if not rows:
            raise _nothing(database, args)
    if args.json:
        documents = [{**row, "cell": cell_of(row["cell"])} for row in rows]
        print_table(tuple(documents[0]), [tuple(row.values()) for row in documents], "json")
    else:
        print_filled(COLUMNS, [_line(row) for row in rows], spare=SPARE)
    return 0


def _line(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        row["run_id"],
        row["started_at"],
        human_seconds(row["wall_s"]),
        row["project"],
        row["target"] + cell_text_of(row["cell"]),
        row["status"] + (f", {row['unread_lines']} unread" if row["unread_lines"] else ""),
        row["measurements"],
        row["outcomes"],
        row["commit_short"],
        branch_of(row),
        row["machine"],
        row["tags"] + (f" ({plural(row['notes'], 'note')})" if row["notes"] else ""),
    )


def cell_of(cell: str | None) -> dict[str, str]:
    """Return axis to value for a cell's JSON."""
    return msgspec.json.decode(cell or "{}", type=dict[str, str])


def cell_text_of(cell: str | None) -> str:
    """Return ``{size=1000}`` for a cell's JSON, nothing for a target without a matrix."""
    return cell_text(cell_of(cell))


def cell_text(values: dict[str, str]) -> str:
    """Return the same for the cell itself."""
    return f"{{{','.join(f'{name}={value}' for name, value in values.items())}}}" if values else ""


def branch_of(row: dict[str, Any]) -> str:
    """Return the branch; a `+` says that the working tree differed from the commit."""
    return f"{row['branch']}{'+' if row['dirty'] else ''}"


def _nothing(database: Database, args: argparse.Namespace) -> NothingMatchedError:
    """Return what to say when no run is left, with the nearest name that exists."""
    if not recent_runs(database, count=1):
        return NothingMatchedError("no run is kept yet", hint="`bh run` makes the first")
    said = [("project", args.project), ("target", args.target), ("tag", args.tag)]
    for column, name in said:
        if name is not None and not _any(database, **{column: name}):
            view, of = ("run_tags", "with") if column == "tag" else ("runs", "of")
            return NothingMatchedError(
                f"no run {of} {column} `{name}`", hint=nearest_name(database, name, (view, column))
            )
    words = " ".join(f"--{name} {value}" for name, value in (*said, ("status", args.status)) if value is not None)
    return NothingMatchedError(f"no run matches {words}", hint="`bh runs` lists the last ones")


def _any(database: Database, **wanted: str) -> Rows:
    return recent_runs(database, count=1, **wanted)
