"""The door: words before and behind the verb, help, mistakes, encodings, readers who leave."""

import os
import subprocess

import pytest
from bh_shell import Shell

from benchhub.cli.entry import VERBS


def test_the_version_is_told(bh: Shell) -> None:
    from benchhub import __version__  # noqa: PLC0415

    assert bh("--version").out == f"bh {__version__}\n"


def test_nothing_at_all_gives_the_overview_and_2(bh: Shell) -> None:
    done = bh()
    assert (done.code, done.out) == (2, "")
    assert all(f"  {verb} " in done.err for verb in VERBS)
    assert bh("--help").code == 0


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(bh: Shell, verb: str) -> None:
    asked = bh(verb, "--help")
    assert asked.code == 0
    assert asked.out.startswith(f"usage: bh {verb} ")
    assert bh("help", verb).out == asked.out


def test_common_words_may_stand_before_the_verb(kept: Shell) -> None:
    assert kept("--json", "runs").json == kept("runs", "--json").json
    assert kept("--db", str(kept.db), "db", "path").out == f"{kept.db}\n"
    assert kept(f"--db={kept.db}", "db", "path").out == f"{kept.db}\n"


@pytest.mark.parametrize(
    "words",
    [
        ("runs",),
        ("show",),
        ("log",),
        ("history", "good"),
        ("sql", "SELECT 1"),
        ("db", "path"),
        ("db", "check"),
        ("explain", "--", "true"),
        ("list", "--", "true"),
    ],
    ids=" ".join,
)
def test_with_json_standard_output_is_json_and_nothing_else(kept: Shell, words: tuple[str, ...]) -> None:
    done = kept("--json", *words)
    assert done.code == 0, done.err
    assert done.json


def test_a_mistyped_verb_is_told_with_the_nearest(bh: Shell) -> None:
    done = bh("histroy")
    assert done.code == 2
    assert done.err == "bh: no verb `histroy`\n    did you mean `bh history`?\n"


def test_a_mistyped_option_is_told_with_the_nearest(bh: Shell) -> None:
    done = bh("runs", "--cuont", "3")
    assert done.code == 2
    assert "did you mean `--count`?" in done.err
    assert len(done.err.splitlines()) <= 6


def test_debug_shows_where_an_error_comes_from(kept: Shell) -> None:
    assert "Traceback" not in kept("show", "99").err
    assert "Traceback" in kept("show", "99", "--debug").err


def test_a_reader_who_leaves_is_no_error(kept: Shell) -> None:
    question = "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 200000) SELECT * FROM t"
    process = subprocess.Popen(
        kept.argv("sql", question, "--format", "csv"),
        cwd=kept.work,
        env=kept.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == b"i\n"
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_output_is_utf8_whatever_the_locale_says(kept: Shell, encoding: str) -> None:
    odd = {"PYTHONIOENCODING": encoding, "LC_ALL": "C", "PYTHONUTF8": "0"}
    question = "SELECT 'µ ± 漢' AS x".encode()
    assert kept("sql", env=odd, stdin=question).out == "x\nµ ± 漢\n"
    assert kept("sql", "--json", env=odd, stdin=question).json == [{"x": "µ ± 漢"}]
    assert kept("run", "--help", env=odd).code == 0


def test_a_word_that_is_no_text_is_refused_in_words(bh: Shell) -> None:
    done = subprocess.run(
        [*map(os.fsencode, bh.argv("run", "--", "echo")), b"\xff"],
        cwd=bh.work,
        env=bh.env,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"is no UTF-8" in done.stderr
    assert b"Traceback" not in done.stderr
