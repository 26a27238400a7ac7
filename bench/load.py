"""A process that loads a server: `python -m bench.load PORT TOKEN CLIENTS SECONDS FIRST`, for `bench.server`.

Each client sends reports of 200 values one after the other; at the end it prints how many were acknowledged, and how
long each took, as JSON.
"""

import http.client
import json
import sys
import threading
import time
from contextlib import closing

from bench.reports import Shop
from benchhub.rpc.convert import to_parts

SUBMIT = "/benchhub.rpc.v1.ReportService/SubmitReport"
REPORTS_EACH = 40
"""Made before the clock starts; making reports is no load of the server's."""


def main() -> None:
    """Load, and print."""
    port, clients, first = int(sys.argv[1]), int(sys.argv[3]), int(sys.argv[5])
    shop = Shop(200, 1, 1)
    bodies = [
        [to_parts(shop.report(first + client * REPORTS_EACH + n))[0].SerializeToString() for n in range(REPORTS_EACH)]
        for client in range(clients)
    ]
    took_s: list[float] = []
    failed: list[str] = []
    deadline = time.monotonic() + float(sys.argv[4])
    threads = [
        threading.Thread(target=_send, args=(port, sys.argv[2], mine, deadline, took_s, failed)) for mine in bodies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"took_s": took_s, "failed": failed}))


def _send(port: int, token: str, bodies: list[bytes], deadline: float, took_s: list[float], failed: list[str]) -> None:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/proto"}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as line:
        for body in bodies:
            if time.monotonic() > deadline:
                return
            began = time.perf_counter()
            line.request("POST", SUBMIT, body, headers)
            answer = line.getresponse()
            said = answer.read()
            took_s.append(time.perf_counter() - began)
            if answer.status != 200:
                failed.append(f"{answer.status} {said[:200]!r}")


if __name__ == "__main__":
    main()
