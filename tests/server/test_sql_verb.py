"""`bh sql --server`: the server's answer in the formats of `bh sql`, over what who asks may see."""

import http.server
import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess, run

import pytest
from typing_extensions import override

from benchhub.model.circumstance import User
from benchhub.model.place import Project, Repository
from benchhub.model.registry import ProjectEntry, Registry, UserEntry
from benchhub.store.database import open_database
from benchhub.store.keeper import Keeper
from benchhub.store.registry import apply
from benchhub.store.tokens import make_token
from server.serving import Served, bh, environment, served
from store.factory import bench_report

BOB = User("Bob")
HIDDEN = Project(Repository("example.com", "them", "hidden", "main"), ".", "hidden")
RESULTS = (
    "SELECT project, benchmark, params, value, unit, n, sd, commit_sha FROM results ORDER BY run_id, params, metric"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("sql")
    with open_database(folder / "bench.db") as database:
        keeper = Keeper(database)
        keeper.keep(bench_report(3, 2, 4))
        keeper.keep(bench_report(project=HIDDEN))
        entry = ProjectEntry("example.com/them/hidden", owners=("Bob",), visibility="private")
        apply(database, Registry(user={"Bob": UserEntry()}, project={"hidden": entry}), user=BOB)
    with served(folder) as running:
        yield running


def ask(server: Served, *words: str, **variables: str) -> CompletedProcess[str]:
    return bh({**server.env, **variables}, "sql", "--server", *words)


@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_the_answer_looks_as_that_of_the_file(server: Served, form: str) -> None:
    told = ask(server, RESULTS, "--format", form)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == server.bh("sql", RESULTS, "--format", form).stdout
    assert "hidden" in told.stdout


def test_who_asks_sees_what_is_theirs_to_see(server: Served) -> None:
    with open_database(server.database) as database:
        ada = make_token(database, User("Ada"), name="test", scopes=["sql"]).text
    told = ask(server, "SELECT DISTINCT project FROM runs", "--format", "csv", BH_SERVER=server.url, BH_TOKEN=ada)
    assert told.stdout.split() == ["project", "thing"]


def test_names_take_values_and_several_questions_several_answers(server: Served) -> None:
    told = ask(server, "SELECT :a AS a; SELECT :b AS b, NULL AS c", "-v", "a=1", "-v", "b=x", "--json")
    assert told.stdout == '[\n{"a":1}\n]\n[\n{"b":"x","c":null}\n]\n'


def test_an_answer_that_is_cut_says_so(server: Served) -> None:
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    told = ask(server, many, "--format", "csv")
    assert told.returncode == 0
    assert len(told.stdout.split()) == 100_001
    assert told.stderr == "bh: the server sent the first 100000 rows; there are more\n"


@pytest.mark.parametrize(
    ("words", "variables", "code", "said"),
    [
        (["SELECT benchmrak FROM results"], {}, 2, "did you mean `benchmark`?"),
        (["SELECT * FROM project"], {}, 2, "the views are"),
        (["DELETE FROM runs"], {}, 2, "only questions are answered"),
        (["SELECT printf('%.*c', 2000000000, 'x')"], {}, 2, "too much room"),
        ([], {}, 2, "no question"),
        (["SELECT 1"], {"BH_TOKEN": "bh_abc_def"}, 4, "this token is not known here"),
        (["SELECT 1"], {"BH_SERVER": "bench.example.com"}, 2, "is no address of a server"),
        (["SELECT 1"], {"BH_SERVER": "https://bench.example.com"}, 2, "no token for the server"),
    ],
)
def test_what_is_wrong_is_told(
    server: Served, words: list[str], variables: dict[str, str], code: int, said: str
) -> None:
    told = ask(server, *words, **variables)
    assert (told.returncode, told.stdout) == (code, "")
    assert said in told.stderr
    assert "Traceback" not in told.stderr


def test_without_a_server_it_is_said_how_to_name_one(tmp_path: Path) -> None:
    told = bh(environment(tmp_path), "sql", "--server", "SELECT 1")
    assert told.returncode == 2
    assert "you run no server on this machine" in told.stderr
    assert "BH_SERVER" in told.stderr


def test_a_server_that_is_away_gives_4(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Bound, and not listened on: nobody else can be there.
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        told = bh({**environment(tmp_path), "BH_SERVER": url, "BH_TOKEN": "bh_a_b"}, "sql", "--server", "SELECT 1")
    assert told.returncode == 4
    assert f"`{url}` cannot be reached" in told.stderr


class _Other(http.server.BaseHTTPRequestHandler):
    """Something that is no server of ours."""

    answers: tuple[int, bytes] = (200, b"")

    def do_POST(self) -> None:
        status, body = self.answers
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *_: object) -> None:
        """Say nothing."""


@contextmanager
def other(status: int, body: bytes, certificate: Path | None = None) -> Iterator[str]:
    handler = type("Handler", (_Other,), {"answers": (status, body)})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            running.socket = context.wrap_socket(running.socket, server_side=True)
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http{'s' if certificate else ''}://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>"), (404, b""), (502, b"<html>"), (404, b'{"message": 1}')])
def test_what_is_no_server_of_ours_is_told_so(tmp_path: Path, status: int, body: bytes) -> None:
    with other(status, body) as url:
        told = bh({**environment(tmp_path), "BH_SERVER": url, "BH_TOKEN": "bh_a_b"}, "sql", "--server", "SELECT 1")
    assert told.returncode == 4
    assert "is this the address of a BenchHub server?" in told.stderr


def test_a_question_goes_through_a_proxy(tmp_path: Path, server: Served) -> None:
    """A proxy is asked with the whole address; what it answers here is enough to see that it was."""
    with other(403, b'{"code": "permission_denied", "message": "said the proxy"}') as proxy:
        variables = {"BH_SERVER": "http://bench.example.com", "BH_TOKEN": "bh_a_b", "http_proxy": proxy, "no_proxy": ""}
        told = bh({**environment(tmp_path), **variables}, "sql", "--server", "SELECT 1")
        assert (told.returncode, told.stderr) == (4, "bh: said the proxy\n")
        assert ask(server, "SELECT 1", http_proxy=proxy, no_proxy="").returncode == 0


# -- TLS and proxies ---------------------------------------------------------------------------------------------------

NAME = "bench.example.com"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the certificate of a company of our own, and its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1", "-days", "2"]
    run([*words, "-keyout", "key.pem", "-out", "cert.pem"], cwd=folder, check=True, capture_output=True)
    (folder / "both.pem").write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    return folder / "both.pem"


def test_a_certificate_of_the_companys_own_is_believed_when_it_is_named(tmp_path: Path, certificate: Path) -> None:
    with other(403, b'{"code": "permission_denied", "message": "said in private"}', certificate) as url:
        variables = {**environment(tmp_path), "BH_SERVER": url, "BH_TOKEN": "bh_a_b"}
        unknown = bh(variables, "sql", "--server", "SELECT 1")
        assert unknown.returncode == 4
        assert "certificate verify failed" in unknown.stderr
        known = bh({**variables, "SSL_CERT_FILE": str(certificate)}, "sql", "--server", "SELECT 1")
        assert known.stderr == "bh: said in private\n"


class _Tunnel(socketserver.StreamRequestHandler):
    """A proxy: takes `CONNECT name:port`, and carries bytes to one place whatever the name."""

    place: tuple[str, int]
    asked: list[str]

    @override
    def handle(self) -> None:
        self.asked.append(self.rfile.readline().decode().strip())
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(self.place) as far:
            while True:
                for ready in select.select([self.connection, far], [], [])[0]:
                    data = ready.recv(1 << 16)
                    if not data:
                        return
                    (far if ready is self.connection else self.connection).sendall(data)


def test_a_proxy_carries_what_it_cannot_read(tmp_path: Path, certificate: Path) -> None:
    asked: list[str] = []
    with other(403, b'{"code": "permission_denied", "message": "said in private"}', certificate) as url:
        place = ("127.0.0.1", int(url.rpartition(":")[2]))
        handler = type("Handler", (_Tunnel,), {"place": place, "asked": asked})
        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as proxy:
            threading.Thread(target=proxy.serve_forever, daemon=True).start()
            variables = {**environment(tmp_path), "BH_SERVER": f"https://{NAME}:8443", "BH_TOKEN": "bh_a_b"}
            variables |= {"SSL_CERT_FILE": str(certificate), "no_proxy": ""}
            variables["https_proxy"] = f"http://127.0.0.1:{proxy.server_address[1]}"
            told = bh(variables, "sql", "--server", "SELECT 1")
            proxy.shutdown()
    assert told.stderr == "bh: said in private\n"
    assert asked[0].startswith(f"CONNECT {NAME}:8443 ")
