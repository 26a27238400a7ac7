"""Tokens, the audit trail, parts that wait, and who may see what."""

import hashlib

import msgspec
import pytest

from benchhub.errors import ConflictError, NothingMatchedError, RefusedError, UserError
from benchhub.model.access import SCOPES, Principal
from benchhub.model.circumstance import User
from benchhub.model.place import Project, Repository
from benchhub.store import staging
from benchhub.store.audit import audit_trail, record
from benchhub.store.database import Database
from benchhub.store.keeper import Keeper
from benchhub.store.staging import drop_old_parts, drop_parts, stage_part, staged_parts
from benchhub.store.tokens import (
    check_expiry,
    check_token,
    has_tokens,
    list_tokens,
    make_token,
    revoke_token,
    touch_token,
)
from benchhub.store.visibility import as_parameter, may_report_to, visible_projects
from store.backends import only, rows
from store.factory import PROJECT, bench_report

ADA, BOB = User("Ada", "ada@example.com"), User("Bob")
UID = "01890000-0000-7000-8000-000000000001"
HIDDEN = Project(Repository("example.com", "them", "secret", "main"), "lib", "secret")
PLACE_OF_IT = "example.com/them/secret//lib"


def principal(database: Database, user: User = ADA, **words: object) -> Principal:
    scopes = words.pop("scopes", ("read", "report"))
    made = make_token(database, user, name="test", scopes=scopes, **words)  # type: ignore[arg-type]
    return check_token(database, made.text)


# -- tokens ------------------------------------------------------------------------------------------------------------


def test_a_token_tells_who_asks_and_what_they_may(database: Database) -> None:
    assert not has_tokens(database)
    who = principal(database, scopes=("report", "read"), projects=["example.com/them/thing"])
    assert has_tokens(database)
    assert (who.user, who.may("read"), who.may("report"), who.may("admin")) == ("Ada", True, True, False)
    assert who.projects == frozenset({"example.com/them/thing"})


def test_the_secret_is_kept_nowhere(database: Database) -> None:
    made = make_token(database, ADA, name="laptop", scopes=["read"])
    secret = made.text.removeprefix(f"bh_{made.id}_")
    ((kept,),) = rows(database, "SELECT secret_sha256 FROM token")
    assert bytes(kept) == hashlib.sha256(secret.encode()).digest()
    assert secret not in repr(rows(database, "SELECT * FROM token"))
    assert secret not in repr(list_tokens(database))


BROKEN = {
    "nothing": "",
    "no id": "bh_",
    "an empty id": "bh__{secret}",
    "one character more": "bh_{id}_{secret}x",
    "another prefix": "xx_{id}_{secret}",
    "another id": "bh_000000000000_{secret}",
    "another secret": "bh_{id}_x",
    "SQL": "bh_' OR 1=1 --_{secret}",
    "NUL": "bh_{id}_{secret}\0",
    "bytes that are no text": "bh_" + "é\udcff" * 5_000,
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_no_token_of_ours_is_refused_in_the_same_words(database: Database, broken: str) -> None:
    made = make_token(database, ADA, name="laptop", scopes=["read"])
    secret = made.text.removeprefix(f"bh_{made.id}_")
    assert check_token(database, f"bh_{made.id}_{secret}").user == "Ada"
    with pytest.raises(RefusedError, match="this token is not known here"):
        check_token(database, BROKEN[broken].format(id=made.id, secret=secret))


def test_a_token_ends_at_its_hour(database: Database) -> None:
    made = make_token(database, ADA, name="old", scopes=["read"], expires_at_ms=1)
    with pytest.raises(RefusedError, match=f"{made.id} has expired"):
        check_token(database, made.text)
    later = principal(database, expires_at_ms=4_000_000_000_000)
    check_expiry(later)
    with pytest.raises(RefusedError, match="has expired"):
        check_expiry(msgspec.structs.replace(later, expires_at_ms=1))


def test_a_revoked_token_opens_nothing_and_stays_in_the_list(database: Database) -> None:
    made = make_token(database, ADA, name="lost", scopes=["read"])
    revoke_token(database, made.id)
    (first,) = list_tokens(database)
    revoke_token(database, made.id)
    assert list_tokens(database) == [first]
    assert first["revoked_at"] is not None
    with pytest.raises(RefusedError, match="was revoked"):
        check_token(database, made.text)
    with pytest.raises(NothingMatchedError, match="no token `nobody`"):
        revoke_token(database, "nobody")


def test_the_last_use_is_kept_to_the_minute(database: Database) -> None:
    who = principal(database)
    assert list_tokens(database)[0]["last_used_at"] is None
    touch_token(database, who.token_id)
    used = list_tokens(database)[0]["last_used_at"]
    assert used % 60_000 == 0
    touch_token(database, who.token_id)
    assert list_tokens(database)[0]["last_used_at"] >= used


def test_tokens_of_one_user_are_listed_alone(database: Database) -> None:
    ada, bob = principal(database, ADA), principal(database, BOB)
    assert [row["id"] for row in list_tokens(database, user_id=bob.user_id)] == [bob.token_id]
    assert {row["id"] for row in list_tokens(database)} == {ada.token_id, bob.token_id}


def test_a_scope_that_does_not_exist_is_named(database: Database) -> None:
    with pytest.raises(UserError, match="no scope `write`"):
        make_token(database, ADA, name="x", scopes=["read", "write"])  # type: ignore[list-item]
    with pytest.raises(UserError, match="opens nothing"):
        make_token(database, ADA, name="x", scopes=[])


# -- the audit trail ---------------------------------------------------------------------------------------------------


def test_the_trail_tells_who_did_what(database: Database) -> None:
    who = principal(database)
    record(database, "token-made", "bh_1", who=who, detail={"name": 'it\'s "quoted"'})
    record(database, "refused", "nul\0", who=None)
    last, first = audit_trail(database)
    assert (first["user_name"], first["token_id"], first["action"]) == ("Ada", who.token_id, "token-made")
    assert msgspec.json.decode(first["detail"]) == {"name": 'it\'s "quoted"'}
    assert (last["user_name"], last["subject"]) == (None, "nul␀")
    assert len(audit_trail(database, count=1)) == 1


# -- parts that wait ---------------------------------------------------------------------------------------------------


def test_parts_come_in_any_order_and_twice(database: Database) -> None:
    digest = bytes(32)
    assert stage_part(database, UID, part=2, parts=3, sha256=digest, data=b"c").missing == (0, 1)
    assert stage_part(database, UID, part=0, parts=3, sha256=digest, data=b"a").missing == (1,)
    assert stage_part(database, UID, part=0, parts=3, sha256=digest, data=b"a").missing == (1,)
    assert stage_part(database, UID, part=1, parts=3, sha256=digest, data=b"b" * 9_999).missing == ()
    assert staged_parts(database, UID) == [b"a", b"b" * 9_999, b"c"]
    drop_parts(database, UID)
    assert staged_parts(database, UID) == []


def test_parts_of_two_reports_under_one_uid_are_a_conflict(database: Database) -> None:
    stage_part(database, UID, part=0, parts=3, sha256=bytes(32), data=b"a")
    for parts, digest in ((3, b"1" * 32), (2, bytes(32))):
        with pytest.raises(ConflictError, match="parts of another report"):
            stage_part(database, UID, part=1, parts=parts, sha256=digest, data=b"b")
    assert staged_parts(database, UID) == [b"a"]


def test_parts_that_nobody_finishes_go_after_a_week(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    stage_part(database, UID, part=0, parts=2, sha256=bytes(32), data=b"a")
    assert drop_old_parts(database) == 0
    monkeypatch.setattr(staging, "KEPT_MS", -1_000)
    assert drop_old_parts(database) == 1
    assert staged_parts(database, UID) == []


# -- who may see what --------------------------------------------------------------------------------------------------


@pytest.fixture
def secret(keeper: Keeper) -> int:
    """Return the id of a project that is Bob's alone, beside one that is everybody's."""
    database = keeper.database
    keeper.keep(bench_report())
    keeper.keep(bench_report(project=HIDDEN))
    secret_id = int(only(database, "SELECT id FROM project WHERE name = 'secret'"))
    with database.transaction(durable=True):
        database.execute(
            "INSERT INTO project_policy (project_id, visibility, members, owners, retention) "
            "VALUES (?, 'private', '[\"Bob\"]', '[]', '{}')",
            (secret_id,),
        )
    return secret_id


def test_where_nothing_is_private_everybody_sees_everything(keeper: Keeper) -> None:
    keeper.keep(bench_report(project=HIDDEN))
    assert visible_projects(keeper.database, principal(keeper.database)) is None


def test_a_private_project_is_seen_by_its_members_and_by_who_administers(keeper: Keeper, secret: int) -> None:
    database = keeper.database
    seen = visible_projects(database, principal(database, ADA))
    assert seen is not None
    assert len(seen) == 1
    assert secret not in seen
    assert visible_projects(database, principal(database, BOB)) is None
    assert visible_projects(database, principal(database, ADA, scopes=SCOPES)) is None
    assert as_parameter(seen) == f"[{min(seen)}]"


def test_a_token_may_open_some_projects_alone(keeper: Keeper, secret: int) -> None:
    database = keeper.database
    assert visible_projects(database, principal(database, BOB, projects=[PLACE_OF_IT])) == frozenset({secret})
    assert visible_projects(database, principal(database, ADA, projects=[PLACE_OF_IT])) == frozenset()
    assert visible_projects(database, principal(database, BOB, projects=[])) == frozenset()


def test_who_may_not_see_a_project_may_not_report_to_it(keeper: Keeper, secret: int) -> None:
    database = keeper.database
    assert secret
    unheard_of = Project(Repository("example.com", "them", "new"), ".", "new")
    assert [may_report_to(database, principal(database, ADA), p) for p in (PROJECT, HIDDEN, unheard_of)] == [
        True,
        False,
        True,
    ]
    assert may_report_to(database, principal(database, BOB), HIDDEN)
    limited = principal(database, BOB, projects=[PLACE_OF_IT])
    assert [may_report_to(database, limited, p) for p in (PROJECT, HIDDEN, unheard_of)] == [False, True, False]
