"""`bh core`: a server starts when all is in order, says where it is, and ends without losing anything."""

import json
import socket
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from benchhub.store.database import open_database
from benchhub.store.keeper import Keeper
from server.serving import Served, bh, environment, served
from store.factory import GOBENCH, bench_report


def test_a_server_says_where_it_listens_and_how_to_log_in(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        assert server.said == {
            "url": server.url,
            "port": server.port,
            "database": str(server.database),
            "token_file": f"{server.database}.token",
        }
        assert server.ask("GET", "/healthz", token=None).body == b"ok\n"
        ready = server.ask("GET", "/readyz", token=None)
        assert (ready.status, ready.json) == (200, {"ready": True, "reports_waiting": 0, "reports_set_aside": 0})


def test_the_first_token_lies_in_private_files_and_is_made_once(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        by_port = tmp_path / "state" / "benchhub" / "servers" / f"{server.port}.token"
        for file in (by_port, Path(server.said["token_file"])):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert file.read_text().strip() == server.token
        assert server.stop() == 0
        assert not by_port.exists()
        first = server.token
        server.start()
        assert server.token == first
    with closing(sqlite3.connect(server.database)) as connection:
        assert connection.execute("SELECT count(*) FROM token").fetchone() == (1,)


def test_where_the_private_file_is_gone_no_second_token_is_made(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        assert server.stop() == 0
    server.database.with_name("bench.db.token").rename(tmp_path / "kept")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        told = server.bh("core", "serve", "--port", str(taken.getsockname()[1]), "--json")
    assert told.returncode == 2
    assert not server.database.with_name("bench.db.token").exists()


def test_a_port_that_is_taken_is_told(server: Served) -> None:
    told = bh(
        environment(server.folder), "core", "serve", "--db", str(server.folder / "x.db"), "--port", f"{server.port}"
    )
    assert told.returncode == 2
    assert told.stderr.splitlines()[0] == f"bh: cannot listen on 127.0.0.1 port {server.port}: Address already in use"
    assert "--port takes another" in told.stderr


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--port", "70000"), "no port: a number from 0 to 65535"),
        (("--port", "²"), "no port: a number from 0 to 65535"),
        (("--host", "nowhere.invalid"), "cannot listen on `nowhere.invalid`"),
        (("--url", "bench.example.com"), "no address of a server"),
        (("--framework", "gobench"), "--framework is for `bh core reproject`"),
    ],
    ids=["large port", "strange digit", "host", "url", "option of another action"],
)
def test_words_that_make_no_sense_are_told(tmp_path: Path, words: tuple[str, str], what: str) -> None:
    told = bh(environment(tmp_path), "core", "serve", "--db", str(tmp_path / "x.db"), *words)
    assert told.returncode == 2
    assert what in told.stderr
    assert "Traceback" not in told.stderr
    assert len(told.stderr.splitlines()) <= 6


def test_check_tells_what_is_in_order_and_makes_no_server(tmp_path: Path) -> None:
    told = bh(environment(tmp_path), "core", "check", "--db", str(tmp_path / "x.db"), "--json")
    checked = [json.loads(line) for line in told.stdout.splitlines()]
    assert told.returncode == 0
    assert [one["name"] for one in checked if one["name"] != "framework"] == [
        "disk",
        "reachable",
        "writable",
        "projection",
        "frameworks",
    ]
    assert "gobench" in checked[-1]["what"]


def test_check_says_what_to_do_about_an_older_file(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    open_database(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE schema_version SET version_num = '0001'")
    for action in ("check", "serve"):
        told = bh(environment(tmp_path), "core", action, "--db", str(path))
        assert told.returncode == 4
        assert "schema 0001" in told.stdout + told.stderr
        assert "bh db migrate" in told.stdout + told.stderr


def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("dear reader " * 100)
    told = bh(environment(tmp_path), "core", "serve", "--db", str(path))
    assert told.returncode == 4
    assert path.read_text() == "dear reader " * 100


def test_the_tables_of_every_framework_are_made_at_the_start(tmp_path: Path) -> None:
    with served(tmp_path) as server, closing(sqlite3.connect(server.database)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM native_table")}
        assert {"gobench_result", "gotest_result", "pytest_result"} <= names


def test_what_a_killed_server_left_is_projected_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "bench.db"
    with open_database(path) as database:
        run_id = Keeper(database).keep(bench_report(native=(GOBENCH,)))
        with database.transaction(durable=True):
            database.connection.execute("UPDATE projection SET state = 'todo'")
            for table in ("run", "measurement", "gobench_result"):
                database.connection.execute(f"DELETE FROM {table}")  # noqa: S608 -- our own names
    with served(tmp_path) as server:
        while server.ask("GET", "/readyz").json["reports_waiting"]:
            pass
        assert server.stop() == 0
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT id FROM run").fetchall() == [(run_id,)]
        assert connection.execute("SELECT count(*) FROM gobench_results").fetchone() == (3,)


def test_reproject_works_while_the_server_runs(tmp_path: Path) -> None:
    path = tmp_path / "bench.db"
    with open_database(path) as database:
        Keeper(database).keep(bench_report(native=(GOBENCH,)))
    with served(tmp_path) as server:
        told = server.bh("core", "reproject", "--json")
        assert (told.returncode, json.loads(told.stdout)["reports"]) == (0, 1)
        assert server.bh("core", "reproject", "--framework", "gobenc").returncode == 2
        assert server.ask("GET", "/readyz").json["reports_waiting"] == 0


# -- Host, Origin, ids -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.evil.example:80"])
def test_a_name_that_a_stranger_let_point_here_is_refused(server: Served, host: str) -> None:
    told = server.ask("GET", "/healthz", Host=host)
    assert (told.status, told.json["code"]) == (403, "permission_denied")
    assert "--url" in told.message


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1234", "127.0.0.1", "[::1]:80", socket.gethostname()])
def test_names_of_this_machine_are_let_in(server: Served, host: str) -> None:
    assert server.ask("GET", "/healthz", Host=host).status == 200


def test_pages_of_strangers_may_not_ask(server: Served) -> None:
    for origin in ("https://evil.example", "null"):
        told = server.ask("GET", "/healthz", Origin=origin)
        assert told.status == 403
        assert "may not ask here" in told.message
    assert server.ask("GET", "/healthz", Origin=server.url).status == 200


def test_the_public_name_is_let_in(tmp_path: Path) -> None:
    with served(tmp_path, "--url", "https://bench.example.com/") as server:
        assert server.said["url"] == "https://bench.example.com"
        for headers in ({"Host": "bench.example.com"}, {"Origin": "https://bench.example.com"}):
            assert server.ask("GET", "/healthz", **headers).status == 200


def test_each_answer_has_the_id_of_its_request(server: Served) -> None:
    assert server.ask("GET", "/healthz", x_request_id="from-the-proxy.1").headers["x-request-id"] == "from-the-proxy.1"
    ids = {server.ask("GET", "/healthz", x_request_id="no word" * 20).headers["x-request-id"] for _ in range(2)}
    assert len(ids) == 2
    assert all(len(one) == 16 for one in ids)


def test_metrics_tell_how_late_the_event_loop_is(server: Served) -> None:
    text = server.ask("GET", "/metrics", token=None).body.decode()
    assert "benchhub_event_loop_lag_seconds_max" in text
    assert "benchhub_projections_open" in text


def test_the_log_is_one_json_object_a_line(tmp_path: Path) -> None:
    with served(tmp_path, "--verbose") as server:
        server.ask("GET", "/healthz", x_request_id="seen")
        assert server.stop() == 0
    lines = [json.loads(line) for line in (tmp_path / "server.log").read_text().splitlines()]
    (line,) = [line for line in lines if line.get("request_id") == "seen"]
    assert (line["what"], line["path"], line["status"]) == ("request", "/healthz", 200)
