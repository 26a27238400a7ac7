"""The dashboards that ship: their questions are answered by a filled database, and Datasette shows them."""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from benchhub.store.database import open_database
from benchhub.store.keeper import Keeper
from benchhub.store.query import run_sql, statements_in
from store.backends import PLACES
from store.factory import bench_report, outcome_report, revision

DEPLOY = Path(__file__).parents[2] / "deploy"
MAY_BE_EMPTY = {"memory"}
"""Reports that are made by hand tell no memory."""


def fill(place: Path | str) -> None:
    with open_database(place) as database:
        keeper = Keeper(database)
        for number in (1, 2, 3):
            keeper.keep(bench_report(seed=number, revision=revision(number), started_at_ms=1_700_000_000_000 + number))
        keeper.keep(outcome_report({"TestA": "failed", "TestB": "passed"}, status="failed"))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("deploy") / "bench.db"
    fill(path)
    return path


@pytest.fixture(scope="module")
def filled_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with PLACES["postgres"](tmp_path_factory.mktemp("deploy")) as place:
        fill(place)
        yield str(place)


def rows_of(place: Path | str, sql: str) -> list[Any]:
    with open_database(place, readonly=True) as database:
        return list(run_sql(database, sql, {"project": "thing", "benchmark": "BenchmarkX"}).rows)


def questions() -> dict[str, str]:
    """Return every question of every dashboard, by where it stands."""
    found: dict[str, str] = {}
    for _, statement in statements_in((DEPLOY / "questions.sql").read_text()):
        name = re.findall(r"-- name: (\w+)", statement)[-1]
        found[f"questions.sql {name}"] = statement
    metadata = yaml.safe_load((DEPLOY / "datasette" / "metadata.yaml").read_text())
    for name, query in metadata["databases"]["bench"]["queries"].items():
        found[f"datasette {name}"] = query["sql"]
    dashboard = metadata["plugins"]["datasette-dashboards"]["benchhub"]
    for part in ("filters", "charts"):
        for name, chart in dashboard[part].items():
            found[f"datasette {part} {name}"] = re.sub(r"\[\[(.*?)\]\]", r"\1", chart["query"])
            found[f"datasette {part} {name}, unfiltered"] = re.sub(r"\[\[.*?\]\]", "", chart["query"])
    for kind in ("sqlite", "postgres"):
        board = json.loads((DEPLOY / "grafana" / f"benchhub-{kind}.json").read_text())
        for variable in board["templating"]["list"][1:]:
            found[f"grafana {kind} {variable['name']}"] = _as_grafana_asks(variable["query"])
        for panel in board["panels"]:
            (target,) = panel["targets"]
            found[f"grafana {kind} {panel['title']}"] = _as_grafana_asks(target.get("rawSql") or target["queryText"])
    return found


def _as_grafana_asks(sql: str) -> str:
    for said, meant in {
        "${project}": "thing",
        "${benchmark}": "BenchmarkX",
        "$__from": "0",
        "$__to": "9000000000000",
        "$__timeFilter(started_at)": "started_at BETWEEN '2000-01-01' AND '2100-01-01'",
    }.items():
        sql = sql.replace(said, meant)
    assert "$" not in sql
    return sql


@pytest.mark.parametrize("where", sorted(questions()))
def test_every_question_of_a_dashboard_is_answered(filled: Path, where: str) -> None:
    rows = rows_of(filled, questions()[where])
    assert rows or where.rpartition(" ")[2] in MAY_BE_EMPTY


@pytest.mark.parametrize("where", sorted(one for one in questions() if re.match(r"questions|grafana postgres", one)))
def test_what_is_meant_for_postgresql_is_answered_there_too(filled_server: str, where: str) -> None:
    rows = rows_of(filled_server, questions()[where])
    assert rows or where.rpartition(" ")[2] in MAY_BE_EMPTY


def test_every_chart_of_datasette_has_a_place() -> None:
    metadata = yaml.safe_load((DEPLOY / "datasette" / "metadata.yaml").read_text())
    dashboard = metadata["plugins"]["datasette-dashboards"]["benchhub"]
    assert {name for row in dashboard["layout"] for name in row} == set(dashboard["charts"])


class Datasette:
    """The real one, on a port of its own."""

    def __init__(self, path: Path) -> None:
        metadata = str(DEPLOY / "datasette" / "metadata.yaml")
        argv = [sys.executable, "-m", "datasette", "serve", str(path), "-m", metadata, "-p", "0", "-h", "127.0.0.1"]
        self.process = subprocess.Popen(argv, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        assert self.process.stderr is not None
        said = ""
        while not (at := re.search(r"running on (http://127\.0\.0\.1:\d+)", said)):
            line = self.process.stderr.readline()
            assert line, said
            said += line
        self.url = at[1]

    def page(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:  # noqa: S310 -- our own
            return str(answer.read().decode())

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate()


@pytest.fixture(scope="module")
def datasette(filled: Path) -> Iterator[Datasette]:
    running = Datasette(filled)
    yield running
    running.stop()


@pytest.mark.slow
def test_datasette_shows_rows_of_results(filled: Path, datasette: Datasette) -> None:
    page = datasette.page("/bench/results?_size=100")
    assert "BenchmarkX" in page
    wanted = rows_of(filled, "SELECT benchmark, param_text, value FROM results ORDER BY run_id, param_text, metric")
    shown = json.loads(datasette.page("/bench/results.json?_shape=array&_size=100"))
    assert sorted((row["benchmark"], row["param_text"], row["value"]) for row in shown) == sorted(map(tuple, wanted))


@pytest.mark.slow
def test_datasette_answers_the_questions_and_shows_the_dashboard(datasette: Datasette) -> None:
    assert len(json.loads(datasette.page("/bench/newest-runs.json?_shape=array"))) == 4
    assert json.loads(datasette.page("/bench/history-of-a-benchmark.json?_shape=array&benchmark=BenchmarkX"))
    page = datasette.page("/-/dashboards/benchhub?project=thing")
    assert "Time, in seconds" in page
    assert "Error" not in page
