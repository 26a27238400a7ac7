"""Ingest: report → durable → projection → every table, the framework's own included."""

import tempfile
from functools import partial
from pathlib import Path
from statistics import mean, median

from bench.filled import CASES, filled
from bench.measure import Settings, cpu_s, say
from bench.reports import Shop
from benchhub.store.database import open_database
from benchhub.store.keeper import Keeper

SHAPES = ((2_000, 1, 1), (1_000, 3, 10), (1_000, 3, 1))
WARM_UP_RUNS = 5
SIZED_RUNS = 64


def run(settings: Settings) -> None:
    """Print the speed of each shape, the bytes of one-sample measurements, and the speed in a large file."""
    for cases, metrics, samples in SHAPES:
        _shape(cases, metrics, samples, runs=settings.times(60), is_raw=False)
        _shape(cases, metrics, samples, runs=settings.times(60), is_raw=True)
    _raw_insert(runs=settings.times(60))
    _as_it_grows(settings)


def _shape(cases: int, metrics: int, samples: int, *, runs: int, is_raw: bool) -> None:
    shop = Shop(cases, metrics, samples)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        with open_database(path) as database:
            keeper = Keeper(database)
            times: list[float] = []
            count = WARM_UP_RUNS + (max(runs, SIZED_RUNS) if samples == 1 else runs)
            for number in range(1, count + 1):
                report = shop.report(number, shop.artifact(number, Path(folder)) if is_raw else None)
                times.append(cpu_s(partial(keeper.keep, report)))
            took = median(times[WARM_UP_RUNS:])
            name = f"{cases:,} x {metrics} x {samples}{', raw output kept' if is_raw else ''}"
            target = "≥ 200,000, goal 400,000" if (metrics, samples) == (1, 1) else ""
            say(f"ingest {name}", f"{cases * metrics / took:,.0f}/cpu-s", target)
            say("  samples", f"{cases * metrics * samples / took:,.0f}/cpu-s")
            say("  mean, history and checkpoints included", f"{cases * metrics / mean(times[1:]):,.0f}/cpu-s")
        if samples == 1:
            say("  bytes of a measurement", f"{path.stat().st_size / (count * cases * metrics):.1f} B", "≤ 100")


def _raw_insert(*, runs: int) -> None:
    """Print what SQLite itself does with such rows one by one: the ruler for the numbers above."""
    with tempfile.TemporaryDirectory() as folder, open_database(Path(folder) / "bench.db") as database:
        database.execute(
            "CREATE TABLE plain (a INTEGER, b INTEGER, c REAL, d INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID"
        )
        times: list[float] = []
        for number in range(runs):
            rows = [(number, series, series / 7e9, 1000 + series) for series in range(CASES)]
            with database.transaction(durable=False):
                insert = partial(database.connection.executemany, "INSERT INTO plain VALUES (?, ?, ?, ?)", rows)
                times.append(cpu_s(insert))
        say("  (one bare executemany of such rows)", f"{CASES / median(times):,.0f}/cpu-s")


def _as_it_grows(settings: Settings) -> None:
    """Print the speed in a small and in a large file, run by run in turn, so that the machine's moods hit both."""
    shop = Shop(CASES, 1, 1)
    small_runs, large_runs = (50, 500) if settings.is_quick else (500, 5_000)
    small = filled(settings.folder / "small", runs=small_runs)
    large = filled(settings.folder / "large", runs=large_runs)
    times: dict[Path, list[float]] = {small: [], large: []}
    with open_database(small) as few, open_database(large) as many, tempfile.TemporaryDirectory() as folder:
        keepers = {small: Keeper(few), large: Keeper(many)}
        present = {
            path: keeper.database.execute("SELECT max(id) FROM run").fetchone()[0] for path, keeper in keepers.items()
        }
        for number in range(1, settings.times(60) + WARM_UP_RUNS):
            for path, keeper in keepers.items():
                made = present[path] + number
                report = shop.report(made, shop.artifact(made, Path(folder)))
                times[path].append(cpu_s(partial(keeper.keep, report)))
    for path, runs in ((small, small_runs), (large, large_runs)):
        took = median(times[path][WARM_UP_RUNS:])
        say(f"ingest at {runs * CASES:,}, raw output kept", f"{CASES / took:,.0f}/cpu-s")
    ratio = median(times[large][WARM_UP_RUNS:]) / median(times[small][WARM_UP_RUNS:])
    say("  large over small", f"{ratio:.2f}", "≤ 1.00, within noise")
