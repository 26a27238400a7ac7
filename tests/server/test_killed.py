"""`kill -9` while clients report all the time: what was acknowledged is there once, and so is the rest."""

import http.client
import os
import random
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from benchhub.model.report import Report
from benchhub.rpc.convert import to_parts
from benchhub.store.check import check
from benchhub.store.database import open_database
from server.serving import Served, served
from server.test_reports import SUBMIT
from store.factory import bench_report, revision

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("BENCHHUB_SERVER_KILLS", "6"))
"""`make kill` does 50."""

CLIENTS = 4


class Client(threading.Thread):
    """Sends one report after the other, each until the server says that it has it.

    Attributes:
        acknowledged: Digests by id.
    """

    def __init__(self, server: Served, number: int, folder: Path) -> None:
        super().__init__(name=f"client {number}")
        self.server = server
        self.dice = random.Random(number)  # noqa: S311 -- must be repeatable, not secret
        self.folder = folder
        self.acknowledged: dict[str, str] = {}
        self.tries = 0
        self.is_ending = False
        self.failure: BaseException | None = None

    def run(self) -> None:  # type: ignore[explicit-override]  # typing has it from 3.12
        try:
            while not self.is_ending:
                report = self.report()
                for artifact in report.artifacts:
                    self.until_taken("PUT", f"/api/artifacts/{artifact.sha256}", Path(str(artifact.path)).read_bytes())
                parts = to_parts(report, bytes_max=self.dice.choice((3 << 20, 6_000)))
                for part in parts:
                    self.until_taken("POST", SUBMIT, part.SerializeToString())
                self.acknowledged[report.envelope.uid] = parts[0].sha256
        except BaseException as error:
            self.failure = error
            raise

    def report(self) -> Report:
        raw = self.folder / f"{self.name}-raw"
        raw.write_bytes(b"%d\n" % self.dice.randrange(1_000) * 500)
        cases, artifact = self.dice.choice((3, 60)), self.dice.choice((raw, None))
        code = revision(1 + self.dice.randrange(20))
        return bench_report(cases, 2, 3, seed=self.dice.randrange(1_000), artifact=artifact, revision=code)

    def until_taken(self, method: str, path: str, body: bytes) -> None:
        headers = {"authorization": f"Bearer {self.server.token}", "content-type": "application/proto"}
        while True:
            self.tries += 1
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)) as line:
                    line.request(method, path, body, headers)
                    answer = line.getresponse()
                    said = answer.read()
            except (OSError, http.client.HTTPException):
                time.sleep(self.dice.uniform(0.01, 0.1))
                continue
            if answer.status in {200, 201}:
                return
            assert answer.status == 503, (answer.status, said)
            time.sleep(0.05)


def test_every_report_is_there_once_whenever_the_server_is_killed(tmp_path: Path) -> None:
    dice = random.Random(7)  # noqa: S311 -- must be repeatable, not secret
    with served(tmp_path) as server:
        port = server.port
        clients = [Client(server, number, tmp_path) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.0, 1.2))
            server.kill()
            server.start(port=port)
        for client in clients:
            client.is_ending = True
        for client in clients:
            client.join()
        assert not [client.failure for client in clients if client.failure]
        while server.ask("GET", "/readyz").json["reports_waiting"]:
            time.sleep(0.05)
        assert server.stop() == 0
    acknowledged = {uid: sha256 for client in clients for uid, sha256 in client.acknowledged.items()}
    assert sum(client.tries for client in clients) > len(acknowledged) > KILLS
    with open_database(server.database) as database:
        rows = database.connection.execute("SELECT uid, sha256 FROM report").fetchall()
        assert {uid: sha256.hex() for uid, sha256 in rows} == acknowledged
        assert len(rows) == len(acknowledged)
        runs = [uid for (uid,) in database.connection.execute("SELECT uid FROM run ORDER BY uid")]
        assert runs == sorted(acknowledged)
        assert database.connection.execute("SELECT count(*) FROM staged_part").fetchone() == (0,)
        assert check(database, deep=True) == []


def test_what_is_under_way_is_answered_when_the_server_is_asked_to_end(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        report = bench_report(1_000, 3, 10)
        (part,) = to_parts(report)
        body = part.SerializeToString()
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as line:
            line.putrequest("POST", SUBMIT)
            for name, value in {
                "authorization": f"Bearer {server.token}",
                "content-type": "application/proto",
                "content-length": str(len(body)),
            }.items():
                line.putheader(name, value)
            line.endheaders()
            line.send(body[: len(body) // 2])
            while "begun" not in server.ask("GET", "/healthz", x_request_id="begun").headers["x-request-id"]:
                pass
            server.process.terminate()
            time.sleep(0.3)
            line.send(body[len(body) // 2 :])
            answer = line.getresponse()
            assert (answer.status, answer.read()[1]) == (200, 1)
        assert server.wait() == 0
    with open_database(server.database, readonly=True) as database:
        assert database.connection.execute("SELECT uid, hex(sha256) FROM report").fetchall() == [
            (report.envelope.uid, part.sha256.upper())
        ]
