"""The registry in the database: applied whole, archived instead of deleted, and heard at intake."""

import msgspec
import pytest

from benchhub.errors import UndeclaredError, UserError
from benchhub.model.access import Principal
from benchhub.model.circumstance import User
from benchhub.model.place import Project, Repository
from benchhub.model.registry import (
    HostEntry,
    MachineClassEntry,
    OrganisationEntry,
    ProjectEntry,
    Registry,
    Retention,
    UserEntry,
)
from benchhub.store.database import Database
from benchhub.store.dimensions import find_project
from benchhub.store.keeper import Keeper
from benchhub.store.registry import (
    Change,
    apply,
    changes,
    check_report,
    declared,
    names_of_machine_classes,
    policy_of,
    undeclared,
)
from benchhub.store.renaming import move_project
from benchhub.store.visibility import may_report_to, visible_projects
from store.backends import only, rows
from store.factory import LAPTOP, PROJECT, bench_report, envelope, revision

ADA = User("Ada", "ada@example.com")
PLACE = "example.com/them/thing"
WHOLE = Registry(
    policy="known-users",
    user={"ada": UserEntry("ada@example.com", ("Ada",)), "bob": UserEntry()},
    organisation={"team": OrganisationEntry(("bob",))},
    host={"example.com": HostEntry("gitlab", "https://example.com")},
    project={"thing": ProjectEntry(PLACE, owners=("team",), visibility="private", baseline_branch="next")},
    machine_class={"laptop": MachineClassEntry(cores=2, architecture="x86_64")},
)


def with_project(**fields: object) -> Registry:
    project = msgspec.structs.replace(WHOLE.project["thing"], **fields)
    return msgspec.structs.replace(WHOLE, project={"thing": project})


def named(name: str, *scopes: str) -> Principal:
    return Principal("1", 1, name, frozenset(scopes or ("read",)))  # type: ignore[arg-type]


def project_id(database: Database) -> int:
    return int(only(database, "SELECT id FROM project WHERE path = '.'"))


def said(found: list[Change]) -> list[tuple[str, str, str]]:
    return [(change.action, change.kind, change.name) for change in found]


def test_what_was_applied_is_what_is_declared_and_changes_nothing_again(database: Database) -> None:
    planned = changes(database, WHOLE)
    assert apply(database, WHOLE, user=ADA) == planned
    assert len(planned) == 7
    assert declared(database) == WHOLE
    assert changes(database, WHOLE) == []
    assert apply(database, declared(database), user=ADA) == []


def test_a_change_tells_the_keys_that_differ(database: Database) -> None:
    apply(database, WHOLE, user=ADA)
    (change,) = apply(database, with_project(visibility="public", retention=Retention(keep=3)), user=ADA)
    assert (change.action, change.name) == ("change", "thing")
    assert sorted(change.details) == [("retention", None, {"keep": 3}), ("visibility", "private", None)]
    assert policy_of(database, project_id(database)).retention == Retention(keep=3)


def test_what_is_removed_is_archived_and_comes_back(database: Database) -> None:
    Keeper(database).keep(bench_report())
    apply(database, WHOLE, user=ADA)
    before = rows(database, "SELECT kind, name, doc FROM registry_entry ORDER BY kind, name")
    empty = Registry(policy="open")
    gone = apply(database, empty, user=ADA)
    assert {change.action for change in gone if change.kind != "policy"} == {"archive"}
    assert declared(database) == empty
    assert rows(database, "SELECT kind, name, doc FROM registry_entry ORDER BY kind, name") == before
    assert only(database, "SELECT count(*) FROM runs") == 1
    found = policy_of(database, project_id(database))
    assert found.archived_at_ms is not None
    assert (found.visibility, found.members) == ("private", ())
    with pytest.raises(UndeclaredError, match="is archived"):
        check_report(database, envelope())
    assert {change.action for change in apply(database, WHOLE, user=ADA) if change.kind != "policy"} == {"revive"}
    assert declared(database) == WHOLE
    assert policy_of(database, project_id(database)).members == ("bob",)
    check_report(database, envelope())


def test_all_or_nothing(database: Database) -> None:
    Keeper(database).keep(bench_report())
    elsewhere = Project(Repository("example.com", "them", "elsewhere"), ".", "thing")
    move_project(database, project_id(database), elsewhere, user=ADA)
    # What reports call `thing` lives elsewhere by now: it cannot be another project's place.
    with pytest.raises(UserError, match=r"used to live at `example.com/them/thing`"):
        apply(database, WHOLE, user=ADA)
    assert rows(database, "SELECT * FROM registry_entry") == []
    assert declared(database) == Registry()


# -- who sees what -----------------------------------------------------------------------------------------------------


def test_owners_members_and_those_of_their_organisations_see_a_private_project(database: Database) -> None:
    apply(database, with_project(owners=("team",), members=("ada",)), user=ADA)
    for name in ("bob", "ada", "Ada"):
        assert visible_projects(database, named(name)) is None
    for name in ("eve", "team", "thing", ""):
        assert visible_projects(database, named(name)) == frozenset()
        assert not may_report_to(database, named(name), PROJECT)
    assert visible_projects(database, named("eve", "admin")) is None
    apply(database, msgspec.structs.replace(WHOLE, organisation={"team": OrganisationEntry()}), user=ADA)
    assert visible_projects(database, named("bob")) == frozenset()


def test_a_baseline_branch_is_the_declared_one_else_the_default(database: Database) -> None:
    Keeper(database).keep(bench_report())
    assert policy_of(database, project_id(database)).baseline_branch == "main"
    apply(database, WHOLE, user=ADA)
    assert policy_of(database, project_id(database)).baseline_branch == "next"


def test_a_machine_class_has_the_name_that_fits(database: Database) -> None:
    Keeper(database).keep(bench_report())
    assert names_of_machine_classes(database) == {}
    apply(database, WHOLE, user=ADA)
    assert list(names_of_machine_classes(database).values()) == ["laptop"]


# -- where projects live -----------------------------------------------------------------------------------------------


def test_reports_of_an_alias_are_the_projects_history(database: Database) -> None:
    apply(database, with_project(repository="example.com/us/thing", aliases=(PLACE,)), user=ADA)
    Keeper(database).keep(bench_report())
    assert rows(database, "SELECT DISTINCT repo FROM runs") == [("example.com/us/thing",)]
    assert only(database, "SELECT count(*) FROM project") == 1


def test_what_came_from_an_alias_before_moves_along(database: Database) -> None:
    Keeper(database).keep(bench_report())
    before = project_id(database)
    wanted = with_project(repository="example.com/us/thing", aliases=(PLACE,))
    assert ("move", "project", PLACE) in said(changes(database, wanted))
    apply(database, wanted, user=ADA)
    assert project_id(database) == before
    assert rows(database, "SELECT repo FROM runs") == [("example.com/us/thing",)]
    assert changes(database, wanted) == []


def test_histories_of_two_places_become_one(database: Database) -> None:
    other = Project(Repository("example.com", "us", "thing", "main"), ".", "thing")
    Keeper(database).keep(bench_report(revision=revision(1)))
    Keeper(database).keep(bench_report(project=other, revision=revision(2)))
    wanted = with_project(repository="example.com/us/thing", aliases=(PLACE,))
    joined = next(change for change in changes(database, wanted) if change.action == "join")
    assert joined.details == (("runs", None, 1), ("to", None, "example.com/us/thing"))
    apply(database, wanted, user=ADA)
    assert rows(database, "SELECT repo, count(*) FROM runs GROUP BY repo") == [("example.com/us/thing", 2)]
    assert only(database, "SELECT count(*) FROM project") == 1
    assert changes(database, wanted) == []


def test_an_alias_that_is_no_longer_said_still_leads_to_its_project(database: Database) -> None:
    wanted = with_project(repository="example.com/us/thing", aliases=(PLACE,))
    apply(database, wanted, user=ADA)
    without = with_project(repository="example.com/us/thing")
    assert changes(database, without) == []
    Keeper(database).keep(bench_report())
    assert rows(database, "SELECT DISTINCT repo FROM runs") == [("example.com/us/thing",)]


def test_a_private_project_stays_private_when_somebody_joins_it_with_another(database: Database) -> None:
    Keeper(database).keep(bench_report())
    apply(database, WHOLE, user=ADA)
    other = Project(Repository("example.com", "us", "thing", "main"), ".", "thing")
    Keeper(database).keep(bench_report(project=other))
    old_id = find_project(database, PROJECT)
    assert old_id is not None
    move_project(database, old_id, other, user=ADA, is_joined=True)
    assert visible_projects(database, named("eve")) == frozenset()
    assert visible_projects(database, named("bob")) is None


# -- whose reports are taken -------------------------------------------------------------------------------------------


def test_an_open_server_takes_every_report(database: Database) -> None:
    check_report(database, envelope())
    apply(database, Registry(), user=ADA)
    check_report(database, envelope(user=User("Eve")))


def test_known_users_are_known_by_name_alias_or_address(database: Database) -> None:
    apply(database, WHOLE, user=ADA)
    for user in (User("ada"), User("Ada"), User("A. L.", "ADA@example.com"), User("bob", "x@y.z")):
        check_report(database, envelope(user=user))
    with pytest.raises(UndeclaredError, match="user `Eve` is not declared") as caught:
        check_report(database, envelope(user=User("Eve", "eve@example.com")))
    assert caught.value.hint is not None


def test_known_projects_are_known_by_every_place(database: Database) -> None:
    wanted = with_project(repository="example.com/us/thing", aliases=(PLACE,))
    apply(database, msgspec.structs.replace(wanted, policy="known-projects"), user=ADA)
    check_report(database, envelope(user=User("Eve")))
    other = Project(Repository("example.com", "them", "other"), "lib", "other")
    with pytest.raises(UndeclaredError, match=r"project `example.com/them/other//lib` is not declared"):
        check_report(database, envelope(project=other))


def test_what_reports_brought_is_something_to_begin_from(database: Database) -> None:
    Keeper(database).keep(bench_report())
    found = undeclared(database)
    assert found.project == {"thing": ProjectEntry(PLACE)}
    assert found.user == {"Ada": UserEntry("ada@example.com")}
    assert found.host == {"example.com": HostEntry()}
    (machine,) = found.machine_class.values()
    assert machine.fits(LAPTOP)
    apply(database, found, user=ADA)
    assert undeclared(database) == Registry()
    assert changes(database, found) == []
