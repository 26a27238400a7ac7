"""`bh sql` on a terminal: one question after the other, with completion, history, and Ctrl-C for one that is too long.

Lines are edited by readline, from the standard library; without it they can still be typed.
"""

import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, redirect_stdout
from functools import cache
from io import StringIO
from typing import Any, cast

from benchhub.cli.fit import cut, width
from benchhub.cli.human import human_seconds, plural
from benchhub.cli.line_editing import Editor
from benchhub.cli.names import names_in, nearest_of
from benchhub.cli.sql_completion import COMMANDS, Known, completions
from benchhub.cli.table import FORMATS, Format, print_table
from benchhub.cli.terminal import columns_of
from benchhub.errors import BenchHubError, UserError
from benchhub.store.database import Database
from benchhub.store.query import functions_of, is_complete, relations_of, run_sql, statements_in
from benchhub.store.reference import tables, views

PROMPT, PROMPT_MORE = "bh> ", "...> "

HELP = """\
A question ends with ; and may have many lines. TAB completes views, columns, functions, and names between quotes.
Ctrl-C cancels a question or what is typed, Ctrl-D leaves.

.tables              views and tables
.schema VIEW         its columns, with their types and what they mean
.mode FORMAT         table, json, csv or md
.timer [on|off]      say how long each question took
.wide [on|off]       show rows whole that are wider than the terminal
.help                this
.quit                leave"""


class SqlShell:
    """Asks for questions and prints the answers until somebody leaves.

    Args:
        database: For reading.
        values: Of the ``:names`` in questions.
        form: How answers are printed at first.
        editor: Where lines come from.
    """

    def __init__(self, database: Database, values: Mapping[str, Any], form: Format, editor: Editor) -> None:
        self._database = database
        self._values = dict(values)
        self._form = form
        self._editor = editor
        self._is_timed = False
        self._is_wide = False
        self._lines: list[str] = []
        self._commands: dict[str, Callable[[str], None]] = {
            ".help": lambda _: print(HELP),
            ".tables": lambda _: self._print_relations(),
            ".schema": self._print_columns,
            ".mode": self._set_mode,
            ".timer": self._set_timer,
            ".wide": self._set_wide,
        }

    def run(self) -> None:
        """Go on until Ctrl-D or ``.quit``; no error ends it."""
        print(f"{self._database.name}, read-only; .help helps, .quit leaves")
        self._editor.complete_with(self._completions)
        while True:
            try:
                line = self._editor.ask(PROMPT_MORE if self._lines else PROMPT)
            except EOFError:
                print()
                return
            except KeyboardInterrupt:
                print()
                self._lines.clear()
                continue
            if not self._lines and line.strip() in {".quit", ".exit"}:
                return
            try:
                self._take(line)
            except KeyboardInterrupt:
                _say("cancelled")
            except BenchHubError as error:
                _say(error.what)
                if error.hint:
                    _say(f"    {error.hint}")

    def _take(self, line: str) -> None:
        """Take a line: a command, or a part of a question, which is answered when it is whole."""
        if not self._lines and line.strip().startswith("."):
            self._editor.remember(line)
            self._command(line.strip())
            return
        if not self._lines and not line.strip():
            return
        self._lines.append(line)
        text = "\n".join(self._lines)
        if not is_complete(text):
            return
        self._lines.clear()
        self._editor.remember(text)
        for _, question in statements_in(text):
            self._answer(question)

    def _answer(self, question: str) -> None:
        started = time.perf_counter()
        named = {name: value for name, value in self._values.items() if f":{name}" in question}
        answer = run_sql(self._database, question, named)
        with closing(cast("Generator[Sequence[Any]]", answer.rows)) as rows:
            count = self._print(answer.columns, rows)
        if self._is_timed:
            print(f"{plural(count, 'row')} in {human_seconds(time.perf_counter() - started)}")

    def _print(self, columns: Sequence[str], rows: "Generator[Sequence[Any]]") -> int:
        """Print an answer; a table is cut where the terminal ends, so that rows stay lines."""
        if self._form != "table" or self._is_wide:
            return print_table(columns, rows, self._form)
        text = StringIO()
        with redirect_stdout(text):
            count = print_table(columns, rows, "table")
        room = columns_of(sys.stdout)
        lines = text.getvalue().splitlines()
        for line in lines:
            print(cut(line, room))
        if any(width(line) > room for line in lines):
            _say("… cut to fit; .wide on shows rows whole, .mode json tells them column by column")
        return count

    # -- commands ------------------------------------------------------------------------------------------------

    def _command(self, line: str) -> None:
        name, _, word = line.partition(" ")
        if name not in self._commands:
            what = f"no command `{name}`"
            raise UserError(what, hint=nearest_of(name, COMMANDS))
        self._commands[name](word.strip().rstrip(";"))

    def _print_relations(self) -> None:
        docs = {one.name: one for one in (*views(), *tables())}
        rows = [
            (name, docs[name].kind if name in docs else "view or table", docs[name].doc if name in docs else "")
            for name in relations_of(self._database)
        ]
        print_table(("name", "kind", "what"), rows, "table")

    def _print_columns(self, relation: str) -> None:
        relations = relations_of(self._database)
        if relation not in relations:
            what = f"no view or table `{relation}`" if relation else "of which view?"
            raise UserError(what, hint=nearest_of(relation, relations))
        docs = {
            column.name: column.doc for one in (*views(), *tables()) if one.name == relation for column in one.columns
        }
        rows = [(name, type_, docs.get(name, "")) for name, type_ in relations[relation]]
        print_table(("column", "type", "what"), rows, "table")

    def _set_mode(self, word: str) -> None:
        forms = {str(form): form for form in FORMATS}
        if word not in forms:
            what = f"no format `{word}`" if word else f"the format is {self._form}"
            raise UserError(what, hint=f"there are {', '.join(FORMATS)}")
        self._form = forms[word]

    def _set_timer(self, word: str) -> None:
        self._is_timed = _switched(word, is_on=self._is_timed)

    def _set_wide(self, word: str) -> None:
        self._is_wide = _switched(word, is_on=self._is_wide)

    # -- completion ----------------------------------------------------------------------------------------------

    def _completions(self, line: str, word: str) -> list[str]:
        return completions("\n".join(self._lines), line, word, self._known(), modes=FORMATS)

    def _known(self) -> Known:
        return _known(self._database)


@cache
def _known(database: Database) -> Known:
    columns = {name: [column for column, _ in found] for name, found in relations_of(database).items()}

    @cache
    def names(column: str) -> list[str]:
        places = [_NAMES[column]] if column in _NAMES else [_NAMES[name] for name in _ASKED]
        return [name for view, of in places for name in names_in(database, view, of)]

    return Known(columns, functions_of(database), names)


_NAMES = {
    **{name: ("benchmarks", name) for name in ("benchmark", "suite", "metric", "unit", "param_text", "framework")},
    **{name: ("runs", name) for name in ("project", "target", "branch", "machine", "toolchain", "status", "user_name")},
    "test": ("tests", "test"),
}
_ASKED = ("benchmark", "metric", "project", "test")
"""Names that a text may be when no column stands before it, or one that we know nothing of."""


def _switched(word: str, *, is_on: bool) -> bool:
    if word not in {"", "on", "off"}:
        what = f"`{word}` is neither on nor off"
        raise UserError(what)
    return word == "on" if word else not is_on


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
