"""Opening: a file is made, recognised, or refused with what to do."""

import re
import sqlite3
from pathlib import Path

import pytest

from benchhub.errors import StoreError
from benchhub.store.database import SCHEMA_VERSION, Database, open_database
from benchhub.store.keeper import Keeper
from benchhub.store.migrate import migrate, upgrade
from benchhub.store.migration_scripts import MIGRATIONS
from benchhub.store.sqlite import SqliteDatabase
from benchhub.store.statements import split_script, statements, text_of
from store.backends import only
from store.factory import bench_report


def test_a_new_file_is_made_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "bench.db"
    open_database(path).close()
    assert path.exists()


def test_reading_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        open_database(tmp_path / "bench.db", readonly=True)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    open_database(tmp_path / "bench.db").close()
    with open_database(tmp_path / "bench.db", readonly=True) as database, pytest.raises(StoreError, match="readonly"):
        Keeper(database).keep(bench_report())


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = path.read_bytes()
    for action in (open_database, migrate):
        with pytest.raises(StoreError, match="not a BenchHub database"):
            action(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are notes, and nothing else. " * 100)
    with pytest.raises(StoreError, match="not a database") as caught:
        open_database(path)
    assert caught.value.hint is not None
    assert path.read_text().startswith("These are notes")


@pytest.mark.parametrize(("version", "advice"), [("0000", "bh db migrate"), ("9999", "newer bh")])
def test_another_schema_is_refused_with_what_to_do(tmp_path: Path, version: str, advice: str) -> None:
    path = tmp_path / "bench.db"
    with open_database(path) as database:
        database.execute("UPDATE schema_version SET version_num = ?", (version,))
    with pytest.raises(StoreError, match=version) as caught:
        open_database(path)
    assert advice in str(caught.value.hint)


def test_a_newer_file_is_not_migrated_down(tmp_path: Path) -> None:
    path = tmp_path / "bench.db"
    with open_database(path) as database:
        database.execute("UPDATE schema_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="9999"):
        migrate(path)


def test_a_file_of_this_version_needs_no_migration(tmp_path: Path) -> None:
    path = tmp_path / "bench.db"
    open_database(path).close()
    done = migrate(path)
    assert (done.before, done.after, done.copy) == (SCHEMA_VERSION, SCHEMA_VERSION, None)


def _an_older_file(path: Path) -> None:
    """Make a file as it was before the first version: nothing but who it belongs to."""
    with sqlite3.connect(path) as connection:
        for statement in split_script(text_of("schema.sql")):
            if "application_id" in statement or "CREATE TABLE schema_version" in statement:
                connection.execute(statement)
    connection.close()


def _a_file_of_the_first_schema(path: Path) -> None:
    """Make a file as the first release made it, with a run in it."""
    connection = sqlite3.connect(path)
    connection.executescript((MIGRATIONS / "versions" / "0001.sql").read_text(encoding="utf-8"))
    connection.executescript(
        """
        INSERT INTO catalog VALUES (1, x'00', x'00');
        INSERT INTO report VALUES (1, '01900000-0000-7000-8000-000000000000', 0, 'gobench', 1, x'00', '{}', 1, x'00');
        INSERT INTO repo (id, host, owner, name) VALUES (1, 'example.com', 'them', 'thing');
        INSERT INTO project VALUES (1, 1, '.', 'thing');
        INSERT INTO bench_case VALUES (1, 1, x'00', 'bench', 'gobench', 'suite', 'X', 'X', '{}', '');
        INSERT INTO resolved_catalog VALUES (1, 1, 'gobench', '{"case_ids":[1]}');
        """
    )
    connection.close()


def _schema(path: Path) -> list[tuple[str, ...]]:
    with open_database(path, readonly=True) as database:
        objects = list(database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2"))
        columns = [
            (kind, name, *column)
            for kind, name, *_ in objects
            if kind in {"table", "view"}
            for column in database.execute("SELECT * FROM pragma_table_xinfo(?)", (name,))
        ]
        return objects + columns


def test_a_migrated_file_is_the_same_as_a_new_one(tmp_path: Path) -> None:
    _an_older_file(tmp_path / "old.db")
    upgrade(tmp_path / "old.db")
    open_database(tmp_path / "new.db").close()
    assert _schema(tmp_path / "old.db") == _schema(tmp_path / "new.db")
    with open_database(tmp_path / "old.db") as database:
        Keeper(database).keep(bench_report())


def test_a_file_of_the_first_schema_migrates_to_that_of_a_new_one(tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    _a_file_of_the_first_schema(old)
    with pytest.raises(StoreError, match="0001"):
        open_database(old)
    done = migrate(old)
    assert (done.before, done.after) == ("0001", SCHEMA_VERSION)
    open_database(tmp_path / "new.db").close()
    assert _schema(old) == _schema(tmp_path / "new.db")
    with open_database(old) as database:
        assert only(database, "SELECT count(*) FROM report") == 1
        Keeper(database).keep(bench_report())
        assert only(database, "SELECT count(*) FROM results") == 6
        assert list(database.execute("PRAGMA foreign_key_check")) == []


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    _an_older_file(path)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE test_result (in_the_way)")
    connection.close()
    with pytest.raises(StoreError, match="test_result"):
        upgrade(path)
    with sqlite3.connect(path) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    assert names == {"schema_version", "test_result"}


def test_a_migration_keeps_a_copy_of_what_was(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with open_database(path) as database:
        Keeper(database).keep(bench_report())
        database.execute("UPDATE schema_version SET version_num = '0000'")
    with pytest.raises(StoreError, match="0000"):  # Nobody knows that version.
        migrate(path)
    with sqlite3.connect(tmp_path / "old.db.0000") as connection:
        assert connection.execute("SELECT count(*) FROM run").fetchone() == (1,)
    connection.close()


def _put_and_fail(database: Database) -> None:
    database.do("put_user", name="Ada", email=None)
    what = "on purpose"
    raise StoreError(what)


def test_what_fails_inside_a_transaction_leaves_it(database: Database) -> None:
    with pytest.raises(StoreError), database.transaction(durable=True):
        _put_and_fail(database)
    assert only(database, 'SELECT count(*) FROM "user"') == 0
    with database.transaction(durable=False):
        database.do("put_user", name="Ada", email=None)
    assert only(database, 'SELECT count(*) FROM "user"') == 1


def test_a_full_disk_is_a_store_error_and_the_database_goes_on(file_database: SqliteDatabase) -> None:
    database = file_database
    keeper = Keeper(database)
    keeper.keep(bench_report())
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="full"):
        keeper.keep(bench_report(2_000, 3, 1))
    database.execute("PRAGMA max_page_count = 1000000")
    keeper.keep(bench_report(seed=2))
    assert only(database, "SELECT count(*) FROM runs") >= 2


def test_a_locked_database_is_a_store_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchhub.store.sqlite_opening.BUSY_TIMEOUT_MS", 50)
    with open_database(tmp_path / "bench.db") as one, open_database(tmp_path / "bench.db") as other:
        one.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            Keeper(other).keep(bench_report())
        one.execute("ROLLBACK")
        Keeper(other).keep(bench_report())


def test_a_place_that_cannot_be_written_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError):
        open_database(tmp_path / "file" / "bench.db")


def test_every_named_statement_is_one_that_the_schema_understands(file_database: SqliteDatabase) -> None:
    """A statement that nobody runs in a test would fail on a user's machine."""
    for name, sql in statements().items():
        cursor = file_database.connection.cursor()
        try:
            cursor.execute(f"EXPLAIN {sql}", dict.fromkeys(_parameters(sql)) if ":" in sql else [None] * sql.count("?"))
        except sqlite3.Error as error:
            pytest.fail(f"{name}: {error}")


def _parameters(sql: str) -> list[str]:
    return re.findall(r":(\w+)", sql)
