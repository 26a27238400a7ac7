"""The words that choose targets, shared by `run`, `list` and `explain`."""

import argparse
import os
from typing import TYPE_CHECKING, Any

from benchhub.cli.desk import Desk
from benchhub.cli.parser import count, seconds
from benchhub.errors import UserError
from benchhub.model.place import Target
from benchhub.workspace.label import checked_name, name_from

if TYPE_CHECKING:
    from benchhub.flows.run_target import Chosen


def add_choosing(parser: argparse.ArgumentParser) -> None:
    """Declare the words that choose."""
    parser.add_argument(
        "patterns",
        nargs="*",
        metavar="PATTERN",
        help="//path:name, :name, path, //path/..., //:name{axis=value}; default: everything below this folder",
    )
    parser.add_argument("--skip", action="append", default=[], metavar="PATTERN", help="leave these out; repeatable")
    parser.add_argument(
        "-p", "--param", action="append", default=[], metavar="AXIS=VALUE", help="only these cells; repeatable"
    )


def add_running(parser: argparse.ArgumentParser) -> None:
    """Declare the words that say how to run."""
    parser.add_argument("--runs", type=count, metavar="N", help="runs of each cell: processes, built once")
    parser.add_argument(
        "--with",
        dest="options",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="an option of the framework, as in `with` of bh.toml; repeatable",
    )
    parser.add_argument("--timeout", type=seconds, metavar="SECONDS", help="end each program after this long")
    parser.add_argument("--name", help="of the target of `bh run -- CMD` (default: the program's name)")


def choose(args: argparse.Namespace, desk: Desk, *, learn: bool = True) -> "tuple[list[Chosen], tuple[str, ...]]":
    """Return the cells that the words choose, and the arguments for the tool.

    Words after ``--`` are a program of its own when no pattern stands before them, else arguments for the tool.
    """
    after = tuple(args.after or ())
    options = _options(getattr(args, "options", []))
    if args.after is not None and not args.patterns:
        if not after:
            what = "nothing stands after `--`"
            raise UserError(what, hint="bh run -- CMD ARG…")
        if after[0].startswith("-"):
            what = f"`{after[0]}` is no program"
            raise UserError(what, hint=f"flags for a tool follow what is to be run: bh run . -- {after[0]}")
        name = getattr(args, "name", None)
        # Other arguments make another case, unless a person has said what this is.
        program, arguments = (after[:1], after[1:]) if name is None else (after, ())
        return [desk.choose_command(_command_target(program, name, options), after)], arguments
    return desk.choose_targets(args.patterns, skip=args.skip, params=args.param, options=options, learn=learn), after


def _command_target(argv: tuple[str, ...], name: str | None, options: dict[str, Any]) -> Target:
    return Target(
        name=name_from(os.path.basename(argv[0])) if name is None else checked_name(name),  # noqa: PTH119 -- a word
        dir="",
        framework="command",
        options={"argv": list(argv), **options},
        is_detected=True,
    )


def _options(words: list[str]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            what = f"`--with {word}` is not KEY=VALUE"
            raise UserError(what, hint="e.g. --with count=3")
        options[name] = _option_value(value)
    return options


def _option_value(text: str) -> Any:  # noqa: ANN401 -- whatever an option holds
    """Return a list or table that is written as JSON; anything else is text, which options are decoded from."""
    if text[:1] not in {"[", "{"}:
        return text
    import msgspec  # noqa: PLC0415 -- few options are lists

    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
