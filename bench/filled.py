"""A database with millions of measurements, filled once through the real path and kept for the next time."""

import hashlib
import tempfile
import time
from functools import partial
from importlib import resources
from pathlib import Path
from statistics import median

from bench.measure import cpu_s, say
from bench.reports import Shop
from benchhub.store.database import open_database
from benchhub.store.keeper import Keeper

CASES = 2_000
RUNS_TOLD = 500


def filled(folder: Path, *, runs: int) -> Path:
    """Return the path of a database with at least ``runs`` runs of 2 000 measurements each."""
    folder.mkdir(parents=True, exist_ok=True)
    # While a schema is made it changes without a migration: a file of another one is no use.
    schema = hashlib.sha256(resources.files("benchhub.store").joinpath("schema.sql").read_bytes()).hexdigest()
    path = folder / f"filled-{schema[:12]}.db"
    shop = Shop(CASES, 1, 1)
    with open_database(path) as database, tempfile.TemporaryDirectory() as scratch:
        (present,) = database.execute("SELECT count(*) FROM run").fetchone()
        keeper = Keeper(database)
        times: list[float] = []
        started = time.monotonic()
        for number in range(present + 1, runs + 1):
            report = shop.report(number, shop.artifact(number, Path(scratch)))
            times.append(cpu_s(partial(keeper.keep, report)))
            if number % RUNS_TOLD == 0:
                say(
                    f"  filled to {number * CASES:,}",
                    f"{CASES / median(times[-RUNS_TOLD:]):,.0f}/cpu-s",
                    f"{path.stat().st_size / number / CASES:.1f} B each, {time.monotonic() - started:.0f} s",
                )
    return path
