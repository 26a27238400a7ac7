"""`bh sql`: people's questions in SQL, answered from the read-only database."""

import argparse
import os
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import msgspec

from benchhub.cli.desk import Desk
from benchhub.cli.table import FORMATS, Format, print_table
from benchhub.errors import BenchHubError, UserError
from benchhub.store.database import Database
from benchhub.store.query import run_sql, statements_in

EPILOG = """\
The views are the stable contract: results, history, latest, runs, tests, samples, statistics, resources, suites,
benchmarks, comparisons, contexts, problems, unread_lines, and one for each framework. docs/reference/schema.md
describes every column. Times are UTC; values are in base units (s, B, B/s).

A metric is a name with a unit: a benchmark may report a `time` of its own, so ask for unit = 's' too.

With --server, the server that BH_SERVER names answers, else the one that you run on this machine; BH_TOKEN holds the
token, which needs the scope sql. Private projects of others are not there, and tables neither: ask the views.

Without a question, on a terminal, bh asks for one after the other: TAB completes, .help tells the rest.

--json prints an array with an object for each row; of two columns with one name, the second is NAME_2. Numbers that
JSON does not have are the words "NaN", "Infinity" and "-Infinity". Each of several questions gives an array.

examples:
  bh sql "SELECT benchmark, param_text, value, unit FROM results WHERE run_id = 1"
  bh sql "SELECT * FROM history WHERE benchmark = :name AND metric = 'time' AND unit = 's'" -v name=BenchmarkSort
  bh sql < questions.sql
  bh sql -f questions.sql --format md
  bh sql                             ask on
  BH_SERVER=https://bench.example.com bh sql --server "SELECT * FROM latest WHERE trunk"
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument(
        "question",
        nargs="?",
        metavar="SQL|-",
        help="SELECT, or several with ; between them; - reads standard input; nothing asks on a terminal",
    )
    parser.add_argument("-f", "--file", metavar="FILE", help="read the questions from a file")
    parser.add_argument(
        "--server", action="store_true", help="ask a server, over what you may see there: BH_SERVER, else your own"
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
    if args.question is None and args.file is None and sys.stdin.isatty() and sys.stdout.isatty():
        if args.server:
            raise _no_question()
        return _ask_on(args, form, values)
    source, text = _questions(args)
    questions = list(statements_in(text))
    if not questions:
        raise _no_question()
    with Desk.open(args) as desk:
        answer = _asking_server() if args.server else lambda *asked: _answer(desk.database(), *asked)
        for number, (line, question) in enumerate(questions):
            if number and form != "json":
                print()
            try:
                answer(question, values if len(questions) == 1 else _named(values, question), form)
            except BenchHubError as error:
                error.where = error.where or (f"{source}:{line}" if source and len(questions) > 1 else None)
                raise
    return 0


def _ask_on(args: argparse.Namespace, form: Format, values: dict[str, Any]) -> int:
    from benchhub.cli.line_editing import Editor  # noqa: PLC0415 -- only where somebody types
    from benchhub.cli.sql_completion import DELIMITERS  # noqa: PLC0415
    from benchhub.cli.sql_shell import SqlShell  # noqa: PLC0415
    from benchhub.workspace.settings import state_folder  # noqa: PLC0415

    editor = Editor(Path(state_folder(os.environ), "sql_history"), delimiters=DELIMITERS)
    with Desk.open(args) as desk:
        SqlShell(desk.database(), values, form, editor).run()
    return 0


def _answer(database: Database, question: str, values: dict[str, Any], form: Format) -> None:
    answer = run_sql(database, question, values)
    # Closed before the database is, also when nobody reads on.
    with closing(cast("Generator[Sequence[Any]]", answer.rows)) as rows:
        print_table(answer.columns, rows, form)


def _asking_server() -> Callable[[str, dict[str, Any], Format], None]:
    """Return what asks the server and prints its answer."""
    from benchhub.rpc.client import Client  # noqa: PLC0415 -- only who asks a server pays for it
    from benchhub.rpc.questions import ask_server  # noqa: PLC0415
    from benchhub.workspace.server_place import server_place  # noqa: PLC0415

    place = server_place(os.environ)
    client = Client(place.url, place.token)

    def answer(question: str, values: dict[str, Any], form: Format) -> None:
        told = ask_server(client, question, values)
        print_table(told.columns, told.rows, form)
        if told.is_cut:
            sys.stdout.flush()
            print(f"bh: the server sent the first {len(told.rows)} rows; there are more", file=sys.stderr)

    return answer


def _named(values: dict[str, Any], question: str) -> dict[str, Any]:
    """Return the values that a question asks for; of several questions none needs all."""
    return {name: value for name, value in values.items() if f":{name}" in question}


def _no_question() -> UserError:
    return UserError("no question", hint='e.g. bh sql "SELECT * FROM runs"')


def _questions(args: argparse.Namespace) -> tuple[str, str]:
    """Return where the questions stand, and what they are.

    Raises:
        UserError: There is none, or it cannot be read.
    """
    if args.question is not None and args.file is not None:
        what = "a question and -f contradict each other"
        raise UserError(what)
    if args.file is not None:
        return args.file, _file(Path(args.file))
    if args.question in {None, "-"}:
        return "standard input", _standard_input()
    try:
        args.question.encode()
    except UnicodeEncodeError as error:
        what = "the question is no UTF-8"
        raise UserError(what) from error
    return "", args.question


def _file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        what = f"`{path}` cannot be read: {error.strerror}"
        raise UserError(what) from error
    except UnicodeDecodeError as error:
        what = f"`{path}` is no UTF-8"
        raise UserError(what) from error


def _standard_input() -> str:
    if sys.stdin.isatty():
        raise _no_question()
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
