"""A server as a person starts it: the process `bh core serve`, on a free port, on a database of its own."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

BH = str(Path(sys.executable).with_name("bh"))


class Answer:
    """What a server answered."""

    def __init__(self, status: int, headers: http.client.HTTPMessage, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Any:  # noqa: ANN401 -- what JSON can say
        return json.loads(self.body)

    @property
    def message(self) -> str:
        return str(self.json["message"])


class Served:
    """A running server.

    Attributes:
        place: Of its database.
        database: Its file, where it is one.
        token: That opens everything.
    """

    def __init__(self, folder: Path, *words: str, place: Path | str | None = None) -> None:
        self.folder = folder
        self.place = place or folder / "bench.db"
        self.database = Path(self.place)
        self.env = environment(folder)
        self.words = words
        self.port = 0
        self.token = ""
        self.start()

    def start(self, *, port: int = 0) -> None:
        """Start the process, and return when it answers."""
        argv = [BH, "core", "serve", "--json", "--db", str(self.place), "--port", str(port), *self.words]
        self.log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(argv, env=self.env, stdout=subprocess.PIPE, stderr=self.log)
        assert self.process.stdout is not None
        said: dict[str, Any] = {}
        while "port" not in said:
            line = self.process.stdout.readline()
            assert line, (self.folder / "server.log").read_text()
            said = json.loads(line)
        self.said = said
        self.port = said["port"]
        self.token = Path(said["token_file"]).read_text().strip()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.wait()

    def stop(self) -> int:
        """Ask it to end, and return with what it ended."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Return with what it ended."""
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.log.close()
        return code

    def memory_bytes(self) -> int:
        """Return the most that it ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) << 10

    def cpu_s(self) -> float:
        """Return the CPU time that it used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,  # noqa: ANN401 -- what http.client takes
        *,
        token: str | None = "",
        **headers: str,
    ) -> Answer:
        """Ask once.

        Args:
            method: Of HTTP.
            path: With a leading slash.
            body: Bytes, a file, or an iterator over bytes.
            token: ``""`` for the one that opens everything, ``None`` for none.
            headers: With underscores for dashes.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            said["authorization"] = f"Bearer {token or self.token}"
        with contextlib.closing(connection):
            # Refused before the body was sent: what was answered is there to be read.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body, said)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    def rpc(self, name: str, message: Mapping[str, Any], *, token: str | None = "") -> Answer:
        """Call an RPC with JSON, as curl would."""
        body = json.dumps(message).encode()
        return self.ask("POST", f"/benchhub.rpc.v1.{name}", body, token=token, content_type="application/json")

    def bh(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `bh` on this database, beside the server."""
        return bh(self.env, *words, "--db", str(self.place))


def bh(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run `bh`."""
    return subprocess.run([BH, *words], env=env, capture_output=True, text=True, check=False)


def environment(folder: Path) -> dict[str, str]:
    """Return variables that keep everything below ``folder``."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("BH_", "XDG_", "GIT_"))}
    return {
        **inherited,
        "HOME": str(folder / "home"),
        "XDG_STATE_HOME": str(folder / "state"),
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_CONFIG_NOSYSTEM": "1",
    }


@contextlib.contextmanager
def served(folder: Path, *words: str, place: Path | str | None = None) -> Iterator[Served]:
    """Serve while the block runs."""
    server = Served(folder, *words, place=place)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()
