"""`bh db`: where the database is, whether it is sound, and how it is brought up to date."""

import argparse
import sys
from collections.abc import Callable

import msgspec

from benchhub.cli import exit_codes
from benchhub.cli.desk import Desk
from benchhub.cli.human import plural
from benchhub.errors import NothingMatchedError, UserError

EPILOG = """\
actions:
  path         print where the database is, also when there is none yet
  check        look for damage: pages, keys, missing bytes, reports without tables; 4 when something is found
  migrate      bring the file up to the schema of this program, after a backup beside it
  reproject    make all tables again from the reports; with --reread, the reports again from the raw bytes

--json prints one object: path, spool, exists; path, is_deep, findings; before, after, copy; reports, reread,
complaints.

examples:
  sqlite3 "$(bh db path)"
  bh db check --deep
  bh db reproject --reread --framework gobench
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("action", choices=tuple(_ACTIONS), help="what to do")
    parser.add_argument("--deep", action="store_true", help="check: also read and hash every kept byte")
    parser.add_argument("--reread", action="store_true", help="reproject: read the raw output again first")
    parser.add_argument("--framework", metavar="NAME", help="reproject: only runs of this framework")


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    belongs = {"deep": "check", "reread": "reproject", "framework": "reproject"}
    for option, action in belongs.items():
        if getattr(args, option) and args.action != action:
            what = f"--{option} is for `bh db {action}`"
            raise UserError(what)
    with Desk.open(args) as desk:
        return _ACTIONS[args.action](args, desk)


def _path(args: argparse.Namespace, desk: Desk) -> int:
    document = {"path": str(desk.database_path), "spool": str(desk.spool), "exists": desk.database_path.exists()}
    _tell(args, document, [str(desk.database_path)])
    return exit_codes.OK


def _check(args: argparse.Namespace, desk: Desk) -> int:
    """Print what is wrong; 4 when something is."""
    from benchhub.store.check import check  # noqa: PLC0415 -- each action pays for itself

    findings = check(desk.database(), deep=args.deep)
    how = "sound" if args.deep else "sound, as far as a quick look tells; --deep reads every byte"
    lines = [f"{one.kind}: {one.where}: {one.text}" for one in findings] or [f"{desk.database_path}: {how}"]
    _tell(args, {"path": str(desk.database_path), "is_deep": args.deep, "findings": findings}, lines)
    return exit_codes.NOT_KEPT if findings else exit_codes.OK


def _migrate(args: argparse.Namespace, desk: Desk) -> int:
    from benchhub.store.migrate import migrate  # noqa: PLC0415

    _need_file(desk)
    done = migrate(desk.database_path)
    document = {"before": done.before, "after": done.after, "copy": None if done.copy is None else str(done.copy)}
    lines = [f"schema {done.after}: nothing to do"]
    if done.copy is not None:
        lines = [f"schema {done.before} became {done.after}; the file as it was is `{done.copy}`"]
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
    with open_database(desk.database_path) as database:
        done = reproject(database, desk.frameworks, framework=args.framework, is_reread=args.reread)
    reread = f", {done.reread} read again" if args.reread else ""
    lines = [*done.complaints, f"{plural(done.reports, 'run')} projected{reread}"]
    if done.complaint_count > len(done.complaints):
        lines.insert(-1, f"… {plural(done.complaint_count, 'complaint')} in all")
    _tell(args, done, lines)
    return exit_codes.NOT_KEPT if done.complaint_count else exit_codes.OK


def _need_file(desk: Desk) -> None:
    if not desk.database_path.exists():
        what = f"no database yet at `{desk.database_path}`"
        raise NothingMatchedError(what, hint="`bh run` makes it; --db or BH_DB name another")


def _tell(args: argparse.Namespace, document: object, lines: list[str]) -> None:
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")
    else:
        print("\n".join(lines))


_ACTIONS: dict[str, Callable[[argparse.Namespace, Desk], int]] = {
    "path": _path,
    "check": _check,
    "migrate": _migrate,
    "reproject": _reproject,
}
