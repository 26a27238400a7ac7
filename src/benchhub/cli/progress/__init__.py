"""What a person sees while targets run, all of it on standard error.

- ``on_terminal``  a status line; what failed and what programs print goes by above it
- ``in_lines``     for logs: a line for each run that ended, and a heartbeat
- ``quiet``        only what went wrong

``watched`` is the state behind the status, ``status`` its words, ``told`` chooses the output that is shown,
``screen`` draws.
"""

import os
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Protocol, Self, TextIO

from benchhub.cli.colour import Paint, Wish
from benchhub.cli.progress.watched import Expect
from benchhub.flows.events import Watcher


class Progress(Watcher, Protocol):
    """Who shows how it goes; a context manager that leaves a clean terminal."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def progress_on(  # noqa: PLR0913 -- what a person may have said
    stream: TextIO = sys.stderr,
    *,
    expect: Expect,
    is_json: bool = False,
    is_verbose: bool = False,
    is_quiet: bool = False,
    colour: Wish = "auto",
    environ: Mapping[str, str] = os.environ,
) -> Progress:
    """Return who shows it.

    Args:
        stream: Where.
        expect: What earlier runs tell; asked only where it is shown.
        is_json: A program reads standard output: nothing is drawn, and programs' output is not mixed in.
        is_verbose: Show all output.
        is_quiet: Show only what went wrong.
        colour: What ``--color`` said.
        environ: Tells the kind of terminal, and CI.
    """
    paint = Paint.on(stream, colour, environ)
    if is_quiet:
        from benchhub.cli.progress.quiet import QuietProgress  # noqa: PLC0415 -- one of three

        return QuietProgress(stream, paint)
    if not is_json and can_draw(stream, environ):
        from benchhub.cli.progress.on_terminal import TerminalProgress  # noqa: PLC0415

        return TerminalProgress(stream, paint, expect, is_verbose=is_verbose)
    from benchhub.cli.progress.in_lines import LineProgress  # noqa: PLC0415

    is_github = environ.get("GITHUB_ACTIONS") == "true"
    return LineProgress(stream, paint, is_verbose=is_verbose or is_github, is_silent=is_json, has_groups=is_github)


def can_draw(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Tell whether somebody looks at a terminal on which lines can be taken back."""
    is_ci = environ.get("CI", "").lower() not in {"", "0", "false"}
    return stream.isatty() and environ.get("TERM", "dumb") != "dumb" and not is_ci
