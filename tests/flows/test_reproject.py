"""Reading the past again: what changes, what stays, and what is left alone."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from benchhub.errors import SetAsideError
from benchhub.flows.keep_run import keep_run
from benchhub.flows.reproject import reproject
from benchhub.flows.spool import Unfinished, open_run_spool
from benchhub.model.case import Case
from benchhub.model.place import Target
from benchhub.model.record import Record, Result, Unread
from benchhub.model.report import ArtifactRef, Column, NativeTable, Report
from benchhub.plugin.contract import Captured, Framework, Plan, PlanRequest, Tree
from benchhub.store.check import check
from benchhub.store.database import Database, open_database
from benchhub.store.ingest import load_report
from benchhub.store.keeper import Keeper
from store.factory import TIME, bench_report, envelope


class Options(msgspec.Struct):
    """None."""


class Lines:
    """A framework whose output is one number a line; its second version also reads names."""

    name: ClassVar[str] = "lines"
    version: ClassVar[int] = 2
    format: ClassVar[str] = "lines"
    options: ClassVar[type[msgspec.Struct]] = Options
    tables: ClassVar[tuple[NativeTable, ...]] = (
        NativeTable("lines_result", "results", (Column("ns", "real", "unit:ns/op", "As printed."),)),
    )

    def detect(self, tree: Tree) -> Iterable[Target]:  # noqa: ARG002 -- nothing is found by itself
        return ()

    def plan(self, request: PlanRequest) -> Plan:  # noqa: ARG002 -- nothing is run
        return Plan()

    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:  # noqa: ARG002 -- no log is asked for
        for stream in captured.streams:
            for number, line in enumerate(b"".join(stream.open()).decode().splitlines(), 1):
                name, _, value = line.rpartition(" ")
                try:
                    yield Result(Case(captured.label, name or "unnamed"), (TIME,), [float(value)])
                except ValueError:
                    yield Unread(number, "no-number", line)

    def sniff(self, head: bytes, name: str) -> float:  # noqa: ARG002 -- nobody asks
        return 0.0


LINES: Framework = Lines()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "bench.db") as opened:
        yield opened


def kept(database: Database, folder: Path, text: str, status: str = "passed") -> int:
    """Keep a run as the reader's first version read it: not at all."""
    path = folder / "stdout"
    path.write_text(text)
    data = path.read_bytes()
    artifact = ArtifactRef("stdout", "output", hashlib.sha256(data).hexdigest(), len(data), str(path))
    facts = msgspec.structs.replace(envelope().framework, name="lines", reader_version=1)
    who = envelope(framework=facts, native=(), status=status)
    return Keeper(database).keep(Report(who, artifacts=(artifact,)))


def said(database: Database, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in database.execute(sql)]


def test_a_better_reader_reads_the_past_again(database: Database, tmp_path: Path) -> None:
    run_id = kept(database, tmp_path, "sort 1e9\nsort 3e9\nwhat\n")
    assert said(database, "SELECT * FROM results") == []
    done = reproject(database, {"lines": LINES}, is_reread=True)
    assert (done.reports, done.reread, done.complaints) == (1, 1, ())
    assert said(database, "SELECT run_id, benchmark, value, n FROM results") == [(run_id, "sort", 2.0, 2)]
    assert said(database, "SELECT ns FROM lines_results ORDER BY seq") == [(1e9,), (3e9,)]
    assert said(database, "SELECT why, text FROM unread_lines") == [("no-number", "what")]
    assert said(database, "SELECT reader_version FROM report") == [(2,)]
    assert check(database, deep=True) == []


def test_without_reread_the_past_stays_as_it_was_read(database: Database, tmp_path: Path) -> None:
    kept(database, tmp_path, "sort 1e9\n")
    assert reproject(database, {"lines": LINES}).reread == 0
    assert said(database, "SELECT * FROM results") == []


def test_the_same_run_coming_again_is_still_known(database: Database, tmp_path: Path) -> None:
    run_id = kept(database, tmp_path, "sort 1e9\n")
    before = load_report(database, run_id)
    reproject(database, {"lines": LINES}, is_reread=True)
    path = tmp_path / "stdout"
    artifacts = tuple(msgspec.structs.replace(artifact, path=str(path)) for artifact in before.artifacts)
    assert Keeper(database).keep(msgspec.structs.replace(before, artifacts=artifacts)) == run_id
    assert said(database, "SELECT value FROM results") == [(1.0,)]


def test_an_interrupted_run_stays_interrupted(database: Database, tmp_path: Path) -> None:
    kept(database, tmp_path, "sort 1e9\n", "interrupted")
    reproject(database, {"lines": LINES}, is_reread=True)
    assert said(database, "SELECT status FROM runs") == [("interrupted",)]


def test_a_run_whose_bytes_are_gone_keeps_what_was_read_and_is_told(database: Database, tmp_path: Path) -> None:
    kept(database, tmp_path, "sort 1e9\n")
    reproject(database, {"lines": LINES}, is_reread=True)
    database.execute("UPDATE blob SET data = NULL")
    done = reproject(database, {"lines": LINES}, is_reread=True)
    assert (done.reread, done.complaint_count) == (0, 1)
    assert "gone" in done.complaints[0]
    assert said(database, "SELECT value FROM results") == [(1.0,)]


def test_a_run_whose_framework_is_gone_keeps_what_was_read_and_is_told(database: Database, tmp_path: Path) -> None:
    kept(database, tmp_path, "sort 1e9\n")
    done = reproject(database, {}, is_reread=True)
    assert "`lines`" in done.complaints[0]


def test_only_the_framework_that_was_asked_for_is_read_again(database: Database, tmp_path: Path) -> None:
    kept(database, tmp_path, "sort 1e9\n")
    Keeper(database).keep(bench_report())
    assert reproject(database, {"lines": LINES}, framework="lines", is_reread=True).reports == 1


def test_a_run_that_cannot_be_projected_leaves_the_spool_and_is_told(database: Database, tmp_path: Path) -> None:
    report = bench_report()
    lines = msgspec.structs.replace(report.body.lines, case=[99] * len(report.body.lines.case))
    broken = msgspec.structs.replace(report, body=msgspec.structs.replace(report.body, lines=lines))
    spool = open_run_spool(tmp_path / "spool", Unfinished(report.envelope))
    with pytest.raises(SetAsideError):
        keep_run(broken, spool, lambda: Keeper(database))
    assert list((tmp_path / "spool").iterdir()) == []
    assert said(database, "SELECT uid FROM report") == [(report.envelope.uid,)]
