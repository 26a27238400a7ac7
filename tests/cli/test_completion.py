"""Completion: in a real bash, what the key would offer; and the line that bash hands over, taken apart."""

import os
import pty
import select
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bh_shell import Shell
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchhub.cli.completion.line import Line, as_bash_takes_it, split_line
from benchhub.cli.entry import VERBS

BREAKS = " \t\n\"'@><=;|&(:"
"""``COMP_WORDBREAKS`` of an interactive bash."""

BIN = Path(sys.executable).parent


def environ(bh: Shell) -> dict[str, str]:
    return {**bh.env, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "TERM": "dumb", "PS1": "$ "}


def offered(bh: Shell, line: str) -> list[str]:
    """Return what bash is given by the function that it calls for ``line`` with the cursor at its end."""
    script = f"""
        source <(bh completion bash)
        [[ $(complete -p bh) == "complete -F _bh bh" ]] || exit 9
        compopt() {{ echo "compopt $*"; }}  # bash allows it only while the key is pressed
        COMP_WORDBREAKS={shlex.quote(BREAKS)}
        COMP_LINE={shlex.quote(line)} COMP_POINT={len(line)}
        _bh bh
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", script], cwd=bh.work, env=environ(bh), capture_output=True, check=True, text=True
    )
    assert done.stderr == ""
    return [word for word in done.stdout.split("\n") if word]


CONFIG = """\
[target.sleep]
use = "command"
with = { argv = ["sleep", "{seconds}"] }
[target.sleep.matrix]
seconds = [0, 1]
[suite]
slow = [":sleep"]
"""


@pytest.fixture
def place(bh: Shell) -> Shell:
    """Return a folder with a target, a suite, and one below it."""
    (bh.work / "bh.toml").write_text(CONFIG)
    (bh.work / "deep").mkdir()
    (bh.work / "deep" / "bh.toml").write_text('[target.echo]\nuse = "command"\nwith = { argv = ["echo"] }\n')
    return bh


@pytest.fixture(scope="module")
def looked(kept: Shell) -> Shell:
    """Return a shell with four runs, on which nobody writes."""
    return kept


def test_verbs_and_what_begins_like_them(bh: Shell) -> None:
    assert offered(bh, "bh ") == [*VERBS, "help"]
    assert offered(bh, "bh ru") == ["run", "runs"]
    assert offered(bh, "bh help ru") == ["run", "runs"]
    assert offered(bh, "bh --db other.db --json ru") == ["run", "runs"]
    assert offered(bh, "BH_DB=x bh ru") == ["run", "runs"]
    assert offered(bh, "bh --color=never ru") == ["run", "runs"]
    assert offered(bh, "bh --color al") == ["always"]
    assert offered(bh, "bh --color=al") == ["always"]
    assert offered(bh, "bh --js") == ["--json"]


def test_options_come_from_the_parser_of_the_verb(bh: Shell) -> None:
    assert {"--json", "--cells", "--skip", "--param"} < set(offered(bh, "bh list --"))
    assert "--cells" not in offered(bh, "bh list --cells --"), "once is enough"
    assert "--skip" in offered(bh, "bh list --skip x --"), "that one may be repeated"
    assert offered(bh, "bh runs --status fa") == ["failed"]
    assert offered(bh, "bh runs --status=fa") == ["failed"], "bash breaks the word at the equals sign"
    assert offered(bh, "bh db ch") == ["check"]
    assert offered(bh, "bh parse --framework go") == ["gobench", "gotest"]
    assert offered(bh, "bh config privacy.e") == ["privacy.email"]


def test_targets_are_offered_by_label_and_as_seen_from_here(place: Shell) -> None:
    assert set(offered(place, "bh run /")) == {"//:sleep", "//deep:echo", "//:slow"}
    assert offered(place, "bh run //deep:") == ["echo"], "bash breaks the word at the colon"
    assert set(offered(place, "bh explain :sl")) == {"sleep", "slow"}
    assert set(offered(place, "bh list ")) == {":sleep", ":slow", "deep:echo"}
    assert offered(place.below("deep"), "bh run ") == [":echo"]
    assert set(offered(place, "bh run --skip :sl")) == {"sleep", "slow"}


def test_axes_and_their_values(place: Shell) -> None:
    assert offered(place, "bh run -p ") == ["seconds=0", "seconds=1"]
    assert offered(place, "bh run --param seconds=") == ["0", "1"]


def test_a_key_of_an_option_is_not_at_its_end(bh: Shell) -> None:
    assert offered(bh, "bh run --with bencht") == ["compopt -o nospace", "benchtime="]


def test_files_are_left_to_bash(bh: Shell) -> None:
    for line in ("bh parse ", "bh import out", "bh --db ", "bh runs --db ", "bh run -- ./pr"):
        assert offered(bh, line) == ["compopt -o default"], line


def test_runs_cases_and_views_come_from_the_database(looked: Shell) -> None:
    assert offered(looked, "bh show ") == ["latest", "4", "3", "2", "1"]
    assert offered(looked, "bh log 4 b") == ["bad"]
    assert {"bad", "good"} <= set(offered(looked, "bh history "))
    assert offered(looked, 'bh sql "SELECT * FROM late') == ["SELECT * FROM latest"]
    assert offered(looked, "bh export --view uni") == []
    assert offered(looked, "bh export --view late") == ["latest"]
    assert offered(looked, "bh export --benchmark go") == ["good"]
    assert offered(looked, "bh runs --target //:g") == ["good"]
    assert offered(looked, "bh history good --metric user_") == ["user_time"]
    assert offered(looked, f"bh --db {looked.db} show 4") == ["4"]


def test_nothing_is_offered_where_nothing_is_known(bh: Shell) -> None:
    for line in ("bh history ", "bh frobnicate ", "bh run --runs ", "bh runs x ", "bh help run "):
        assert [word for word in offered(bh, line) if not word.startswith("-")] == [], line


@pytest.mark.parametrize("text", ["= broken", "[target.x]\nuse = 'nobody'\n"])
def test_a_broken_configuration_or_database_is_no_noise(bh: Shell, text: str) -> None:
    (bh.work / "bh.toml").write_text(text)
    bh.db.parent.mkdir()
    bh.db.write_bytes(b"no database")
    assert offered(bh, "bh run ") == []
    assert offered(bh, "bh history ") == []


def test_completing_writes_nothing(bh: Shell) -> None:
    offered(bh, "bh show ")
    assert not bh.db.parent.exists()


def test_the_other_shells_are_given_what_a_word_means(looked: Shell) -> None:
    assert looked("_complete", "words", "ru").out.splitlines()[0] == f"run\t{VERBS['run']}"
    assert looked("_complete", "words", "show", "4").out.startswith("4\t//:bad failed ")
    assert looked("_complete", "words", "parse", "").out == "\tfiles\n"
    for odd in ((), ("bash",), ("words",), ("no-such-shell", "x")):
        done = looked("_complete", *odd)
        assert (done.code, done.out, done.err) == (0, "", "")


def test_scripts_are_printed_for_three_shells(bh: Shell) -> None:
    for shell in ("bash", "zsh", "fish"):
        done = bh("completion", shell)
        assert done.code == 0
        assert "_complete" in done.out
        assert bh("completion", shell, "--json").json == {"shell": shell, "script": done.out}
    assert bh("completion", "csh").code == 2


@pytest.mark.slow
def test_the_key_completes_in_a_terminal(place: Shell) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(place.work)
        os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"], environ(place))  # noqa: S606
    try:
        os.write(terminal, b"bind 'set enable-bracketed-paste off'; source <(bh completion bash); echo rea''dy\n")
        assert b"ready" in until(terminal, b"ready\r\n")
        os.write(terminal, b"bh lis\t//deep:\t--js\t")
        assert b"bh list //deep:echo --json" in until(terminal, b"--json")
        os.write(terminal, b"\n")
        assert b'"label":"//deep:echo"' in until(terminal, b"]")
    finally:
        os.write(terminal, b"\nexit\n")
        os.close(terminal)
        os.waitpid(pid, 0)


def until(terminal: int, wanted: bytes) -> bytes:
    """Return what the terminal shows until ``wanted`` is there; gives up after a minute."""
    seen = b""
    deadline = time.monotonic() + 60
    while wanted not in seen and time.monotonic() < deadline:
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 4096)
    return seen


def test_a_line_is_split_as_bash_splits_it() -> None:
    assert split_line('bh run  a\\ b \'c d\' "e\\"f" g') == Line(["bh", "run", "a b", "c d", 'e"f'], "g", "")
    assert split_line("bh show ") == Line(["bh", "show"], "", "")
    assert split_line('bh sql "SELECT 1') == Line(["bh", "sql"], "SELECT 1", '"')
    assert split_line("bh ''") == Line(["bh"], "", "")
    assert split_line("A=1 B=2 bh x") == Line(["bh"], "x", "")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(min_size=1), min_size=1))
def test_words_that_were_quoted_come_back(words: list[str]) -> None:
    line = split_line("bh " + " ".join(map(shlex.quote, words)) + " ")
    assert line.words == ["bh", *words]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text("ab :=/{},$'\"\\`é", max_size=8), st.text("ab :=/{},$'\"\\`é", max_size=8))
def test_what_bash_puts_in_makes_the_word_again(beginning: str, rest: str) -> None:
    candidate = beginning + rest
    typed = "bh " + "".join(f"\\{char}" if not char.isalnum() and char not in ":=/" else char for char in beginning)
    line = split_line(typed)
    if line.current != beginning:
        return  # Nothing was typed yet.
    put = as_bash_takes_it(candidate, line, BREAKS)
    kept = max((typed.rfind(char) for char in ":="), default=-1)
    whole = (typed[: kept + 1] if kept > 2 else "bh ") + put
    assert split_line(whole + " ").words[1:] in ([candidate], [])
