"""What is told of servers alone: opening, migrating, going on after a crash, and people who write at once."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from benchhub.errors import ConflictError, StoreError, UserError
from benchhub.store import ingest as intake
from benchhub.store.check import check
from benchhub.store.database import SCHEMA_VERSION, Database, open_database
from benchhub.store.ingest import artifact_chunks, ingest
from benchhub.store.keeper import Keeper
from benchhub.store.migrate import migrate, upgrade
from benchhub.store.postgres import PostgresDatabase
from benchhub.store.postgres_opening import connect, open_server
from benchhub.store.projection import project_next
from benchhub.store.pruning import prunable, prune
from benchhub.store.query import run_sql
from benchhub.store.removing import remove_runs
from benchhub.store.statements import split_script, text_of
from postgres_server import PostgresServer, databases
from store.backends import only, rows
from store.factory import bench_report, envelope, revision


@pytest.fixture
def empty() -> Iterator[str]:
    with databases().empty() as address:
        yield address


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """Give a server that survives a crash, and may be made to crash."""
    with PostgresServer(is_durable=True) as server:
        yield server


# -- opening ---------------------------------------------------------------------------------------------------------


def test_an_empty_database_gets_its_tables(empty: str) -> None:
    with open_database(empty) as database:
        Keeper(database).keep(bench_report())
    with open_database(empty, readonly=True) as database:
        assert only(database, "SELECT count(*) FROM runs") == 1


def test_reading_makes_no_tables(empty: str) -> None:
    with pytest.raises(StoreError, match="no tables yet"):
        open_database(empty, readonly=True)
    with connect(empty) as database:
        assert database.all("names_of_tables") == []


def test_a_reader_cannot_write(server_database: PostgresDatabase) -> None:
    address = databases().address(server_database.connection.info.dbname)
    with open_database(address, readonly=True) as reader, pytest.raises(StoreError, match="read-only"):
        Keeper(reader).keep(bench_report())


def test_somebody_elses_tables_are_left_alone(empty: str) -> None:
    with connect(empty) as database:
        database.execute("CREATE TABLE theirs (x integer)")
    for action in (open_database, migrate):
        with pytest.raises(StoreError, match="not a BenchHub database"):
            action(empty)
    with connect(empty) as database:
        assert rows(database, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname = 'theirs'") == [
            ("theirs",)
        ]


@pytest.mark.parametrize(("version", "advice"), [("0000", "bh db migrate"), ("9999", "newer bh")])
def test_another_schema_is_refused_with_what_to_do(empty: str, version: str, advice: str) -> None:
    with open_database(empty) as database:
        database.execute("UPDATE schema_version SET version_num = ?", (version,))
    with pytest.raises(StoreError, match=version) as caught:
        open_database(empty)
    assert advice in str(caught.value.hint)


@pytest.mark.parametrize(
    ("address", "says", "advice"),
    [
        ("postgresql://ada:s3cret@127.0.0.1:1/bench", "refused", "does the server run there"),
        ("postgresql://ada:s3cret@nowhere.invalid/bench", "nowhere.invalid", "name of the server"),
        ("postgresql://ada:s3cret@/bench?host=%2Fno%2Fsuch", "No such file", "does the server run there"),
    ],
)
def test_a_server_that_is_away_is_told_and_no_password(address: str, says: str, advice: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_database(address)
    told = f"{caught.value.what} {caught.value.hint}"
    assert says in told
    assert advice in told
    assert "s3cret" not in told


@pytest.mark.parametrize("address", ["postgresql://ada:s3%cret@host/bench", "postgresql://ada:s3cret@host:port/bench"])
def test_an_address_that_makes_no_sense_is_told_without_it(address: str) -> None:
    with pytest.raises(UserError) as caught:
        open_database(address)
    assert "s3" not in f"{caught.value.what} {caught.value.hint}"


def test_a_database_or_user_that_is_not_there_is_told() -> None:
    with pytest.raises(StoreError, match="does not exist") as caught:
        open_database(databases().address("bh_nobody_made_it"))
    assert "createdb" in str(caught.value.hint)


@pytest.mark.slow
def test_a_wrong_password_is_told_and_not_shown(own_server: PostgresServer) -> None:
    with psycopg.connect(own_server.address("postgres"), autocommit=True) as connection:
        connection.execute("CREATE USER eve PASSWORD 'right'")
        access = own_server.folder / "data" / "pg_hba.conf"
        access.write_text("local all eve scram-sha-256\nlocal all all trust\n")
        connection.execute("SELECT pg_reload_conf()")
    address = own_server.address("postgres", "eve:wr0ng")
    with pytest.raises(StoreError, match="password authentication failed") as caught:
        open_database(address)
    assert "wr0ng" not in f"{caught.value.what} {caught.value.hint}"
    assert "PGPASSWORD" in str(caught.value.hint)


def test_who_may_not_make_tables_is_told(empty: str) -> None:
    with connect(empty) as database:
        database.execute("DROP ROLE IF EXISTS mallory")
        database.execute("CREATE ROLE mallory LOGIN")
    with pytest.raises(StoreError, match="permission denied") as caught:
        open_database(empty.replace("//postgres@", "//mallory@"))
    assert "own" in str(caught.value.hint)


def test_a_database_that_keeps_no_unicode_is_refused() -> None:
    with psycopg.connect(databases().address("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE bh_latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
        try:
            with pytest.raises(StoreError, match="LATIN1"):
                open_database(databases().address("bh_latin"))
        finally:
            connection.execute("DROP DATABASE bh_latin WITH (FORCE)")


# -- migrations ------------------------------------------------------------------------------------------------------


def _schema(database: Database) -> list[tuple[Any, ...]]:
    """Return every column, index, constraint, function and view, as the server describes them."""
    return [
        *rows(
            database,
            "SELECT c.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attstorage"
            " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
            " WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1, 3",
        ),
        *rows(database, "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"),
        *rows(
            database,
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 ORDER BY 1, 2",
        ),
        *rows(
            database,
            "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " ORDER BY 1",
        ),
        *rows(database, "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1"),
    ]


def test_a_migrated_database_is_the_same_as_a_new_one(empty: str, server_database: PostgresDatabase) -> None:
    with connect(empty) as database:
        for statement in split_script(text_of("schema.postgres.sql")):
            if "CREATE TABLE schema_version" in statement:
                database.connection.execute(statement)
        upgrade(database)
    with open_database(empty) as migrated:
        differs = {*_schema(migrated)} ^ {*_schema(server_database)}
        assert {one for one in differs if "schema_version" not in str(one)} == set()
        Keeper(migrated).keep(bench_report())


def test_a_database_of_this_version_needs_no_migration(empty: str) -> None:
    open_database(empty).close()
    done = migrate(empty)
    assert (done.before, done.after, done.copy) == (SCHEMA_VERSION, SCHEMA_VERSION, None)


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty: str) -> None:
    with connect(empty) as database:
        database.execute("CREATE TABLE schema_version (version_num varchar(32) PRIMARY KEY)")
        database.execute("CREATE TABLE test_result (in_the_way integer)")
        with pytest.raises(StoreError, match="test_result"):
            upgrade(database)
    with connect(empty) as database:
        assert [row[0] for row in database.all("names_of_tables")] == ["schema_version", "test_result"]


def test_views_and_columns_are_described_where_psql_shows_it(server_database: PostgresDatabase) -> None:
    told = only(server_database, "SELECT obj_description('results'::regclass)")
    assert told.startswith("One row per run, case and metric")
    assert only(server_database, "SELECT col_description('results'::regclass, 1)") == "Name of the project."


# -- crashes and connections -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_crash_of_the_server(own_server: PostgresServer) -> None:
    with psycopg.connect(own_server.address("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE crash")
    with open_database(own_server.address("crash")) as database:
        for attempt in range(3):
            for number in range(3 * attempt, 3 * attempt + 3):
                ingest(database, bench_report(seed=number))
            own_server.kill()
            with pytest.raises(StoreError):
                ingest(database, bench_report(seed=99))
            own_server.start()
            assert only(database, "SELECT count(*) FROM report") == 3 * attempt + 3
        while project_next(database) is not None:
            pass
        assert only(database, "SELECT count(*) FROM runs") == 9
        assert check(database, deep=True) == []


def test_a_connection_that_was_cut_is_made_again(server_database: PostgresDatabase) -> None:
    keeper = Keeper(server_database)
    keeper.keep(bench_report())
    for use in (
        lambda: only(server_database, "SELECT count(*) FROM runs"),
        lambda: keeper.keep(bench_report(seed=2)),
        lambda: list(run_sql(server_database, "SELECT * FROM runs").rows),
    ):
        _cut(server_database)
        assert use()
    assert only(server_database, "SELECT count(*) FROM runs") == 2


def test_a_connection_that_is_cut_inside_a_transaction_undoes_it(server_database: PostgresDatabase) -> None:
    with pytest.raises(StoreError):
        _write_on_two_connections(server_database)
    assert only(server_database, 'SELECT count(*) FROM "user"') == 0


def _write_on_two_connections(database: PostgresDatabase) -> None:
    with database.transaction(durable=True):
        database.do("put_user", name="Ada", email=None)
        _cut(database)
        database.do("put_user", name="Eve", email=None)


def _cut(database: PostgresDatabase) -> None:
    with psycopg.connect(databases().address(database.connection.info.dbname), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (database.connection.info.backend_pid,))


# -- at once ---------------------------------------------------------------------------------------------------------


def _at_once(address: str, *works: Callable[[PostgresDatabase], Any]) -> list[Any]:
    """Do all at the same time, each with a connection of its own; return what they gave or raised."""
    gave: list[Any] = [None] * len(works)
    ready = threading.Barrier(len(works))

    def do(at: int) -> None:
        with open_server(address) as database:
            ready.wait()
            try:
                gave[at] = works[at](database)
            except Exception as error:  # noqa: BLE001 -- told to the test
                gave[at] = error

    threads = [threading.Thread(target=do, args=(at,)) for at in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return gave


def test_one_report_that_comes_many_times_at_once_is_kept_once(server_database: PostgresDatabase) -> None:
    report = bench_report()
    address = databases().address(server_database.connection.info.dbname)
    gave = _at_once(address, *[lambda database: ingest(database, report)] * 8)
    assert sorted(one.is_new for one in gave) == [False] * 7 + [True]
    assert len({one.report_id for one in gave}) == 1


def test_two_reports_with_one_uid_at_once_are_a_conflict(server_database: PostgresDatabase) -> None:
    uid = bench_report().envelope.uid
    reports = [bench_report(seed=seed, uid=uid) for seed in (1, 2)]
    address = databases().address(server_database.connection.info.dbname)
    gave = _at_once(address, *[lambda database, report=report: ingest(database, report) for report in reports])
    assert sorted(type(one).__name__ for one in gave) == [ConflictError.__name__, "Ingested"]


def test_several_projectors_share_what_waits(server_database: PostgresDatabase) -> None:
    address = databases().address(server_database.connection.info.dbname)
    for seed in range(24):
        ingest(server_database, bench_report(seed=seed, revision=revision(seed + 1)))

    def work(database: Database) -> list[int]:
        done: list[int] = []
        while (report_id := project_next(database)) is not None:
            done.append(report_id)
        return done

    gave = _at_once(address, *[work] * 4)
    assert sorted(report_id for done in gave for report_id in done) == list(range(1, 25))
    assert check(server_database, deep=True) == []


def test_pruning_keeping_and_projecting_go_on_at_once(server_database: PostgresDatabase, tmp_path: Path) -> None:
    address = databases().address(server_database.connection.info.dbname)
    output = tmp_path / "stdout"
    output.write_text("the same in all runs")

    def keep(database: Database, first: int) -> None:
        for seed in range(first, first + 10):
            Keeper(database).keep(bench_report(seed=seed, artifact=output))

    def clean(database: Database) -> None:
        for _ in range(10):
            ids = [row[0] for row in rows(database, "SELECT run_id FROM runs ORDER BY run_id LIMIT 1")]
            remove_runs(database, ids, user=envelope().user)
            prune(database, prunable(database).report_ids, user=envelope().user)

    gave = _at_once(address, lambda d: keep(d, 0), lambda d: keep(d, 100), clean)
    assert gave == [None] * 3
    assert check(server_database, deep=True) == []


@pytest.mark.slow
def test_twenty_processes_that_make_the_tables_and_write_at_once_are_all_kept(empty: str, tmp_path: Path) -> None:
    worker = Path(__file__).with_name("worker.py")
    command = [sys.executable, str(worker), empty]
    workers = [
        subprocess.Popen([*command, str(1 + 3 * number), "3"], stdout=subprocess.PIPE, text=True, cwd=tmp_path)
        for number in range(20)
    ]
    said = [uid for one in workers for uid in one.communicate(timeout=240)[0].split()]
    assert [one.returncode for one in workers] == [0] * 20
    with open_database(empty) as database:
        assert sorted(said) == sorted(row[0] for row in rows(database, "SELECT run_uid FROM runs"))
        assert check(database, deep=True) == []


# -- what the server keeps itself ------------------------------------------------------------------------------------


def test_large_output_is_kept_in_parts_and_goes_with_its_run(
    server_database: PostgresDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LARGE_BYTES_MIN", 1)
    monkeypatch.setattr("benchhub.store.large_parts.PART_BYTES", 10)
    output = tmp_path / "stdout"
    output.write_bytes(bytes(range(256)) * 4)
    report = bench_report(artifact=output)
    Keeper(server_database).keep(report)
    assert only(server_database, "SELECT count(*) FROM large_part") > 20
    assert b"".join(artifact_chunks(server_database, report.artifacts[0].sha256)) == output.read_bytes()
    assert check(server_database, deep=True) == []
    remove_runs(server_database, [1], user=envelope().user)
    prune(server_database, prunable(server_database).report_ids, user=envelope().user)
    assert only(server_database, "SELECT count(*) FROM large_part") == 0


def test_large_output_that_is_gone_is_found(
    server_database: PostgresDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LARGE_BYTES_MIN", 1)
    (tmp_path / "stdout").write_bytes(b"output")
    Keeper(server_database).keep(bench_report(artifact=tmp_path / "stdout"))
    server_database.execute("DELETE FROM large_part")
    assert [finding.kind for finding in check(server_database)] == ["missing-bytes"]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1; COMMIT; DELETE FROM run",
        "WITH gone AS (DELETE FROM run RETURNING 1) SELECT * FROM gone",
        "SELECT set_config('transaction_read_only', 'off', true); DELETE FROM run",
        "EXPLAIN ANALYZE DELETE FROM run",
        "COPY run TO '/tmp/run'",
        "DO $$ BEGIN DELETE FROM run; END $$",
        "SET default_transaction_read_only = off",
        "SELECT * INTO mine FROM runs",
        "SELECT nextval('report_id_seq')",
    ],
)
def test_people_cannot_write_by_any_road(server_database: PostgresDatabase, text: str) -> None:
    Keeper(server_database).keep(bench_report())
    with pytest.raises(UserError):
        list(run_sql(server_database, text).rows)
    assert only(server_database, "SELECT count(*) FROM run") == 1
    assert only(server_database, "SELECT last_value FROM report_id_seq") == 1


def test_what_sqlite_does_not_know_is_told_as_text(server_database: PostgresDatabase) -> None:
    question = (
        "SELECT ARRAY[1, 2], interval '1 h', date '2026-01-02', 1.5, 10::numeric, true, '{\"a\": 1}'::jsonb, NULL"
    )
    assert list(run_sql(server_database, question).rows) == [
        ("{1,2}", "01:00:00", "2026-01-02", 1.5, 10, 1, '{"a":1}', None)
    ]


def test_a_plan_is_shown(server_database: PostgresDatabase) -> None:
    assert "Seq Scan" in next(iter(run_sql(server_database, "EXPLAIN SELECT * FROM report").rows))[0]
