"""People's SQL: answered, read-only, limited, and helped."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchhub.errors import UserError
from benchhub.store.database import Database, open_database
from benchhub.store.keeper import Keeper
from benchhub.store.query import run_sql
from store.factory import bench_report


@pytest.fixture
def reader(database: Database, location: Path | str) -> Iterator[Database]:
    Keeper(database).keep(bench_report())
    with open_database(location, readonly=True) as opened:
        yield opened


def test_samples_are_selectable_in_plain_sql(reader: Database) -> None:
    answer = run_sql(reader, "SELECT metric, count(*) AS many FROM samples GROUP BY metric ORDER BY metric")
    assert answer.columns == ["metric", "many"]
    assert [tuple(row) for row in answer.rows] == [("allocated", 3), ("time", 3)]


def test_names_in_the_question_take_values(reader: Database) -> None:
    answer = run_sql(reader, "SELECT count(*) FROM results WHERE metric = :metric", {"metric": "time"})
    assert [tuple(row) for row in answer.rows] == [(3,)]


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM run",
        "UPDATE run SET status = 'failed'",
        "INSERT INTO \"user\" (name) VALUES ('Eve')",
        "DROP TABLE run",
        "CREATE TABLE mine (x)",
        "CREATE TEMP TABLE mine (x)",
        "ATTACH '{other}' AS other",
        "VACUUM INTO '{other}'",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA user_version = 7",
        "BEGIN",
        "SELECT load_extension('{other}')",
    ],
)
def test_nothing_can_be_written_attached_or_loaded(reader: Database, tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError):
        list(run_sql(reader, text.replace("{other}", str(tmp_path / "other.db"))).rows)
    assert not (tmp_path / "other.db").exists()
    assert [tuple(row) for row in run_sql(reader, "SELECT count(*) FROM runs").rows] == [(1,)]


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("SELECT * FROM result", "did you mean `results`?"),
        ("SELECT * FROM nothing_like_it", "the views are"),
        ("SELECT benchmrak FROM results", "did you mean `benchmark`?"),
        ("SELECT r.vlaue FROM results r", "did you mean `value`?"),
    ],
)
def test_what_is_misspelt_is_helped(reader: Database, text: str, advice: str) -> None:
    with pytest.raises(UserError) as caught:
        run_sql(reader, text)
    assert advice in str(caught.value.hint)


@pytest.mark.parametrize("text", ["", "-- a comment", "SELEKT 1", "SELECT 1; SELECT 2", "SELECT :absent"])
def test_what_is_no_question_is_a_user_error(reader: Database, text: str) -> None:
    with pytest.raises(UserError):
        run_sql(reader, text)


def test_a_question_that_takes_too_long_is_ended(reader: Database) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(UserError, match="took more than"):
        list(run_sql(reader, endless, seconds_max=0.2).rows)
    assert [tuple(row) for row in run_sql(reader, "SELECT count(*) FROM runs").rows] == [(1,)]
