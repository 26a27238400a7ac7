"""`kill -9` at any moment: the database opens, what was finished is there once, the rest shows as interrupted."""

import os
import random
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchhub.plugin.conformance_runtime import HOLD, is_free_soon
from benchhub.probes.group import make_group
from stories.go_place import Place

pytestmark = pytest.mark.slow

SEEDS = range(int(os.environ.get("BENCHHUB_KILLS", "36")))
"""`make kill` tries 200."""

PROGRAM = HOLD + "held = hold(sys.argv[1]); print('begun', flush=True); time.sleep(0.02); print('ended')"
"""Holds a lock while it lives, and says something before it sleeps and something after."""

WITH_CHILDREN = (
    HOLD
    + """
for _ in range(3):
    if os.fork() == 0: held = hold(sys.argv[1] + '-child' + str(os.getpid())); time.sleep(600)
print('begun', flush=True); time.sleep(0.02); print('ended')
os.killpg(0, 9)
"""
)
"""Has children that would live for long; at its end it takes them along, and itself."""

WITH_A_DAEMON = (
    HOLD
    + """
if os.fork() == 0:
    os.setsid(); held = hold(sys.argv[1] + '-daemon')
    while os.path.exists(sys.argv[1] + '-wanted'): time.sleep(0.005)
    os._exit(0)
open(sys.argv[1] + '-wanted', 'w')
print('begun', flush=True); time.sleep(0.02); print('ended')
os.remove(sys.argv[1] + '-wanted')
"""
)
"""Has a child that left its process group, and tells it to go when it ends itself."""


def may_make_groups() -> bool:
    group = make_group()
    if group is not None:
        group.close()
    return group is not None


def kill_at_random(place: Place, seed: int) -> str:
    """Start five runs, kill `bh` -9 after a random while, and return what it had said on standard error."""
    dice = random.Random(seed)  # noqa: S311 -- must be repeatable, not secret
    lock = str(place.root / f"lock-{seed}")
    said = place.root / f"said-{seed}"
    with said.open("wb") as err:
        program = (PROGRAM, WITH_CHILDREN, WITH_A_DAEMON if may_make_groups() else PROGRAM)[seed % 3]
        words = ("run", "--runs", "5", "--name", f"seed-{seed}", "--", place.python, "-c", program, lock)
        process = subprocess.Popen(place.argv(*words), cwd=place.work, env=place.env, stdout=err, stderr=err)
        # The first moments and all later ones alike: from before the first import to after the last run.
        time.sleep(dice.uniform(0.0, 0.9))
        process.kill()
        process.wait()
    for one in place.root.glob(f"lock-{seed}*"):
        assert one.name.endswith("-wanted") or is_free_soon(one), f"seed {seed}: {one.name} lives on"
    return said.read_text()


def test_nothing_is_lost_nothing_is_there_twice_and_nobody_lives_on(place: Place) -> None:
    said = {seed: kill_at_random(place, seed) for seed in SEEDS}
    after = place.bh("run", "--name", "afterwards", "--", "true")
    kept = {
        (row["target"], row["status"]): row["runs"]
        for row in place.rows("SELECT target, status, count(*) AS runs FROM runs GROUP BY target, status")
    }
    killed_in_the_middle = 0
    for seed, text in said.items():
        target = f"//:seed-{seed}"
        ended = len(re.findall(r"^ *(?:passed|error|failed) \d/5 ", text, re.MULTILINE))
        interrupted = kept.get((target, "interrupted"), 0)
        # One that takes its children along ends by a signal.
        passed = sum(kept.get((target, how), 0) for how in (("passed",) if seed % 3 != 1 else ("failed", "error")))
        # What it had said to be kept is kept; at most one more had ended before it could say so.
        assert ended <= passed <= ended + 1, f"seed {seed}: {passed} kept of {ended}\n{text}"
        assert interrupted <= 1
        killed_in_the_middle += interrupted
    assert killed_in_the_middle >= 5, "the moments were badly chosen: nearly no run was killed in the middle"
    assert "that an earlier command left" in "".join([*said.values(), after.stderr])
    (row,) = place.rows("SELECT count(*) AS runs, count(DISTINCT run_uid) AS uids FROM runs")
    assert row["runs"] == row["uids"]
    with place.sqlite() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    place.bh("db", "check")
    assert [*place.spool.iterdir()] == []


def test_what_a_killed_run_had_printed_is_kept(place: Place) -> None:
    lock = str(place.root / "lock")
    program = HOLD + "held = hold(sys.argv[1]); print('said before', flush=True); time.sleep(600)"
    process = place.start("run", "--name", "slow", "--", place.python, "-c", program, lock)
    wait_for(lambda: any(b"said" in file.read_bytes() for file in place.spool.glob("*/stdout")))
    process.kill()
    process.communicate()
    assert is_free_soon(Path(lock)), "the program lives on"
    (run,) = place.rows("SELECT run_id, status, target FROM runs")
    assert (run["status"], run["target"]) == ("interrupted", "//:slow")
    assert place.bh("log", "latest").stdout == "said before\n"


def test_a_go_benchmark_that_is_killed_keeps_the_samples_that_it_had_printed(place: Place) -> None:
    place.write(
        {
            "slow_test.go": 'package shapes\n\nimport (\n\t"testing"\n\t"time"\n)\n\n'
            "func BenchmarkZzz(b *testing.B) { time.Sleep(time.Hour) }\n"
        }
    )
    process = place.start("run", "//:gobench", "--runs", "2", "--with", "benchtime=10x", "--skip", "//deep/...")
    wait_for(lambda: any(b"BenchmarkZzz" in file.read_bytes() for file in place.spool.glob("*/stdout")))
    process.kill()
    process.communicate()
    (run,) = place.rows("SELECT status, count(*) AS samples FROM runs JOIN samples USING (run_id)")
    assert run == {"status": "interrupted", "samples": 2 * 6 + 3}
    assert not programs_in(place.root / "tmp"), "a test binary lives on"


def wait_for(is_there: Callable[[], bool]) -> None:
    """Return when it is there; the test fails if it never is."""
    deadline = time.monotonic() + 300
    while not is_there():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def programs_in(folder: Path) -> list[str]:
    """Return the programs that run out of a folder."""
    links = (process / "exe" for process in Path("/proc").glob("[0-9]*"))
    found = (str(link.readlink()) for link in links if os.access(link, os.R_OK))
    return [program for program in found if program.startswith(str(folder))]
