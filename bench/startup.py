"""Start-up: what `bh` costs before it does anything, in CPU time of the whole process."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.measure import Settings, say


def run(settings: Settings) -> None:
    """Print each command beside its bare counterpart."""
    bh = shutil.which("bh", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}") or "bh"
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "HOME": folder, "BH_DB": f"{folder}/bench.db"}
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            env[name] = f"{folder}/{name.lower()}"
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "bh --version": [bh, "--version"],
            "true": ["true"],
            "bh run -- true": [bh, "run", "--", "true"],
        }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(settings.times(31)):
            for name, argv in commands.items():  # In turn: the machine's moods hit all alike.
                times[name].append(_took(argv, folder, env))
    for name, taken in times.items():
        cpu_ms, wall_ms = (median(one[at] for one in taken) * 1e3 for at in (0, 1))
        say(name, f"{cpu_ms:.1f} ms cpu", f"{wall_ms:.1f} ms wall")


def _took(argv: list[str], cwd: str, env: dict[str, str]) -> tuple[float, float]:
    """Return the CPU and wall seconds of a command and its children."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), os.times().elapsed
    subprocess.run(argv, cwd=cwd, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), os.times().elapsed
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, ended - started
