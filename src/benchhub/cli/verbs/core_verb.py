"""`bh core`: the team server, and what its operator does."""

import argparse
import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from benchhub.cli import exit_codes
from benchhub.cli.desk import Desk
from benchhub.cli.human import plural
from benchhub.cli.pipes import print_json
from benchhub.errors import ToolError, UserError

if TYPE_CHECKING:
    from benchhub.server.checks import Checked
    from benchhub.server.core import Listening

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8585
PORT_MAX = 65_535

_OPTIONS: dict[str, dict[str, object]] = {
    "serve": {"host": DEFAULT_HOST, "port": DEFAULT_PORT, "url": None, "registry": None, "verbose": False},
    "reproject": {"reread": False, "framework": None},
}
"""The options of each action, and what they are when nobody says."""

EPILOG = """\
actions:
  serve        check the database and answer requests until Ctrl-C or SIGTERM; what is under way is finished
  check        the checks alone: reachable, version, writable, migrated, room, frameworks; 4 when one fails
  reproject    make all tables again from the reports, also while a server runs; with --reread, the reports again
               from the raw bytes

The database is a file or `postgresql://user@host/name`. The first start makes a token that opens everything and writes
it into a private file, where the same person's bh finds it; `bh token create` makes others. Logs go to standard error,
one JSON object a line.

--json prints, one object a line: each check (name, state, what, hint), then url, port, database, token_file once the
server answers; reports, reread, complaints of reproject.

examples:
  bh core serve
  bh core serve --db postgresql://benchhub@db.example.com/benchhub --host 0.0.0.0 --url https://bench.example.com
  bh core serve --registry /etc/benchhub/registry
  bh core check
  bh core reproject --framework gobench
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("action", choices=tuple(_ACTIONS), help="what to do")
    parser.add_argument(
        "--host", default=DEFAULT_HOST, help=f"serve: the address to listen on (default: {DEFAULT_HOST}, this machine)"
    )
    parser.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help=f"serve: the port, 0 for a free one (default: {DEFAULT_PORT})"
    )
    parser.add_argument("--url", metavar="URL", help="serve: where people reach it, when a proxy stands before it")
    parser.add_argument(
        "--registry", metavar="DIR", help="serve: who and what it knows, applied now and when it changes"
    )
    parser.add_argument("--verbose", "-v", action="store_true", help="serve: log every request")
    parser.add_argument("--reread", action="store_true", help="reproject: read the raw output again first")
    parser.add_argument("--framework", metavar="NAME", help="reproject: only runs of this framework")


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    for action, options in _OPTIONS.items():
        for option, default in options.items():
            if getattr(args, option) != default and args.action != action:
                what = f"--{option} is for `bh core {action}`"
                raise UserError(what)
    if args.url is not None and not args.url.startswith(("http://", "https://")):
        what = f"`{args.url}` is no address of a server"
        raise UserError(what, hint="such as https://bench.example.com")
    with Desk.open(args) as desk:
        return _ACTIONS[args.action](args, desk)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > PORT_MAX:
        what = f"`{text}` is no port: a number from 0 to {PORT_MAX}"
        raise argparse.ArgumentTypeError(what)
    return int(text)


def _serve(args: argparse.Namespace, desk: Desk) -> int:
    _need_server()
    from benchhub.server.core import Wishes, run_core  # noqa: PLC0415 -- for this action alone
    from benchhub.workspace.settings import state_folder  # noqa: PLC0415

    wishes = Wishes(
        place=desk.database_place,
        host=args.host,
        port=args.port,
        url=args.url,
        state=Path(state_folder(os.environ)),
        is_verbose=args.verbose,
        registry=None if args.registry is None else Path(args.registry),
    )
    run_core(
        wishes,
        desk.frameworks,
        desk.person,
        tell=lambda checked: _tell_checked(args, checked, is_brief=True),
        when_listening=lambda listening: _tell_listening(args, listening),
    )
    return exit_codes.OK


def _check(args: argparse.Namespace, desk: Desk) -> int:
    """Print what was looked at; 4 when something keeps a server from starting."""
    _need_server()
    from benchhub.server.checks import check_database, check_frameworks  # noqa: PLC0415

    place = desk.database_place
    code = exit_codes.OK
    for checked in check_database(place):
        _tell_checked(args, checked)
        code = exit_codes.NOT_KEPT if checked.state == "problem" else code
    if code == exit_codes.OK:
        for checked in check_frameworks(place, desk.frameworks)[1]:
            _tell_checked(args, checked)
    return code


def _reproject(args: argparse.Namespace, desk: Desk) -> int:
    """Make the tables again and print what was left as it was; 4 when something was."""
    from benchhub.flows.reproject import reproject  # noqa: PLC0415
    from benchhub.store.database import open_database  # noqa: PLC0415

    if args.framework:
        desk.frameworks[args.framework]  # Says what is known when this is not.
    installed = {name: framework.tables for name, framework in desk.frameworks.items()}
    with open_database(desk.database_place) as database:
        done = reproject(
            database, desk.frameworks, framework=args.framework, is_reread=args.reread, installed=installed
        )
    if args.json:
        print_json(done)
    else:
        print("\n".join(done.complaints), end="\n" if done.complaints else "")
        reread = f", {done.reread} read again" if args.reread else ""
        print(f"{plural(done.reports, 'run')} projected{reread}")
    return exit_codes.NOT_KEPT if done.complaint_count else exit_codes.OK


def _need_server() -> None:
    """Say what to install when the server's libraries are not there."""
    missing = [
        name for name in ("connectrpc", "httptools", "prometheus_client", "starlette", "uvicorn") if not _has(name)
    ]
    if missing:
        what = f"`bh core serve` needs the server's libraries: {', '.join(missing)}"
        raise ToolError(what, hint="pip install 'benchhub[server]'")


def _has(module: str) -> bool:
    return find_spec(module) is not None


def _tell_checked(args: argparse.Namespace, checked: "Checked", *, is_brief: bool = False) -> None:
    """Print a check; a server that starts tells people only what is not as it should be."""
    if args.json:
        print_json(checked)
    elif checked.state != "ok" or not is_brief:
        stream = sys.stderr if is_brief else sys.stdout
        if not (is_brief and checked.state == "problem"):  # Which is told as the error that it is.
            print(f"{checked.state:<8}{checked.what}", file=stream)
            if checked.hint:
                print(f"        {checked.hint}", file=stream)


def _tell_listening(args: argparse.Namespace, listening: "Listening") -> None:
    if args.json:
        print_json(listening)
        return
    print(f"bh core serves {listening.database} at {listening.url} · elsewhere: BH_SERVER={listening.url}")
    if listening.token_file:
        print(f"the token that opens everything: {listening.token_file}")
    sys.stdout.flush()


_ACTIONS: dict[str, Callable[[argparse.Namespace, Desk], int]] = {
    "serve": _serve,
    "check": _check,
    "reproject": _reproject,
}
