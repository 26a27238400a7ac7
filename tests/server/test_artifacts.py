"""Artifacts over HTTP: by digest, resumed where they broke off, sent once, and read by whoever may see the run."""

import hashlib
import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from benchhub.model.access import Scope
from benchhub.model.circumstance import User
from benchhub.store.database import open_database
from benchhub.store.keeper import Keeper
from benchhub.store.tokens import make_token
from server.serving import Served
from store.factory import bench_report


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(server: Served, data: bytes, **headers: str) -> int:
    return server.ask("PUT", f"/api/artifacts/{digest(data)}", data, **headers).status


def token_of(server: Served, name: str, *scopes: Scope) -> str:
    with open_database(server.database) as database:
        return make_token(database, User(name), name="test", scopes=scopes).text


def test_bytes_are_kept_once(server: Served) -> None:
    data = os.urandom(300_000)
    path = f"/api/artifacts/{digest(data)}"
    assert server.ask("HEAD", path).status == 404
    first = server.ask("PUT", path, data)
    assert (first.status, first.headers["upload-complete"]) == (201, "?1")
    here = server.ask("HEAD", path)
    assert (here.status, here.headers["upload-offset"], here.headers["upload-complete"]) == (200, "300000", "?1")
    assert server.ask("PUT", path, data).status == 200
    with open_database(server.database, readonly=True) as database:
        assert database.connection.execute("SELECT count(*) FROM blob WHERE size_bytes = 300000").fetchone() == (1,)


def test_what_broke_off_goes_on_where_it_ended(server: Served) -> None:
    data = os.urandom(3_000_000)
    path = f"/api/artifacts/{digest(data)}"
    with closing(socket.create_connection(("127.0.0.1", server.port))) as line:
        head = f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.token}\r\n"
        line.sendall(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data[:2_000_000])
    while int(offset := server.ask("HEAD", path).headers.get("upload-offset", "0")) < 2_000_000:
        pass
    assert int(offset) == 2_000_000
    rest = f"bytes 2000000-{len(data) - 1}/{len(data)}"
    assert server.ask("PUT", path, data[2_000_000:], content_range=rest).status == 201
    assert server.ask("HEAD", path).headers["upload-offset"] == "3000000"


def test_who_sends_again_takes_over_from_a_line_that_is_silent(server: Served) -> None:
    data = os.urandom(100_000)
    path = f"/api/artifacts/{digest(data)}"
    with closing(socket.create_connection(("127.0.0.1", server.port))) as line:
        head = f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.token}\r\n"
        line.sendall(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data[:50_000])
        while not list(Path(f"{server.database}.arriving").glob(f"{digest(data)}*")):
            pass
        assert server.ask("PUT", path, data).status == 201
        assert b"HTTP/1.1 409" in line.recv(1_000)
    assert server.ask("HEAD", path).headers["upload-complete"] == "?1"


def test_who_sends_the_same_bytes_at_the_same_time_waits_and_is_told_that_they_are_here(server: Served) -> None:
    data = os.urandom(300_000)
    path = f"/api/artifacts/{digest(data)}"

    def slowly() -> Iterator[bytes]:
        for at in range(0, len(data), 50_000):
            yield data[at : at + 50_000]
            time.sleep(0.3)

    with ThreadPoolExecutor(3) as senders:
        first = senders.submit(server.ask, "PUT", path, slowly())
        while not list(Path(f"{server.database}.arriving").glob(f"{digest(data)}*")):
            pass
        others = [senders.submit(server.ask, "PUT", path, data) for _ in range(2)]
        assert first.result().status == 201
        assert [other.result().status for other in others] == [200, 200]


def test_pieces_may_be_sent_one_by_one(server: Served) -> None:
    data = os.urandom(1_000)
    path = f"/api/artifacts/{digest(data)}"
    told = [
        server.ask("PUT", path, data[first : last + 1], content_range=f"bytes {first}-{last}/1000").status
        for first, last in ((0, 399), (400, 799), (800, 999))
    ]
    assert told == [202, 202, 201]


def test_a_body_without_a_length_is_taken_as_curl_sends_it(server: Served) -> None:
    data = b"line of a log\n" * 1_000

    def pieces() -> Iterator[bytes]:
        yield data[:5_000]
        yield data[5_000:]

    assert server.ask("PUT", f"/api/artifacts/{digest(data)}", pieces()).status == 201


def test_other_bytes_than_the_name_says_are_dropped(server: Served) -> None:
    path = f"/api/artifacts/{digest(b'meant')}"
    told = server.ask("PUT", path, b"other")
    assert (told.status, told.json["code"]) == (500, "data_loss")
    assert server.ask("HEAD", path).status == 404
    assert server.ask("PUT", path, b"meant").status == 201


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("bytes 500-999/1000", "out_of_range"),
        ("bytes 0-1000/1000", "out_of_range"),
        ("bytes 5-1/1000", "out_of_range"),
        ("bytes */1000", "invalid_argument"),
        ("half of it", "invalid_argument"),
        (f"bytes 0-9/{1 << 50}", "resource_exhausted"),
    ],
)
def test_a_range_that_makes_no_sense_is_refused(server: Served, said: str, code: str) -> None:
    told = server.ask("PUT", f"/api/artifacts/{digest(said.encode())}", b"x" * 10, content_range=said)
    assert told.json["code"] == code


def test_a_body_longer_than_it_says_is_refused(server: Served) -> None:
    told = server.ask("PUT", f"/api/artifacts/{digest(b'y')}", b"x" * 100, content_range="bytes 0-9/10")
    assert (told.status, told.json["code"]) == (400, "invalid_argument")


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "../../etc/passwd", "A" * 64, "0" * 63, "%00" * 64])
def test_what_is_no_digest_is_refused(server: Served, name: str) -> None:
    assert server.ask("PUT", f"/api/artifacts/{name}", b"x").status in {400, 404, 405}
    assert not list(server.folder.rglob("passwd"))


def test_only_who_may_send_bytes_sends_them(server: Served) -> None:
    data = b"mine"
    path = f"/api/artifacts/{digest(data)}"
    assert server.ask("PUT", path, data, token=None).status == 401
    assert server.ask("PUT", path, data, token="bh_0_x").status == 401  # noqa: S106 -- none of ours
    reader = token_of(server, "Reader", "read")
    told = server.ask("PUT", path, data, token=reader)
    assert (told.status, told.json["code"]) == (403, "permission_denied")
    assert "no scope `artifact`" in told.message
    assert server.ask("HEAD", path).status == 404


def test_nobody_can_spoil_what_another_one_sends(server: Served) -> None:
    data = os.urandom(1_000)
    path = f"/api/artifacts/{digest(data)}"
    ada, bob = token_of(server, "Ada2", "artifact"), token_of(server, "Bob2", "artifact")
    assert server.ask("PUT", path, data[:500], token=ada, content_range="bytes 0-499/1000").status == 202
    assert server.ask("PUT", path, bytes(1_000), token=bob).json["code"] == "data_loss"
    assert server.ask("PUT", path, data[500:], token=ada, content_range="bytes 500-999/1000").status == 201


@pytest.fixture(scope="module")
def run_uid(server: Served) -> str:
    """Return a run of a private project, with output whose name is not harmless."""
    raw = server.folder / "raw"
    raw.write_bytes(b"PASS\n" * 1_000)
    report = bench_report(artifact=raw)
    with open_database(server.database) as database:
        Keeper(database).keep(report)
        with database.transaction(durable=True):
            database.connection.execute("UPDATE artifact SET name = ?", ("../out\"put;\r\n'ü",))
            database.connection.execute(
                "INSERT INTO project_policy (project_id, visibility, members, owners, retention) "
                "SELECT id, 'private', '[\"Bob\"]', '[]', '{}' FROM project"
            )
    return report.envelope.uid


def test_output_is_read_by_who_may_see_the_run(server: Served, run_uid: str) -> None:
    path = f"/api/artifacts/{run_uid}/..%2Fout%22put%3B%0D%0A%27%C3%BC"
    told = server.ask("GET", path, token=token_of(server, "Bob", "read"))
    assert (told.status, told.body) == (200, b"PASS\n" * 1_000)
    assert told.headers["content-disposition"] == "attachment; filename*=UTF-8''out%22put%3B%0D%0A%27%C3%BC"
    assert told.headers["content-type"] == "application/octet-stream"


def test_output_of_a_private_project_is_not_there_for_others(server: Served, run_uid: str) -> None:
    path = f"/api/artifacts/{run_uid}/..%2Fout%22put%3B%0D%0A%27%C3%BC"
    hidden = server.ask("GET", path, token=token_of(server, "Ada", "read"))
    absent = server.ask("GET", f"/api/artifacts/{run_uid}/nothing", token=token_of(server, "Bob", "read"))
    assert (hidden.status, hidden.json["code"]) == (absent.status, absent.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("name", ["../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%00", "' OR 1=1 --"])
def test_a_name_is_compared_and_never_a_path(server: Served, run_uid: str, name: str) -> None:
    assert server.ask("GET", f"/api/artifacts/{run_uid}/{name.replace(' ', '%20')}").status == 404


def test_large_output_comes_back_as_it_was(server: Served) -> None:
    data = b"".join(b"%d\n" % number for number in range(2_000_000))
    assert put(server, data) == 201
    big = server.folder / "big"
    big.write_bytes(data)
    report = bench_report(artifact=big)
    with open_database(server.database) as database:
        Keeper(database).keep(report)
    assert server.ask("GET", f"/api/artifacts/{report.envelope.uid}/stdout").body == data
    assert Path(f"{server.database}.arriving").is_dir()
    assert not list(Path(f"{server.database}.arriving").glob(f"{digest(data)}*"))
