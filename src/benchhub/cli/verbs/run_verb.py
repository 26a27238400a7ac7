"""`bh run`: run tests and benchmarks, and keep every result."""

import argparse
import os
import sys

from benchhub.cli import exit_codes
from benchhub.cli.choosing import add_choosing, add_running, choose
from benchhub.cli.desk import Desk
from benchhub.cli.parser import step_s

SAMPLE_EVERY_S = 0.25

EPILOG = """\
Patterns are relative to this folder. A folder means its own package, as for Go; ... adds those below: `:gobench` and
`.` are this package alone, `...:gobench`, `...` and no pattern at all what is below too. At the folder of a go.mod or
of a bh.toml a target is whole: `//:gobench` is every package of the module.

Files that a tool leaves in the tree make later runs dirty, on lines of their own, until they are removed or ignored:
`-- -cpuprofile cpu.out` leaves cpu.out, and Go its test binary, NAME.test, beside it.

While it runs, standard error shows how it goes: on a terminal a status line and what fails, else a line for each run
that ended. A program's own output (`bh run -- CMD`) is shown in its first run; -v shows all output of all runs.

--json prints one object, docs/reference/parse.md: exit_code, runs, failed_targets.

examples:
  bh run                              everything below this folder
  bh run //sort:gobench --runs 10     one build, ten processes: ten runs
  bh run :gobench -- -count 3         with flags of the tool
  bh run --runs 20 -- ./prog -n 10    any program
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    add_choosing(parser)
    add_running(parser)
    measuring = parser.add_argument_group("measuring")
    measuring.add_argument(
        "--measure",
        choices=["instructions"],
        help="also count instructions, in callgrind: exact, and 10 to 50 times slower; compared with their like only",
    )
    measuring.add_argument(
        "--sample-every",
        metavar="S",
        type=step_s,
        default=SAMPLE_EVERY_S,
        help="look at CPU time and memory every S seconds while it runs (default: %(default)s; 0: never)",
    )
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("-v", "--verbose", action="store_true", help="show all that the tools print, as it comes")
    shown.add_argument("-q", "--quiet", action="store_true", help="show only the end, and what went wrong")


def run(args: argparse.Namespace) -> int:
    """Run what was chosen; the exit code says how it went."""
    with Desk.open(args) as desk:
        chosen, arguments = choose(args, desk)
        from benchhub.probes.group import enter_soon  # noqa: PLC0415 -- loaded when it is used

        enter_soon()
        # Loaded late, that git is asked early.
        from benchhub.cli.colour import Paint  # noqa: PLC0415
        from benchhub.cli.progress import progress_on  # noqa: PLC0415
        from benchhub.cli.run_printer import RunPrinter  # noqa: PLC0415
        from benchhub.flows.run_target import RunRequest, run_targets  # noqa: PLC0415
        from benchhub.plugin.contract import Measuring  # noqa: PLC0415

        desk.recover()
        request = RunRequest(
            mask=desk.mask,
            environ=os.environ,
            scratch=desk.scratch,
            spool=desk.spool,
            runs=args.runs,
            arguments=arguments,
            timeout_s=args.timeout,
            argv=desk.argv,
            measuring=Measuring(args.sample_every or None, instructions=args.measure == "instructions"),
        )
        with progress_on(
            expect=desk.expected,
            is_json=args.json,
            is_verbose=args.verbose,
            is_quiet=args.quiet,
            colour=args.color,
        ) as progress:
            printer = RunPrinter(progress, Paint.on(sys.stdout, args.color))
            try:
                run_targets(
                    chosen,
                    request,
                    frameworks=desk.frameworks,
                    runtime=desk.runtime,
                    database=desk.keeper,
                    watcher=printer,
                )
            except KeyboardInterrupt:
                printer.is_interrupted = True
        if args.json:
            printer.print_json()
        else:
            printer.print_results(desk.previous_values(printer.finished))
        has_anything = printer.finished or printer.failed or printer.is_interrupted
        return printer.exit_code if has_anything else exit_codes.NOTHING_RAN
