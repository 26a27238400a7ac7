"""Both databases say the same of the same reports, row for row and column for column."""

import random
from collections.abc import Iterator
from math import isclose
from pathlib import Path

import msgspec
import pytest

from benchhub.errors import UserError
from benchhub.flows.collect import collect
from benchhub.flows.parse_output import recognise, streams_of
from benchhub.flows.spool import artifact_of
from benchhub.model.circumstance import User
from benchhub.model.rename import Rename
from benchhub.model.report import Report
from benchhub.plugin.registry import frameworks
from benchhub.store.check import check
from benchhub.store.database import Database
from benchhub.store.ingest import ingest
from benchhub.store.keeper import Keeper
from benchhub.store.postgres import PostgresDatabase
from benchhub.store.projection import project, reproject
from benchhub.store.remarks import add_note, add_tags
from benchhub.store.removing import remove_runs, undo_removal
from benchhub.store.renaming import rename
from benchhub.store.sqlite import SqliteDatabase
from store.everything import SQLITE_DIGITS, Everything, everything
from store.factory import bench_report, envelope, outcome_report, revision

CAPTURES = sorted(Path(__file__).parents[1].glob("frameworks/*/captured/*"))
LOOKED_AT_EVERY = 12
"""Of the captures, where nobody has minutes."""
OF_ARRAYS = frozenset({"samples", "history", "resource_samples"})
ADA = User("Ada")


def read(place: Path, number: int) -> Report | None:
    """Return the report of what a real tool printed, ``None`` where nobody recognises it."""
    files = [place] if place.is_file() else [file for file in sorted(place.iterdir()) if file.name != "cmd.json"]
    try:
        reader, captured = recognise(streams_of(files), frameworks(), framework=None)
    except UserError:
        return None
    collected = collect(reader.read(captured), cell={})
    facts = msgspec.structs.replace(envelope().framework, name=reader.name, reader_version=reader.version)
    who = envelope(framework=facts, native=reader.tables, label=f"//:{reader.name}", revision=revision(number % 7 + 1))
    artifacts = tuple(artifact_of(file, file.name, "output") for file in files if file.stat().st_size)
    return Report(who, collected.catalog, collected.body, artifacts)


def read_all(captures: list[Path]) -> list[Report]:
    return [report for number, place in enumerate(captures) if (report := read(place, number)) is not None]


def by_hand() -> Iterator[Report]:
    """Yield what tools seldom do: blocks of history, numbers at both ends, every kind of text."""
    for number in range(70):
        yield bench_report(3, 2, 1 + number % 2, seed=number, revision=revision(number % 9 + 1))
    report = bench_report(3, 3, 4, seed=1)
    extremes = [5e-324, 1.7e308, -0.0, 1e-300, "NaN", "Infinity", "-Infinity", 2.0**63, 0.1, 1 / 3, 1e22, 1e-7]
    lines = msgspec.structs.replace(report.body.lines, said_values=(extremes * 3)[:36])
    yield msgspec.structs.replace(report, body=msgspec.structs.replace(report.body, lines=lines))
    texts = [
        "é",
        "日本",
        "😀",
        "a'b\"c",
        "back\\slash",
        "per%cent %s",
        "nul\0nul",
        "new\nline",
        "tab\t",
        "{}",
        "x" * 5_000,
    ]
    yield outcome_report({f"Test{text}": "passed" for text in texts}, label="//:gotest", user=User("O'Br%ian :x"))


@pytest.fixture
def both(file_database: SqliteDatabase, server_database: PostgresDatabase) -> tuple[Database, Database]:
    return file_database, server_database


def keep_in_both(both: tuple[Database, Database], reports: list[Report]) -> None:
    for database in both:
        for report in reports:
            Keeper(database).keep(report)


def test_the_same_reports_give_the_same_rows(both: tuple[Database, Database]) -> None:
    reports = [*by_hand(), *read_all(CAPTURES[::LOOKED_AT_EVERY])]
    assert len({report.envelope.framework.name for report in reports}) > 4
    keep_in_both(both, reports)
    assert_equal(both)
    for database in both:
        add_tags(database, 3, ["good", "a-b"], user=ADA)
        add_note(database, 3, "50 % of it: 'all' of \"it\"", user=ADA)
        rename(database, 1, Rename("case", "example.com/thing", "BenchmarkX", "BenchmarkY"), user=ADA)
        remove_runs(database, [2, 5, 70], user=ADA)
        remove_runs(database, [6], user=ADA)
        undo_removal(database)
    assert_equal(both)


def assert_equal(both: tuple[Database, Database]) -> None:
    assert_same(*(without_clocks(everything(database)) for database in both))
    assert all(check(database, deep=True) == [] for database in both)


def assert_same(one: Everything, other: Everything) -> None:
    assert one.keys() == other.keys()
    for view, rows in one.items():
        assert len(rows) == len(other[view]), view
        for row, counterpart in zip(rows, other[view], strict=True):
            same = map(is_same, row, counterpart) if view in OF_ARRAYS else (row == counterpart,)
            assert all(same), (view, row, counterpart)


def is_same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=SQLITE_DIGITS)
    return one == other


def without_clocks(said: Everything) -> Everything:
    """Return all but when somebody said something: that is another moment in each."""
    ours = {"run_tags", "run_notes", "renames"}
    return {view: list(rows) if view not in ours else [row[:4] for row in rows] for view, rows in said.items()}


@pytest.mark.slow
def test_all_captures_give_the_same_rows(both: tuple[Database, Database]) -> None:
    keep_in_both(both, read_all(CAPTURES))
    assert_equal(both)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_projected_late_twice_in_any_order_or_from_nothing_a_server_says_the_same(
    server_database: PostgresDatabase, file_database: SqliteDatabase, seed: int
) -> None:
    reports = [*by_hand(), *read_all(CAPTURES[seed :: 3 * LOOKED_AT_EVERY])]
    keep_in_both((file_database,), reports)  # type: ignore[arg-type]  # one of them
    ids = [ingest(server_database, report).report_id for report in reports]
    again = [*ids, *ids]
    random.Random(seed).shuffle(again)  # noqa: S311 -- an order
    for report_id in again:
        project(server_database, report_id)
    expected = everything(file_database)
    assert_same(everything(server_database), expected)
    for table in ("measurement", "spread", "head", "series_head", "history_value", "history_block", "context"):
        server_database.execute(f"DELETE FROM {table}")  # noqa: S608 -- our own names
    server_database.execute("UPDATE run SET block_id = NULL")
    reproject(server_database)
    assert_same(everything(server_database), expected)
    assert check(server_database, deep=True) == []
