"""`bh core serve --registry`: applied before it listens, again when its files change, and never half."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchhub.model.place import Project, Repository
from benchhub.rpc.convert import to_parts
from benchhub.store.database import open_database
from benchhub.store.registry import declared
from server.serving import BH, environment, served
from store.factory import bench_report

SUBMIT = "/benchhub.rpc.v1.ReportService/SubmitReport"


def registry_of(database: Path) -> list[str]:
    with open_database(database, readonly=True) as opened:
        return sorted(declared(opened).user)


def becomes(true: Callable[[], bool]) -> bool:
    """Tell whether something comes true within a time that no machine needs."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends and not true():
        time.sleep(0.05)
    return true()


def test_what_the_files_declare_holds_and_so_does_every_change_that_is_right(tmp_path: Path) -> None:
    registry = tmp_path / "registry"
    registry.mkdir()
    file = registry / "registry.toml"
    file.write_text("[user.ada]\n")
    with served(tmp_path, "--registry", str(registry)) as server:
        assert registry_of(server.database) == ["ada"]
        file.write_text("[user.ada]\n[user.bob]\n")
        assert becomes(lambda: registry_of(server.database) == ["ada", "bob"])
        file.write_text("[user.ada]\nmial = 'x'\n")
        log = tmp_path / "server.log"
        assert becomes(lambda: f"{file}:2: unknown key `mial`" in log.read_text())
        assert registry_of(server.database) == ["ada", "bob"]
        file.write_text("[user.bob]\n")
        assert becomes(lambda: registry_of(server.database) == ["bob"])
        assert server.stop() == 0


@pytest.mark.parametrize("text", ["[user.ada]\nmial = 'x'\n", "[user.ada\n"])
def test_a_server_does_not_start_with_files_that_are_wrong(tmp_path: Path, text: str) -> None:
    (tmp_path / "registry.toml").write_text(text)
    argv = [BH, "core", "serve", "--db", str(tmp_path / "bench.db"), "--port", "0", "--registry", str(tmp_path)]
    done = subprocess.run(argv, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"{tmp_path / 'registry.toml'}:" in done.stderr


def test_what_was_applied_is_told(tmp_path: Path) -> None:
    registry = tmp_path / "registry"
    registry.mkdir()
    (registry / "a.toml").write_text("[user.ada]\n")
    with served(tmp_path, "--registry", str(registry)) as server:
        said = subprocess.run(
            [BH, "registry", "export", "--json", "--db", str(server.database)],
            env=environment(tmp_path), capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert json.loads(said.stdout)["user"] == {"ada": {}}


def test_reports_of_what_should_be_declared_are_refused_with_the_reason(tmp_path: Path) -> None:
    registry = tmp_path / "registry"
    registry.mkdir()
    text = 'policy = "known-projects"\n[project.thing]\nrepository = "example.com/them/thing"\n'
    (registry / "a.toml").write_text(text)
    other = Project(Repository("example.com", "them", "other"), ".", "other")
    with served(tmp_path, "--registry", str(registry)) as server:
        answers = []
        for report in (bench_report(), bench_report(project=other)):
            (part,) = to_parts(report)
            answers.append(server.ask("POST", SUBMIT, part.SerializeToString(), content_type="application/proto"))
        assert [answer.status for answer in answers] == [200, 400]
        assert answers[1].json["code"] == "failed_precondition"
        assert "project `example.com/them/other` is not declared" in answers[1].message
