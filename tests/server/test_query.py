"""`QueryService`: one question over what who asks may see, within limits; ended when nobody waits any more."""

import contextlib
import http.client
import json
import select
from collections.abc import Iterator
from typing import Any

import pytest

from benchhub.model.circumstance import User
from benchhub.model.place import Project, Repository
from benchhub.model.registry import ProjectEntry, Registry, UserEntry
from benchhub.rpc.v1.query_service_pb2 import Parameter, QueryRequest, QueryResponse, Value
from benchhub.server.backend import ASKERS
from benchhub.store.database import open_database
from benchhub.store.keeper import Keeper
from benchhub.store.registry import apply
from benchhub.store.tokens import make_token
from server.serving import Answer, Served, served
from store.factory import bench_report

ADA, BOB = User("Ada"), User("Bob")
HIDDEN = Project(Repository("example.com", "them", "hidden", "main"), ".", "hidden")
PATH = "/benchhub.rpc.v1.QueryService/Query"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a server on a public project and one of Bob's alone."""
    folder = tmp_path_factory.mktemp("query")
    with open_database(folder / "bench.db") as database:
        keeper = Keeper(database)
        keeper.keep(bench_report())
        keeper.keep(bench_report(project=HIDDEN))
        entry = ProjectEntry("example.com/them/hidden", owners=("Bob",), visibility="private")
        apply(database, Registry(user={"Bob": UserEntry()}, project={"hidden": entry}), user=BOB)
    with served(folder) as running:
        yield running


def token(server: Served, user: User, *scopes: str, **words: Any) -> str:  # noqa: ANN401 -- fields
    with open_database(server.database) as database:
        return make_token(database, user, name="test", scopes=scopes or ("sql",), **words).text  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def ada(server: Served) -> str:
    return token(server, ADA)


def ask(server: Served, sql: str, who: str = "", **fields: Any) -> Answer:  # noqa: ANN401 -- fields
    return server.rpc("QueryService/Query", {"sql": sql, **fields}, token=who)


def names(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [row["values"][0]["text"] for row in answer.json["rows"]]


def test_values_are_typed_and_null_is_nothing(server: Served, ada: str) -> None:
    told = ask(server, "SELECT 1 AS a, 1.5 AS b, 'x' AS c, X'00ff' AS d, NULL AS e", ada).json
    assert told["columns"] == ["a", "b", "c", "d", "e"]
    assert told["rows"] == [{"values": [{"int": "1"}, {"double": 1.5}, {"text": "x"}, {"blob": "AP8="}, {}]}]
    assert "isCut" not in told


def test_everybody_sees_what_is_theirs_to_see(server: Served, ada: str) -> None:
    sql = "SELECT DISTINCT project FROM runs ORDER BY project"
    assert names(ask(server, sql, ada)) == ["thing"]
    assert names(ask(server, sql, token(server, BOB))) == ["hidden", "thing"]
    assert names(ask(server, sql)) == ["hidden", "thing"]
    narrow = token(server, BOB, projects=["example.com/them/hidden"])
    assert names(ask(server, sql, narrow)) == ["hidden"]


def test_it_needs_the_scope_sql(server: Served) -> None:
    assert ask(server, "SELECT 1", token(server, ADA, "read", "report")).status == 403
    assert server.rpc("QueryService/Query", {"sql": "SELECT 1"}, token=None).status == 401


@pytest.mark.parametrize(
    ("sql", "advice"),
    [
        ("SELECT * FROM project", "the views are"),
        ("SELECT * FROM token", "the views are"),
        ("SELECT * FROM sqlite_schema", "only questions"),
        ("DELETE FROM runs", "only questions"),
        ("PRAGMA database_list", "only questions"),
        ("ATTACH 'x' AS y", "only questions"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("SELEKT", "only questions"),
        ("SELECT benchmrak FROM results", "did you mean `benchmark`?"),
        ("", "only questions"),
        ("SELECT :absent", "SQL: "),
    ],
)
def test_what_is_no_question_is_told_so(server: Served, ada: str, sql: str, advice: str) -> None:
    told = ask(server, sql, ada)
    assert told.status == 400
    assert advice in told.message
    assert "hidden" not in told.message


def test_rows_are_limited_and_it_is_told(server: Served, ada: str) -> None:
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    for fields, count in (({}, 1_000), ({"rowsMax": 3}, 3)):
        told = ask(server, many, ada, **fields).json
        assert (len(told["rows"]), told["isCut"]) == (count, True)
    assert ask(server, many, ada, rowsMax=100_001).status == 400
    wide = ask(server, "SELECT printf('%.*c', 900000, 'x') FROM results, results", ada).json
    assert (len(wide["rows"]), wide["isCut"]) == (3, True)


def test_what_takes_too_much_room_or_time_is_ended(server: Served, ada: str) -> None:
    assert ask(server, "SELECT printf('%.*c', 2000000000, 'x')", ada).status == 429
    body = json.dumps({"sql": ENDLESS}).encode()
    told = server.ask("POST", PATH, body, token=ada, content_type="application/json", connect_timeout_ms="300")
    assert told.status == 504


@contextlib.contextmanager
def asked_for_ever(server: Served, who: str, count: int) -> Iterator[list[http.client.HTTPConnection]]:
    """Ask what never ends so often, and go away at the end of the block."""
    body = json.dumps({"sql": ENDLESS}).encode()
    headers = {"authorization": f"Bearer {who}", "content-type": "application/json"}
    asking = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=60) for _ in range(count)]
    for connection in asking:
        connection.request("POST", PATH, body, headers)
    try:
        yield asking
    finally:
        for connection in asking:
            connection.close()


def test_who_asks_for_long_keeps_no_other_request_waiting(server: Served, ada: str) -> None:
    with asked_for_ever(server, ada, ASKERS + 2) as asking:
        for _ in range(10):
            assert server.rpc("UserService/WhoAmI", {}).status == 200
        assert select.select([connection.sock for connection in asking], [], [], 0) == ([], [], [])


def test_a_question_that_nobody_waits_for_any_more_is_ended(server: Served, ada: str) -> None:
    with asked_for_ever(server, ada, ASKERS + 4):
        pass
    # Else this one had to wait for all of them, half a minute each, and would not be answered within its minute.
    assert ask(server, "SELECT 1", ada).status == 200


def test_parameters_take_every_kind_of_value(server: Served, ada: str) -> None:
    request = QueryRequest(
        sql="SELECT :a, :b, :c, :d, :e",
        parameters=[
            Parameter(name="a", value=Value(int=-5)),
            Parameter(name=":b", value=Value(double=float("inf"))),
            Parameter(name="c", value=Value(text="'; DROP TABLE run; --")),
            Parameter(name="d", value=Value(blob=b"\0")),
            Parameter(name="e"),
        ],
    )
    body = request.SerializeToString()
    told = server.ask("POST", PATH, body, token=ada, content_type="application/proto")
    assert told.status == 200
    (row,) = QueryResponse.FromString(told.body).rows
    assert list(row.values) == [*(one.value for one in request.parameters)]
