"""Repositories made by the real git, far from anybody's configuration."""

import os
import subprocess
from functools import partial
from pathlib import Path

from benchhub.workspace.facts import Facts, learn_facts, questions
from benchhub.workspace.opening import Workspace, open_place
from benchhub.workspace.settings import Settings

DATES = {"GIT_AUTHOR_DATE": "2026-01-02T03:04:05+00:00", "GIT_COMMITTER_DATE": "2026-01-02T03:04:06+00:00"}


def environ_in(home: Path) -> dict[str, str]:
    """Return variables under which git knows Ada, and nobody else."""
    home.mkdir(parents=True, exist_ok=True)
    config = home / ".gitconfig"
    if not config.exists():
        config.write_text(
            "[user]\nname = Ada\nemail = ada@example.com\n[init]\ndefaultBranch = main\n"
            '[protocol "file"]\nallow = always\n'
        )
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_CONFIG_SYSTEM": os.devnull,
        "BH_DB": str(home / "bench.db"),
    }


class Repo:
    """A repository in a directory."""

    def __init__(self, path: Path, *, home: Path | None = None, init: bool = True) -> None:
        self.path = path
        self.environ = environ_in(home or path.parent / "home")
        if init:
            path.mkdir(parents=True, exist_ok=True)
            self.git("init", "--quiet")

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.path, env={**self.environ, **DATES}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def commit(self, message: str = "change", **files: str) -> str:
        """Commit ``name="text"`` files, or a new line in ``log``; return the sha."""
        for name, text in files.items():
            self.write(name, text)
        if not files:
            with (self.path / "log").open("a") as file:
                file.write(message + "\n")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def clone(self, path: Path, *words: str) -> "Repo":
        self.git("clone", "--quiet", *words, f"file://{self.path}", str(path))
        return Repo(path, home=Path(self.environ["HOME"]), init=False)

    def facts(self, settings: Settings | None = None, /, **variables: str) -> Facts:
        """Return what our own code learns here."""
        return facts_at(self.path, {**self.environ, **variables}, settings)


def facts_at(path: Path, environ: dict[str, str], settings: Settings | None = None) -> Facts:
    workspace, settings = place_at(path, environ, settings)
    try:
        return learn_facts(workspace, settings, environ)
    finally:
        if workspace.git:
            workspace.git.close()


def place_at(path: Path, environ: dict[str, str], settings: Settings | None = None) -> tuple[Workspace, Settings]:
    settings = settings or Settings(environ["BH_DB"])
    workspace = open_place(path, environ=environ, ahead=partial(questions, settings))
    return workspace, settings.within(package.config for package in workspace.packages.values())
