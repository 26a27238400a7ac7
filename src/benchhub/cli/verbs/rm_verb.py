"""`bh rm`: runs go out of sight, and can come back until they are pruned."""

import argparse
from typing import Any

from benchhub.cli.confirming import confirmed
from benchhub.cli.desk import Desk
from benchhub.cli.human import plural
from benchhub.cli.parser import count
from benchhub.cli.pipes import print_json
from benchhub.cli.table import print_filled
from benchhub.cli.verbs.runs_verb import cell_of, cell_text
from benchhub.errors import UserError
from benchhub.store.database import Database
from benchhub.store.find import Rows, find_run, rows_of

EPILOG = """\
A removed run is in no view any more: values, outcomes, history and latest are as if it had never been kept. Its report
and its output wait: --undo brings it back with its number, its tags and its notes, until `bh db prune` takes it for
good. It stays removed when it arrives again. Without RUN, what can come back is listed.

--json prints one object: removal_id, runs; with --undo removal_id, run_ids, pruned; without RUN an array of removal_id,
removed_at, user_name, runs. It needs --yes to remove.

examples:
  bh rm latest
  bh rm 12 13 14 --yes
  bh rm --undo              the newest removal
  bh rm --undo 3
"""

NEWEST = 0
"""What `--undo` without a number means."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("runs", nargs="*", metavar="RUN", help="latest, -2, a number, the beginning of a uid")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--undo", nargs="?", type=count, const=NEWEST, metavar="ID", help="bring back a removal (default: the newest)"
    )


def run(args: argparse.Namespace) -> int:
    """Remove, bring back or list."""
    if args.undo is not None and args.runs:
        what = "--undo takes the number of a removal, and no runs"
        raise UserError(what, hint="`bh rm` lists the removals; bh rm --undo ID")
    with Desk.open(args) as desk:
        if args.undo is not None:
            return _undo(args, desk)
        return _remove(args, desk) if args.runs else _list(args, desk)


def _remove(args: argparse.Namespace, desk: Desk) -> int:
    database = desk.changing()
    run_ids = list(dict.fromkeys(find_run(database, word, is_strict=True).run_id for word in args.runs))
    going = [_what_goes(database, run_id) for run_id in run_ids]
    if not args.json:
        _print_going(going)
    if not confirmed(f"remove {plural(len(run_ids), 'run')}?", is_yes=args.yes, is_asking=not args.json):
        print("nothing was removed")
        return 0
    from benchhub.store.removing import remove_runs  # noqa: PLC0415 -- for changes only

    removal_id = remove_runs(database, run_ids, user=desk.person)
    if args.json:
        print_json({"removal_id": removal_id, "runs": going})
    else:
        them = "it" if len(run_ids) == 1 else "them"
        print(f"removed {plural(len(run_ids), 'run')}; `bh rm --undo {removal_id}` brings {them} back")
    return 0


def _what_goes(database: Database, run_id: int) -> dict[str, Any]:
    (row,) = rows_of(database, "what_goes", run_id=run_id)
    return {**row, "cell": cell_of(row["cell"])}


def _print_going(going: Rows) -> None:
    columns = ("run", "started (UTC)", "project", "target", "status", "measured", "outcomes", "tags", "notes", "by")
    lines = [
        (
            row["run_id"],
            row["started_at"],
            row["project"],
            row["target"] + cell_text(row["cell"]),
            row["status"],
            row["measurements"],
            row["outcomes"],
            row["tags"],
            row["notes"] or None,
            row["user_name"],
        )
        for row in going
    ]
    print_filled(columns, lines)


def _undo(args: argparse.Namespace, desk: Desk) -> int:
    from benchhub.store.removing import undo_removal  # noqa: PLC0415 -- for changes only

    undone = undo_removal(desk.changing(), args.undo or None)
    if args.json:
        print_json(undone)
        return 0
    numbers = ", ".join(map(str, undone.run_ids))
    print(f"{'run' if len(undone.run_ids) == 1 else 'runs'} {numbers} came back (removal {undone.removal_id})")
    if undone.pruned:
        print(f"{plural(undone.pruned, 'run')} of it had been pruned, and cannot come back")
    return 0


def _list(args: argparse.Namespace, desk: Desk) -> int:
    from benchhub.store.removing import removals  # noqa: PLC0415 -- for changes only

    found = removals(desk.database())
    if args.json:
        print_json(found)
    elif not found:
        print("nothing is removed that could come back; `bh rm RUN` removes a run")
    for one in found if not args.json else ():
        print(f"removal {one['removal_id']}  {one['removed_at']} UTC  {one['user_name']}")
        for row in one["runs"]:
            print(f"  run {row['run_id']}  {row['target']}  started {row['started_at']} UTC")
    return 0
