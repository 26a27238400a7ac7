"""The README's tour: its commands run, and print what it says they print, but for the numbers."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stories.go_place import REPOSITORY, Place

pytestmark = pytest.mark.slow

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NUMBER = re.compile(r"[-+±]?\d[\d.]*(?:e-?\d+)?%?")
_UNIT = re.compile(r"# ?(?:ns|µs|ms|s|[KMG]i?B|[kMG]?B)\b")
LEFT_OUT = "…"


def steps() -> list[tuple[str, list[str]]]:
    """Return each command of the tour with the lines that it prints, those left out not counted."""
    found: list[tuple[str, list[str]]] = []
    for block in _BLOCK.findall(README):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            while command.count('"') % 2:
                command, lines = f"{command}\n{lines[0]}", lines[1:]
            found.append((command, [line for line in lines if line.strip() not in {"", LEFT_OUT}]))
    return found


def masked(line: str) -> str:
    """Return a line without its numbers: another machine has others."""
    return " ".join(_UNIT.sub("#", _NUMBER.sub("#", line)).split())


def test_the_tour_prints_what_it_says(tmp_path: Path) -> None:
    place = Place(tmp_path, {})
    shutil.copytree(REPOSITORY / "examples", place.work / "examples")
    place.commit("examples")
    place.env["VIRTUAL_ENV"] = str(Path(sys.executable).parents[1])
    folder = place.work
    assert len(steps()) > 5
    for command, lines in steps():
        words = shlex.split(command)
        if words[0] == "cd":
            folder = place.work / words[1]
            continue
        assert words[0] == "bh", command
        done = subprocess.run(
            place.argv(*words[1:]), cwd=folder, env=place.env, check=False, capture_output=True, text=True
        )
        assert "Traceback" not in done.stderr
        printed = {masked(line) for line in (done.stdout + done.stderr).splitlines()}
        missing = [line for line in lines if masked(line) not in printed]
        assert not missing, f"{command}\nprinted\n{done.stdout}{done.stderr}"
