"""A Go repository that has never heard of BenchHub, and `bh` as somebody starts it there."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import zstandard

REPOSITORY = Path(__file__).parents[2]
GO_CACHE = REPOSITORY / ".cache" / "go-build"
"""Compiling the standard library anew for each test takes longer than the test."""

MODULE = {
    "go.mod": "module example.com/shapes\n\ngo 1.19\n",
    "shapes.go": """package shapes

func Area(width, height int) int { return width * height }
""",
    "shapes_test.go": """package shapes

import (
	"fmt"
	"testing"
)

func TestArea(t *testing.T) {
	if Area(2, 3) != 6 {
		t.Fatal("2 by 3 is not 6")
	}
}

func TestNothing(t *testing.T) { t.Skip("later") }

func TestSides(t *testing.T) {
	t.Run("equal", func(t *testing.T) {})
	t.Run("not equal", func(t *testing.T) { t.Error("sides differ") })
}

var sink []byte

func BenchmarkArea(b *testing.B) {
	for _, size := range []int{8, 1024} {
		b.Run(fmt.Sprintf("size=%d/alg=plain", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for i := 0; i < b.N; i++ {
				sink = make([]byte, size)
			}
			b.ReportMetric(float64(size)/3, "corners/op")
			b.ReportMetric(1e-9, "tiny")
		})
	}
}

func BenchmarkFast(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Area(i, i)
	}
}
""",
    "deep/er/er_test.go": """package er

import "testing"

func BenchmarkDeep(b *testing.B) {
	for i := 0; i < b.N; i++ {
	}
}

func BenchmarkFails(b *testing.B) { b.Fatal("no luck") }
""",
}


class Place:
    """A repository with one commit, a database of its own, and a clean environment.

    Attributes:
        work: The repository.
        db: The database's file.
    """

    def __init__(self, root: Path, files: Mapping[str, str] | None = None) -> None:
        self.root = root
        self.work = root / "work"
        self.db = root / "data" / "bench.db"
        self.env = {
            "PATH": os.environ["PATH"] + os.pathsep + str(Path(sys.executable).parent),
            "HOME": str(root / "home"),
            "TMPDIR": str(root / "tmp"),
            "XDG_CACHE_HOME": str(root / "cache"),
            "GOCACHE": str(GO_CACHE),
            "GOFLAGS": "-mod=mod",
            "GOTOOLCHAIN": "local",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": "Ann",
            "GIT_AUTHOR_EMAIL": "ann@example.com",
            "GIT_COMMITTER_NAME": "Ann",
            "GIT_COMMITTER_EMAIL": "ann@example.com",
            "BH_DB": str(self.db),
        }
        for folder in ("home", "tmp", "work"):
            (root / folder).mkdir(parents=True)
        self.write(MODULE if files is None else files)
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("begin")

    @property
    def spool(self) -> Path:
        """Where runs lie until the database has them."""
        return self.db.with_name(self.db.name + ".spool")

    @property
    def python(self) -> str:
        return sys.executable

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def git(self, *words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=self.work, env=self.env, check=True, capture_output=True, text=True
        ).stdout.strip()

    def commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", f"--message={message}")
        return self.git("rev-parse", "HEAD")

    def argv(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "benchhub", *words]

    def start(self, *words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start `bh` in a session of its own, as from another terminal."""
        return subprocess.Popen(
            self.argv(*words),
            cwd=self.work,
            env={**self.env, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def bh(
        self, *words: str, code: int = 0, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run `bh` to its end, which must be ``code``."""
        done = subprocess.run(
            self.argv(*words),
            cwd=cwd or self.work,
            env={**self.env, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=1200,
            text=True,
        )
        assert done.returncode == code, f"bh {' '.join(words)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def rows(self, question: str) -> list[dict[str, Any]]:
        """Return what `bh sql` answers."""
        rows: list[dict[str, Any]] = json.loads(self.bh("sql", question, "--json").stdout)
        return rows

    def sqlite(self) -> Any:  # noqa: ANN401 -- see below
        """Return a connection that knows nothing of BenchHub, as a stranger's SQLite client opens it."""
        import sqlite3  # noqa: PLC0415 -- the test is the stranger

        return sqlite3.connect(f"file:{self.db}?mode=ro", uri=True)

    def raw_output(self, run_id: int) -> bytes:
        """Return what the run's programs wrote to standard output, out of the database's file."""
        with self.sqlite() as connection:
            blobs = connection.execute(
                "SELECT data FROM artifact JOIN blob USING (sha256) WHERE report_id = ? AND name = 'stdout'",
                (run_id,),
            ).fetchall()
        return b"".join(zstandard.ZstdDecompressor().decompressobj().decompress(data) for (data,) in blobs)
