"""Reports over RPC: durable before they are acknowledged, there once, and verified."""

import gzip
import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard

from benchhub.model.circumstance import User
from benchhub.model.place import Project, Repository
from benchhub.model.report import Column, FrameworkFacts, Report
from benchhub.rpc.convert import to_parts
from benchhub.store.database import open_database
from benchhub.store.ingest import load_report
from benchhub.store.tokens import make_token
from server.serving import Answer, Served
from store.factory import GOBENCH, bench_report, revision

SUBMIT = "/benchhub.rpc.v1.ReportService/SubmitReport"


def submit(server: Served, part: Any, *, token: str = "", **headers: str) -> Answer:  # noqa: ANN401 -- a generated message
    body = part.SerializeToString()
    return server.ask("POST", SUBMIT, body, token=token, content_type="application/proto", **headers)


def state_of(answer: Answer) -> str:
    """Return what became of a report, of an answer in protobuf or JSON."""
    if answer.status != 200:
        return str(answer.json["code"])
    if answer.headers["content-type"] == "application/json":
        return str(answer.json["state"]).removeprefix("SUBMIT_STATE_")
    return {1: "STORED", 2: "DUPLICATE", 3: "STAGED"}[answer.body[1]]


def one(report: Report) -> Any:  # noqa: ANN401 -- a generated message
    (part,) = to_parts(report)
    return part


def kept(server: Served, uid: str) -> Report:
    with open_database(server.database, readonly=True) as database:
        report_id = database.connection.execute("SELECT id FROM report WHERE uid = ?", (uid,)).fetchone()[0]
        return load_report(database, report_id)


def ask_sql(server: Served, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    with open_database(server.database, readonly=True) as database:
        return [tuple(row) for row in database.connection.execute(sql, parameters)]


def wait_until_projected(server: Served) -> None:
    while server.ask("GET", "/readyz").json["reports_waiting"]:
        pass


def test_a_report_is_kept_as_it_was_sent_and_once(server: Served) -> None:
    report = bench_report(5, 3, 4, revision=revision(1))
    assert state_of(submit(server, one(report))) == "STORED"
    assert state_of(submit(server, one(report))) == "DUPLICATE"
    assert kept(server, report.envelope.uid) == report
    wait_until_projected(server)
    values = ask_sql(server, "SELECT count(*) FROM results WHERE run_uid = ?", report.envelope.uid)
    assert values == [(15,)]
    assert ask_sql(server, "SELECT count(*) FROM gobench_results") == [(20,)]


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_body_may_be_compressed(server: Served, encoding: str) -> None:
    data = one(bench_report(50, 3, 4)).SerializeToString()
    packed = gzip.compress(data) if encoding == "gzip" else zstandard.ZstdCompressor().compress(data)
    headers = {"content_type": "application/proto", "content_encoding": encoding}
    assert state_of(server.ask("POST", SUBMIT, packed, **headers)) == "STORED"


HAND_WRITTEN: dict[str, Any] = {
    "reportUid": "01a00000-0000-7000-8000-00000000aaaa",
    "envelope": {
        "label": "//:load",
        "project": {"repository": {"host": "example.com", "owner": "me", "name": "site"}},
        "framework": {"name": "my-load-tool"},
        "startedAtMs": "1764000000000",
        "status": "RUN_STATUS_PASSED",
    },
    "catalog": {"cases": [{"name": "GET /"}], "shapes": [{"units": [{"said": "ns/op"}]}]},
    "body": {"lines": {"case": [0, 0, 0], "saidValues": [12.5, "NaN", 13.25]}},
}


def test_a_report_written_by_hand_in_json_is_taken(server: Served) -> None:
    told = server.rpc("ReportService/SubmitReport", HAND_WRITTEN)
    assert (told.status, told.json) == (200, {"state": "SUBMIT_STATE_STORED"}), told.body
    wait_until_projected(server)
    rows = ask_sql(server, "SELECT metric, unit, value, n, user_name FROM results WHERE framework = 'my-load-tool'")
    assert rows == [("ns/op", "s/op", 1.2875e-08, 2, "Ada")]


def test_another_report_with_the_same_id_is_a_conflict(server: Served) -> None:
    report = bench_report(2)
    assert state_of(submit(server, one(report))) == "STORED"
    other = msgspec.structs.replace(bench_report(3), envelope=report.envelope)
    told = submit(server, one(other))
    assert (told.status, told.json["code"]) == (409, "already_exists")
    assert kept(server, report.envelope.uid) == report


def test_a_report_that_is_not_what_its_sender_meant_is_not_kept(server: Served) -> None:
    part = one(bench_report())
    part.body.lines.said_values[0] += 1
    told = submit(server, part)
    assert (told.status, told.json["code"]) == (500, "data_loss")
    assert not ask_sql(server, "SELECT 1 FROM report WHERE uid = ?", part.report_uid)


def test_raw_output_comes_before_the_report_that_names_it(server: Served, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.write_bytes(os.urandom(1_000))
    report = bench_report(artifact=raw)
    (artifact,) = report.artifacts
    told = submit(server, one(report))
    assert told.json["code"] == "failed_precondition"
    assert artifact.sha256 in told.message
    assert told.json["details"][0]["type"] == "benchhub.rpc.v1.MissingArtifacts"
    assert server.ask("PUT", f"/api/artifacts/{artifact.sha256}", raw.read_bytes()).status == 201
    assert state_of(submit(server, one(report))) == "STORED"
    wait_until_projected(server)
    assert server.ask("GET", f"/api/artifacts/{report.envelope.uid}/stdout").body == raw.read_bytes()


# -- in parts ----------------------------------------------------------------------------------------------------------


def test_a_report_in_parts_is_seen_when_it_is_whole(server: Served) -> None:
    report = bench_report(200, 3, 10)
    parts = to_parts(report, bytes_max=20_000)
    assert len(parts) > 3
    for part in reversed(parts[1:]):
        assert state_of(submit(server, part)) == "STAGED"
    assert not ask_sql(server, "SELECT 1 FROM report WHERE uid = ?", report.envelope.uid)
    assert state_of(submit(server, parts[2])) == "STAGED"
    assert state_of(submit(server, parts[0])) == "STORED"
    assert kept(server, report.envelope.uid) == report
    assert ask_sql(server, "SELECT 1 FROM staged_part WHERE uid = ?", report.envelope.uid) == []
    assert state_of(submit(server, parts[0])) == "DUPLICATE"


def test_an_answer_tells_which_parts_are_missing(server: Served) -> None:
    parts = to_parts(bench_report(200, 3, 10), bytes_max=30_000)
    body = parts[1].SerializeToString()
    headers = {"content_type": "application/proto", "connect_protocol_version": "1"}
    assert server.ask("POST", SUBMIT, body, **headers).status == 200
    missing = {row[0] for row in ask_sql(server, "SELECT seq FROM staged_part WHERE uid = ?", parts[0].report_uid)}
    assert missing == {1}


def test_the_last_part_may_come_many_times_at_once(server: Served) -> None:
    for seed in range(5):
        report = bench_report(200, 3, 10, seed=100 + seed)
        parts = to_parts(report, bytes_max=30_000)
        for part in parts[:-1]:
            submit(server, part)
        with ThreadPoolExecutor(6) as senders:
            states = sorted(map(state_of, senders.map(lambda _, part=parts[-1]: submit(server, part), range(6))))
        assert states == ["DUPLICATE"] * 5 + ["STORED"]
        assert kept(server, report.envelope.uid) == report
        assert ask_sql(server, "SELECT 1 FROM staged_part WHERE uid = ?", report.envelope.uid) == []


def test_parts_that_make_another_report_are_dropped_and_may_come_again(server: Served) -> None:
    report = bench_report(200, 3, 10)
    parts = to_parts(report, bytes_max=30_000)
    spoiled = to_parts(bench_report(200, 3, 10, seed=2), bytes_max=30_000)[1]
    spoiled.report_uid, spoiled.sha256 = parts[1].report_uid, parts[1].sha256
    answers = [submit(server, part) for part in (parts[0], spoiled, *parts[2:])]
    assert answers[-1].json["code"] == "data_loss"
    assert [state_of(submit(server, part)) for part in parts] == ["STAGED"] * (len(parts) - 1) + ["STORED"]
    assert kept(server, report.envelope.uid) == report


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"report_uid": "x" * 36}, "no UUIDv7"),
        ({"report_uid": "01890000-0000-4000-8000-000000000001"}, "no UUIDv7"),
        ({"part_index": 1}, "part 1 of 1 is none"),
        ({"part_index": 3, "part_count": 3}, "part 3 of 3 is none"),
        ({"part_count": 4_000_000_000}, "is none: parts count from 0"),
        ({"sha256": "abc"}, "no SHA-256"),
        ({"sha256": ""}, "no SHA-256"),
    ],
    ids=["no uid", "another uuid", "index", "last index", "count", "digest", "empty digest"],
)
def test_words_that_make_no_sense_are_refused(server: Served, changes: dict[str, Any], what: str) -> None:
    part = one(bench_report())
    for name, value in changes.items():
        setattr(part, name, value)
    told = submit(server, part)
    assert (told.status, told.json["code"]) == (400, "invalid_argument")
    assert what in told.message


def test_a_part_without_the_digest_is_refused(server: Served) -> None:
    part = to_parts(bench_report(200, 3, 10), bytes_max=30_000)[0]
    part.ClearField("sha256")
    assert "`sha256` is missing" in submit(server, part).message


# -- which framework, which project, whose -----------------------------------------------------------------------------


def test_a_report_of_an_unknown_framework_fills_the_common_tables_alone(server: Served) -> None:
    table = msgspec.structs.replace(GOBENCH, name="stranger_result")
    report = bench_report(native=(table,), framework=FrameworkFacts("stranger", "1", 1))
    assert state_of(submit(server, one(report))) == "STORED"
    wait_until_projected(server)
    uid = report.envelope.uid
    assert ask_sql(server, "SELECT count(*) FROM results WHERE run_uid = ?", uid) == [(6,)]
    assert not ask_sql(server, "SELECT 1 FROM sqlite_master WHERE name = 'stranger_result'")


def test_nobody_makes_a_table_or_a_column_by_a_report(server: Served) -> None:
    extra = Column("x", "text", "fact:procs", "Not declared by gobench.")
    tables = (
        msgspec.structs.replace(GOBENCH, columns=(*GOBENCH.columns, extra)),
        msgspec.structs.replace(GOBENCH, name="mine"),
        msgspec.structs.replace(GOBENCH, name="pytest_result"),
    )
    report = bench_report(native=tables)
    assert state_of(submit(server, one(report))) == "STORED"
    wait_until_projected(server)
    run_id = ask_sql(server, "SELECT id FROM run WHERE uid = ?", report.envelope.uid)[0]
    assert ask_sql(server, "SELECT count(*) FROM gobench_result WHERE run_id = ?", *run_id) == [(3,)]
    assert ask_sql(server, "SELECT count(*) FROM pytest_result WHERE run_id = ?", *run_id) == [(0,)]
    assert not ask_sql(server, "SELECT 1 FROM pragma_table_info('gobench_result') WHERE name = 'x'")
    assert not ask_sql(server, "SELECT 1 FROM sqlite_master WHERE name = 'mine'")


def test_what_waited_for_a_framework_is_projected_when_it_comes(server: Served) -> None:
    report = bench_report(4)
    assert state_of(submit(server, one(report))) == "STORED"
    wait_until_projected(server)
    # As a server that has never heard of gobench would have it.
    assert server.stop() == 0
    with open_database(server.database) as database, database.transaction(durable=True):
        for sql in (
            "DROP VIEW gobench_results",
            "DROP TABLE gobench_result",
            "DELETE FROM native_table WHERE name = 'gobench_result'",
            "DELETE FROM setting WHERE name = 'framework.gobench'",
        ):
            database.connection.execute(sql)
    server.start()
    wait_until_projected(server)
    rows = ask_sql(
        server,
        "SELECT count(*) FROM gobench_result g JOIN run r ON r.id = g.run_id WHERE r.uid = ?",
        report.envelope.uid,
    )
    assert rows == [(4,)]


@pytest.fixture(scope="module")
def limited(server: Served) -> str:
    with open_database(server.database) as database:
        made = make_token(
            database, User("CI"), name="ci", scopes=["report", "read"], projects=["example.com/them/thing"]
        )
    return made.text


def test_a_token_for_one_project_reports_to_no_other(server: Served, limited: str) -> None:
    assert state_of(submit(server, one(bench_report()), token=limited)) == "STORED"
    other = bench_report(project=Project(Repository("example.com", "them", "other"), ".", "other"))
    told = submit(server, one(other), token=limited)
    assert (told.status, told.json["code"]) == (404, "not_found")
    assert "example.com/them/other" in told.message
    for part in to_parts(bench_report(100, project=other.envelope.project), bytes_max=4_000)[:1]:
        assert submit(server, part, token=limited).status == 404
    assert not ask_sql(server, "SELECT 1 FROM staged_part WHERE uid = ?", part.report_uid)


def test_which_reports_are_here_is_told(server: Served, limited: str) -> None:
    mine = bench_report()
    other = bench_report(project=Project(Repository("example.com", "them", "other"), ".", "other"))
    assert [state_of(submit(server, one(report))) for report in (mine, other)] == ["STORED"] * 2
    wait_until_projected(server)
    uids = [other.envelope.uid, "01a00000-0000-7000-8000-000000000000", mine.envelope.uid]
    known = server.rpc("ReportService/HasReports", {"uids": uids}).json["known"]
    assert [row["uid"] for row in known] == [uids[0], uids[2]]
    assert known[1]["sha256"] == one(mine).sha256
    seen = server.rpc("ReportService/HasReports", {"uids": uids}, token=limited).json["known"]
    assert [row["uid"] for row in seen] == [uids[2]]


def test_what_was_removed_counts_as_here_and_stays_removed(server: Served) -> None:
    report = bench_report()
    assert state_of(submit(server, one(report))) == "STORED"
    wait_until_projected(server)
    assert server.bh("rm", report.envelope.uid, "--yes").returncode == 0
    assert server.rpc("ReportService/HasReports", {"uids": [report.envelope.uid]}).json["known"][0]["isRemoved"]
    told = submit(server, one(report))
    assert told.json["code"] == "failed_precondition"
    assert "was removed by" in told.message


def test_a_report_that_cannot_be_projected_is_set_aside_and_blocks_nobody(server: Served) -> None:
    report = bench_report()
    assert state_of(submit(server, one(report))) == "STORED"
    wait_until_projected(server)
    with closing(server_database(server)) as database, database.transaction(durable=True):
        run_id = database.connection.execute("SELECT id FROM run WHERE uid = ?", (report.envelope.uid,)).fetchone()[0]
        database.connection.execute("UPDATE report SET body = x'00' WHERE id = ?", (run_id,))
        database.connection.execute("UPDATE projection SET state = 'todo' WHERE report_id = ?", (run_id,))
    later = bench_report()
    assert state_of(submit(server, one(later))) == "STORED"
    wait_until_projected(server)
    assert server.ask("GET", "/readyz").json["reports_set_aside"] == 1
    assert ask_sql(server, "SELECT count(*) FROM results WHERE run_uid = ?", later.envelope.uid) == [(6,)]
    check = json.loads(server.bh("db", "check", "--json").stdout)
    assert [finding["kind"] for finding in check["findings"]] == ["set-aside"]


def server_database(server: Served) -> Any:  # noqa: ANN401 -- a database
    return open_database(server.database)
