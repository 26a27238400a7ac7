"""The registry in the database: what is declared, what would change, and what it decides.

Declared things are never deleted: what the files no longer hold is archived, and comes back as it was when they hold it
again. An archived project takes no reports; its results stay, and stay as private as they were.
"""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from benchhub.errors import UndeclaredError, UserError
from benchhub.model.circumstance import MachineClass, User
from benchhub.model.identity import canonical_json
from benchhub.model.place import LOCAL_HOST, project_address
from benchhub.model.registry import (
    ENTRY_TYPES,
    Entry,
    HostEntry,
    HostKind,
    Kind,
    MachineClassEntry,
    Policy,
    ProjectEntry,
    Registry,
    Retention,
    UserEntry,
    Visibility,
    project_at,
)
from benchhub.model.report import Envelope
from benchhub.store.database import Database
from benchhub.store.dimensions import find_project, put_project
from benchhub.store.remarks import now_ms
from benchhub.store.renaming import move_within

POLICY = "registry.policy"
"""The name of the setting."""

Action = Literal["add", "change", "archive", "revive", "move", "join"]


class Change(msgspec.Struct, frozen=True):
    """One thing that a registry changes.

    Attributes:
        action: ``move`` and ``join`` are of a project's history: it lives elsewhere from now on, or becomes one with
            that of the project that lives there.
        kind: Of the thing; ``policy`` for whose reports are taken.
        name: Of the thing; of ``move`` and ``join``, the place that is left.
        details: Key, value before and value after, as TOML says them; ``None`` for nothing.
    """

    action: Action
    kind: Kind | Literal["policy"]
    name: str
    details: tuple[tuple[str, Any, Any], ...] = ()


class ProjectPolicy(msgspec.Struct, frozen=True):
    """What holds for a project, whether or not anybody declared it.

    Attributes:
        owners: By every name that they have; so are members, who include the owners.
        baseline_branch: What is compared with: as declared, else the default branch; ``None`` when neither is known.
        archived_at_ms: Since when it takes no reports; ``None`` when it does.
    """

    is_declared: bool = False
    visibility: Visibility = "public"
    owners: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    baseline_branch: str | None = None
    retention: Retention = Retention()
    archived_at_ms: int | None = None


# -- what is declared ----------------------------------------------------------------------------------------------


def declared(database: Database) -> Registry:
    """Return what is declared now, without what is archived; a project's aliases are all that lead to it."""
    tables: dict[str, dict[str, Entry]] = {}
    for kind, name, entry, archived_at in _entries(database):
        if archived_at is None:
            tables.setdefault(kind, {})[name] = _with_aliases(database, entry)
    return msgspec.convert({"policy": policy(database), **tables}, Registry)


def policy(database: Database) -> Policy:
    """Return whose reports are taken."""
    row = database.one("setting", name=POLICY)
    return msgspec.convert(row[0], Policy) if row else "open"


def policy_of(database: Database, project_id: int) -> ProjectPolicy:
    """Return what holds for a project."""
    visibility, owners, members, branch, retention, archived_at = database.one("project_policy", project_id=project_id)
    if visibility is None:
        return ProjectPolicy(baseline_branch=branch)
    return ProjectPolicy(
        is_declared=True,
        visibility=visibility,
        owners=msgspec.json.decode(owners, type=tuple[str, ...]),
        members=msgspec.json.decode(members, type=tuple[str, ...]),
        baseline_branch=branch,
        retention=msgspec.json.decode(retention, type=Retention),
        archived_at_ms=archived_at,
    )


def names_of_machine_classes(database: Database) -> dict[int, str]:
    """Return the declared name of each machine class that has one, by its id; the first that fits, by name."""
    entries = declared(database).machine_class
    found: dict[int, str] = {}
    for class_id, facts in database.all("machine_classes"):
        machine = msgspec.json.decode(facts, type=MachineClass)
        name = next((name for name, entry in entries.items() if entry.fits(machine)), None)
        if name is not None:
            found[class_id] = name
    return found


def check_report(database: Database, envelope: Envelope) -> None:
    """Refuse a report of whom or what the policy does not take.

    Whether the sender may know of the project is another question, to be asked before: this one names it.

    Raises:
        UndeclaredError: The project is archived, or it or the user had to be declared and is not.
    """
    project_id = find_project(database, envelope.project)
    known = ProjectPolicy() if project_id is None else policy_of(database, project_id)
    address = envelope.project.address
    if known.archived_at_ms is not None:
        what = f"project `{address}` is archived: the registry of this server no longer declares it"
        raise UndeclaredError(what, hint="who declares it again brings it back with all its results")
    taken = policy(database)
    if taken == "known-projects" and not known.is_declared:
        what = f"project `{address}` is not declared, and this server takes reports of declared projects only"
        raise UndeclaredError(what, hint="have it added to the server's registry, or set BH_PROJECT to one that is")
    if taken == "known-users" and not _users(database).knows(envelope.user):
        what = f"user `{envelope.user.name}` is not declared, and this server takes reports of declared users only"
        raise UndeclaredError(what, hint="have the name, or the e-mail address, added to the server's registry")


def _users(database: Database) -> Registry:
    """Return the declared users alone: asked for with every report."""
    entries = _entries(database, only="user")
    return Registry(
        user={name: entry for _, name, entry, gone in entries if gone is None and isinstance(entry, UserEntry)}
    )


def undeclared(database: Database) -> Registry:
    """Return what reports brought and nobody declared: something to begin a registry from."""
    known = declared(database)
    users = {name: UserEntry(email) for name, email in database.all("all_users") if not known.knows(User(name, email))}
    taken = {place for project in known.project.values() for place in (project.address, *project.aliases)}
    projects: dict[str, ProjectEntry] = {}
    hosts: dict[str, HostEntry] = {}
    for name, host, owner, repository, path in database.all("names_of_projects"):
        if host not in known.host and host != LOCAL_HOST:
            hosts[host] = HostEntry(_HOST_KINDS.get(host, "other"))
        if project_address(host, owner, repository, path) not in taken:
            entry = ProjectEntry(project_address(host, owner, repository, "."), path)
            projects[_free(name, {*known.project, *projects})] = entry
    return Registry(user=users, host=hosts, project=projects, machine_class=_unnamed_machines(database, known))


_HOST_KINDS: dict[str, HostKind] = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "bitbucket.org": "bitbucket",
    "codeberg.org": "gitea",
}


def _unnamed_machines(database: Database, known: Registry) -> dict[str, MachineClassEntry]:
    found: dict[str, MachineClassEntry] = {}
    for _, facts in database.all("machine_classes"):
        machine = msgspec.json.decode(facts, type=MachineClass)
        if any(entry.fits(machine) for entry in (*known.machine_class.values(), *found.values())):
            continue
        entry = MachineClassEntry(machine.runner, machine.cpu_model_name, machine.cores, machine.architecture)
        name = machine.runner or f"{machine.cpu_model_name or machine.architecture}, {machine.cores or '?'} cores"
        found[_free(name, {*known.machine_class, *found})] = entry
    return found


def _free(name: str, taken: set[str]) -> str:
    """Return a name that nothing has yet."""
    number, found = 1, name.strip() or "unnamed"
    while found in taken:
        number += 1
        found = f"{name} {number}"
    return found


def _entries(database: Database, *, only: Kind | None = None) -> Iterator[tuple[Kind, str, Entry, int | None]]:
    for kind, name, doc, archived_at in database.all("registry_entries", kind=only):
        yield kind, name, msgspec.json.decode(doc, type=ENTRY_TYPES[kind]), archived_at


def _with_aliases(database: Database, entry: Entry) -> Entry:
    if not isinstance(entry, ProjectEntry):
        return entry
    project_id = find_project(database, project_at(entry.address, ""))
    if project_id is None:
        return entry
    aliases = (project_address(*place) for place in database.all("aliases_of_project", project_id=project_id))
    return msgspec.structs.replace(entry, aliases=tuple(dict.fromkeys([*entry.aliases, *aliases])))


# -- what would change ---------------------------------------------------------------------------------------------


def changes(database: Database, wanted: Registry) -> list[Change]:
    """Return what applying a registry would change, in the order in which it is done.

    Raises:
        UserError: A project is to live where another one used to, and reports say so.
    """
    known = {(kind, name): (entry, archived_at) for kind, name, entry, archived_at in _entries(database)}
    found: list[Change] = []
    if policy(database) != wanted.policy:
        found.append(Change("change", "policy", "policy", (("policy", policy(database), wanted.policy),)))
    for kind, name, entry in wanted.entries():
        before, archived_at = known.get((kind, name), (None, None))
        if before is None:
            found.append(Change("add", kind, name, _details(None, entry)))
        else:
            details = _details(_with_aliases(database, before), entry)
            if archived_at is not None:
                found.append(Change("revive", kind, name, details))
            elif details:
                found.append(Change("change", kind, name, details))
        if isinstance(entry, ProjectEntry):
            found += _moves(database, entry)
    there = {(kind, name) for kind, name, _ in wanted.entries()}
    found += [Change("archive", *key) for key, (_, gone) in known.items() if gone is None and key not in there]
    return found


def _details(before: Entry | None, after: Entry) -> tuple[tuple[str, Any, Any], ...]:
    """Return the keys that differ; an alias that is no longer said still leads to its project, and is no change."""
    old = {} if before is None else msgspec.to_builtins(before)
    new = msgspec.to_builtins(after)
    if before is not None and set(new.get("aliases", ())) <= set(old.get("aliases", ())):
        if isinstance(after, ProjectEntry):
            new["aliases"] = old.get("aliases")
    elif isinstance(before, ProjectEntry):
        new["aliases"] = list(dict.fromkeys([*old.get("aliases", ()), *new["aliases"]]))
    keys = dict.fromkeys([*old, *new])
    return tuple((key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key))


def _moves(database: Database, entry: ProjectEntry) -> list[Change]:
    """Return which histories a project takes along."""
    found: list[Change] = []
    here = _place_id(database, entry.address)
    is_taken = here is not None
    for alias in entry.aliases:
        there = _place_id(database, alias)
        if there is None:
            continue
        (runs,) = database.one("count_runs_of_project", project_id=there)
        details = (("runs", None, runs), ("to", None, entry.address))
        found.append(Change("join" if is_taken else "move", "project", alias, details))
        is_taken = True
    _check_places(database, entry, [change.name for change in found])
    return found


def _check_places(database: Database, entry: ProjectEntry, moved: list[str]) -> None:
    """Refuse places that reports say another project has left."""
    here = _place_id(database, entry.address)
    for place in (entry.address, *entry.aliases):
        row = database.one("find_project_alias", **_where(place))
        if row is None or row[0] == here:
            continue
        lives = project_address(*database.one("place_of_project", id=row[0]))
        if lives not in moved:
            what = f"the project that lives at `{lives}` used to live at `{place}`, and its reports say so"
            raise UserError(what, hint="a place that was left cannot be taken by another project")


def _place_id(database: Database, address: str) -> int | None:
    """Return the id of the project that lives at an address now."""
    row = database.one("find_project", **_where(address))
    return None if row is None else int(row[0])


def _where(address: str) -> dict[str, str]:
    place = project_at(address, "")
    repository = place.repository
    return {"host": repository.host, "owner": repository.owner, "repo": repository.name, "path": place.path}


# -- applying ------------------------------------------------------------------------------------------------------


def apply(database: Database, wanted: Registry, *, user: User) -> list[Change]:
    """Make a registry hold, all of it or nothing; return what changed.

    Args:
        database: Opened for writing.
        wanted: All that is declared: what is not in it is archived.
        user: Who says so; whose name moves of projects have.

    Raises:
        UserError: A project is to live where another one used to.
        StoreError: The database cannot take it now; nothing was changed.
    """
    with database.transaction(durable=True):
        found = changes(database, wanted)
        now = now_ms()
        for change in found:
            if change.kind == "policy":
                database.do("put_setting", name=POLICY, value=wanted.policy)
            elif change.action == "archive":
                database.do("archive_registry_entry", kind=change.kind, name=change.name, now=now)
            elif change.action in {"add", "change", "revive"}:
                entry = getattr(wanted, change.kind)[change.name]
                doc = canonical_json(entry).decode()
                database.do("put_registry_entry", kind=change.kind, name=change.name, doc=doc, now=now)
        for name, entry in wanted.project.items():
            _settle(database, name, entry, user)
        _put_policies(database, wanted, now)
    return found


def _settle(database: Database, name: str, entry: ProjectEntry, user: User) -> None:
    """Let a project live at its place, with the history of the places that it left."""
    place = project_at(entry.address, name)
    for alias in entry.aliases:
        there = _place_id(database, alias)
        if there is not None:
            move_within(database, there, place, user=user, is_joined=True)
    project_id, _ = put_project(database, place)
    for alias in entry.aliases:
        database.do("put_project_alias", **_where(alias), project_id=project_id)


def _put_policies(database: Database, wanted: Registry, now: int) -> None:
    """Write what holds for each project that is or was declared; people who left are members of nothing."""
    settled: set[int] = set()
    for kind, name, entry, archived_at in _entries(database):
        if kind != "project" or not isinstance(entry, ProjectEntry):
            continue
        project_id = find_project(database, project_at(entry.address, name))
        is_live = name in wanted.project
        if project_id is None or (project_id in settled and not is_live):
            continue
        settled.add(project_id)
        database.do(
            "put_project_policy",
            project_id=project_id,
            visibility=entry.visibility,
            owners=_json(wanted.people(entry.owners)),
            members=_json(wanted.people((*entry.owners, *entry.members))),
            baseline_branch=entry.baseline_branch,
            retention=_json(entry.retention),
            archived_at=archived_at,
        )
    for (project_id,) in database.all("ids_of_policies"):
        if project_id not in settled:
            database.do("archive_project_policy", project_id=project_id, now=now)


def _json(value: object) -> str:
    return canonical_json(value).decode()
