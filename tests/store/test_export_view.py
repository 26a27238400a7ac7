"""Views with filters, and columns with types."""

import pytest

from benchhub.errors import UserError
from benchhub.store.database import Database
from benchhub.store.export import Filters, export_view, type_of, view_columns
from benchhub.store.keeper import Keeper
from benchhub.store.reference import views
from store.factory import bench_report, outcome_report


@pytest.fixture
def filled(database: Database, keeper: Keeper) -> Database:
    keeper.keep(bench_report(2, 2, 3, seed=1))
    keeper.keep(bench_report(2, 2, 3, seed=2, started_at_ms=1_800_000_000_000, finished_at_ms=1_800_000_001_000))
    keeper.keep(outcome_report({"TestA": "passed", "TestB": "failed"}))
    return database


def names(database: Database) -> list[str]:
    """Return our own views; what a tool prints into its native table is the tool's affair."""
    ours = {view.name for view in views()} - {"comparisons"}
    return [row[0] for row in database.all("names_of_views") if row[0] in ours]


def test_every_column_of_every_view_has_a_type(filled: Database) -> None:
    assert len(names(filled)) > 12
    for view in names(filled):
        for name, declared in filled.all("columns_of", name=view):
            assert type_of(name, declared), f"{view}.{name}: its type belongs into store/export.py"


def test_every_value_is_of_its_columns_type(filled: Database) -> None:
    kinds: dict[str, tuple[type, ...]] = {"integer": (int,), "real": (int, float), "text": (str,), "time": (str,)}
    for view in names(filled):
        export = export_view(filled, view, Filters())
        for row in export.rows:
            for column, value in zip(export.columns, row, strict=True):
                assert column.type is not None
                assert value is None or isinstance(value, kinds[column.type]), f"{view}.{column.name}: {value!r}"


def test_all_rows_of_a_view_come_once(filled: Database) -> None:
    for view in names(filled):
        (count,) = filled.execute(f"SELECT count(*) FROM {view}").fetchone()  # noqa: S608 -- our own names
        assert len(list(export_view(filled, view, Filters()).rows)) == count


@pytest.mark.parametrize(
    ("view", "filters", "count"),
    [
        ("results", Filters(run_id=2), 4),
        ("samples", Filters(run_id=2), 12),
        ("results", Filters(since="2027-01-01 00:00:00"), 4),
        ("results", Filters(project="thing", benchmark="BenchmarkX"), 8),
        ("results", Filters(benchmark="Bench*"), 8),
        ("results", Filters(benchmark="Bench"), 0),
        ("results", Filters(project="other"), 0),
        ("tests", Filters(benchmark="TestB"), 1),
    ],
)
def test_filters_leave_what_they_say(filled: Database, view: str, filters: Filters, count: int) -> None:
    assert len(list(export_view(filled, view, filters).rows)) == count


def test_a_view_that_is_not_there_or_cannot_be_filtered_so_is_told(filled: Database) -> None:
    with pytest.raises(UserError) as told:
        view_columns(filled, "sampels")
    assert told.value.hint == "did you mean `samples`?"
    with pytest.raises(UserError, match=r"no `started_at` that --since"):
        export_view(filled, "benchmarks", Filters(since="2027-01-01 00:00:00"))
    with pytest.raises(UserError, match="no view `run`"):
        export_view(filled, "run", Filters())
    with pytest.raises(UserError, match="too large"):
        export_view(filled, "comparisons", Filters())
