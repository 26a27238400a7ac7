"""Says which Python belongs to a directory, as JSON: the question that a plan asks, run by BenchHub's own Python.

::

    python benchhub_find_python.py DIRECTORY

The first that is there: the environment that is active (``VIRTUAL_ENV``, ``CONDA_PREFIX``); ``.venv``, ``venv`` or
``env`` in the directory or one above it, up to the repository's root; the environment that ``poetry``, ``pdm`` or
``pipenv`` keeps elsewhere for a project with such a lock file; ``python3``, else ``python``, on ``PATH``.
"""
# ruff: noqa: INP001, T201, PTH100, PTH110, PTH113, PTH118, PTH120 -- a script; start-up counts

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

FOLDERS = (".venv", "venv", "env")
KEEPERS = {
    "poetry.lock": ("poetry", "env", "info", "--executable"),
    "pdm.lock": ("pdm", "info", "--python"),
    "Pipfile.lock": ("pipenv", "--py"),
}
MAKERS = {
    "uv.lock": "uv sync",
    "poetry.lock": "poetry install",
    "pdm.lock": "pdm install",
    "Pipfile.lock": "pipenv sync",
}
ASK_S = 30


def main() -> None:
    """Print what was found: the program, what it must know, and how a missing environment is made."""
    print(json.dumps(found(os.path.abspath(sys.argv[1]), os.environ)))


def found(directory: str, environ: os._Environ[str] | dict[str, str]) -> dict[str, object]:
    """Return the program and why, variables that make its environment active, and a command that makes one."""
    above = list(folders_above(directory))
    makers = [MAKERS[lock] for folder in above for lock in MAKERS if os.path.exists(os.path.join(folder, lock))]
    answer: dict[str, object] = {"env": {}, "maker": makers[0] if makers else ""}
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        # Conda's `base` is active in every shell, and so says nothing.
        is_base = variable == "CONDA_PREFIX" and environ.get("CONDA_DEFAULT_ENV") == "base"
        python = None if is_base else program_in(environ.get(variable, ""))
        if python:
            return {**answer, "python": python, "why": f"${variable}"}
    for home in (os.path.join(folder, name) for folder in above for name in FOLDERS):
        python = program_in(home) if os.path.isfile(os.path.join(home, "pyvenv.cfg")) else None
        if python:
            return {**answer, "python": python, "why": home, "env": activated(home, environ)}
    for folder in above:
        python = kept_elsewhere(folder)
        if python:
            home = os.path.dirname(os.path.dirname(python))
            return {**answer, "python": python, "why": "its lock file", "env": activated(home, environ)}
    python = shutil.which("python3") or shutil.which("python")
    return {**answer, "python": python, "why": "PATH"}


def folders_above(directory: str) -> list[str]:
    """Return the directory and those above it, up to the root of the repository, else the directory alone."""
    folders = [directory]
    while not os.path.exists(os.path.join(folders[-1], ".git")):
        above = os.path.dirname(folders[-1])
        if above == folders[-1]:
            return [directory]
        folders.append(above)
    return folders


def program_in(home: str) -> str | None:
    """Return the Python of an environment, when there is one that can be started."""
    for path in (os.path.join(home, "bin", "python"), os.path.join(home, "Scripts", "python.exe")) if home else ():
        if os.access(path, os.X_OK):
            return path
    return None


def activated(home: str, environ: os._Environ[str] | dict[str, str]) -> dict[str, str]:
    """Return what activating an environment sets, so that tests find its programs."""
    path = os.path.dirname(program_in(home) or "") + os.pathsep + environ.get("PATH", os.defpath)
    return {"VIRTUAL_ENV": home, "PATH": path}


def kept_elsewhere(folder: str) -> str | None:
    """Return the Python that a tool keeps for a project in a place of its own."""
    for lock, argv in KEEPERS.items():
        program = shutil.which(argv[0]) if os.path.exists(os.path.join(folder, lock)) else None
        if program is None:
            continue
        try:
            run = subprocess.run(
                [program, *argv[1:]], cwd=folder, capture_output=True, text=True, timeout=ASK_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        words = run.stdout.strip().splitlines()
        if run.returncode == 0 and words and os.access(words[-1], os.X_OK):
            return words[-1]
    return None


if __name__ == "__main__":
    main()
