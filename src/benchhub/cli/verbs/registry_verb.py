"""`bh registry`: who and what a server knows, declared in files that git keeps."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchhub.cli import exit_codes
from benchhub.cli.colour import Paint, Style
from benchhub.cli.desk import Desk
from benchhub.cli.human import plural
from benchhub.cli.pipes import print_json
from benchhub.errors import UserError
from benchhub.flows import keep_registry
from benchhub.flows.keep_registry import Applied
from benchhub.store.registry import Change
from benchhub.workspace.registry import read_registry
from benchhub.workspace.toml_text import toml_value

EPILOG = """\
actions:
  check DIR     read the files and say what is wrong with them; no database is touched
  apply DIR     show what changes, then do it, all or nothing; --dry-run shows it only. What is no longer declared is
                archived, never deleted; what is declared again comes back
  export [DIR]  write what is declared as files that apply without a change; without DIR, print it. --all also writes
                what reports brought and nobody declared: something to begin from
  schema        print the JSON Schema of the files, for editors

--json prints one object: directory, files, declared; directory, files, declared, changes, is_done; what is declared,
or directory and files; the schema.

examples:
  bh registry export --all registry
  bh registry check registry
  bh registry apply registry --dry-run
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("action", choices=tuple(_ACTIONS), help="what to do")
    parser.add_argument("directory", nargs="?", metavar="DIR", help="the directory of .toml files")
    parser.add_argument("--dry-run", action="store_true", help="apply: show what would change, and change nothing")
    parser.add_argument("--all", action="store_true", help="export: also what nobody declared")


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    for option, action in {"dry_run": "apply", "all": "export"}.items():
        if getattr(args, option) and args.action != action:
            what = f"--{option.replace('_', '-')} is for `bh registry {action}`"
            raise UserError(what)
    if args.directory is None and args.action in {"check", "apply"}:
        what = "which directory?"
        raise UserError(what, hint=f"bh registry {args.action} DIR")
    with Desk.open(args) as desk:
        return _ACTIONS[args.action](args, desk)


def _check(args: argparse.Namespace, _: Desk) -> int:
    read = read_registry(Path(args.directory))
    count = read.registry.count()
    files = plural(len(read.files), "file")
    line = f"{args.directory}: sound; {plural(count, 'thing')} declared in {files}; policy {read.registry.policy}"
    _tell(args, {"directory": args.directory, "files": read.files, "declared": count}, line)
    return exit_codes.OK


def _apply(args: argparse.Namespace, desk: Desk) -> int:
    directory = Path(args.directory)
    if args.dry_run:
        read_registry(directory)  # What is wrong with the files is said before what is wrong with the database.
        done = keep_registry.plan_registry(desk.database(), directory)
        _tell(args, done, _diff(args, done), _end(done))
        return exit_codes.OK
    read_registry(directory)
    told: Callable[[Applied], None] | None = None if args.json else lambda planned: _show(_diff(args, planned))
    done = keep_registry.apply_registry(desk.keeper().database, directory, user=desk.person, told=told)
    _tell(args, done, _end(done))
    return exit_codes.OK


def _export(args: argparse.Namespace, desk: Desk) -> int:
    known = keep_registry.known_registry(desk.database(), with_undeclared=args.all)
    if args.directory is None:
        texts = keep_registry.registry_texts(known)
        _tell(args, known, "\n".join(texts.values()).rstrip("\n"))
        return exit_codes.OK
    files = keep_registry.write_registry(known, Path(args.directory))
    line = f"{args.directory}: {plural(known.count(), 'thing')} written into {', '.join(files)}"
    _tell(args, {"directory": args.directory, "files": files}, line)
    return exit_codes.OK


def _schema(_: argparse.Namespace, __: Desk) -> int:
    from benchhub.workspace.schema import registry_schema  # noqa: PLC0415 -- for this alone

    print(json.dumps(registry_schema(), indent=2, ensure_ascii=False))
    return exit_codes.OK


def _tell(args: argparse.Namespace, document: object, *parts: str) -> None:
    if args.json:
        print_json(document)
    else:
        _show("\n".join(part for part in parts if part))


def _show(text: str) -> None:
    if text:
        print(text, flush=True)


def _end(done: Applied) -> str:
    if not done.changes:
        return f"nothing to change; {plural(done.declared, 'thing')} declared"
    return f"{plural(len(done.changes), 'change')} {'done' if done.is_done else 'to do; nothing was changed'}"


# -- what changes --------------------------------------------------------------------------------------------------

_MARKS = {"add": "+", "change": "~", "archive": "-", "revive": "+", "move": ">", "join": ">"}
_COLOURS: dict[str, Style] = {
    "add": "green",
    "change": "yellow",
    "archive": "red",
    "revive": "green",
    "move": "yellow",
    "join": "yellow",
}


def _diff(args: argparse.Namespace, done: Applied) -> str:
    paint = Paint.on(sys.stdout, args.color)
    return "\n".join(_lines(change, paint) for change in done.changes)


def _lines(change: Change, paint: Paint) -> str:
    lines = [paint(f"{_MARKS[change.action]} {_title(change)}", _COLOURS[change.action])]
    if change.action in {"add", "change", "revive"}:
        width = max((len(key) for key, *_ in change.details), default=0)
        lines += [f"    {key:<{width}} {_values(before, after)}" for key, before, after in change.details]
    return "\n".join(lines)


def _title(change: Change) -> str:
    kind = change.kind.replace("_", " ")
    if change.action in {"move", "join"}:
        said = {key: after for key, _, after in change.details}
        how = "moves to" if change.action == "move" else "becomes one with that of"
        return f"the history of {change.name} ({plural(said['runs'], 'run')}) {how} {said['to']}"
    if change.kind == "policy":
        return "policy"
    extra = {"archive": " is archived", "revive": " comes back"}
    return f"{kind} {change.name}{extra.get(change.action, '')}"


def _values(before: object, after: object) -> str:
    if before is None:
        return toml_value(after)
    return f"{toml_value(before)} -> {'nothing' if after is None else toml_value(after)}"


_ACTIONS: dict[str, Callable[[argparse.Namespace, Desk], int]] = {
    "check": _check,
    "apply": _apply,
    "export": _export,
    "schema": _schema,
}
