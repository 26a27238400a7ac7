"""Services in `bh.toml`: decoded strictly, filled in, and refused before anything starts."""

from pathlib import Path

import pytest
from detecting import workspace_at
from repositories import Repo

from benchhub.errors import UserError
from benchhub.model.place import Target
from benchhub.model.service import Readiness, Service
from benchhub.workspace.matrix import cells, fill


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "thing")


def target_of(repo: Repo, text: str) -> Target:
    repo.write("bh.toml", f'[target.a]\nuse = "command"\n{text}\n')
    return workspace_at(repo.path, Path(repo.environ["HOME"])).targets[0]


def refused(repo: Repo, text: str) -> UserError:
    with pytest.raises(UserError) as caught:
        target_of(repo, text)
    return caught.value


def test_a_service_is_decoded_with_its_defaults(repo: Repo) -> None:
    target = target_of(repo, '[target.a.services.db]\nargv = ["db", "-p", "{port}"]\n')
    assert target.services == {"db": Service(["db", "-p", "{port}"])}
    assert target.services["db"].has_port
    assert not Service(["db"]).has_port
    assert Service(["db"], port=5432).has_port


def test_services_keep_their_order_and_vary_over_axes(repo: Repo) -> None:
    target = target_of(
        repo,
        'env = { DB = "{port.z}" }\n[target.a.matrix]\nsize = [1, 2]\n'
        '[target.a.services.z]\nargv = ["db", "{port}", "{size}"]\nenv = { SIZE = "{size}{{" }\n'
        '[target.a.services.b]\nargv = ["web", "{port.z}"]\nready = { http = "http://localhost:{port.z}/{size}" }\n',
    )
    second = fill(target, cells(target)[1])
    assert [*second.services] == ["z", "b"]
    assert second.services["z"] == Service(["db", "{port}", "2"], env={"SIZE": "2{"})
    assert second.services["b"].ready == Readiness(http="http://localhost:{port.z}/2")
    assert second.env == {"DB": "{port.z}"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[target.a.services.db]\nargv = []", 4, "`argv` in [target.a.services.db]"),
        ('[target.a.services.db]\nargv = ["x"]\nprot = 1', 5, "unknown key `prot` in [target.a.services.db]"),
        ("[target.a.services.db]\nport = 1", 3, "[target.a.services.db] needs `argv`"),
        ('[target.a.services.db]\nargv = ["x"]\nport = 0', 5, "`port` in [target.a.services.db]"),
        ('[target.a.services.db]\nargv = ["x"]\nready = {}', 5, "one of `port`, `http` and `command`"),
        ('[target.a.services.db]\nargv = ["x"]\nready = { port = 1, http = "h" }', 5, "one of `port`"),
        ('[target.a.services.db]\nargv = ["x"]\nready = { port = true }', 5, "`db` has no port of its own"),
        ('[target.a.services."d b"]\nargv = ["x"]', 3, "`d b` is no name for a service"),
        ('env = { X = "{port.bd}" }\n[target.a.services.db]\nargv = ["{port}"]', 1, "there is no service `bd`"),
        ('env = { X = "{port.db}" }\n[target.a.services.db]\nargv = ["x"]', 4, "`db` has no port of its own"),
        ('[target.a.services.db]\nargv = ["{size}"]', 4, "there is no such axis"),
    ],
)
def test_a_mistake_is_named_with_its_line(repo: Repo, text: str, line: int, said: str) -> None:
    error = refused(repo, text)
    assert said in error.what
    assert f"bh.toml:{line}" in error.what
