"""`bh token`: what lets people and machines into a server."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from benchhub.cli import exit_codes
from benchhub.cli.desk import Desk
from benchhub.cli.parser import age
from benchhub.cli.pipes import print_json
from benchhub.cli.table import print_table
from benchhub.errors import UserError

if TYPE_CHECKING:
    from benchhub.rpc.client import Client

DEFAULT_SCOPES = "read,report,artifact"

EPILOG = """\
actions:
  create       make a token and print it, once: only its hash is kept
  list         the tokens that there are, newest first
  revoke       let a token open nothing any more

The database's owner does it there, whether a server runs or not. With --server the server that BH_SERVER names does,
else the one that you run on this machine: for yourself within what BH_TOKEN opens, with scope admin for everybody.

scopes:
  read         look at results
  report       send reports
  artifact     send raw output
  baseline     accept changes
  sql          ask in SQL
  jobs         run jobs
  admin        everything that is the operator's, private projects included

--json prints one object: id, token (create); an array of id, user_name, name, scopes, projects, created_at, expires_at,
revoked_at, last_used_at (list, milliseconds since 1970); id (revoke).

examples:
  bh token create laptop --db bench.db
  bh token create ci --scope report,artifact --project github.com/them/thing --expires 90d
  bh token list
  BH_SERVER=https://bench.example.com bh token create laptop --server
  bh token revoke 3f9c0a61b2de
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("action", choices=tuple(_ACTIONS), help="what to do")
    parser.add_argument("word", nargs="?", metavar="NAME|ID", help="create: what it is for; revoke: its id")
    parser.add_argument("--scope", metavar="SCOPES", help=f"create: by comma (default: {DEFAULT_SCOPES})")
    parser.add_argument(
        "--project", action="append", metavar="P", help="create: host/owner/name or host/owner/name//path alone"
    )
    parser.add_argument("--expires", type=age, metavar="AGE", help="create: after 12h, 90d, 8w or 2y; else never")
    parser.add_argument("--server", action="store_true", help="ask a server: BH_SERVER, else your own")
    parser.add_argument("--user", metavar="NAME", help="create: whose it is (default: yours, as git knows you)")


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    for option in ("scope", "project", "expires", "user"):
        if getattr(args, option) is not None and args.action != "create":
            what = f"--{option} is for `bh token create`"
            raise UserError(what)
    if (args.word is None) != (args.action == "list"):
        wants = {"create": "what it is for: bh token create laptop", "revoke": "an id: `bh token list` shows them"}
        what = f"`bh token {args.action}` " + (f"wants {wants[args.action]}" if args.word is None else "takes no word")
        raise UserError(what)
    with Desk.open(args) as desk:
        return _ACTIONS[args.action](args, desk)


def _create(args: argparse.Namespace, desk: Desk) -> int:
    scopes = [word for word in (args.scope or DEFAULT_SCOPES).replace(",", " ").split() if word]
    token_id, text = _made_by_server(args, scopes) if args.server else _made_here(args, desk, scopes)
    if args.json:
        print_json({"id": token_id, "token": text})
    else:
        print(text)
        if sys.stdout.isatty():
            print(f"token {token_id}: it is shown this once; keep it where nobody else reads", file=sys.stderr)
    return exit_codes.OK


def _made_here(args: argparse.Namespace, desk: Desk, scopes: list[str]) -> tuple[str, str]:
    from benchhub.model.circumstance import User  # noqa: PLC0415 -- each action pays for itself
    from benchhub.store.audit import record  # noqa: PLC0415
    from benchhub.store.tokens import make_token  # noqa: PLC0415

    database = desk.changing()
    made = make_token(
        database,
        User(args.user) if args.user else desk.person,
        name=args.word,
        scopes=scopes,  # type: ignore[arg-type]  # which it checks
        projects=args.project,
        expires_at_ms=None if args.expires is None else time.time_ns() // 1_000_000 + int(args.expires * 1000),
    )
    record(database, "token-made", made.id, who=None, detail={"name": args.word, "scopes": scopes})
    return made.id, made.text


def _made_by_server(args: argparse.Namespace, scopes: list[str]) -> tuple[str, str]:
    from benchhub.rpc.tokens import create_token  # noqa: PLC0415

    lifetime_s = None if args.expires is None else int(args.expires)
    return create_token(
        _client(), args.word, scopes=scopes, projects=args.project, lifetime_s=lifetime_s, user=args.user
    )


def _client() -> "Client":
    from benchhub.rpc.client import Client  # noqa: PLC0415 -- only who asks a server pays for it
    from benchhub.workspace.server_place import server_place  # noqa: PLC0415

    place = server_place(os.environ)
    return Client(place.url, place.token)


def _list(args: argparse.Namespace, desk: Desk) -> int:
    tokens = _listed_by_server() if args.server else _listed_here(desk)
    if args.json:
        print_json(tokens)
    elif not tokens:
        print("no tokens; `bh token create NAME` makes one")
    else:
        header = ("id", "user", "for", "scopes", "state", "last used (UTC)")
        print_table(header, [_row(token) for token in tokens], "table")
    return exit_codes.OK


def _listed_here(desk: Desk) -> list[dict[str, Any]]:
    from benchhub.store.tokens import list_tokens  # noqa: PLC0415

    rows = list_tokens(desk.database())
    return [{**row, "projects": row["projects"] and msgspec.json.decode(row["projects"])} for row in rows]


def _listed_by_server() -> list[dict[str, Any]]:
    from benchhub.rpc.tokens import list_tokens  # noqa: PLC0415

    return list(list_tokens(_client()))


def _row(token: dict[str, Any]) -> tuple[str, ...]:
    now_ms = time.time_ns() // 1_000_000
    state = "valid" if token["expires_at"] is None else f"until {_day(token['expires_at'])}"
    if token["expires_at"] is not None and token["expires_at"] <= now_ms:
        state = f"expired {_day(token['expires_at'])}"
    if token["revoked_at"] is not None:
        state = f"revoked {_day(token['revoked_at'])}"
    used = "never" if token["last_used_at"] is None else _moment(token["last_used_at"]).strftime("%Y-%m-%d %H:%M")
    return (token["id"], token["user_name"], token["name"], token["scopes"], state, used)


def _day(at_ms: int) -> str:
    return _moment(at_ms).strftime("%Y-%m-%d")


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _revoke(args: argparse.Namespace, desk: Desk) -> int:
    if args.server:
        from benchhub.rpc.tokens import revoke_token as revoke  # noqa: PLC0415

        revoke(_client(), args.word)
    else:
        _revoke_here(desk, args.word)
    if args.json:
        print_json({"id": args.word})
    else:
        print(f"token {args.word} opens nothing any more; a server that runs hears of it within seconds")
    return exit_codes.OK


def _revoke_here(desk: Desk, token_id: str) -> None:
    from benchhub.store.audit import record  # noqa: PLC0415
    from benchhub.store.tokens import revoke_token  # noqa: PLC0415

    database = desk.changing()
    revoke_token(database, token_id)
    record(database, "token-revoked", token_id, who=None)


_ACTIONS: dict[str, Callable[[argparse.Namespace, Desk], int]] = {
    "create": _create,
    "list": _list,
    "revoke": _revoke,
}
