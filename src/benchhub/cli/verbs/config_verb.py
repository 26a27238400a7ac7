"""`bh config`: every setting that holds here, and where it comes from."""

import argparse
import os
from pathlib import Path

from benchhub.cli import exit_codes
from benchhub.cli.desk import Desk
from benchhub.cli.names import nearest_of
from benchhub.cli.pipes import print_json
from benchhub.cli.table import print_table
from benchhub.errors import UserError
from benchhub.flows.tell_settings import tell_settings
from benchhub.workspace.origin import Held

EPILOG = """\
The first that says something wins: flag, variable, bh.toml, pyproject.toml, your own file, default. What is off
anywhere is off, and lists add up; then all who said it are told. Credentials are masked.

--json prints an array with an object for each setting: key, value, origins with place and where, meaning; with KEY,
that one object; with --schema, the JSON Schema of bh.toml, for editors.

examples:
  bh config --show-origin
  bh config database               its value alone
  bh config --schema > bh.schema.json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("key", nargs="?", metavar="KEY", help="only this setting, e.g. privacy.hostname")
    parser.add_argument("--show-origin", action="store_true", help="also who said it, with file and line")
    parser.add_argument(
        "--schema", action="store_true", help="print the JSON Schema of bh.toml, with the keys of all frameworks here"
    )


def run(args: argparse.Namespace) -> int:
    """Print the settings."""
    with Desk.open(args) as desk:
        if args.schema:
            if args.key or args.show_origin:
                what = "--schema is about no setting"
                raise UserError(what, hint="bh config --schema > bh.schema.json")
            return _print_schema(desk)
        held = tell_settings(Path.cwd(), desk.settings, os.environ, desk.frameworks, database=args.db)
    chosen = held if args.key is None else [_named(args.key, held)]
    if args.json:
        print_json(chosen if args.key is None else chosen[0])
    elif args.key is not None:
        print("  ".join(_row(chosen[0], with_origin=args.show_origin)[1:]))
    else:
        columns = ("key", "value", "origin")[: 3 if args.show_origin else 2]
        print_table(columns, [_row(one, with_origin=args.show_origin) for one in chosen], "table")
    return exit_codes.OK


def _print_schema(desk: Desk) -> int:
    import json  # noqa: PLC0415 -- for this alone

    from benchhub.workspace.schema import config_schema  # noqa: PLC0415

    schema = config_schema({name: framework.options for name, framework in desk.frameworks.items()})
    print(json.dumps(schema, indent=2, ensure_ascii=False))
    return exit_codes.OK


def _named(key: str, held: list[Held]) -> Held:
    found = next((one for one in held if one.key == key), None)
    if found is None:
        what = f"no setting `{key}`"
        raise UserError(what, hint=nearest_of(key, (one.key for one in held)))
    return found


def _row(held: Held, *, with_origin: bool) -> list[str]:
    row = [held.key, _text(held.value)]
    if with_origin:
        row.append(", ".join(one.where if one.place != "default" else f"default: {one.where}" for one in held.origins))
    return row


def _text(value: str | bool | tuple[str, ...] | None) -> str:  # noqa: FBT001 -- what a setting holds
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, tuple) else value or ""
