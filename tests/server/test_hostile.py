"""Whoever comes with whatever: a clear answer, bounded memory, and everybody else is served meanwhile."""

import gzip
import hashlib
import http.client
import json
import math
import socket
import struct
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import msgspec
import pytest
import zstandard

from benchhub.model.access import Scope
from benchhub.model.case import Case
from benchhub.model.circumstance import User
from benchhub.model.report import ArtifactRef, Catalog, Report
from benchhub.rpc.convert import to_parts
from benchhub.server.serve import HEADERS_S
from benchhub.store.database import open_database
from benchhub.store.tokens import make_token, revoke_token
from server.serving import Answer, Served
from server.test_reports import SUBMIT, ask_sql, kept, one, state_of, submit, wait_until_projected
from store.factory import bench_report, outcome_report

MIB = 1 << 20
PROTO = {"content_type": "application/proto"}


@pytest.fixture(scope="module")
def tokens(server: Served) -> dict[str, str | None]:
    """Return what does not open the report service, by what is wrong with it."""
    with open_database(server.database) as database:

        def made(*scopes: Scope, **words: Any) -> str:  # noqa: ANN401 -- of a token
            return make_token(database, User("Ada"), name="test", scopes=scopes, **words).text

        revoked = made("report")
        revoke_token(database, revoked.split("_")[1])
        return {
            "no token": None,
            "a wrong token": made("report") + "x",
            "an expired token": made("report", expires_at_ms=1),
            "a revoked token": revoked,
            "a token without the scope": made("read", "artifact", "admin"),
            "a token for another project": made("report", projects=["example.com/them/other"]),
        }


ANSWERS = {
    "no token": (401, "unauthenticated", "wants a token"),
    "a wrong token": (401, "unauthenticated", "not known here"),
    "an expired token": (401, "unauthenticated", "has expired"),
    "a revoked token": (401, "unauthenticated", "was revoked"),
    "a token without the scope": (403, "permission_denied", "no scope `report`"),
    "a token for another project": (404, "not_found", "example.com/them/thing"),
}


@pytest.mark.parametrize("wrong", ANSWERS)
def test_who_may_not_report_hears_so_before_the_body_is_there(
    server: Served, tokens: dict[str, str | None], wrong: str
) -> None:
    token = "" if tokens[wrong] is None else f"Authorization: Bearer {tokens[wrong]}\r\n"
    head = f"POST {SUBMIT} HTTP/1.1\r\nHost: localhost\r\n{token}Content-Type: application/proto\r\n"
    head += f"Bh-Project: example.com/them/thing\r\nContent-Length: {400 * MIB}\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=30)) as line:
        line.sendall(head.encode() + b"x" * 1_000)
        answer = http.client.HTTPResponse(line)
        answer.begin()
        said = json.loads(answer.read())
    status, code, words = ANSWERS[wrong]
    assert (answer.status, said["code"]) == (status, code)
    assert words in said["message"]


@pytest.mark.slow
@pytest.mark.parametrize("token", [None, ""], ids=["no token", "a token"])
def test_four_hundred_megabytes_take_no_memory(server: Served, token: str | None) -> None:
    server.rpc("UserService/WhoAmI", {})
    before = server.memory_bytes()
    chunk = bytes(MIB)
    body = (chunk for _ in range(400))
    told = server.ask("POST", SUBMIT, body, token=token, content_length=str(400 * MIB), **PROTO)
    assert told.json["code"] == ("unauthenticated" if token is None else "resource_exhausted")
    assert server.memory_bytes() - before < 20 * MIB


# -- bodies that are none, or too much ---------------------------------------------------------------------------------


def zeros(count: int) -> Iterator[bytes]:
    for _ in range(count >> 20):
        yield bytes(MIB)


def zstd_of(count: int) -> bytes:
    packer = zstandard.ZstdCompressor().compressobj()
    return b"".join(packer.compress(chunk) for chunk in zeros(count)) + packer.flush()


def gzip_of(count: int) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return b"".join(packer.compress(chunk) for chunk in zeros(count)) + packer.flush()


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_body_that_grows_a_thousandfold_is_refused(server: Served, encoding: str) -> None:
    bomb = (gzip_of if encoding == "gzip" else zstd_of)(256 * MIB)
    before = server.memory_bytes()
    told = server.ask("POST", SUBMIT, bomb, content_encoding=encoding, **PROTO)
    assert (told.status, told.json["code"]) == (429, "resource_exhausted")
    assert server.memory_bytes() - before < 20 * MIB


def varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


@pytest.mark.parametrize(
    "inner", ["cases", "units of one shape", "a group before them", "statistics", "envelope executions"]
)
def test_four_megabytes_of_empty_messages_are_refused(server: Served, inner: str) -> None:
    count = 2 * MIB - 2_000
    part = one(bench_report())
    whole = {
        "cases": field(6, field(1, b"") * count),
        "units of one shape": field(6, field(2, field(1, b"") * count)),
        "a group before them": b"\x0b\x0c" + field(6, field(1, b"") * count),
        "statistics": field(7, field(3, b"") * count),
        "envelope executions": field(5, (varint(14 << 3 | 2) + b"\0") * (count * 2 // 3)),
    }[inner]
    part.ClearField("sha256")
    told = server.ask("POST", SUBMIT, part.SerializeToString() + whole, **PROTO)
    assert (told.status, told.json["code"]) == (400, "invalid_argument"), told.body
    assert "objects" in told.message


def test_a_large_message_that_is_none_of_these_is_taken(server: Served) -> None:
    report = bench_report(1_000, 3, 60)
    assert len(one(report).SerializeToString()) > MIB
    assert state_of(submit(server, one(report))) == "STORED"


@pytest.mark.parametrize(
    "tail", [b"\xff" * MIB, b"\x07" * MIB, field(6, b"\x0a" + b"\xff" * MIB)], ids=["ff", "07", "in"]
)
def test_numbers_that_never_end_are_refused(server: Served, tail: bytes) -> None:
    told = server.ask("POST", SUBMIT, one(bench_report()).SerializeToString() + tail, **PROTO)
    assert (told.status, told.json["code"]) == (400, "invalid_argument")


BODIES = {
    "random bytes": (b"\xff\xfe\x00garbage", "application/proto", "invalid_argument"),
    "an empty body": (b"", "application/proto", "invalid_argument"),
    "broken JSON": (b'{"reportUid": ', "application/json", "invalid_argument"),
    "an array": (b"[]", "application/json", "invalid_argument"),
    "deep JSON": (b'{"catalog":' * 5_000, "application/json", "invalid_argument"),
    "another type": (b'{"reportUid": 7}', "application/json", "invalid_argument"),
    "large JSON": (b'{"reportUid": "%s"}' % (b"x" * MIB), "application/json", "resource_exhausted"),
    "half a character": (b'{"reportUid": "\xff"}', "application/json", "invalid_argument"),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_is_no_message_is_refused_in_words(server: Served, name: str) -> None:
    body, content_type, code = BODIES[name]
    told = server.ask("POST", SUBMIT, body, content_type=content_type)
    assert told.json["code"] == code
    assert told.message
    assert "Traceback" not in told.message
    assert server.ask("GET", "/readyz").status == 200


def test_bad_compression_is_refused(server: Served) -> None:
    data = one(bench_report()).SerializeToString()
    for encoding, body in (("gzip", gzip.compress(data)[:-9]), ("gzip", data), ("zstd", data), ("br", data)):
        assert server.ask("POST", SUBMIT, body, content_encoding=encoding, **PROTO).status in {400, 501}


@pytest.mark.parametrize(
    "path", ["/", "/benchhub.rpc.v1.ReportService/Nothing", "/benchhub.rpc.v1.None/X", "/%00", "//"]
)
def test_what_does_not_exist_is_not_found(server: Served, path: str) -> None:
    assert server.ask("POST", path, b"{}", content_type="application/json").status == 404


# -- many who hold on --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_connection_that_sends_no_headers_is_closed(server: Served) -> None:
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=HEADERS_S + 30)) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: loc")
        assert line.recv(100) == b""


def test_half_sent_bodies_keep_nobody_else_waiting(server: Served) -> None:
    report = one(bench_report(100, 3, 10))
    head = f"POST {SUBMIT} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.token}\r\n"
    head += "Content-Type: application/proto\r\nContent-Length: 4000000\r\n\r\n"
    with ExitStack() as lines:
        for _ in range(200):
            line = lines.enter_context(closing(socket.create_connection(("127.0.0.1", server.port), timeout=30)))
            line.sendall(head.encode() + bytes(10_000))
        assert state_of(submit(server, report)) == "STORED"
    assert server.ask("GET", "/readyz").status == 200


def test_slow_readers_take_no_memory(server: Served) -> None:
    data = b"".join(struct.pack(">Q", n * n) for n in range(2 * MIB))
    sha256 = hashlib.sha256(data).hexdigest()
    assert server.ask("PUT", f"/api/artifacts/{sha256}", data).status == 201
    report = msgspec.structs.replace(bench_report(), artifacts=(ArtifactRef("big", "output", sha256, len(data)),))
    uid = report.envelope.uid
    assert state_of(submit(server, one(report))) == "STORED"
    wait_until_projected(server)
    before = server.memory_bytes()
    head = f"GET /api/artifacts/{uid}/big HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.token}\r\n\r\n"
    with ExitStack() as lines:
        for _ in range(20):
            line = lines.enter_context(closing(socket.create_connection(("127.0.0.1", server.port), timeout=30)))
            line.sendall(head.encode())
            assert line.recv(100).startswith(b"HTTP/1.1 200")
        assert server.ask("GET", "/readyz").status == 200
        assert server.memory_bytes() - before < 20 * 8 * MIB


# -- reports that are strange ------------------------------------------------------------------------------------------


def taken(server: Served, report: Report) -> Answer:
    told = submit(server, one(report))
    assert told.status == 200, told.body
    assert kept(server, report.envelope.uid) == report
    wait_until_projected(server)
    assert server.ask("GET", "/readyz").json["reports_set_aside"] == 0
    return told


def test_a_thousand_cases_with_one_name(server: Served) -> None:
    case = Case("example.com/thing", "BenchmarkSame", said_name="BenchmarkSame")
    made = bench_report(1_000, 2, 1)
    report = msgspec.structs.replace(made, catalog=Catalog((case,) * 1_000, made.catalog.shapes))
    taken(server, report)
    rows = ask_sql(server, "SELECT benchmark, n FROM results WHERE run_uid = ?", report.envelope.uid)
    assert rows == [("BenchmarkSame", 1_000)] * 2


def test_a_thousand_outcomes_with_one_name(server: Served) -> None:
    made = outcome_report({f"Test{n}": "passed" for n in range(1_000)})
    cases = tuple(msgspec.structs.replace(case, name="TestSame", said_name="TestSame") for case in made.catalog.cases)
    report = msgspec.structs.replace(made, catalog=Catalog(cases, ()))
    taken(server, report)
    rows = ask_sql(server, "SELECT count(*), max(attempt) FROM tests WHERE run_uid = ?", report.envelope.uid)
    assert rows == [(1_000, 1_000)]


def test_numbers_that_are_none_or_hardly_any(server: Served) -> None:
    made = bench_report(7, 1, 1)
    said: list[float | str] = ["NaN", "Infinity", "-Infinity", 5e-324, -0.0, 1.7976931348623157e308, 2.5]
    lines = msgspec.structs.replace(made.body.lines, said_values=said)
    report = msgspec.structs.replace(made, body=msgspec.structs.replace(made.body, lines=lines))
    taken(server, report)
    values = ask_sql(server, "SELECT value FROM results WHERE run_uid = ? ORDER BY case_id", report.envelope.uid)
    assert [value for (value,) in values] == [0.0, -0.0, 1.7976931348623157e308 / 1e9, 2.5e-9]
    assert all(math.isfinite(value) for (value,) in values)
    problems = ask_sql(
        server, "SELECT count(*) FROM problem JOIN run r ON r.id = run_id WHERE r.uid = ?", report.envelope.uid
    )
    assert problems == [(3,)]


@pytest.mark.parametrize("off_ms", [-86_400_000, 86_400_000], ids=["a day late", "a day early"])
def test_a_clock_that_is_a_day_off_is_kept_beside_ours(server: Served, off_ms: int) -> None:
    ours = ask_sql(server, "SELECT CAST(strftime('%s') AS INTEGER) * 1000")[0][0]
    report = bench_report(started_at_ms=ours + off_ms, finished_at_ms=ours + off_ms + 5)
    taken(server, report)
    sql = "SELECT q.received_at - r.started_at FROM run r JOIN report q ON q.id = r.id WHERE r.uid = ?"
    assert abs(ask_sql(server, sql, report.envelope.uid)[0][0] + off_ms) < 3_600_000


NAMES = {
    "every plane": "".join(chr(plane << 16 | 0x41) for plane in range(17)) + "é\u0301\u202e\ufeff\U0010fffd",
    "quotes": 'it\'s "quoted" `so` \\ and; DROP TABLE run; --',
    "SQL": "' UNION SELECT secret_sha256 FROM token --",
    "controls": "\x01\x1b[31m\r\n\t\x7f",
    "format": "%s {0} $1 :name ?1",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_come_back_as_they_were(server: Served, name: str) -> None:
    text = NAMES[name]
    made = bench_report(1, 1)
    case = Case(text, text, {text: msgspec.structs.replace(made.catalog.cases[0].params["size"], value=text)})
    report = msgspec.structs.replace(made, catalog=Catalog((case,), made.catalog.shapes))
    taken(server, report)
    rows = ask_sql(server, "SELECT suite, benchmark, params FROM results WHERE run_uid = ?", report.envelope.uid)
    assert [(suite, benchmark, json.loads(params)) for suite, benchmark, params in rows] == [(text, text, {text: text})]
    told = server.rpc("SeriesService/ListSeries", {"name": text}).json
    assert text in [series["name"] for series in told.get("series", [])] or "*" in text


def test_nul_in_a_name_is_refused_or_shown(server: Served) -> None:
    made = bench_report(1, 1)
    case = msgspec.structs.replace(made.catalog.cases[0], name="a\0b")
    report = msgspec.structs.replace(made, catalog=Catalog((case,), made.catalog.shapes))
    told = submit(server, one(report))
    if told.status == 200:
        wait_until_projected(server)
        rows = ask_sql(server, "SELECT benchmark FROM results WHERE run_uid = ?", report.envelope.uid)
        assert rows == [("a␀b",)]
    else:
        assert told.json["code"] == "invalid_argument"
        assert "NUL" in told.message


def test_a_column_of_another_length_is_refused_with_its_field(server: Served) -> None:
    (part,) = to_parts(bench_report(3, 2))
    part.ClearField("sha256")
    part.body.lines.said_values.append(1.0)
    told = submit(server, part)
    assert told.json["code"] == "invalid_argument"
    assert "said_values" in told.message


def test_an_index_behind_the_catalog_is_refused_with_its_field(server: Served) -> None:
    (part,) = to_parts(bench_report(3, 2))
    part.ClearField("sha256")
    part.body.lines.case[1] = 99
    told = submit(server, part)
    assert told.json["code"] == "invalid_argument"
    assert "body.lines.case[1]" in told.message
