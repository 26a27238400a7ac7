"""`bh token`: the database's owner makes, lists and revokes tokens, whether a server runs or not."""

import hashlib
import json
from pathlib import Path

import pytest

from benchhub.store.database import open_database
from server.serving import Served, bh, environment

DATA = b"bytes"
PATH = f"/api/artifacts/{hashlib.sha256(DATA).hexdigest()}"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    open_database(tmp_path / "bench.db").close()
    return {**environment(tmp_path), "BH_DB": str(tmp_path / "bench.db")}


def test_a_token_is_shown_once_and_listed_without_its_secret(env: dict[str, str]) -> None:
    made = bh(env, "token", "create", "ci", "--scope", "report,artifact", "--project", "h/o/n", "--expires", "90d")
    assert made.returncode == 0
    token_id = made.stdout.split("_")[1]
    (listed,) = json.loads(bh(env, "token", "list", "--json").stdout)
    assert (listed["id"], listed["user_name"], listed["name"]) == (token_id, "Ada", "ci")
    assert (listed["scopes"], listed["projects"]) == ("report artifact", ["h/o/n"])
    assert made.stdout.strip().split("_", 2)[2] not in json.dumps(listed)
    table = bh(env, "token", "list").stdout
    assert "until" in table
    assert "never" in table


def test_a_revoked_token_is_told_as_such(env: dict[str, str]) -> None:
    token_id = json.loads(bh(env, "token", "create", "lost", "--json").stdout)["id"]
    assert bh(env, "token", "revoke", token_id).returncode == 0
    assert "revoked" in bh(env, "token", "list").stdout
    assert bh(env, "token", "revoke", "0123").returncode == 5


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("create",), "wants what it is for"),
        (("revoke",), "wants an id"),
        (("list", "x"), "takes no word"),
        (("list", "--scope", "read"), "--scope is for `bh token create`"),
        (("create", "x", "--scope", "reed"), "no scope `reed`"),
        (("create", "x", "--expires", "soon"), "`soon` is not an age"),
    ],
    ids=["no name", "no id", "a word", "option", "scope", "age"],
)
def test_words_that_make_no_sense_are_told(env: dict[str, str], words: tuple[str, ...], what: str) -> None:
    told = bh(env, "token", *words)
    assert told.returncode == 2
    assert what in told.stderr


def test_a_running_server_hears_of_new_and_revoked_tokens(server: Served) -> None:
    made = json.loads(server.bh("token", "create", "sender", "--json").stdout)
    assert server.ask("HEAD", PATH, token=made["token"]).status == 404
    assert server.bh("token", "revoke", made["id"]).returncode == 0
    while server.ask("HEAD", PATH, token=made["token"]).status != 401:
        pass
    told = server.ask("PUT", PATH, DATA, token=made["token"])
    assert f"token {made['id']} was revoked" in told.message


def test_a_token_whose_time_is_over_opens_nothing(server: Served) -> None:
    made = json.loads(server.bh("token", "create", "short", "--expires", "1h", "--json").stdout)
    assert server.ask("HEAD", PATH, token=made["token"]).status == 404
    with open_database(server.database) as database, database.transaction(durable=True):
        database.connection.execute("UPDATE token SET expires_at = 1 WHERE id = ?", (made["id"],))
    while server.ask("HEAD", PATH, token=made["token"]).status != 401:
        pass
    assert "has expired" in server.ask("PUT", PATH, DATA, token=made["token"]).message


def test_a_server_makes_lists_and_revokes_tokens_for_whom_it_lets_in(server: Served) -> None:
    made = bh(
        server.env, "token", "create", "by RPC", "--server", "--scope", "read,artifact", "--expires", "1h", "--json"
    )
    assert made.returncode == 0, made.stderr
    token = json.loads(made.stdout)
    assert server.ask("HEAD", PATH, token=token["token"]).status == 404
    listed = {row["id"]: row for row in json.loads(bh(server.env, "token", "list", "--server", "--json").stdout)}
    here = {row["id"]: row for row in json.loads(server.bh("token", "list", "--json").stdout)}
    assert listed.keys() == here.keys()
    assert {**listed[token["id"]], "last_used_at": 0} == {**here[token["id"]], "last_used_at": 0}
    mine = {**server.env, "BH_SERVER": server.url, "BH_TOKEN": token["token"]}
    more = bh(mine, "token", "create", "more", "--server", "--scope", "admin")
    assert more.returncode == 4
    assert "no scope `admin`" in more.stderr
    assert bh(server.env, "token", "revoke", token["id"], "--server").returncode == 0
    assert server.ask("HEAD", PATH, token=token["token"]).status == 401
    unknown = bh(server.env, "token", "create", "x", "--server", "--scope", "reed")
    assert (unknown.returncode, "no scope `reed`" in unknown.stderr) == (2, True)
