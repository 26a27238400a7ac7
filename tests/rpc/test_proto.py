"""The messages: well-formed, what is generated from them is current, and old programs go on understanding them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERATED = Path("src/benchhub/rpc/v1")
FROM_THIS_PYTHON = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def buf(*words: str | Path, at: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["buf", *words], cwd=at, env=FROM_THIS_PYTHON, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the messages, to change something in it."""
    shutil.copytree(ROOT / "proto", tmp_path / "proto")
    for name in ("buf.yaml", "buf.gen.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def change(copy: Path, old: str, new: str) -> None:
    file = copy / "proto/benchhub/rpc/v1/report.proto"
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def test_the_messages_follow_the_rules_and_every_field_says_what_it_means() -> None:
    assert buf("lint").stdout == ""


def test_a_field_without_a_comment_is_found(copy: Path) -> None:
    change(copy, "  // As printed, finite.\n", "")
    assert "said_value" in buf("lint", at=copy).stdout


def test_the_generated_code_is_current(copy: Path) -> None:
    done = buf("generate", at=copy)
    assert done.returncode == 0, done.stderr
    written = {file.name: file.read_bytes() for file in (copy / GENERATED).iterdir()}
    kept = {file.name: file.read_bytes() for file in (ROOT / GENERATED).glob("*_*.py*") if file.name != "__init__.py"}
    assert kept.keys() == written.keys()
    assert not {name for name in kept if kept[name] != written[name]}, "`make proto` writes it"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  double said_value = 4;", "  float said_value = 4;"),
        ("  string statistic = 3;", "  string statistic = 6;"),
        ("  string statistic = 3;", "  string name = 3;"),
    ],
    ids=["type", "number", "name"],
)
def test_a_change_that_old_programs_do_not_understand_is_found(copy: Path, old: str, new: str) -> None:
    change(copy, old, new)
    done = buf("breaking", "--against", ROOT, at=copy)
    assert done.returncode == 100
    assert "Statistic" in done.stdout


def test_old_programs_understand_what_main_does_not_have_yet(tmp_path: Path) -> None:
    main = _main_branch()
    files = ["proto", "buf.yaml"]
    packed = (
        subprocess.run(["git", "archive", main, *files], cwd=ROOT, capture_output=True, check=False) if main else None
    )
    if packed is None or packed.returncode:
        return  # A copy without history, or one from before there were messages: nobody speaks an older language.
    subprocess.run(["tar", "-x"], cwd=tmp_path, input=packed.stdout, check=True)
    assert buf("breaking", "--against", tmp_path).stdout == ""


def _main_branch() -> str | None:
    for name in ("origin/main", "main"):
        asked = subprocess.run(["git", "rev-parse", "-q", "--verify", name], cwd=ROOT, capture_output=True, check=False)
        if asked.returncode == 0:
            return name
    return None
