"""`bh` as people start it: a process of its own, on a real database, far from the real home."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from copy import copy
from pathlib import Path
from typing import Any


class Done:
    """What a `bh` left behind."""

    def __init__(self, code: int, out: bytes, err: bytes) -> None:
        self.code = code
        self.out_bytes = out
        self.out = out.decode("utf-8", "surrogateescape")
        self.err = err.decode("utf-8", "replace")

    @property
    def json(self) -> Any:  # noqa: ANN401 -- what JSON holds
        return json.loads(self.out)


class Shell:
    """A directory, a database and a clean environment."""

    def __init__(self, place: Path) -> None:
        self.work = place / "work"
        self.work.mkdir()
        self.db = place / "data" / "bench.db"
        (place / "tmp").mkdir()
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(place / "home"),
            "TMPDIR": str(place / "tmp"),
            "XDG_CACHE_HOME": str(place / "cache"),
            "BH_DB": str(self.db),
        }

    def argv(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "benchhub", *words]

    def __call__(self, *words: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Done:
        done = subprocess.run(
            self.argv(*words),
            input=stdin,
            capture_output=True,
            check=False,
            cwd=self.work,
            env={**self.env, **(env or {})},
            timeout=120,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def below(self, folder: str) -> "Shell":
        """Return the same shell in a folder of its directory."""
        inside = copy(self)
        inside.work = self.work / folder
        return inside

    def rows(self, question: str) -> list[dict[str, Any]]:
        answer = self("sql", question, "--json")
        assert answer.code == 0, answer.err
        rows: list[dict[str, Any]] = answer.json
        return rows
