"""The services that tell what is kept, each to whom may see it."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.json_format import MessageToJson

from benchhub.model.circumstance import User
from benchhub.model.place import Project, Repository
from benchhub.rpc.v1.run_service_pb2 import GetRunRequest, GetRunResponse
from benchhub.store.database import open_database
from benchhub.store.find import find_run
from benchhub.store.keeper import Keeper
from benchhub.store.remarks import add_note, add_tags
from benchhub.store.removing import remove_runs
from benchhub.store.tokens import make_token
from server.serving import Served, served
from store.factory import bench_report, outcome_report, revision

SECRET = Project(Repository("example.com", "them", "hidden", "main"), "lib", "hidden")
ADA, BOB = User("Ada", "ada@example.com"), User("Bob")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a server on three runs of a public project and one of a project that is Bob's alone."""
    folder = tmp_path_factory.mktemp("server")
    raw = folder / "raw"
    raw.write_bytes(b"PASS\n")
    with open_database(folder / "bench.db") as database:
        keeper = Keeper(database)
        runs = [keeper.keep(bench_report(3, 2, 2, seed=n, revision=revision(n), artifact=raw)) for n in (1, 2)]
        keeper.keep(outcome_report({"TestA": "passed", "TestB": "failed"}, label="//:gotest", revision=revision(2)))
        keeper.keep(bench_report(project=SECRET))
        add_tags(database, runs[0], ["v1"], user=ADA)
        add_note(database, runs[0], 'it\'s "fine"', user=BOB)
        with database.transaction(durable=True):
            database.connection.execute(
                "INSERT INTO project_policy (project_id, visibility, members, owners, retention) "
                "SELECT id, 'private', '[\"Bob\"]', '[\"Bob\"]', '{}' FROM project WHERE name = 'hidden'"
            )
    with served(folder) as running:
        yield running


@pytest.fixture(scope="module")
def ada(server: Served) -> str:
    """Return the token of somebody who may look, and is no member of the private project."""
    with open_database(server.database) as database:
        return make_token(database, ADA, name="laptop", scopes=["read", "report"]).text


@pytest.fixture(scope="module")
def bob(server: Served) -> str:
    with open_database(server.database) as database:
        return make_token(database, BOB, name="laptop", scopes=["read"]).text


def ask(server: Served, rpc: str, token: str, **message: Any) -> Any:  # noqa: ANN401 -- what JSON can say
    told = server.rpc(rpc, message, token=token)
    assert told.status == 200, told.body
    return told.json


# -- users, git, projects, frameworks ----------------------------------------------------------------------------------


def test_who_asks_is_told_what_the_token_opens(server: Served, ada: str) -> None:
    told = ask(server, "UserService/WhoAmI", ada)
    assert (told["user"], told["serverUrl"]) == ("Ada", server.url)
    assert told["token"]["scopes"] == ["SCOPE_READ", "SCOPE_REPORT"]
    assert "projects" not in told["token"]


def test_users_come_by_name_page_by_page(server: Served, ada: str) -> None:
    first = ask(server, "UserService/ListUsers", ada, pageSize=1)
    assert first["users"] == [{"name": "Ada", "email": "ada@example.com"}]
    second = ask(server, "UserService/ListUsers", ada, pageSize=1, pageToken=first["nextPageToken"])
    assert second == {"users": [{"name": "Bob"}]}


def test_repositories_of_private_projects_are_not_there(server: Served, ada: str, bob: str) -> None:
    names = [
        [row["name"] for row in ask(server, "GitService/ListRepositories", token)["repositories"]]
        for token in (ada, bob)
    ]
    assert names == [["thing"], ["hidden", "thing"]]
    told = server.rpc("GitService/ListCommits", {"repository": "example.com/them/hidden"}, token=ada)
    assert told.json["code"] == "not_found"


def test_commits_come_newest_first(server: Served, ada: str) -> None:
    first = ask(server, "GitService/ListCommits", ada, repository="example.com/them/thing", pageSize=1)
    assert first["commits"][0] == {
        "sha": f"{2:040x}",
        "parentSha": f"{1:040x}",
        "seq": "2",
        "author": "Ada",
        "subject": "change 2",
        "authoredAtMs": "1700000000000",
        "committedAtMs": "1700000000002",
    }
    page = {"repository": "example.com/them/thing", "pageSize": 1, "pageToken": first["nextPageToken"]}
    assert ask(server, "GitService/ListCommits", ada, **page)["commits"][0]["sha"] == f"{1:040x}"


def test_projects_are_told_to_whom_may_see_them(server: Served, ada: str, bob: str) -> None:
    (public,) = ask(server, "ProjectService/ListProjects", ada)["projects"]
    assert (public["address"], public["runCount"], public["defaultBranch"]) == ("example.com/them/thing", "3", "main")
    hidden, _ = ask(server, "ProjectService/ListProjects", bob)["projects"]
    assert (hidden["address"], hidden["visibility"], hidden["owners"]) == (
        "example.com/them/hidden//lib",
        "VISIBILITY_PRIVATE",
        ["Bob"],
    )
    one = ask(server, "ProjectService/GetProject", bob, address="example.com/them/hidden//lib")
    assert (one["project"], one["targets"]) == (hidden, ["//:gobench"])
    unseen, absent = (
        server.rpc("ProjectService/GetProject", {"address": address}, token=ada)
        for address in ("example.com/them/hidden//lib", "example.com/them/absent")
    )
    assert (unseen.status, unseen.json["code"]) == (absent.status, absent.json["code"]) == (404, "not_found")
    assert unseen.message.replace("hidden//lib", "absent") == absent.message


def test_frameworks_are_told_with_their_tables(server: Served, ada: str) -> None:
    by_name = {row["name"]: row for row in ask(server, "FrameworkService/ListFrameworks", ada)["frameworks"]}
    assert by_name["gobench"]["tables"] == ["gobench_result"]
    assert by_name["gobench"]["reportCount"] == "3"


# -- runs --------------------------------------------------------------------------------------------------------------


def test_runs_come_newest_first_and_only_those_that_may_be_seen(server: Served, ada: str, bob: str) -> None:
    numbers = [[run["number"] for run in ask(server, "RunService/ListRuns", token)["runs"]] for token in (ada, bob)]
    assert numbers == [["3", "2", "1"], ["4", "3", "2", "1"]]
    pages: list[str] = []
    token = ""
    while not pages or token:
        page = ask(server, "RunService/ListRuns", ada, pageSize=2, pageToken=token)
        pages += [run["number"] for run in page["runs"]]
        token = page.get("nextPageToken", "")
    assert pages == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ({"project": "example.com/them/thing"}, ["3", "2", "1"]),
        ({"target": "//:gotest"}, ["3"]),
        ({"tag": "v1"}, ["1"]),
        ({"status": "RUN_STATUS_FAILED"}, []),
        ({"target": "'; DROP TABLE run; --"}, []),
    ],
    ids=["project", "target", "tag", "status", "SQL"],
)
def test_runs_are_chosen(server: Served, ada: str, words: dict[str, str], numbers: list[str]) -> None:
    told = ask(server, "RunService/ListRuns", ada, **words)
    assert [run["number"] for run in told.get("runs", [])] == numbers


def test_a_run_is_told_whole(server: Served, ada: str) -> None:
    told = ask(server, "RunService/GetRun", ada, run="1")
    assert told["run"]["tags"] == ["v1"]
    assert told["run"]["startedAtMs"] == "1700000100000"
    assert (told["run"]["machine"], told["run"]["toolchain"], told["run"]["isTrunk"]) == ("laptop", "go1.26.8", True)
    assert len(told["results"]) == 6
    first = told["results"][0]
    assert (first["name"], first["sampleCount"]) == ("BenchmarkX", "2")
    assert first["params"] == [{"name": "size", "value": "0", "origin": "PARAM_ORIGIN_TOOL"}]
    assert first["metric"] == {"name": "time", "unit": "s", "better": "BETTER_LOWER"}
    assert first["low"] <= first["value"] <= first["high"]
    assert [(note["text"], note["user"]) for note in told["notes"]] == [('it\'s "fine"', "Bob")]
    assert [(one["name"], one["sizeBytes"]) for one in told["artifacts"]] == [("stdout", "5")]


def test_a_large_answer_is_the_same_in_either_form(server: Served, ada: str) -> None:
    large = bench_report(1_000, 3, 1, revision=revision(9))
    with open_database(server.database) as database:
        Keeper(database).keep(large)
    uid = large.envelope.uid
    told = ask(server, "RunService/GetRun", ada, run=uid)
    assert len(told["results"]) == 3_000
    body = GetRunRequest(run=uid).SerializeToString()
    path = "/benchhub.rpc.v1.RunService/GetRun"
    packed = server.ask("POST", path, body, token=ada, content_type="application/proto", accept_encoding="gzip")
    message = GetRunResponse.FromString(gzip.decompress(packed.body))
    assert json.loads(MessageToJson(message)) == told
    with open_database(server.database) as database:
        remove_runs(database, [find_run(database, uid).run_id], user=ADA)


def test_outcomes_are_told_too(server: Served, ada: str) -> None:
    told = ask(server, "RunService/GetRun", ada, run="latest")
    assert [(row["name"], row["status"]) for row in told["outcomes"]] == [
        ("TestA", "CASE_STATUS_PASSED"),
        ("TestB", "CASE_STATUS_FAILED"),
    ]


@pytest.mark.parametrize("run", ["4", "99", "", "%", "' OR 1=1 --", "9" * 40, "-1", "zz"])
def test_a_run_that_is_not_there_or_hidden_is_not_found(server: Served, ada: str, run: str) -> None:
    told = server.rpc("RunService/GetRun", {"run": run}, token=ada)
    assert (told.status, told.json["code"]) == (404, "not_found")


def test_the_beginning_of_an_id_is_enough(server: Served, bob: str) -> None:
    uid = ask(server, "RunService/GetRun", bob, run="4")["run"]["uid"]
    assert ask(server, "RunService/GetRun", bob, run=uid[:-2].upper())["run"]["number"] == "4"
    assert "several runs begin with" in server.rpc("RunService/GetRun", {"run": uid[:6]}, token=bob).message


def test_what_people_said_is_told_since_then(server: Served, ada: str) -> None:
    told = ask(server, "RunService/ListNames", ada)
    assert [(tag["name"], tag["user"]) for tag in told["tags"]] == [("v1", "Ada")]
    assert [note["number"] for note in told["notes"]] == ["1"]
    assert not told.get("hasMore")
    assert ask(server, "RunService/ListNames", ada, afterNote=1, tagsSinceMs=4_000_000_000_000) == {}


# -- series ------------------------------------------------------------------------------------------------------------


def test_series_come_page_by_page(server: Served, ada: str, bob: str) -> None:
    seen: list[str] = []
    token = ""
    while not seen or token:
        page = ask(server, "SeriesService/ListSeries", ada, pageSize=4, pageToken=token)
        seen += [row["id"] for row in page["series"]]
        token = page.get("nextPageToken", "")
    assert len(seen) == len(set(seen)) == 6
    assert len(ask(server, "SeriesService/ListSeries", bob)["series"]) == 12


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ({"name": "BenchmarkX size=1"}, 2),
        ({"name": "BenchmarkX/size=1", "metric": "time"}, 1),
        ({"name": "Bench*"}, 6),
        ({"name": "bench"}, 0),
        ({"project": "example.com/them/thing", "metric": "allocated"}, 3),
    ],
    ids=["words", "go", "pattern", "case", "project"],
)
def test_series_are_chosen(server: Served, ada: str, words: dict[str, str], count: int) -> None:
    assert len(ask(server, "SeriesService/ListSeries", ada, **words).get("series", [])) == count


def test_a_history_is_told_in_the_order_of_commits(server: Served, ada: str) -> None:
    (series,) = ask(server, "SeriesService/ListSeries", ada, name="BenchmarkX size=1", metric="time")["series"]
    told = ask(server, "SeriesService/GetHistory", ada, seriesId=series["id"])
    assert told["series"] == series
    assert [point["commitSeq"] for point in told["points"]] == ["1", "2"]
    newest = ask(server, "SeriesService/GetHistory", ada, seriesId=series["id"], count=1)
    assert newest["points"] == told["points"][1:]


def test_the_history_of_a_private_project_is_not_there(server: Served, ada: str, bob: str) -> None:
    ids = {row["id"] for row in ask(server, "SeriesService/ListSeries", bob)["series"]}
    ids -= {row["id"] for row in ask(server, "SeriesService/ListSeries", ada)["series"]}
    for series_id in ids:
        assert server.rpc("SeriesService/GetHistory", {"seriesId": series_id}, token=ada).json["code"] == "not_found"


@pytest.mark.parametrize("token", ["x", "W10=", "WyJhIl0=", "!!!", "é"])
def test_a_page_token_of_another_list_is_refused(server: Served, ada: str, token: str) -> None:
    told = server.rpc("SeriesService/ListSeries", {"pageToken": token}, token=ada)
    assert (told.status, told.json["code"]) == (400, "invalid_argument")
    assert "next_page_token" in told.message


# -- tokens ------------------------------------------------------------------------------------------------------------


def test_people_make_tokens_that_open_no_more_than_theirs(server: Served, ada: str) -> None:
    made = ask(server, "TokenService/CreateToken", ada, name="script", scopes=["SCOPE_READ"], lifetimeS=60)
    assert ask(server, "UserService/WhoAmI", made["text"])["token"]["name"] == "script"
    for message in (
        {"name": "x", "scopes": ["SCOPE_ADMIN"]},
        {"name": "x", "scopes": ["SCOPE_READ"], "user": "Bob"},
    ):
        told = server.rpc("TokenService/CreateToken", message, token=ada)
        assert (told.status, told.json["code"]) == (403, "permission_denied")


def test_a_token_made_by_a_limited_one_is_limited_too(server: Served) -> None:
    limits = {"projects": {"addresses": ["example.com/them/thing"]}, "lifetimeS": 600}
    first = ask(server, "TokenService/CreateToken", "", name="ci", scopes=["SCOPE_READ"], **limits)
    second = ask(server, "TokenService/CreateToken", first["text"], name="job", scopes=["SCOPE_READ"])
    assert second["token"]["projects"] == limits["projects"]
    assert second["token"]["expiresAtMs"] == first["token"]["expiresAtMs"]
    wider = {"name": "x", "scopes": ["SCOPE_READ"], "projects": {"addresses": ["example.com/them/hidden//lib"]}}
    assert server.rpc("TokenService/CreateToken", wider, token=first["text"]).status == 403


@pytest.mark.parametrize(
    "message",
    [
        {"name": "", "scopes": ["SCOPE_READ"]},
        {"name": "x" * 201, "scopes": ["SCOPE_READ"]},
        {"name": "x"},
        {"name": "x", "scopes": ["SCOPE_UNSPECIFIED"]},
        {"name": "x", "scopes": [99]},
        {"name": "x", "scopes": ["SCOPE_READ"], "lifetimeS": 0},
        {"name": "x", "scopes": ["SCOPE_READ"], "lifetimeS": -5},
        {"name": "x", "scopes": ["SCOPE_READ"], "lifetimeS": 2**62},
    ],
    ids=["no name", "long name", "no scope", "unsaid", "unknown", "no time", "past", "for ever"],
)
def test_tokens_that_make_no_sense_are_not_made(server: Served, message: dict[str, Any]) -> None:
    assert server.rpc("TokenService/CreateToken", message).json["code"] == "invalid_argument"


def test_a_revoked_token_opens_nothing_at_once(server: Served, ada: str, bob: str) -> None:
    made = ask(server, "TokenService/CreateToken", ada, name="lost", scopes=["SCOPE_READ"])
    token_id = made["token"]["id"]
    assert ask(server, "UserService/WhoAmI", made["text"])
    assert server.rpc("TokenService/RevokeToken", {"id": token_id}, token=bob).json["code"] == "not_found"
    assert ask(server, "TokenService/RevokeToken", ada, id=token_id)["token"]["revokedAtMs"]
    told = server.rpc("UserService/WhoAmI", {}, token=made["text"])
    assert (told.status, told.json["code"]) == (401, "unauthenticated")
    alive = [row["id"] for row in ask(server, "TokenService/ListTokens", ada)["tokens"]]
    everything = [row["id"] for row in ask(server, "TokenService/ListTokens", ada, withDead=True)["tokens"]]
    assert token_id not in alive
    assert token_id in everything


def test_people_see_their_own_tokens_and_the_operator_sees_all(server: Served, ada: str) -> None:
    assert {row["user"] for row in ask(server, "TokenService/ListTokens", ada)["tokens"]} == {"Ada"}
    assert {row["user"] for row in ask(server, "TokenService/ListTokens", "")["tokens"]} == {"Ada", "Bob"}


def test_making_and_revoking_is_in_the_trail(server: Served, ada: str) -> None:
    made = ask(server, "TokenService/CreateToken", ada, name="traced", scopes=["SCOPE_READ"])["token"]["id"]
    ask(server, "TokenService/RevokeToken", ada, id=made)
    with open_database(server.database, readonly=True) as database:
        sql = "SELECT action FROM audit WHERE subject = ? ORDER BY id"
        assert list(database.connection.execute(sql, (made,))) == [("token-made",), ("token-revoked",)]


def test_identity_tokens_are_refused_in_words(server: Served) -> None:
    told = server.rpc("TokenService/ExchangeToken", {"identityToken": "x"}, token=None)
    assert (told.status, told.json["code"]) == (501, "unimplemented")
    assert "bh token create" in told.message
