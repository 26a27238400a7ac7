"""`bh new-framework`: a package that teaches `bh` a tool, to start from."""

import argparse
import shlex
import sys
from pathlib import Path

from benchhub.cli import exit_codes
from benchhub.cli.desk import Desk
from benchhub.cli.human import plural
from benchhub.cli.pipes import print_json
from benchhub.flows.new_framework import EXAMPLE, Package, draft_framework, write_framework

EPILOG = """\
Writes a package of its own: pyproject.toml with the entry point by which bh finds it, a reader that reads an example
output, tests with the promises that every framework keeps, a README that says what to change first. It works as it is.

--json prints one object: name, folder, files, install (the command that installs it beside this bh).

examples:
  bh new-framework mytool          into ./benchhub-mytool
  bh new-framework mytool plugin   into ./plugin
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("name", metavar="NAME", help="of the framework, as in labels and in `use`")
    parser.add_argument("folder", nargs="?", metavar="DIR", help="a new or empty folder (default: benchhub-NAME)")


def run(args: argparse.Namespace) -> int:
    """Write the package and say what to type next."""
    folder = Path(f"benchhub-{args.name}" if args.folder is None else args.folder)
    with Desk.open(args) as desk:
        package = draft_framework(args.name, folder, taken=desk.frameworks.names)
    write_framework(package)
    # Into the environment that this `bh` is in: elsewhere it would not be found.
    install = [sys.executable, "-m", "pip", "install", "--editable", f"{package.folder}[test]"]
    if args.json:
        document = {
            "name": args.name,
            "folder": str(folder.absolute()),
            "files": list(package.texts),
            "install": install,
        }
        print_json(document)
    else:
        _tell(package, install)
    return exit_codes.OK


def _tell(package: Package, install: list[str]) -> None:
    folder = shlex.quote(package.folder)
    print(f"wrote {package.folder}: {plural(len(package.texts), 'file')}; next:")
    print(f"  {shlex.join(install)}")
    print(f"  {shlex.quote(sys.executable)} -m pytest {folder}")
    print(f"  bh parse {shlex.quote(f'{package.folder}/{EXAMPLE}')}")
    print(f"  {folder}/README.md says what to make yours first")
