"""`bh tag`: short words on runs, to find them again and to keep them when others are pruned."""

import argparse
import re

from benchhub.cli.desk import Desk
from benchhub.cli.human import plural
from benchhub.cli.names import nearest_of
from benchhub.cli.pipes import print_json
from benchhub.cli.table import print_table
from benchhub.errors import NothingMatchedError, UserError
from benchhub.store.database import Database
from benchhub.store.find import find_run, rows_of

TAG_CHARACTERS_MAX = 64
_TAG = re.compile(r"[^\W\d][\w.:/+@-]*")

EPILOG = """\
Without NAME the tags of a run are listed, without RUN all tags. `bh runs --tag NAME` lists the runs of one; in SQL they
are column `tags` of view `runs`, and view `run_tags`. Tagged runs are kept when `bh db prune` takes old ones.

--json prints one object: run_id, run_uid, tags (tag, user_name, tagged_at), added, removed; without RUN an array of
tag, runs, newest_run_id.

examples:
  bh tag latest baseline
  bh tag 12 v1.4 before-rewrite
  bh tag 12 v1.4 --remove
  bh tag
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("run", nargs="?", metavar="RUN", help="latest, -2, a number, the beginning of a uid")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a word without spaces that begins with a letter")
    parser.add_argument("--remove", action="store_true", help="take these tags off")


def run(args: argparse.Namespace) -> int:
    """Change or list tags."""
    if args.remove and not args.names:
        what = "--remove needs a run and the tags to take off"
        raise UserError(what, hint="bh tag RUN NAME --remove")
    for name in args.names if not args.remove else ():
        _check(name)
    with Desk.open(args) as desk:
        if args.run is None:
            return _list_all(args, desk.database())
        database = desk.changing() if args.names else desk.database()
        return _of_run(args, desk, database)


def _check(name: str) -> None:
    if not _TAG.fullmatch(name) or len(name) > TAG_CHARACTERS_MAX or name == "latest":
        what = f"`{name}` cannot be a tag"
        hint = f"a letter first, then letters, digits and any of `. : / + @ - _`; {TAG_CHARACTERS_MAX} at most"
        raise UserError(what, hint=f"{hint}. One run at a time: bh tag RUN NAME…")


def _of_run(args: argparse.Namespace, desk: Desk, database: Database) -> int:
    found = find_run(database, args.run)
    added: list[str] = []
    removed: list[str] = []
    if args.names:
        from benchhub.store.remarks import add_tags, remove_tags  # noqa: PLC0415 -- for changes only

        if args.remove:
            _check_there(database, found.run_id, args.names)
            removed = remove_tags(database, found.run_id, args.names)
        else:
            added = add_tags(database, found.run_id, args.names, user=desk.person)
    tags = rows_of(database, "run_tags", run_id=found.run_id)
    if args.json:
        document = {"run_id": found.run_id, "run_uid": found.uid, "tags": tags, "added": added, "removed": removed}
        print_json(document)
    elif args.names or not tags:
        print(f"run {found.run_id}: {' '.join(row['tag'] for row in tags) or 'no tags'}")
    else:
        print_table(("tag", "by", "since (UTC)"), [tuple(row.values()) for row in tags], "table")
    return 0


def _check_there(database: Database, run_id: int, names: list[str]) -> None:
    known = [row["tag"] for row in rows_of(database, "run_tags", run_id=run_id)]
    for name in names:
        if name not in known:
            what = f"run {run_id} has no tag `{name}`"
            raise NothingMatchedError(what, hint=nearest_of(name, known))


def _list_all(args: argparse.Namespace, database: Database) -> int:
    rows = rows_of(database, "counts_of_tags")
    if args.json:
        print_json(rows)
        return 0
    if not rows:
        print("no run has a tag; `bh tag RUN NAME` puts one there")
        return 0
    lines = [(row["tag"], plural(row["runs"], "run"), f"newest: {row['newest_run_id']}") for row in rows]
    print_table(("tag", "runs", ""), lines, "table")
    return 0
