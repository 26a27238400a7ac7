"""One desk on a database of PostgreSQL: everything that works on a file works there, also on bad days."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchhub.store.check import check
from benchhub.store.database import open_database
from postgres_server import PostgresServer, databases
from store.backends import only

pytestmark = pytest.mark.slow


class Place:
    """A folder with nothing in it, and a database on a server."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.environ = {**os.environ, "HOME": str(folder), "BH_DB": address, "XDG_STATE_HOME": str(folder / "state")}

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [str(Path(sys.executable).with_name("bh")), *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.folder, env=self.environ, stdout=pipe, stderr=pipe, text=True)

    def bh(self, *words: str, code: int = 0) -> str:
        process = self.start(*words)
        out, err = process.communicate(timeout=120)
        assert process.returncode == code, err
        return out + err

    def json(self, *words: str) -> Any:  # noqa: ANN401 -- a document
        return json.loads(self.bh(*words, "--json"))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with databases().empty() as address:
        yield Place(tmp_path, address)


def test_every_verb_of_looking_and_changing_works(place: Place) -> None:
    place.bh("run", "--runs", "3", "--", "true")
    assert len(place.json("runs")) == 3
    assert "true" in place.bh("show", "latest")
    assert "true" in place.bh("history", "true")
    place.bh("tag", "2", "good")
    place.bh("note", "2", "as it was said: 100 %")
    place.bh("rename", "case", "true", "nothing")
    assert "nothing" in place.bh("history", "nothing")
    place.bh("rm", "1", "--yes")
    assert [row["run_id"] for row in place.json("runs")] == [3, 2]
    place.bh("rm", "--undo")
    place.bh("db", "reproject", "--reread")
    asked = "SELECT run_id, tags, notes, trunk FROM runs WHERE started_at > '2020-01-01' AND NOT trunk ORDER BY run_id"
    assert place.json("sql", asked) == [
        {"run_id": 1, "tags": "", "notes": 0, "trunk": 0},
        {"run_id": 2, "tags": "good", "notes": 1, "trunk": 0},
        {"run_id": 3, "tags": "", "notes": 0, "trunk": 0},
    ]
    assert place.bh("export", "--view", "runs").count("\n") == 4
    assert "sound" in place.bh("db", "check", "--deep")
    assert place.json("db", "stats")["runs"] == 3
    place.bh("db", "prune", "--keep", "1", "--yes")
    assert [row["run_id"] for row in place.json("runs")] == [3, 2]  # A tagged run stays.
    assert place.json("db", "migrate")["copy"] is None
    assert "PROBLEM" not in place.bh("doctor", "--advice").upper().partition("DATABASE")[2].partition("PLACES")[0]


def test_what_cannot_be_reached_is_told_and_the_run_waits(tmp_path: Path) -> None:
    with PostgresServer(is_durable=True) as server:
        place = Place(tmp_path, server.address("postgres"))
        place.bh("run", "--", "true")
        server.kill()
        told = place.bh("run", "--", "true", code=4)
        assert "does the server run there" in told
        assert "postgres@/postgres" in told
        assert place.bh("runs", code=4)
        server.start()
        assert "kept a run" in place.bh("runs")
        assert len(place.json("runs")) == 2
        assert "sound" in place.bh("db", "check", "--deep")


def test_twenty_at_once_are_all_kept(place: Place) -> None:
    commands = [place.start("run", "--", "true") for _ in range(20)]
    assert [(command.communicate(timeout=120), command.returncode)[1] for command in commands] == [0] * 20
    assert len(place.json("runs", "--count", "50")) == 20
    assert "sound" in place.bh("db", "check", "--deep")


@pytest.mark.parametrize("seed", range(6))
def test_a_killed_command_loses_nothing_and_keeps_nothing_twice(place: Place, seed: int) -> None:
    place.bh("run", "--", "true")
    command = place.start("run", "--runs", "20", "--", "true")
    time.sleep(0.15 + 0.1 * seed)
    command.send_signal(signal.SIGKILL)
    command.communicate()
    place.bh("runs")
    with open_database(place.environ["BH_DB"]) as database:
        assert only(database, "SELECT count(*) FROM run") == only(database, "SELECT count(DISTINCT uid) FROM run")
        assert only(database, "SELECT count(*) FROM projection WHERE state <> 'done'") in {0, 1}
        database.execute("SELECT 1")
    place.bh("db", "reproject")
    with open_database(place.environ["BH_DB"], readonly=True) as database:
        assert check(database, deep=True) == []
