"""Starting is part of every measurement: no verb loads what only others need."""

import re
import subprocess
import sys

import pytest
from bh_shell import Shell

NEVER = {"asyncio", "alembic", "sqlalchemy", "unittest", "hypothesis", "pydoc", "inspect", "importlib.metadata"}


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


def test_running_loads_no_more_than_running_needs(bh: Shell) -> None:
    bh("run", "--", "true", env=SAFE)  # Which plug-ins there are is looked up once, and kept.
    modules = loaded(bh, "run", "--", "true")
    assert "benchhub.flows.run_target" in modules
    assert not modules & (NEVER | {"benchhub.store.query", "benchhub.store.check", "benchhub.frameworks.go"})
