"""Writes docs/captures: what a person sees of `bh`, in real terminals.

::

    python -m docs.capture [DIRECTORY]      (make captures)

Each scene is played at 80 and at 200 columns (SVG, dark or light as the reader's system is), at 80 columns without
colour, and into a pipe (text). Needs Go, on `PATH` or beside this Python.
"""
# ruff: noqa: INP001, T201 -- a folder of pages, no package; a script that says what it does

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from docs.svg import svg
from docs.virtual_terminal import VirtualTerminal

ROOT = Path(__file__).parents[1]
CAPTURES = Path(__file__).parent / "captures"
WIDTHS = (80, 200)
LINES = 50

BROKEN = """package mergesort

import "testing"

func TestStable(t *testing.T) {
	t.Run("equal", func(t *testing.T) {})
	t.Run("descending", func(t *testing.T) {
		t.Log("sorting 3 2 1")
		t.Error("got 1 3 2, want 1 2 3")
	})
}
"""


class Scene(NamedTuple):
    """Something that is typed, and what is seen then.

    Attributes:
        is_there: When to look; ``None`` for the end.
    """

    name: str
    title: str
    words: tuple[str, ...]
    is_there: Callable[[list[str]], bool] | None = None


def _is_midway(lines: list[str]) -> bool:
    return any(re.search(r"run 2/3 .* [3-8]/10 ", line) for line in lines)


BENCH = ("run", "//go:gobench", "--runs", "3", "--with", "benchtime=40ms")
SCENES = (
    Scene("list", "what can be run", ("list", "//...")),
    Scene("run-midway", "a run, midway", BENCH, _is_midway),
    Scene("run-end", "its end", BENCH),
    Scene("run-fails", "tests of which one fails", ("run", "//go:gotest")),
    Scene("run-command", "any program", ("run", "--runs", "3", "--", "sh", "-c", "echo sorting; sleep 0.5")),
    Scene("runs", "the runs that are kept", ("runs",)),
    Scene("show", "one run", ("show", "1")),
    Scene("history", "a case over time", ("history", "BenchmarkOrder order=random")),
    Scene("error", "a mistake", ("run", "//go:gobnch")),
)


class Desk:
    """A repository with a past, and a database of its own."""

    def __init__(self, place: Path) -> None:
        self.work = place / "mergesort"
        shutil.copytree(ROOT / "examples" / "mergesort", self.work)
        (self.work / "go" / "stable_test.go").write_text(BROKEN)
        self.env = {
            "PATH": os.pathsep.join([os.environ["PATH"], str(Path(sys.executable).parent)]),
            "HOME": str(place / "home"),
            "XDG_CACHE_HOME": str(place / "cache"),
            "GOCACHE": str(ROOT / ".cache" / "go-build"),
            "GOTOOLCHAIN": "local",
            "BH_DB": str(place / "bench.db"),
            "BH_MACHINE": "desk",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        (place / "home").mkdir()
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
        for words in (("init", "-q", "-b", "main"), ("config", "user.name", "Ann"), ("add", "-A")):
            self._git(*words)
        self._git(*who, "commit", "-q", "-m", "sort by merging")
        for _ in range(2):
            self.piped(Scene("", "", ("run", "//go:gobench", "--runs", "2", "--with", "benchtime=20ms")))

    def _git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self.work, env=self.env, check=True)  # noqa: S607 -- whichever is there

    @staticmethod
    def argv(scene: Scene) -> list[str]:
        """Return what starts it."""
        return [sys.executable, "-m", "benchhub", *scene.words]

    def seen(self, scene: Scene, columns: int, **env: str) -> VirtualTerminal:
        """Return the terminal as it looks at the scene's moment."""
        terminal = VirtualTerminal(
            self.argv(scene), cwd=self.work, env={**self.env, **env}, columns=columns, lines=LINES
        )
        with terminal:
            if scene.is_there is not None:
                terminal.read_until(scene.is_there)
                terminal.stop_reading()
            terminal.end()
        return terminal

    def piped(self, scene: Scene) -> str:
        """Return what goes into a pipe, standard error included."""
        done = subprocess.run(
            self.argv(scene), cwd=self.work, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        return done.stdout.decode()


def main(folder: Path = CAPTURES) -> None:
    """Play every scene and write what was seen."""
    place = Path(tempfile.gettempdir()) / "benchhub-captures"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    desk = Desk(place)
    for scene in SCENES:
        print(scene.name, flush=True)
        for columns in WIDTHS:
            terminal = desk.seen(scene, columns)
            typed = "$ bh " + " ".join(scene.words)
            picture = svg(terminal.cells, columns, f"{typed}: {scene.title}, {columns} columns")
            (folder / f"{scene.name}-{columns}.svg").write_text(picture, encoding="utf-8")
        plain = desk.seen(scene, WIDTHS[0], NO_COLOR="1")
        (folder / f"{scene.name}-80-plain.txt").write_text("\n".join(plain.text) + "\n", encoding="utf-8")
        if scene.is_there is None:
            (folder / f"{scene.name}-piped.txt").write_text(desk.piped(scene), encoding="utf-8")
    (folder / "README.md").write_text(_index(), encoding="utf-8")
    shutil.rmtree(place)


def _index() -> str:
    head = (
        "<!-- Made by `make captures` from docs/capture.py. -->\n# What a person sees\n\n"
        "Real terminals of 80 and 200 columns, dark or light as your system is; the same without colour "
        "(`…-80-plain.txt`) and into a pipe (`…-piped.txt`) lies beside. Made on a busy machine: the numbers say "
        "nothing.\n"
    )
    parts = [head]
    for scene in SCENES:
        typed = " ".join(scene.words)
        images = "".join(f"\n![{scene.title}]({scene.name}-{columns}.svg)\n" for columns in WIDTHS)
        parts.append(f"## {scene.title[0].upper()}{scene.title[1:]}\n\n`bh {typed}`\n{images}")
    return "\n".join(parts)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
