"""`bh completion`: a script that teaches a shell the words of `bh`."""

import argparse
from importlib.resources import files

from benchhub.cli import exit_codes

SCRIPTS = {"bash": "bash.sh", "zsh": "zsh.sh", "fish": "fish.fish"}

EPILOG = """\
Completes verbs, options, labels of targets, axes, run numbers, names of cases, views, metrics and projects: what this
folder and the database know when the key is pressed.

--json prints one object: shell, script.

examples:
  source <(bh completion bash)     in ~/.bashrc
  source <(bh completion zsh)      in ~/.zshrc, behind compinit
  bh completion fish > ~/.config/fish/completions/bh.fish
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("shell", choices=tuple(SCRIPTS), help="for which shell")


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    script = (files("benchhub.cli.completion") / SCRIPTS[args.shell]).read_text(encoding="utf-8")
    if args.json:
        import json  # noqa: PLC0415 -- for this alone

        print(json.dumps({"shell": args.shell, "script": script}))
    else:
        print(script, end="")
    return exit_codes.OK
