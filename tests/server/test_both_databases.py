"""A server says the same of the same reports, whether SQLite or PostgreSQL keeps them."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from benchhub.model.circumstance import User
from benchhub.model.report import Report
from benchhub.rpc.convert import to_parts
from benchhub.store.database import open_database
from benchhub.store.find import find_run
from benchhub.store.remarks import add_note, add_tags
from server.serving import Served, served
from server.test_reports import submit
from store.backends import PLACES
from store.factory import bench_report, outcome_report, revision

RAW = b"PASS\n" * 100
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("UserService/ListUsers", {}),
    ("UserService/ListUsers", {"pageSize": 1}),
    ("GitService/ListRepositories", {"pageSize": 1}),
    ("GitService/ListCommits", {"repository": "example.com/them/thing", "pageSize": 2}),
    ("GitService/ListCommits", {"repository": "nowhere"}),
    ("ProjectService/ListProjects", {}),
    ("ProjectService/GetProject", {"address": "example.com/them/thing"}),
    ("FrameworkService/ListFrameworks", {}),
    ("RunService/ListRuns", {}),
    ("RunService/ListRuns", {"project": "example.com/them/thing", "tag": "v1", "status": "RUN_STATUS_PASSED"}),
    ("RunService/ListRuns", {"pageSize": 2, "target": "//:gobench"}),
    ("RunService/GetRun", {"run": "1"}),
    ("RunService/GetRun", {"run": "latest"}),
    ("RunService/GetRun", {"run": "99"}),
    ("RunService/ListNames", {}),
    ("SeriesService/ListSeries", {}),
    ("SeriesService/ListSeries", {"name": "BenchmarkX size=1", "metric": "time"}),
    ("SeriesService/ListSeries", {"name": "Bench*", "pageSize": 3}),
    ("SeriesService/GetHistory", {"seriesId": 1}),
    ("SeriesService/GetHistory", {"seriesId": 1, "count": 1}),
)


def reports(raw: Path) -> list[Report]:
    made = [bench_report(3, 2, 2, seed=n, revision=revision(n), artifact=raw) for n in (1, 2, 3)]
    return [*made, outcome_report({"TestA": "passed", "TestB": "failed"}, revision=revision(3))]


def told(server: Served, sent: list[Report]) -> list[Any]:
    """Return what a server answers to everything, after it has taken these reports in parts and whole."""
    assert server.ask("PUT", f"/api/artifacts/{hashlib.sha256(RAW).hexdigest()}", RAW).status == 201
    for report in sent:
        for bytes_max in (3_000, 3 << 20):
            answers = [submit(server, part) for part in to_parts(report, bytes_max=bytes_max)]
            assert all(answer.status == 200 for answer in answers), answers[-1].body
        while server.ask("GET", "/readyz").json["reports_waiting"]:
            pass
    with open_database(server.place) as database:
        run_id = find_run(database, "1").run_id
        add_tags(database, run_id, ["v1"], user=User("Ada"))
        add_note(database, run_id, 'it\'s "fine"', user=User("Bob"))
    uids = {"uids": [report.envelope.uid for report in sent]}
    calls = (*CALLS, ("ReportService/HasReports", uids))
    said = [(name, server.rpc(name, message)) for name, message in calls]
    raw = server.ask("GET", f"/api/artifacts/{sent[0].envelope.uid}/stdout")
    assert raw.body == RAW
    return [(name, answer.status, _without_clocks(answer.json)) for name, answer in said]


def _without_clocks(document: Any) -> Any:  # noqa: ANN401 -- what JSON can say
    return json.loads(re.sub(r'"(notedAtMs|taggedAtMs)": "\d+"', r'"\1": ""', json.dumps(document)))


@pytest.mark.slow
def test_both_say_the_same(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.write_bytes(RAW)
    sent = reports(raw)
    said: dict[str, list[Any]] = {}
    for backend, at in PLACES.items():
        folder = tmp_path / backend
        folder.mkdir()
        with at(folder) as place, served(folder, place=place) as server:
            said[backend] = told(server, sent)
            assert server.stop() == 0
    for one, other in zip(said["sqlite"], said["postgres"], strict=True):
        assert one == other
    assert {status for _, status, _ in said["sqlite"]} == {200, 404}
