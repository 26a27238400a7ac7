"""`bh sql`: people's questions in SQL, answered from the read-only database."""

import argparse
import sys
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any, cast

import msgspec

from benchhub.cli.desk import Desk
from benchhub.cli.table import FORMATS, Format, print_table
from benchhub.errors import UserError
from benchhub.store.query import run_sql

EPILOG = """\
The views are the stable contract: results, history, latest, runs, tests, samples, statistics, resources, suites,
benchmarks, comparisons, contexts, problems, unread_lines, and one for each framework. docs/reference/schema.md
describes every column. Times are UTC; values are in base units (s, B, B/s).

A metric is a name with a unit: a benchmark may report a `time` of its own, so ask for unit = 's' too.

--json prints an array with an object for each row; of two columns with one name, the second is NAME_2. Numbers that
JSON does not have are the words "NaN", "Infinity" and "-Infinity".

examples:
  bh sql "SELECT benchmark, param_text, value, unit FROM results WHERE run_id = 1"
  bh sql "SELECT * FROM history WHERE benchmark = :name AND metric = 'time' AND unit = 's'" -v name=BenchmarkSort
  bh sql < question.sql
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument(
        "question", nargs="?", default="-", metavar="SQL|-", help="one SELECT; - or nothing reads standard input"
    )
    parser.add_argument("--format", choices=FORMATS, help="default: table; --json is --format json")
    parser.add_argument(
        "-v",
        "--value",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help='the value of :NAME in the question; a number is one, "1" in double quotes is text; repeatable',
    )


def run(args: argparse.Namespace) -> int:
    """Print the answer."""
    if args.json and args.format not in {None, "json"}:
        what = f"--json and --format {args.format} contradict each other"
        raise UserError(what)
    form: Format = "json" if args.json else args.format or "table"
    values = dict(_value(word) for word in args.value)
    question = _standard_input() if args.question == "-" else args.question
    try:
        question.encode()
    except UnicodeEncodeError as error:
        what = "the question is no UTF-8"
        raise UserError(what) from error
    if not question.strip():
        what = "no question"
        raise UserError(what, hint='e.g. bh sql "SELECT * FROM runs"')
    with Desk.open(args) as desk:
        answer = run_sql(desk.database(), question, values)
        # Closed before the database is, also when nobody reads on.
        with closing(cast("Generator[Sequence[Any]]", answer.rows)) as rows:
            print_table(answer.columns, rows, form)
    return 0


def _standard_input() -> str:
    if sys.stdin.isatty():
        what = "no question"
        raise UserError(what, hint='e.g. bh sql "SELECT * FROM runs"')
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        what = "the question on standard input is no UTF-8"
        raise UserError(what) from error


def _value(word: str) -> tuple[str, Any]:
    """Return name and value of ``name=value``: a JSON number, string or null is what it says, the rest is text."""
    name, equals, text = word.partition("=")
    if not equals or not name:
        what = f"`-v {word}` is not NAME=VALUE"
        raise UserError(what, hint="e.g. -v name=BenchmarkSort, for :name in the question")
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        value = text
    return name.lstrip(":"), value if isinstance(value, (int, float, str)) or value is None else text
