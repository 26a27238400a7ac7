"""Starting is part of every measurement: no verb loads what only others need."""

import json
import re
import subprocess
import sys

import pytest
from bh_shell import Shell

NEVER = {
    "asyncio",
    "alembic",
    "sqlalchemy",
    "unittest",
    "hypothesis",
    "pydoc",
    "inspect",
    "importlib.metadata",
    "socket",
}


SAFE = {"PYTHONSAFEPATH": "1"}
"""As the installed `bh` is started: without the current directory, which changed a moment ago, on the path."""


def loaded(shell: Shell, *words: str) -> set[str]:
    """Return the modules that a verb loads."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *shell.argv(*words)[1:]],
        cwd=shell.work,
        env=SAFE | shell.env,
        capture_output=True,
        check=True,
        text=True,
    )
    return set(re.findall(r"^import time: +\d+ \| +\d+ \| +(\S+)$", done.stderr, re.MULTILINE))


@pytest.mark.parametrize(
    ("words", "unneeded"),
    [
        (("--version",), {"argparse", "msgspec", "sqlite3", "benchhub.errors"}),
        (("--help",), {"argparse", "msgspec", "sqlite3", "benchhub.errors"}),
        (("db", "path"), {"sqlite3", "zstandard", "benchhub.frameworks", "benchhub.workspace.opening"}),
        (("sql", "SELECT 1"), {"benchhub.frameworks", "benchhub.runtimes", "benchhub.workspace.opening", "difflib"}),
        (("runs",), {"benchhub.frameworks", "benchhub.runtimes", "benchhub.workspace.opening"}),
        (("show", "1"), {"benchhub.frameworks", "benchhub.runtimes", "benchhub.workspace.opening"}),
        (("history", "good"), {"benchhub.frameworks", "benchhub.runtimes", "benchhub.workspace.opening"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_verb_loads_only_what_it_needs(kept: Shell, words: tuple[str, ...], unneeded: set[str]) -> None:
    modules = loaded(kept, *words)
    assert "benchhub.cli.entry" in modules
    assert not modules & (NEVER | unneeded)


def test_listing_loads_neither_a_reader_nor_the_store(bh: Shell) -> None:
    (bh.work / "go.mod").write_text("module example.com/small\n\ngo 1.21\n")
    (bh.work / "small_test.go").write_text('package small\n\nimport "testing"\n\nfunc TestOne(t *testing.T) {}\n')
    assert "//:gotest" in bh("list", env=SAFE).out
    modules = loaded(bh, "list")
    assert "benchhub.frameworks.go.detection" in modules
    unneeded = {"benchhub.frameworks.go.reader", "benchhub.store", "sqlite3", "zstandard", "benchhub.cli.run_printer"}
    assert not modules & (NEVER | unneeded)


WATCHER = """
import json, sys
def listen(name, arguments):
    if name == "subprocess.Popen" and arguments[0] == "true":
        with open(sys.argv[1], "w") as file:
            json.dump(sorted(sys.modules), file)
sys.addaudithook(listen)
from benchhub.cli.entry import main
sys.exit(main(sys.argv[2:]))
"""


def test_what_keeps_a_run_is_loaded_after_the_program_ended(bh: Shell) -> None:
    """A program begins its life in our memory: the less there is, the smaller a peak can be told from ours."""
    heard = bh.work.parent / "heard.json"
    words = ("run", "--", "true")
    assert bh(*words, env=SAFE).code == 0
    subprocess.run(
        [sys.executable, "-c", WATCHER, str(heard), *words],
        cwd=bh.work,
        env=SAFE | bh.env,
        check=True,
        capture_output=True,
    )
    modules = set(json.loads(heard.read_text()))
    assert {"benchhub.flows.run_target", "benchhub.runtimes.shell"} <= modules
    assert not modules & (NEVER | {"benchhub.store", "sqlite3", "zstandard", "benchhub.frameworks.go"})


def test_running_loads_no_more_than_running_needs(bh: Shell) -> None:
    bh("run", "--", "true", env=SAFE)  # Which plug-ins there are is looked up once, and kept.
    modules = loaded(bh, "run", "--", "true")
    assert "benchhub.flows.run_target" in modules
    unneeded = {"benchhub.store.query", "benchhub.store.check", "benchhub.frameworks.go", "hashlib", "_lzma"}
    assert not modules & (NEVER | unneeded)
