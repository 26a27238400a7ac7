"""`bh db`: where the database is, whether it is sound, and how it is brought up to date."""

import argparse
import time
from collections.abc import Callable

import msgspec

from benchhub.cli import exit_codes
from benchhub.cli.desk import Desk
from benchhub.cli.housekeeping import print_prunable, print_sizes
from benchhub.cli.human import human, plural
from benchhub.cli.parser import age, count
from benchhub.cli.pipes import print_json
from benchhub.errors import NothingMatchedError, UserError

EPILOG = """\
actions:
  path         print where the database is, also when there is none yet
  check        look for damage: pages, keys, missing bytes, reports without tables; 4 when something is found
  migrate      bring the database up to the schema of this program; a file after a backup beside it, a server's all
               or nothing: make a copy with pg_dump first
  reproject    make all tables again from the reports; with --reread, the reports again from the raw bytes
  stats        rows, bytes by table, raw output, and what each project holds
  prune        say what would go for good: what `bh rm` removed, bytes that belong to nobody, and by wish old runs;
               --yes does it. Tagged runs are kept. With --keep and --older-than, a run goes when both take it
  vacuum       write the file, or the tables of a server, anew without the room that pruned runs left

--json prints one object: path, spool, exists; path, is_deep, findings; before, after, copy; reports, reread,
complaints; all that stats counts; removed, runs, tagged, report_bytes, blobs, blob_bytes, is_done; before_bytes,
after_bytes, is_waiting.

examples:
  sqlite3 "$(bh db path)"
  bh db check --deep
  bh db reproject --reread --framework gobench
  bh db stats
  bh db prune --keep 100 --older-than 90d
  bh db prune --yes && bh db vacuum
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("action", choices=tuple(_ACTIONS), help="what to do")
    parser.add_argument("--deep", action="store_true", help="check: also read and hash every kept byte")
    parser.add_argument("--reread", action="store_true", help="reproject: read the raw output again first")
    parser.add_argument("--framework", metavar="NAME", help="reproject: only runs of this framework")
    parser.add_argument(
        "--keep", type=count, metavar="N", help="prune: also all but the newest N runs of each cell on each line"
    )
    parser.add_argument("--older-than", type=age, metavar="AGE", help="prune: also runs older than 12h, 90d, 8w or 2y")
    parser.add_argument("--yes", action="store_true", help="prune: do it")


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    belongs = {"deep": "check", "reread": "reproject", "framework": "reproject"}
    belongs |= {"keep": "prune", "older_than": "prune", "yes": "prune"}
    for option, action in belongs.items():
        if getattr(args, option) and args.action != action:
            what = f"--{option.replace('_', '-')} is for `bh db {action}`"
            raise UserError(what)
    with Desk.open(args) as desk:
        return _ACTIONS[args.action](args, desk)


def _path(args: argparse.Namespace, desk: Desk) -> int:
    name = desk.settings.database_name
    _tell(args, {"path": name, "spool": str(desk.spool), "exists": desk.has_database}, [name])
    return exit_codes.OK


def _check(args: argparse.Namespace, desk: Desk) -> int:
    """Print what is wrong; 4 when something is."""
    from benchhub.store.check import check  # noqa: PLC0415 -- each action pays for itself

    findings = check(desk.database(), deep=args.deep)
    how = "sound" if args.deep else "sound, as far as a quick look tells; --deep reads every byte"
    lines = [f"{one.kind}: {one.where}: {one.text}" for one in findings] or [f"{desk.settings.database_name}: {how}"]
    _tell(args, {"path": desk.settings.database_name, "is_deep": args.deep, "findings": findings}, lines)
    return exit_codes.NOT_KEPT if findings else exit_codes.OK


def _migrate(args: argparse.Namespace, desk: Desk) -> int:
    from benchhub.store.migrate import migrate  # noqa: PLC0415

    _need_file(desk)
    done = migrate(desk.database_place)
    document = {"before": done.before, "after": done.after, "copy": None if done.copy is None else str(done.copy)}
    lines = [f"schema {done.after}: nothing to do"]
    if done.before != done.after:
        lines = [f"schema {done.before} became {done.after}"]
    if done.copy is not None:
        lines = [f"{lines[0]}; the file as it was is `{done.copy}`"]
    _tell(args, document, lines)
    return exit_codes.OK


def _reproject(args: argparse.Namespace, desk: Desk) -> int:
    """Make the tables again and print what was left as it was; 4 when something was."""
    from benchhub.flows.reproject import reproject  # noqa: PLC0415
    from benchhub.store.database import open_database  # noqa: PLC0415

    if args.framework:
        desk.frameworks[args.framework]  # Says what is known when this is not.
    _need_file(desk)
    desk.recover()
    with open_database(desk.database_place) as database:
        done = reproject(database, desk.frameworks, framework=args.framework, is_reread=args.reread)
    reread = f", {done.reread} read again" if args.reread else ""
    lines = [*done.complaints, f"{plural(done.reports, 'run')} projected{reread}"]
    if done.complaint_count > len(done.complaints):
        lines.insert(-1, f"… {plural(done.complaint_count, 'complaint')} in all")
    _tell(args, done, lines)
    return exit_codes.NOT_KEPT if done.complaint_count else exit_codes.OK


def _stats(args: argparse.Namespace, desk: Desk) -> int:
    from benchhub.store.sizes import sizes  # noqa: PLC0415

    found = sizes(desk.database())
    if args.json:
        _tell(args, found, [])
    else:
        print_sizes(found)
    return exit_codes.OK


def _prune(args: argparse.Namespace, desk: Desk) -> int:
    """Say what would go, or let it go."""
    from benchhub.store.pruning import prunable, prune  # noqa: PLC0415

    database = desk.changing() if args.yes else desk.database()
    before_ms = None if args.older_than is None else time.time_ns() // 1_000_000 - int(args.older_than * 1000)
    found = prunable(database, keep=args.keep, before_ms=before_ms)
    if args.yes:
        prune(database, found.report_ids, user=desk.person)
    if args.json:
        _tell(args, {**msgspec.structs.asdict(found), "is_done": args.yes}, [])
    else:
        print_prunable(found, is_done=args.yes)
    return exit_codes.OK


def _vacuum(args: argparse.Namespace, desk: Desk) -> int:
    from benchhub.store.sizes import vacuum  # noqa: PLC0415

    done = vacuum(desk.changing())
    gained = human(max(done.before_bytes - done.after_bytes, 0), "B")
    lines = [f"{gained} given back: {human(done.before_bytes, 'B')} became {human(done.after_bytes, 'B')}"]
    if done.is_waiting:
        lines = ["the file is written anew, and becomes smaller when the process that reads it has ended"]
    _tell(args, done, lines)
    return exit_codes.OK


def _need_file(desk: Desk) -> None:
    if not desk.has_database:
        what = f"no database yet at `{desk.settings.database_name}`"
        raise NothingMatchedError(what, hint="`bh run` makes it; --db or BH_DB name another")


def _tell(args: argparse.Namespace, document: object, lines: list[str]) -> None:
    if args.json:
        print_json(document)
    else:
        print("\n".join(lines))


_ACTIONS: dict[str, Callable[[argparse.Namespace, Desk], int]] = {
    "path": _path,
    "check": _check,
    "migrate": _migrate,
    "reproject": _reproject,
    "stats": _stats,
    "prune": _prune,
    "vacuum": _vacuum,
}
