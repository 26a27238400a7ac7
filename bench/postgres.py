"""PostgreSQL: keeping reports, what that costs here and on the server, and questions through the views."""

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bench.measure import Settings, cpu_s, say
from bench.reports import Shop
from benchhub.store.database import Database, open_database
from benchhub.store.find import values_before
from benchhub.store.keeper import Keeper

SHAPES = ((1_000, 3, 10), (1_000, 3, 1), (2_000, 1, 1))
WARM_UP_RUNS = 5
SERIES = "project = 'thing' AND benchmark = 'BenchmarkSort3' AND param_text = 'size=1024 alg=heap' AND metric = 'time'"
RUN = "(SELECT max(run_id) FROM runs)"
QUESTIONS = (
    ("history of one series, by names", f"SELECT value, commit_seq FROM history WHERE {SERIES}"),
    ("latest of every series on trunk", "SELECT benchmark, param_text, metric, value FROM latest WHERE trunk"),
    ("results of one run", f"SELECT benchmark, param_text, metric, value FROM results WHERE run_id = {RUN}"),
    (
        "two runs side by side",
        f"SELECT benchmark, param_text, ratio FROM comparisons WHERE run_id = {RUN} AND base_run_id = {RUN} / 2",
    ),
    ("samples of one run", f"SELECT benchmark, param_text, value FROM samples WHERE run_id = {RUN}"),
    ("the last 50 runs", "SELECT * FROM runs ORDER BY run_id DESC LIMIT 50"),
)


def run(settings: Settings) -> None:
    """Print speed, bytes and answers; the server is one of its own, that waits for its disk."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from postgres_server import Databases, PostgresServer  # noqa: PLC0415 -- lies with the tests

    with PostgresServer(is_durable=True) as server:
        databases = Databases(server.address("postgres"))
        for cases, metrics, samples in SHAPES:
            with databases.empty() as address, open_database(address) as database:
                _keep(database, server.folder, cases, metrics, samples, runs=settings.times(70))
        with databases.empty() as address, open_database(address) as database:
            _ask(database, settings)


def _keep(database: Database, server: Path, cases: int, metrics: int, samples: int, *, runs: int) -> None:
    shop = Shop(cases, metrics, samples)
    keeper = Keeper(database)
    here: list[float] = []
    there: list[float] = []
    before_bytes = database.storage()[2]
    for number in range(1, runs + WARM_UP_RUNS):
        report = shop.report(number, None)
        before_s = _server_cpu_s(server)
        here.append(cpu_s(partial(keeper.keep, report)))
        there.append(_server_cpu_s(server) - before_s)
    took, took_there = median(here[WARM_UP_RUNS:]), sum(there[WARM_UP_RUNS:]) / len(there[WARM_UP_RUNS:])
    numbers = cases * metrics * samples
    name = f"{cases:,} x {metrics} x {samples}"
    say(f"into PostgreSQL {name}, numbers of a client's second", f"{numbers / took:,.0f}/cpu-s", "≥ 60,000")
    say("  measurements", f"{cases * metrics / took:,.0f}/cpu-s")
    say("  numbers, the server's seconds counted too", f"{numbers / (took + took_there):,.0f}/cpu-s")
    grown = database.storage()[2] - before_bytes
    say("  bytes of a number, the framework's own rows included", f"{grown / (len(here) * numbers):.0f} B", "≤ 160")


def _ask(database: Database, settings: Settings) -> None:
    shop = Shop(2_000, 1, 1)
    keeper = Keeper(database)
    runs = settings.times(500)
    for number in range(1, runs + 1):
        keeper.keep(shop.report(number, None))
    database.execute("ANALYZE")
    for name, sql in QUESTIONS:
        rows = len(_rows(database, sql))
        say(f"{name}, {rows:,} rows", f"{_wall_ms(partial(_rows, database, sql)):.1f} ms of wall time")
    took = _wall_ms(partial(values_before, database, runs, runs))
    say("values before a run", f"{took:.1f} ms of wall time")


def _wall_ms(work: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(21):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return median(times) * 1e3


def _rows(database: Database, sql: str) -> list[Any]:
    return list(database.execute(sql))


def _server_cpu_s(folder: Path) -> float:
    """Return the CPU seconds that all living processes of a server took until now."""
    postmaster = int((folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
    ticks = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # It has ended.
            if postmaster in {int(words[1]), int(entry.name)}:
                ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")
