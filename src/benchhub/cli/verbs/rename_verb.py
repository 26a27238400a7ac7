"""`bh rename`: a case, a suite, a target or a project is called otherwise from now on, and its history goes along."""

import argparse
from typing import TYPE_CHECKING, Any, get_args

import msgspec

from benchhub.cli.desk import Desk
from benchhub.cli.human import plural
from benchhub.cli.names import nearest_name, renamed_hint
from benchhub.cli.pipes import print_json
from benchhub.cli.table import print_filled
from benchhub.errors import NothingMatchedError, UserError
from benchhub.model.rename import Rename, RenameKind
from benchhub.store.database import Database
from benchhub.store.find import CaseWords, Rows, rows_of

if TYPE_CHECKING:
    from benchhub.store.renaming import Renamed

PLACES_SHOWN_MAX = 6
PLACE_SLASHES_MIN = 2

EPILOG = """\
What was kept says the new name at once, and what still says the old one, an old branch or old output that is imported,
is kept under the new one. What is below a name moves along: `TestParse/empty` with `TestParse`, the packages below a
package. Two names are swapped by way of a third one. A project is renamed by its name, and moved by its place,
host/owner/repository//path. --join makes one history of two: the tables of the project are made again. Without words,
all renames are listed; in SQL they are view `renames`.

--json prints one object: rename_id, project, kind, suite, old, new, cases, joined_runs; without words an array of
rename_id, renamed_at, user_name, project, kind, suite, old_name, new_name.

examples:
  bh rename case BenchmarkSrot BenchmarkSort
  bh rename case TestParse TestRead --suite example.com/thing/parser
  bh rename suite example.com/old example.com/new
  bh rename target //sort:gobench //sorting:gobench
  bh rename project thing better-thing
  bh rename project github.com/me/thing github.com/us/thing --join
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("kind", nargs="?", choices=get_args(RenameKind), help="what is renamed")
    parser.add_argument("old", nargs="?", metavar="OLD", help="its name until now")
    parser.add_argument("new", nargs="?", metavar="NEW", help="its name from now on")
    parser.add_argument("--project", metavar="NAME", help="of this project, where several have such a name")
    parser.add_argument("--suite", metavar="NAME", help="a case of this suite, where several have such a name")
    parser.add_argument("--join", action="store_true", help="make one history of both, where the new name is there")


def run(args: argparse.Namespace) -> int:
    """Rename or list."""
    with Desk.open(args) as desk:
        if args.kind is None:
            return _list(args, desk.database())
        _check(args)
        database = desk.changing()
        place = _place_of(database, args)
        wanted = _wanted(args, place)
        change = _rename_project if args.kind == "project" else _rename
        done = change(database, place, wanted, desk, is_joined=args.join)
    if args.json:
        print_json({"project": place["project"], **msgspec.structs.asdict(wanted), **msgspec.structs.asdict(done)})
        return 0
    cases = f" ({plural(done.cases, 'case')})" if done.cases else ""
    joined = f"; {plural(done.joined_runs, 'run')} projected again" if done.joined_runs else ""
    print(f"{args.kind} `{wanted.old}` is `{wanted.new}` from now on, and in all that was kept{cases}{joined}")
    return 0


def _check(args: argparse.Namespace) -> None:
    if args.new is None:
        what = f"from which name to which? bh rename {args.kind} OLD NEW"
        raise UserError(what)
    if args.suite is not None and args.kind != "case":
        what = "--suite is for `bh rename case`"
        raise UserError(what)
    for word in (args.old, args.new):
        if word != word.strip() or not word.strip("/") or not word.isprintable():
            what = f"`{word}` cannot be a name"
            raise UserError(what)
    if args.old == args.new:
        what = f"`{args.new}` is its name already"
        raise UserError(what)
    if args.kind == "target" and (not args.new.startswith("//") or not args.new.partition(":")[2]):
        what = f"`{args.new}` is no label of a target"
        raise UserError(what, hint="//path:name, as `bh runs` shows it")


def _place_of(database: Database, args: argparse.Namespace) -> dict[str, Any]:
    """Return the project, and for a case its suite, that the words name."""
    where = {"project": args.project} if args.kind != "project" else {}
    where |= {"suite": args.suite} if args.kind == "case" else {}
    found = rows_of(database, f"places_of_{args.kind}", name=args.old, **where)
    if not found:
        raise _nothing(database, args)
    if len(found) > 1:
        shown = [_told(row) for row in found[:PLACES_SHOWN_MAX]]
        more = f" and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
        what = f"several are called `{args.old}`: {', '.join(shown)}{more}"
        projects = {row["project_id"] for row in found}
        option = (
            "its place in place of its name"
            if args.kind == "project"
            else "--project"
            if len(projects) > 1
            else "--suite"
        )
        raise UserError(what, hint=f"say which: {option}")
    return found[0]


def _told(row: dict[str, Any]) -> str:
    return f"`{row['suite']}` of {row['project']}" if row["suite"] else f"`{_place_text(row)}`"


def _place_text(row: dict[str, Any]) -> str:
    from benchhub.store.renaming import place_text  # noqa: PLC0415 -- for mistakes only

    return place_text(row["host"], row["owner"], row["repo"], row["path"])


def _wanted(args: argparse.Namespace, place: dict[str, Any]) -> Rename:
    return Rename(args.kind, place["suite"], args.old, args.new)


def _rename(database: Database, place: dict[str, Any], wanted: Rename, desk: Desk, *, is_joined: bool) -> "Renamed":
    from benchhub.store.renaming import rename  # noqa: PLC0415 -- for changes only

    return rename(database, place["project_id"], wanted, user=desk.person, is_joined=is_joined)


def _rename_project(
    database: Database, place: dict[str, Any], wanted: Rename, desk: Desk, *, is_joined: bool
) -> "Renamed":
    """Rename a project that was named by its name, move one that was named by its place."""
    from benchhub.model.place import Project  # noqa: PLC0415 -- for changes only
    from benchhub.store.renaming import move_project, rename_project  # noqa: PLC0415
    from benchhub.workspace.hosting import parse_project  # noqa: PLC0415

    if wanted.old == place["project"]:
        if wanted.new.count("/") >= PLACE_SLASHES_MIN:
            what = f"`{wanted.new}` is a place, and `{wanted.old}` is a name"
            raise UserError(what, hint=f"to move it: bh rename project {_place_text(place)} {wanted.new}")
        return rename_project(database, place["project_id"], wanted.new, user=desk.person)
    repository, path = parse_project(wanted.new, said_in="")
    # Who moves a repository moves its directories along.
    new = Project(repository, path or place["path"], place["project"])
    return move_project(database, place["project_id"], new, user=desk.person, is_joined=is_joined)


_NAMES = {
    "case": (("benchmarks", "benchmark"), ("tests", "test")),
    "suite": (("benchmarks", "suite"), ("tests", "suite")),
    "target": (("runs", "target"),),
    "project": (("runs", "project"),),
}


def _nothing(database: Database, args: argparse.Namespace) -> NothingMatchedError:
    old, new = CaseWords.of(args.old), CaseWords.of(args.new)
    if args.kind == "case" and old.params:
        what = f"no case `{args.old}`: parameters are no part of a name, all cases of one name are renamed together"
        return NothingMatchedError(what, hint=f"bh rename case {old.bare} {new.bare}")
    where = f" in project `{args.project}`" if args.project else ""
    what = f"no {args.kind} `{args.old}`{where}"
    hint = renamed_hint(database, args.kind, args.old) or nearest_name(database, args.old, *_NAMES[args.kind])
    return NothingMatchedError(what, hint=hint)


def _list(args: argparse.Namespace, database: Database) -> int:
    found = rows_of(database, "all_renames")
    if args.json:
        print_json(found)
    elif found:
        _print_all(found)
    else:
        print("nothing was renamed; bh rename case|suite|target|project OLD NEW")
    return 0


def _print_all(found: Rows) -> None:
    columns = ("", "when (UTC)", "by", "project", "what", "suite", "old", "new")
    print_filled(columns, [tuple(row.values()) for row in found])
