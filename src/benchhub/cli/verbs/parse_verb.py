"""`bh parse FILE…`: read output and print what it says."""

import argparse
import sys
from pathlib import Path

from benchhub.cli.human import human, human_seconds, plural
from benchhub.cli.pipes import print_json
from benchhub.cli.run_results import first_line
from benchhub.cli.table import print_filled
from benchhub.flows.parse_output import Parsed, ParsedCase, parse_streams, streams_of
from benchhub.plugin.contract import Stream
from benchhub.plugin.registry import frameworks

EPILOG = """\
The output is recognised by its content. The exit code says whether it could be read, not how its tests went.

--json prints one object, docs/reference/parse.md.

examples:
  go test -json ./... | bh parse - --json
  bh parse out.jsonl stderr.txt        result file and standard error of one run
  bh parse ci-artifacts/run-7/         all files of a directory are one run
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE|DIR|-",
        help="the files of one run (result file, stdout, stderr), a directory of them, or - for standard input",
    )
    parser.add_argument("--framework", metavar="NAME", help="who reads them (default: recognised by content)")


def run(args: argparse.Namespace) -> int:
    """Print the documented object, or a summary for eyes."""
    streams: list[Stream] = []
    for name in args.files:
        streams += [_standard_input()] if name == "-" else streams_of([Path(name)])
    if args.framework:
        from benchhub.plugin.registry import framework  # noqa: PLC0415 -- loaded when it is used

        framework(args.framework)  # Says what is known when this is not.
    parsed = parse_streams(streams, frameworks(), framework=args.framework)
    if args.json:
        print_json(parsed)
    else:
        _print_summary(parsed)
    return 0


def _standard_input() -> Stream:
    return Stream.of_bytes("stdin", sys.stdin.buffer.read())


def _print_summary(parsed: Parsed) -> None:
    print(f"{parsed.framework}: {parsed.run_status}, {plural(len(parsed.cases), 'case')}")
    for key, value in parsed.context.items():
        if isinstance(value, str):
            print(f"  {key}: {value}")
    print()
    columns = ("suite", "case", "status", "metric", "value", "n", "duration")
    print_filled(columns, _rows(parsed.cases))
    for problem in parsed.problems:
        print(f"problem: {problem.kind} at {problem.where}: {first_line(problem.text)}")
    for unread in parsed.unread:
        print(f"unread: {unread.stream}:{unread.line}: {unread.why}: {unread.text[:80]!r}")


def _rows(cases: list[ParsedCase]) -> list[tuple[object, ...]]:
    """Return a row for each metric; what is said of the case stands in the first."""
    rows: list[tuple[object, ...]] = []
    for case in cases:
        heading: tuple[object, ...] = (case.suite, case.said_name, case.status)
        duration = human_seconds(case.duration_s)
        if not case.measurements:
            rows.append((*heading, "", "", None, duration))
        for m in case.measurements:
            value = human(m.value, m.unit) if isinstance(m.value, float | int) else str(m.value)
            rows.append((*heading, m.metric, value, m.n, duration))
            heading, duration = ("", "", ""), ""
    return rows
