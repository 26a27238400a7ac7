"""`bh log`: the output of a run as it was, or the lines of one of its cases."""

import argparse
import sys
from collections.abc import Iterator

from benchhub.cli.desk import Desk
from benchhub.cli.names import nearest_of
from benchhub.cli.table import print_table
from benchhub.errors import NothingMatchedError, UserError
from benchhub.flows.read_log import lines_of, names_case, ordered, read_log, stream_again
from benchhub.flows.spool import READ_KINDS, service_log
from benchhub.model.record import LogLine
from benchhub.model.report import ArtifactRef, Report
from benchhub.plugin.contract import Framework
from benchhub.store.database import Database
from benchhub.store.find import find_run, names_of_run
from benchhub.store.ingest import load_report

EPILOG = """\
Standard output goes to standard output and standard error to standard error. Output of `go test -json` is shown as the
text that the tests printed; --raw and --stream print the bytes as they were.

--json prints an array of lines: stream, suite, case, text.

examples:
  bh log                           the newest run
  bh log 12 TestParse              one test and its parts
  bh log -2 --stream stderr        standard error of the run before
  bh log 12 --raw > out.jsonl
  bh log 12 --service db           what the service `db` wrote
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument(
        "run", nargs="?", default="latest", metavar="RUN", help="latest (default), -2, a number, the beginning of a uid"
    )
    parser.add_argument("case", nargs="?", metavar="CASE", help="only the lines of this test or benchmark")
    parser.add_argument("--stream", metavar="NAME", help="only stdout, stderr, or a result file; as it was")
    parser.add_argument("--service", metavar="NAME", help="only what this service wrote")
    parser.add_argument("--raw", action="store_true", help="the bytes as they were, also of JSON output")


def run(args: argparse.Namespace) -> int:
    """Print the output."""
    if args.service:
        if args.stream:
            what = "--service NAME is one stream: --stream cannot be another"
            raise UserError(what)
        args.stream = service_log(args.service)
    if args.case and (args.raw or args.stream):
        what = "CASE is found by reading the output; --raw, --stream and --service do not read it"
        raise UserError(what)
    with Desk.open(args) as desk:
        database = desk.database()
        found = find_run(database, args.run)
        report = load_report(database, found.report_id)
        name = report.envelope.framework.name
        if args.case and not any(names_case(args.case, case) for case in report.catalog.cases):
            # Output says what the tool said: who asks by today's name means the old one.
            args.case = names_of_run(database, found.run_id, report).as_said(args.case)
        if args.json:
            lines = _chosen_lines(database, report, desk.frameworks[name], args.case)
            print_table(("stream", "suite", "case", "text"), map(_cells, lines), "json")
        elif args.case:
            _print_lines(_chosen_lines(database, report, desk.frameworks[name], args.case))
        elif args.stream or args.raw or not _is_coded(desk.frameworks.get(name)):
            _print_bytes(database, report, args.stream)
        else:
            _print_lines(read_log(database, report, desk.frameworks[name]))
    return 0


def _is_coded(framework: Framework | None) -> bool:
    """Tell whether the raw output is made for programs; what nobody here can read is shown as it is."""
    return framework is not None and "json" in framework.format


def _chosen_lines(database: Database, report: Report, framework: Framework, case: str | None) -> Iterator[LogLine]:
    lines = read_log(database, report, framework)
    if case is None:
        yield from lines
        return
    found = lines_of(lines, case)
    first = next(found, None)
    if first is None:
        raise _no_case(report, case, read_log(database, report, framework))
    yield first
    yield from found


def _no_case(report: Report, word: str, lines: Iterator[LogLine]) -> NothingMatchedError:
    if any(names_case(word, case) for case in report.catalog.cases):
        if all(line.case is None for line in lines):
            what = "this output does not tell which case printed what"
            return NothingMatchedError(what, hint="without CASE, all of it is printed")
        return NothingMatchedError(f"`{word}` printed nothing in this run")
    names = (case.said_name or case.name for case in report.catalog.cases)
    return NothingMatchedError(f"no case `{word}` in this run", hint=nearest_of(word, names))


def _print_lines(lines: Iterator[LogLine]) -> None:
    for line in lines:
        print(line.text, file=sys.stderr if line.stream == "stderr" else sys.stdout)


def _cells(line: LogLine) -> tuple[str | None, ...]:
    if line.case is None:
        return (line.stream, None, None, line.text)
    return (line.stream, line.case.suite, line.case.said_name or line.case.name, line.text)


def _print_bytes(database: Database, report: Report, stream: str | None) -> None:
    for artifact in _chosen_artifacts(report, stream):
        out = sys.stderr if artifact.name == "stderr" and not stream else sys.stdout
        out.flush()
        for chunk in stream_again(database, artifact).open():
            out.buffer.write(chunk)
        out.buffer.flush()


def _chosen_artifacts(report: Report, stream: str | None) -> list[ArtifactRef]:
    artifacts = ordered(report.artifacts)
    if stream is None:
        return [artifact for artifact in artifacts if artifact.kind in READ_KINDS]
    chosen = [artifact for artifact in artifacts if artifact.name == stream]
    if not chosen and stream not in {"stdout", "stderr"}:
        names = ", ".join(f"`{artifact.name}`" for artifact in artifacts) or "nothing at all"
        what = f"this run left no `{stream}`"
        raise NothingMatchedError(what, hint=f"it left {names}")
    return chosen
