"""What the tests of the command line share."""

from pathlib import Path

import pytest
from bh_shell import Shell


@pytest.fixture
def bh(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Run 1 to 3 of a program that ends well, then run 4 of one that fails; to be looked at only."""
    shell = Shell(tmp_path_factory.mktemp("kept"))
    said = "echo to-stdout; echo to-stderr >&2"
    assert shell("run", "--runs", "3", "--name", "good", "--", "sh", "-c", said).code == 0
    assert shell("run", "--name", "bad", "--", "sh", "-c", "echo broken >&2; exit 3").code == 1
    return shell
