"""Questions through the views, warm, in a file of ten million measurements."""

from functools import partial
from typing import Any

from bench.filled import filled
from bench.measure import Settings, median_cpu_s, say
from benchhub.store.database import Database, open_database
from benchhub.store.find import values_before

SERIES = "project = 'thing' AND benchmark = 'BenchmarkSort3' AND param_text = 'size=1024 alg=heap' AND metric = 'time'"
RUN = "(SELECT max(run_id) FROM runs)"
QUESTIONS = (
    ("history of one series, by names", f"SELECT value, commit_seq FROM history WHERE {SERIES}", "≤ 15 ms, goal 5"),
    (
        "history of one series, in order",
        f"SELECT value, commit_seq, started_at FROM history WHERE {SERIES} ORDER BY commit_seq, started_at",
        "≤ 15 ms",
    ),
    (
        "latest of every series on trunk",
        "SELECT benchmark, param_text, metric, value FROM latest WHERE trunk",
        "≤ 5 ms",
    ),
    ("results of one run", f"SELECT benchmark, param_text, metric, value FROM results WHERE run_id = {RUN}", ""),
    (
        "two runs side by side",
        f"SELECT benchmark, param_text, ratio FROM comparisons WHERE run_id = {RUN} AND base_run_id = {RUN} / 2",
        "",
    ),
    ("samples of one run", f"SELECT benchmark, param_text, value FROM samples WHERE run_id = {RUN}", ""),
    ("results of one series, by names", f"SELECT value FROM results WHERE {SERIES}", ""),
    ("the last 50 runs", "SELECT * FROM runs ORDER BY run_id DESC LIMIT 50", ""),
    ("what exists", "SELECT DISTINCT benchmark FROM benchmarks", ""),
)


def run(settings: Settings) -> None:
    """Print the median CPU time of each question."""
    runs = 500 if settings.is_quick else 5_000
    with open_database(filled(settings.folder / "large", runs=runs), readonly=True) as database:
        for name, sql, target in QUESTIONS:
            rows = len(_rows(database, sql))
            took = median_cpu_s(partial(_rows, database, sql), times=settings.times(31))
            say(f"{name}, {rows:,} rows", f"{took * 1e3:.2f} ms", target)
        (newest,) = database.execute("SELECT max(id) FROM run").fetchone()
        took = median_cpu_s(partial(values_before, database, newest, newest), times=settings.times(31))
        say("values before a run", f"{took * 1e3:.2f} ms")


def _rows(database: Database, sql: str) -> list[Any]:
    return list(database.execute(sql))
