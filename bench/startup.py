"""Start-up: what `bh` costs beside the work it is asked for.

Each command is run in turn with its bare counterpart. Wall time is what people wait for and what the limits are about;
the least over many repetitions is what the command takes when nobody disturbs it. CPU time of the whole process tree
moves less with the machine's moods.
"""

import compileall
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import benchhub
from bench.measure import Settings, say

MODULES = 50
OTHER_FILES = 5_000
PACKAGES_OF_A_MODULE = 6


@dataclass(frozen=True)
class Question:
    """A command, and what to compare it with.

    Attributes:
        bare: The counterpart whose time is taken off; ``None`` for the whole time.
        limit: In words.
    """

    name: str
    argv: list[str]
    bare: list[str] | None
    cwd: Path
    limit: str


def run(settings: Settings) -> None:
    """Print what each command takes over its bare counterpart."""
    # As an installation does; without it, and where Python may write no bytecode, every start would compile.
    compileall.compile_dir(Path(benchhub.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        environ = {**os.environ, "HOME": folder, "BH_DB": f"{folder}/bench.db"}
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            environ[name] = f"{folder}/{name.lower()}"
        for question in _questions(place):
            _ask(question, environ, settings.times(60))


def _questions(place: Path) -> list[Question]:
    bh = shutil.which("bh", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}") or "bh"
    small, large = place / "small", place / "large"
    _repository(small, {"main.c": "int main(void) { return 0; }\n"})
    _repository(large, _go_files())
    python, true = [sys.executable, "-c", "pass"], ["true"]
    run_true = [bh, "run", "--", "true"]
    return [
        Question("python -c pass", python, None, small, ""),
        Question("bh --version, over python -c pass", [bh, "--version"], python, small, "≤ 25 ms"),
        Question("bh run -- true, over true", run_true, true, small, "≤ 90 ms, goal 45"),
        Question("bh run -- true outside a repository, over true", run_true, true, place, ""),
        Question(f"bh list, {MODULES} modules, {OTHER_FILES:,} other files", [bh, "list"], None, large, "≤ 300 ms"),
        Question("git ls-files there, untracked files too", _LIST_FILES, None, large, ""),
    ]


_LIST_FILES = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]


def _ask(question: Question, environ: dict[str, str], times: int) -> None:
    _took(question.argv, question.cwd, environ)
    pairs: list[tuple[float, float]] = []
    for _ in range(times):
        cpu_s, wall_s = _took(question.argv, question.cwd, environ)
        bare_cpu_s, bare_wall_s = _took(question.bare, question.cwd, environ) if question.bare else (0.0, 0.0)
        pairs.append((cpu_s - bare_cpu_s, wall_s - bare_wall_s))
    cpu_ms, wall_ms = ([pair[at] * 1e3 for pair in pairs] for at in (0, 1))
    told = f"least {min(wall_ms):.1f}; cpu {median(cpu_ms):.1f}, least {min(cpu_ms):.1f}"
    say(question.name, f"{median(wall_ms):.1f} ms", f"{told}   {question.limit}".rstrip())


def _took(argv: list[str], cwd: Path, environ: dict[str, str]) -> tuple[float, float]:
    """Return the CPU and wall seconds of a command and its children."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(argv, cwd=cwd, env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ended, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, ended - started


def _repository(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for words in (("init", "-q"), ("add", "."), ("-c", "user.name=a", "-c", "user.email=a", "commit", "-qm", "all")):
        subprocess.run(["git", *words], cwd=root, check=True)


def _go_files() -> dict[str, str]:
    """Return modules that all have tests, every second one with benchmarks, and as many other files as a site has."""
    files = {f"pages/{number % 500}/{number}.txt": "words\n" * 50 for number in range(OTHER_FILES)}
    for module in range(MODULES):
        folder = f"services/m{module}"
        files[f"{folder}/go.mod"] = f"module example.com/m{module}\n\ngo 1.21\n"
        for package in range(PACKAGES_OF_A_MODULE):
            lines = "".join(f"func F{n}() int {{ return {n} }}\n" for n in range(60))
            files[f"{folder}/p{package}/p.go"] = f"package p\n\n{lines}"
            tests = "".join(f"func TestF{n}(t *testing.T) {{ F{n}() }}\n" for n in range(60))
            files[f"{folder}/p{package}/p_test.go"] = f'package p\n\nimport "testing"\n\n{tests}'
        if module % 2 == 0:
            benchmark = "func BenchmarkF(b *testing.B) { F1() }\n"
            files[f"{folder}/p{package}/b_test.go"] = f'package p\n\nimport "testing"\n\n{benchmark}'
    return files
