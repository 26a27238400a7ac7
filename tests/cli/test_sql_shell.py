"""`bh sql` on a real terminal: keys are pressed, and what is shown is read."""

import contextlib
import os
import pty
import re
import select
import subprocess
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bh_shell import Shell
from hypothesis import given
from hypothesis import strategies as st

from benchhub.store.query import is_complete, statements_in

PATIENCE_S = 60.0
ENDLESS = "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t) SELECT max(i) FROM t;"


class Terminal:
    """A `bh` on a terminal of 80 columns."""

    def __init__(self, shell: Shell, *words: str) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (40, 80))
        self.process = subprocess.Popen(
            shell.argv(*words),
            cwd=shell.work,
            env={**shell.env, "TERM": "xterm", "INPUTRC": "/dev/null"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            # Whose first terminal this is controls it, so that Ctrl-C arrives.
            preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # noqa: PLW1509 -- tests have one thread
        )
        os.close(theirs)
        self._unread = ""

    def press(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def until(self, pattern: str, patience_s: float = PATIENCE_S) -> str:
        """Return all that was shown up to ``pattern``, a regular expression, and forget it."""
        deadline = time.monotonic() + patience_s
        while (found := re.search(pattern, self._unread)) is None:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._ours], [], [], left)[0]:
                what = f"{pattern!r} was not shown, but {self._unread!r}"
                raise TimeoutError(what)
            try:
                self._unread += os.read(self._ours, 65536).decode()
            except OSError as error:  # It has ended.
                what = f"ended before {pattern!r}: {self._unread!r}"
                raise EOFError(what) from error
        shown, self._unread = self._unread[: found.end()], self._unread[found.end() :]
        return re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", shown).replace("\r\n", "\n")

    def ask(self, text: str) -> str:
        """Type a line and return what is shown until the next prompt."""
        self.press(text + "\r")
        return self.until(r"(bh|\.\.)> $")

    def close(self) -> int:
        """Wait for its end, and return its exit code."""
        with contextlib.suppress(EOFError):
            self.until(r"\Z(?!)")
        os.close(self._ours)
        return self.process.wait()


@pytest.fixture
def terminal(kept: Shell) -> Iterator[Terminal]:
    opened = Terminal(kept, "sql")
    opened.until("bh> ")
    yield opened
    opened.press("\x04")
    opened.close()


def test_questions_are_answered_one_after_the_other(terminal: Terminal) -> None:
    assert "run_id\n     4\n" in terminal.ask("SELECT max(run_id) AS run_id FROM runs;")
    assert "\na  b\n1  2\n" in terminal.ask("SELECT 1 AS a, 2 AS b;")


def test_a_question_ends_with_its_semicolon(terminal: Terminal) -> None:
    assert terminal.ask("SELECT ';' AS x,").endswith("...> ")
    assert terminal.ask("2 AS y -- ;").endswith("...> ")
    assert "x  y\n;  2\n" in terminal.ask(";")


def test_tab_completes_views_and_names_in_the_database(terminal: Terminal) -> None:
    terminal.press("SELECT count(*) AS c FROM resu\t WHERE benchmark = 'goo\t AND metric = 'ti\t AND run_id = 1;\r")
    shown = terminal.until(r"bh> $")
    assert "FROM results WHERE benchmark = 'good' AND metric = 'time' AND run_id = 1;" in shown
    assert "c\n1\n" in shown


def test_a_mistake_is_told_and_the_next_question_answered(terminal: Terminal) -> None:
    assert "did you mean `runs`?" in terminal.ask("SELECT * FROM rusn;")
    assert "only questions are answered here" in terminal.ask("DELETE FROM run;")
    assert "no command `.tabels`\n    did you mean `.tables`?" in terminal.ask(".tabels")
    assert "x\n1\n" in terminal.ask("SELECT 1 AS x;")


def test_ctrl_c_cancels_a_long_question_and_not_the_session(terminal: Terminal) -> None:
    for attempt in range(1, 30):
        terminal.press(ENDLESS + "\r")
        # Pressed too early, it takes back what is typed, and nothing is cancelled: then a little later.
        time.sleep(0.1 * attempt)
        terminal.press("\x03")
        try:
            terminal.until(r"cancelled[\s\S]*bh> $", 2.0)
        except TimeoutError:
            continue
        break
    assert "x\n1\n" in terminal.ask("SELECT 1 AS x;")


def test_ctrl_c_takes_back_what_is_typed(terminal: Terminal) -> None:
    assert terminal.ask("SELECT nonsense,").endswith("...> ")
    terminal.press("more nonsense\x03")
    terminal.until(r"\nbh> $")
    assert "x\n1\n" in terminal.ask("SELECT 1 AS x;")


def test_ctrl_d_and_quit_leave(kept: Shell) -> None:
    for keys in ("\x04", ".quit\r", ".exit\r"):
        opened = Terminal(kept, "sql")
        opened.until("bh> ")
        opened.press(keys)
        assert opened.close() == 0


def test_commands_show_what_there_is_and_how_it_is_shown(terminal: Terminal) -> None:
    tables = terminal.ask(".tables")
    assert re.search(r"\nresults +view +One row per run, case and metric", tables)
    assert re.search(r"\nmeasurement +table ", tables)
    assert re.search(r"\nstarted_at +TIMESTAMP +Start", terminal.ask(".schema runs"))
    assert "did you mean `runs`?" in terminal.ask(".schema rnus")
    terminal.ask(".mode json")
    assert '{"x":1}' in terminal.ask("SELECT 1 AS x;")
    assert "there are table, json, csv, md" in terminal.ask(".mode xml")
    terminal.ask(".mode csv")
    terminal.ask(".timer on")
    assert re.search(r"x\n1\n1 row in [\d.]+m?s\n", terminal.ask("SELECT 1 AS x;"))
    assert ".schema VIEW" in terminal.ask(".help")


def test_a_wide_table_is_cut_with_a_hint_and_shown_whole_when_asked(terminal: Terminal) -> None:
    question = "SELECT hex(zeroblob(30)) AS a, hex(zeroblob(30)) AS b;"
    shown = terminal.ask(question)
    assert ".wide on shows rows whole" in shown
    assert all(len(line) <= 80 for line in shown.splitlines()[1:-1])
    terminal.ask(".wide on")
    assert f"{'0' * 60}  {'0' * 60}\n" in terminal.ask(question)


def test_what_was_asked_is_remembered_the_next_time(bh: Shell) -> None:
    bh("run", "--", "true")
    opened = Terminal(bh, "sql")
    opened.until("bh> ")
    opened.ask("SELECT 7")
    opened.ask("AS seven;")
    opened.press("\x04")
    opened.close()
    history = Path(bh.env["HOME"], ".local/state/benchhub/sql_history")
    assert history.stat().st_mode & 0o077 == 0
    again = Terminal(bh, "sql")
    again.until("bh> ")
    again.press("\x1b[A\r")  # Up.
    assert again.until("bh> $").startswith("SELECT 7 AS seven;\nseven\n    7\n")
    again.press("\x04")
    assert again.close() == 0


def test_a_format_of_the_command_line_is_the_first_one(kept: Shell) -> None:
    opened = Terminal(kept, "sql", "--json", "-v", "n=5")
    opened.until("bh> ")
    assert '{"x":5}' in opened.ask("SELECT :n AS x;")
    opened.press("\x04")
    opened.close()


def test_several_questions_come_from_a_file_or_a_pipe(kept: Shell, tmp_path: Path) -> None:
    script = tmp_path / "questions.sql"
    script.write_text("-- the first\nSELECT 1 AS a;\n\nSELECT ';' AS b, :n AS n\n")
    told = "a\n1\n\nb,n\n;,5\n"
    assert kept("sql", "-f", str(script), "--format", "csv", "-v", "n=5").out == told
    assert kept("sql", "--format", "csv", "-v", "n=5", stdin=script.read_bytes()).out == told
    assert kept("sql", "SELECT 1 AS a; SELECT 2 AS a;", "--format", "csv").out == "a\n1\n\na\n2\n"


def test_a_mistake_in_a_script_is_told_with_its_line(kept: Shell, tmp_path: Path) -> None:
    script = tmp_path / "questions.sql"
    script.write_text("SELECT 1 AS a;\n\n  -- then\nSELECT foo\nFROM runs;\n")
    done = kept("sql", "-f", str(script))
    assert done.code == 2
    assert done.out == "a\n1\n\n"
    assert f"at {script}:3" in done.err
    assert kept("sql", "-f", str(tmp_path / "missing.sql")).code == 2
    assert kept("sql", "SELECT 1", "-f", str(script)).code == 2
    script.write_text("-- nothing\n;")
    assert "no question" in kept("sql", "-f", str(script)).err


@given(
    st.lists(
        st.sampled_from(["SELECT 1", "SELECT ';'", "SELECT 2 -- ;\n", '/* ; */ SELECT "a;b"', "SELECT\n'\n'"]),
        max_size=6,
    )
)
def test_a_script_falls_into_its_statements(statements: list[str]) -> None:
    script = ";\n".join(statements)
    found = list(statements_in(script))
    texts = [text.removesuffix(";").strip() for _, text in found[:-1]] + [text for _, text in found[-1:]]
    assert texts == [one.strip() for one in statements]
    lines = script.splitlines()
    for line, text in found:
        assert lines[line - 1].lstrip().startswith(text.splitlines()[0].rstrip(";"))
    assert all(is_complete(text) for _, text in found[:-1])
