"""The server: what a report, a small call and a crowd cost, in CPU time of the server's process."""

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.load import SUBMIT
from bench.measure import Settings, median_cpu_s, say
from bench.reports import Shop
from benchhub.model.encoded import encode_report
from benchhub.rpc.convert import to_parts, to_report
from benchhub.rpc.v1.report_service_pb2 import SubmitReportRequest
from benchhub.store.database import open_database
from benchhub.store.ingest import ingest

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
WARM_UP = 3
PER_SECOND = 50
WHO_AM_I = "/benchhub.rpc.v1.UserService/WhoAmI"
HAS_REPORTS = "/benchhub.rpc.v1.ReportService/HasReports"


class Running:
    """A server of its own, and one connection to it."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "bench.db"
        argv = [str(Path(sys.executable).with_name("bh")), "core", "serve", "--json", "--db", str(self.database)]
        env = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
        self.process = subprocess.Popen([*argv, "--port", "0"], env=env, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        said: dict[str, Any] = {}
        while "port" not in said:
            said = json.loads(self.process.stdout.readline())
        self.port = int(said["port"])
        self.token = Path(said["token_file"]).read_text().strip()
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def cpu_s(self) -> float:
        """Return the CPU time that the server used, in steps of 10 ms."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK_S

    def memory_mib(self) -> float:
        """Return the most that it ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "application/proto") -> bytes:
        """Ask on the one connection."""
        self.line.request(method, path, body, {"authorization": f"Bearer {self.token}", "content-type": kind})
        answer = self.line.getresponse()
        said = answer.read()
        assert answer.status == 200, said
        return said

    def wait(self) -> None:
        """Wait until all tables are made."""
        while json.loads(self.ask("GET", "/readyz"))["reports_waiting"]:
            time.sleep(0.02)

    def counted(self) -> str:
        """Return its metrics."""
        return self.ask("GET", "/metrics").decode()


@contextmanager
def running() -> Iterator[Running]:
    """Serve while the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        server = Running(Path(folder))
        try:
            yield server
        finally:
            server.line.close()
            server.process.terminate()
            server.process.wait(30)
            assert server.process.stdout is not None
            server.process.stdout.close()


def run(settings: Settings) -> None:
    """Print what reports, acknowledgements, small calls and a crowd cost."""
    _reports(1_000, 3, 10, times=settings.times(30), target="≥ 100,000")
    _reports(2_000, 1, 1, times=settings.times(60), target="")
    for cases, metrics, samples in ((2_000, 1, 1), (1_000, 3, 10)):
        _acknowledging(cases, metrics, samples, times=settings.times(30))
    _small_calls(count=settings.times(3_000))
    _visible(seconds=settings.times(20))
    _crowd(seconds=settings.times(10))


def _reports(cases: int, metrics: int, samples: int, *, times: int, target: str) -> None:
    shop = Shop(cases, metrics, samples)
    bodies = [to_parts(shop.report(number))[0].SerializeToString() for number in range(1, times + WARM_UP + 1)]
    with running() as server:
        for body in bodies[:WARM_UP]:
            server.ask("POST", SUBMIT, body)
        server.wait()
        before = server.cpu_s()
        for body in bodies[WARM_UP:]:
            server.ask("POST", SUBMIT, body)
        server.wait()
        cpu = (server.cpu_s() - before) / times
        values = cases * metrics * samples
        say(f"report {cases:,} x {metrics} x {samples} by RPC, projected", f"{values / cpu:,.0f}/cpu-s", target)
        say("  CPU of the server", f"{cpu * 1e3:,.1f} ms")
        say("  bytes of the message", f"{len(bodies[0]):,}")
        say("  latest that the event loop was", f"{_lag_ms(server.counted()):.1f} ms", "≤ 100 ms")


def _acknowledging(cases: int, metrics: int, samples: int, *, times: int) -> None:
    """Print what the server does before it acknowledges, without HTTP, and with as many syncs as the disk wants."""
    shop = Shop(cases, metrics, samples)
    bodies = (to_parts(shop.report(number))[0].SerializeToString() for number in range(1, 10_000))

    with tempfile.TemporaryDirectory() as folder, open_database(Path(folder) / "bench.db") as database:

        def acknowledge() -> None:
            report = to_report([SubmitReportRequest.FromString(next(ready))])
            ingest(database, report, encode_report(report))

        ready = iter([next(bodies) for _ in range(times + 1)])
        took = median_cpu_s(acknowledge, times=times)
    target = "≤ 5 ms and one sync" if samples == 1 else ""
    say(
        f"acknowledge {cases:,} x {metrics} x {samples}: decode, convert, verify, keep",
        f"{took * 1e3:.1f} ms CPU",
        target,
    )


def _small_calls(*, count: int) -> None:
    with running() as server:
        for method, path in (("POST", WHO_AM_I), ("POST", HAS_REPORTS), ("GET", "/healthz")):
            for _ in range(100):
                server.ask(method, path, b"")
            before = server.cpu_s()
            for _ in range(count):
                server.ask(method, path, b"")
            took = (server.cpu_s() - before) / count
            say(f"small call {path.rpartition('/')[2]}", f"{took * 1e3:.3f} ms CPU", "≤ 0.3 ms")


def _visible(*, seconds: int) -> None:
    shop = Shop(200, 1, 1)
    bodies = [to_parts(shop.report(number))[0].SerializeToString() for number in range(1, seconds * PER_SECOND + 1)]
    with running() as server:
        before, began = server.cpu_s(), time.monotonic()
        took_s: list[float] = []
        for number, body in enumerate(bodies):
            time.sleep(max(began + number / PER_SECOND - time.monotonic(), 0))
            sent = time.perf_counter()
            server.ask("POST", SUBMIT, body)
            took_s.append(time.perf_counter() - sent)
        wall_s = time.monotonic() - began
        server.wait()
        counted = server.counted()
        say(f"{PER_SECOND} reports/s of 200 values: acknowledged", f"{median(took_s) * 1e3:.1f} ms median")
        say("  rate reached", f"{len(bodies) / wall_s:.1f}/s", f"{PER_SECOND}/s")
        say("  acknowledged to visible, median", f"≤ {_median_s(counted):.4g} s", "≤ 1 s")
        say("  CPU of the server", f"{(server.cpu_s() - before) / wall_s * 100:.0f} % of one")
        say("  latest that the event loop was", f"{_lag_ms(counted):.1f} ms", "≤ 100 ms")


def _crowd(*, seconds: int) -> None:
    """Let two processes with 100 clients each report at once."""
    with running() as server:
        argv = [sys.executable, "-m", "bench.load", str(server.port), server.token, "100", str(seconds)]
        loads = [
            subprocess.Popen([*argv, first], stdout=subprocess.PIPE, text=True) for first in ("1000000", "2000000")
        ]
        said = [json.loads(load.communicate()[0]) for load in loads]
        took_s = sorted(taken for one in said for taken in one["took_s"])
        failed = [why for one in said for why in one["failed"]]
        counted = server.counted()
        server.wait()
        say("200 clients in two processes: acknowledged", f"{len(took_s):,}", f"{len(failed)} failed {failed[:1]}")
        say("  median and last", f"{median(took_s) * 1e3:.0f} and {took_s[-1] * 1e3:.0f} ms")
        say("  latest that the event loop was", f"{_lag_ms(counted):.1f} ms", "≤ 100 ms")
        say("  memory of the server at most", f"{server.memory_mib():.0f} MiB")


def _lag_ms(counted: str) -> float:
    found = re.search(r"^benchhub_event_loop_lag_seconds_max (\S+)", counted, re.MULTILINE)
    assert found is not None
    return float(found[1]) * 1e3


def _median_s(counted: str) -> float:
    """Return the end of the bucket that holds the median."""
    pattern = r'^benchhub_visible_seconds_bucket\{le="([^"]+)"\} (\S+)'
    buckets = [(float(end), float(count)) for end, count in re.findall(pattern, counted, re.MULTILINE)]
    return next(end for end, count in buckets if count >= buckets[-1][1] / 2)
