"""What the example's script prints is what a person would paste."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "examples" / "try.sh"

SAY_WORDS = f"""\
#!{sys.executable}
import json, os, sys
with open(os.environ["TOLD"], "a") as told:
    told.write(json.dumps([os.getcwd(), os.environ["BH_DB"], *sys.argv[1:]]) + "\\n")
"""


@pytest.mark.parametrize("place", ["bin", 'a "place" with $HOME'])
def test_the_commands_of_the_try_can_be_pasted(tmp_path: Path, place: str) -> None:
    programs = tmp_path / place
    programs.mkdir()
    (programs / "bh").write_text(SAY_WORDS)
    (programs / "bh").chmod(0o755)
    env = {"PATH": os.environ["PATH"], "BH_DB": str(programs / "bench.db")}

    def told_by(name: str, *argv: str, stdin: str, **more: str) -> tuple[str, str]:
        told = tmp_path / name
        done = subprocess.run(
            argv, input=stdin, env={**env, **more, "TOLD": str(told)}, check=True, capture_output=True, text=True
        )
        return done.stdout, told.read_text()

    printed, meant = told_by("meant", "sh", str(SCRIPT), str(programs), stdin="")
    commands = printed.partition("\nAsk on")[0].replace("\n$ ", "\n").removeprefix("$ ")
    _, pasted = told_by("pasted", "sh", "-eu", stdin=commands, BH_DB="nowhere")
    assert len(meant.splitlines()) > 3
    assert pasted == meant
