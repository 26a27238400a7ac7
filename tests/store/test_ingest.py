"""Intake: a report becomes durable once, whatever else happens."""

from pathlib import Path

import msgspec
import pytest

from benchhub.errors import ConflictError, StoreError
from benchhub.model.report import ArtifactRef, Report
from benchhub.store import ingest as intake
from benchhub.store.database import Database
from benchhub.store.ingest import artifact_chunks, ingest, load_report
from benchhub.store.keeper import Keeper
from store.backends import only, rows
from store.factory import artifact_of, bench_report


def test_the_same_report_twice_is_one_report(database: Database) -> None:
    report = bench_report()
    first, second = ingest(database, report), ingest(database, report)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.report_id == second.report_id
    assert only(database, "SELECT count(*) FROM report") == 1


def test_the_same_run_with_another_body_is_a_conflict_and_changes_nothing(database: Database, keeper: Keeper) -> None:
    report = bench_report(seed=1)
    keeper.keep(report)
    other = msgspec.structs.replace(bench_report(seed=2), envelope=report.envelope)
    before = rows(database, "SELECT * FROM results")
    with pytest.raises(ConflictError, match=report.envelope.uid):
        keeper.keep(other)
    assert rows(database, "SELECT * FROM results") == before


def test_a_report_that_went_through_a_file_is_still_the_same(database: Database) -> None:
    report = bench_report()
    ingest(database, report)
    again = msgspec.json.decode(msgspec.json.encode(report), type=Report)
    assert not ingest(database, again).is_new


def test_a_report_comes_back_as_it_went_in(database: Database, tmp_path: Path) -> None:
    (tmp_path / "stdout").write_bytes(b"BenchmarkX 1 2 ns/op\n")
    report = bench_report(artifact=tmp_path / "stdout")
    loaded = load_report(database, ingest(database, report).report_id)
    assert (loaded.envelope, loaded.catalog, loaded.body) == (report.envelope, report.catalog, report.body)
    assert [(a.name, a.sha256, a.size_bytes) for a in loaded.artifacts] == [
        (a.name, a.sha256, a.size_bytes) for a in report.artifacts
    ]


def test_parameters_keep_the_order_in_which_they_were_written(database: Database) -> None:
    report = bench_report(cases=1)
    params = {"size": report.catalog.cases[0].params["size"], "alg": report.catalog.cases[0].params["size"]}
    case = msgspec.structs.replace(report.catalog.cases[0], params=params)
    report = msgspec.structs.replace(report, catalog=msgspec.structs.replace(report.catalog, cases=(case,)))
    loaded = load_report(database, ingest(database, report).report_id)
    assert list(loaded.catalog.cases[0].params) == ["size", "alg"]


@pytest.mark.parametrize("in_file", [False, True], ids=["in the database", "in a file beside it"])
def test_raw_bytes_come_back_as_they_were(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, in_file: bool
) -> None:
    monkeypatch.setattr(intake, "LARGE_BYTES_MIN", 1 if in_file else 1 << 30)
    data = b"\x00\xff\n" * 300_000
    (tmp_path / "stdout").write_bytes(data)
    report = bench_report(artifact=tmp_path / "stdout")
    ingest(database, report)
    assert b"".join(artifact_chunks(database, report.artifacts[0].sha256)) == data
    assert (only(database, "SELECT data FROM blob") is None) == in_file


def test_artifacts_keep_their_order_and_may_share_bytes_and_names(database: Database, tmp_path: Path) -> None:
    for name, data in (("b", b"one"), ("a", b"two"), ("c", b"one")):
        (tmp_path / name).write_bytes(data)
    artifacts = tuple(artifact_of(tmp_path / name, "file") for name in ("b", "a", "c"))
    report = msgspec.structs.replace(bench_report(), artifacts=artifacts)
    loaded = load_report(database, ingest(database, report).report_id)
    assert [a.sha256 for a in loaded.artifacts] == [a.sha256 for a in artifacts]
    assert only(database, "SELECT count(*) FROM blob") == 2


def test_an_artifact_that_vanished_is_a_store_error_and_keeps_nothing(database: Database) -> None:
    lost = ArtifactRef("stdout", "output", "00" * 32, 4, "/nowhere/stdout")
    with pytest.raises(StoreError, match="stdout"):
        ingest(database, msgspec.structs.replace(bench_report(), artifacts=(lost,)))
    assert only(database, "SELECT count(*) FROM report") == 0


def test_bytes_that_are_gone_are_named(database: Database, tmp_path: Path) -> None:
    (tmp_path / "stdout").write_bytes(b"x")
    report = bench_report(artifact=tmp_path / "stdout")
    ingest(database, report)
    database.execute("UPDATE blob SET data = NULL")
    with pytest.raises(StoreError, match=report.artifacts[0].sha256[:12]):
        list(artifact_chunks(database, report.artifacts[0].sha256))
