"""A stranger's virtual environment, which sees this BenchHub, and a repository that has the stranger's tool."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

TOOL = """\
#!/bin/sh
echo "mytool 1.0"
for round in $(seq "$2"); do echo "sort: $round.5"; done
echo "merge: 7"
echo "bye"
"""


class Place:
    """A virtual environment of a stranger's, and a repository that has the stranger's tool."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.work = root / "work"
        self.work.mkdir()
        tools = root / "tools"
        tools.mkdir()
        (tools / "mytool").write_text(TOOL)
        (tools / "mytool").chmod(0o755)
        self.venv = root / "venv"
        self.python = self.venv / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(self.venv)], check=True)
        self._see_benchhub()
        self.env = {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "HOME": str(root / "home"),
            "XDG_CACHE_HOME": str(root / "cache"),
            "BH_DB": str(root / "bench.db"),
        }

    def _see_benchhub(self) -> None:
        """Let the new environment see what this one has, as if BenchHub had been installed there."""
        site = next((self.venv / "lib").glob("python*")) / "site-packages"
        folders = dict.fromkeys([sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
        lines = [f"import site; site.addsitedir({folder!r})" for folder in folders]
        (site / "benchhub-of-the-tests.pth").write_text("\n".join(lines) + "\n")

    def pip(self, *words: str) -> None:
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *words], check=True, env={**self.env, "PIP_NO_INDEX": "1"})

    def bh(self, *words: str, code: int = 0) -> str:
        """Return what `bh` prints, on standard error where it is to fail."""
        done = subprocess.run(
            [str(self.python), "-m", "benchhub", *words],
            cwd=self.work,
            env=self.env,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done.stderr
        return done.stderr if code else done.stdout

    def sql(self, question: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.bh("sql", question, "--json"))
        return rows
