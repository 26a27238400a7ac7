"""`bh import FILE…`: output that was made elsewhere becomes a run like any other."""

import argparse
import shutil
import sys
from pathlib import Path

import msgspec

from benchhub.cli.desk import Desk
from benchhub.cli.run_printer import RunPrinter
from benchhub.cli.run_results import first_line
from benchhub.errors import UserError
from benchhub.flows.events import RunFinished
from benchhub.flows.import_files import import_files
from benchhub.model.place import Cell, Target
from benchhub.model.report import Body
from benchhub.workspace.label import checked_name, parse_params

SEEN_CHARACTERS_MAX = 100

EPILOG = """\
All files of one call are one run: result file, standard output, standard error; a directory stands for its files.
Machine and revision are not assumed to be these here, since numbers of an unknown machine must not lie on this
machine's line; --here says that they are. The exit code says whether the run was kept, not how its tests went.

--json prints the object of `bh run --json`.

examples:
  go test -json -bench . ./... > out.jsonl; bh import --here out.jsonl
  bh import ci-artifacts/run-7/ --name nightly
  bh import big.txt --framework gobench -p size=1000000
  ssh board ./bench.test -test.bench . | bh import -
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE|DIR|-",
        help="the output of one run: files, a directory of them, or - for standard input",
    )
    parser.add_argument("--framework", metavar="NAME", help="who reads it (default: recognised by content)")
    parser.add_argument("--name", metavar="NAME", help="of the target that it belongs to (default: the framework's)")
    parser.add_argument(
        "-p", "--param", action="append", default=[], metavar="AXIS=VALUE", help="a parameter of every case; repeatable"
    )
    parser.add_argument(
        "--here", action="store_true", help="it was made on this machine, at the revision that is checked out"
    )


def run(args: argparse.Namespace) -> int:
    """Keep the files as one run and say what they hold."""
    params = {axis: values[-1] for axis, values in parse_params(args.param).items()}
    with Desk.open(args) as desk:
        if args.framework:
            from benchhub.plugin.registry import framework  # noqa: PLC0415 -- loaded when it is used

            framework(args.framework)  # Says what is known when this is not.
        name = "" if args.name is None else checked_name(args.name)
        target = Target(name=name, dir="", framework=args.framework or "")
        chosen = msgspec.structs.replace(desk.choose_command(target, ()), cell=Cell(params, params))
        report, collected = import_files(
            [_standard_input(desk.scratch) if name == "-" else Path(name) for name in args.files],
            chosen,
            desk.frameworks,
            framework=args.framework,
            argv=desk.argv,
            is_from_here=args.here,
        )
        if not collected.is_understood:
            what = f"`{report.envelope.framework.name}` finds no test and no benchmark in there{_seen(collected.body)}"
            raise UserError(what, hint="`bh parse` says what it makes of each line; --framework chooses another reader")
        run_id = desk.keeper().keep(report)
        printer = RunPrinter()
        printer.finished.append(RunFinished(report, collected, 1, 1, run_id))
        if args.json:
            printer.print_json()
        else:
            printer.print_results(desk.previous_values(printer.finished))
    return 0


def _standard_input(scratch: Path) -> Path:
    """Return a file with what comes in: raw bytes are kept, and for that they lie in files."""
    path = scratch / "stdin"
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return path


def _seen(body: Body) -> str:
    """Return the first complaint of the reader, in one line."""
    said = [f"{problem.kind}: {problem.text}" for problem in body.problems[-1:]]
    said += [f"line {unread.line}: {unread.why}: {unread.text}" for unread in body.unread[:1]]
    return f"; it saw {first_line(said[0])[:SEEN_CHARACTERS_MAX]!r}" if said else ""
