"""`bh log`: the output of a run as it was, or the lines of one of its cases."""

import argparse
import sys
from collections.abc import Iterator

from benchhub.cli.desk import Desk
from benchhub.cli.table import print_table
from benchhub.errors import NothingMatchedError, UserError
from benchhub.flows.read_log import is_said_by, ordered, read_log, stream_again
from benchhub.model.record import LogLine
from benchhub.model.report import ArtifactRef, Report
from benchhub.plugin.contract import Framework
from benchhub.store.database import Database
from benchhub.store.find import find_run
from benchhub.store.ingest import load_report

NAMES_SHOWN_MAX = 6

EPILOG = """\
Standard output goes to standard output and standard error to standard error. Output of `go test -json` is shown as the
text that the tests printed; --raw and --stream print the bytes as they were.

--json prints an array of lines: stream, suite, case, text.

examples:
  bh log                           the newest run
  bh log 12 TestParse              one test and its parts
  bh log -2 --stream stderr        standard error of the run before
  bh log 12 --raw > out.jsonl
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument(
        "run", nargs="?", default="latest", metavar="RUN", help="latest (default), -2, a number, the beginning of a uid"
    )
    parser.add_argument("case", nargs="?", metavar="CASE", help="only the lines of this test or benchmark")
    parser.add_argument("--stream", metavar="NAME", help="only stdout, stderr, or a result file; as it was")
    parser.add_argument("--raw", action="store_true", help="the bytes as they were, also of JSON output")


def run(args: argparse.Namespace) -> int:
    """Print the output."""
    if args.case and (args.raw or args.stream):
        what = "CASE is found by reading the output; --raw and --stream do not read it"
        raise UserError(what)
    with Desk.open(args) as desk:
        database = desk.database()
        found = find_run(database, args.run)
        report = load_report(database, found.report_id)
        name = report.envelope.framework.name
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
    count = told = 0
    for line in read_log(database, report, framework):
        told += line.case is not None
        if case is None or is_said_by(line, case):
            count += 1
            yield line
    if case is not None and not count:
        raise _no_case(report, case, is_told=told > 0)


def _no_case(report: Report, word: str, *, is_told: bool) -> NothingMatchedError:
    import difflib  # noqa: PLC0415 -- for mistakes only

    names = list(dict.fromkeys(case.said_name or case.name for case in report.catalog.cases))
    if any(is_said_by(LogLine(case, "", ""), word) for case in report.catalog.cases):
        if not is_told:
            what = "this output does not tell which case printed what"
            return NothingMatchedError(what, hint="without CASE, all of it is printed")
        return NothingMatchedError(f"`{word}` printed nothing in this run")
    near = difflib.get_close_matches(word, names, n=1)
    shown = ", ".join(f"`{name}`" for name in names[:NAMES_SHOWN_MAX])
    hint = f"did you mean `{near[0]}`?" if near else f"its cases are {shown}{', …' * (len(names) > NAMES_SHOWN_MAX)}"
    return NothingMatchedError(f"no case `{word}` in this run", hint=hint if names else None)


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
        return artifacts
    chosen = [artifact for artifact in artifacts if artifact.name == stream]
    if not chosen and stream not in {"stdout", "stderr"}:
        names = ", ".join(f"`{artifact.name}`" for artifact in artifacts) or "nothing at all"
        what = f"this run left no `{stream}`"
        raise NothingMatchedError(what, hint=f"it left {names}")
    return chosen
