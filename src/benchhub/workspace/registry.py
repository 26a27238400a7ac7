"""The registry's files: every `*.toml` below a directory, decoded strictly, and checked against each other.

How people divide it is theirs: one file, one for each kind, or one for each team with reviewers of its own. A name that
is declared twice, or used and not declared, is an error that says where.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from benchhub.errors import UserError
from benchhub.model.place import project_address
from benchhub.model.registry import (
    KINDS,
    Entry,
    HostEntry,
    Kind,
    MachineClassEntry,
    OrganisationEntry,
    Policy,
    ProjectEntry,
    Registry,
    UserEntry,
)
from benchhub.workspace.config import CONFIG_VERSION, Source, decode_struct, parse_toml
from benchhub.workspace.hosting import parse_project
from benchhub.workspace.near import did_you_mean

FILES_MAX = 10_000
"""More files are no registry, but a directory that was meant otherwise."""


class RegistryFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the registry.

    Attributes:
        version: Of this format.
        policy: Whose reports a server takes: everybody's (`open`), those of declared users (`known-users`), those of
            declared projects (`known-projects`). In one file only.
        user: People, by name.
        organisation: People who are named together, by name.
        host: Where repositories live, by name.
        project: Projects, by name.
        machine_class: Machines that are alike, by name.
    """

    version: int = CONFIG_VERSION
    policy: Policy | None = None
    user: dict[str, UserEntry] = {}
    organisation: dict[str, OrganisationEntry] = {}
    host: dict[str, HostEntry] = {}
    project: dict[str, ProjectEntry] = {}
    machine_class: dict[str, MachineClassEntry] = {}


class RegistryRead(msgspec.Struct, frozen=True):
    """A registry as it lies in a directory.

    Attributes:
        files: Relative to the directory, in the order in which they were read.
    """

    registry: Registry
    files: tuple[str, ...]


class _Declared:
    """What the files said so far, and where."""

    def __init__(self) -> None:
        self.policy: Policy | None = None
        self.policy_source: Source | None = None
        self.tables: dict[Kind, dict[str, Entry]] = {kind: {} for kind in KINDS}
        self.sources: dict[tuple[Kind, str], Source] = {}

    def error(
        self, place: tuple[Kind, str] | tuple[Kind, str, str], what: str, *, hint: str | None = None
    ) -> UserError:
        """Return what is wrong with a thing, or with one of its keys."""
        return self.sources[place[:2]].error(place, what, hint=hint)

    def where(self, kind: Kind, name: str) -> str:
        source = self.sources[kind, name]
        return f"{source.name}:{source.line_of((kind, name))}"


def read_registry(directory: Path) -> RegistryRead:
    """Return what the files of a directory declare; no database is asked.

    Raises:
        UserError: There are none, or what they say is wrong; names file, line and key.
    """
    files = _texts(directory)
    declared = _Declared()
    for name, text in files.items():
        _add(declared, str(directory / name), text)
    _check_people(declared)
    _check_projects(declared)
    document = {str(kind): table for kind, table in declared.tables.items()}
    registry = msgspec.convert({"policy": declared.policy or "open", **document}, Registry)
    return RegistryRead(registry, tuple(files))


def registry_changed(directory: Path, seen: str | None) -> str | None:
    """Return what to remember of the files as they are now; ``None`` when that is what was seen before.

    Content counts, not times: a checkout that changes nothing is none, and one within the same second is.

    Args:
        directory: The registry.
        seen: What this returned last; ``None`` at first.

    Raises:
        UserError: The files cannot be read.
    """
    found = hashlib.sha256()
    for name, text in _texts(directory).items():
        found.update(msgspec.json.encode((name, text)))
    now = found.hexdigest()
    return None if now == seen else now


def _texts(directory: Path) -> dict[str, str]:
    """Return the text of every file by its path; what begins with a dot is git's or an editor's."""
    if not directory.is_dir():
        what = f"`{directory}` is no directory"
        raise UserError(what, hint="a registry is a directory of .toml files; see docs/guides/registry.md")
    paths = sorted(
        path
        for path in directory.rglob("*.toml")
        if not any(part.startswith(".") for part in path.relative_to(directory).parts)
    )
    if not paths or len(paths) > FILES_MAX:
        what = f"`{directory}` holds no .toml file" if not paths else f"`{directory}` holds {len(paths)} .toml files"
        raise UserError(what, hint="a registry begins with registry.toml; see docs/guides/registry.md")
    return {path.relative_to(directory).as_posix(): _text(path) for path in paths}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        what = f"`{path}` cannot be read: {error.strerror}"
        raise UserError(what) from error
    except UnicodeDecodeError as error:
        what = f"`{path}` is no UTF-8"
        raise UserError(what) from error


def _add(declared: _Declared, name: str, text: str) -> None:
    source = Source(name, text)
    document = parse_toml(text, name)
    version = document.get("version", CONFIG_VERSION)
    if type(version) is int and version != CONFIG_VERSION:
        what = f"version {version} of the registry is not known"
        raise source.error(("version",), what, hint=f"this `bh` reads version {CONFIG_VERSION}")
    file = decode_struct(document, RegistryFile, source)
    if file.policy is not None:
        if declared.policy_source is not None:
            raise source.error(("policy",), f"`policy` stands in {declared.policy_source.name} already")
        declared.policy, declared.policy_source = file.policy, source
    for kind in KINDS:
        table: dict[str, Entry] = getattr(file, kind)
        for entry_name, entry in table.items():
            if (kind, entry_name) in declared.sources:
                what = f"{_words(kind)} `{entry_name}` is declared in {declared.where(kind, entry_name)} already"
                raise source.error((kind, entry_name), what)
            declared.sources[kind, entry_name] = source
            _check_name(declared, kind, entry_name)
            declared.tables[kind][entry_name] = _tidy(declared, entry_name, entry)


def _check_name(declared: _Declared, kind: Kind, name: str) -> None:
    if not name.strip() or "\0" in name or name != name.strip():
        raise declared.error((kind, name), f"`{name}` is no name of a {_words(kind)}")


def _tidy(declared: _Declared, name: str, entry: Entry) -> Entry:
    """Return an entry with its places written in the one way that compares."""
    if not isinstance(entry, ProjectEntry):
        return entry
    repository = _address(declared, name, "repository", entry.repository)
    if "//" in repository:
        what = f"`repository` of project `{name}` holds a path"
        raise declared.error(("project", name, "repository"), what, hint='say it apart: path = "…"')
    aliases = tuple(_address(declared, name, "aliases", alias) for alias in entry.aliases)
    path = entry.path.strip("/").removeprefix("./") or "."
    return msgspec.structs.replace(entry, repository=repository, path=path, aliases=tuple(dict.fromkeys(aliases)))


def _address(declared: _Declared, name: str, key: str, said: str) -> str:
    try:
        repository, path = parse_project(said, said_in="")
    except UserError:
        what = f"`{said}` in `{key}` of project `{name}` is not host/owner/name"
        raise declared.error(("project", name, key), what, hint="e.g. github.com/owner/name") from None
    return project_address(repository.host, repository.owner, repository.name, path or ".")


def _check_people(declared: _Declared) -> None:
    """Check that every name of a person means exactly one, and that those who are named are declared."""
    users, organisations = declared.tables["user"], declared.tables["organisation"]
    for name in organisations:
        if name in users:
            what = f"`{name}` is a user in {declared.where('user', name)} already, and cannot be an organisation, too"
            raise declared.error(("organisation", name), what)
    taken: dict[str, str] = dict.fromkeys(organisations, "an organisation") | {name: name for name in users}
    for name, user in users.items():
        for alias in user.aliases if isinstance(user, UserEntry) else ():
            if taken.setdefault(alias, name) != name:
                what = f"alias `{alias}` of user `{name}` is the name of {_owner_of(taken[alias])}"
                raise declared.error(("user", name, "aliases"), what)
    for name, organisation in organisations.items():
        if isinstance(organisation, OrganisationEntry):
            _check_known(declared, ("organisation", name, "members"), organisation.members, users)
    for name, project in _projects(declared):
        for key, said in (("owners", project.owners), ("members", project.members)):
            _check_known(declared, ("project", name, key), said, {**users, **organisations})


def _owner_of(taken_by: str) -> str:
    return taken_by if taken_by == "an organisation" else f"user `{taken_by}`"


def _check_known(declared: _Declared, place: tuple[Kind, str, str], said: Sequence[str], known: Iterable[str]) -> None:
    kind, name, key = place
    for word in said:
        if word not in known:
            what = f"nobody called `{word}` is declared, in `{key}` of {_words(kind)} `{name}`"
            meant = did_you_mean(word, known)
            hint = None if meant else f"declare them: [user.{word}]"
            raise declared.error((kind, name, key), what + meant, hint=hint)


def _check_projects(declared: _Declared) -> None:
    """Check that no two projects live, or used to live, at one place."""
    lives: dict[str, str] = {}
    for name, project in _projects(declared):
        if lives.setdefault(project.address, name) != name:
            what = f"project `{name}` lives at `{project.address}`, as project `{lives[project.address]}` does"
            raise declared.error(("project", name, "repository"), what)
    for name, project in _projects(declared):
        for alias in project.aliases:
            if lives.setdefault(alias, name) != name:
                what = f"alias `{alias}` of project `{name}` is a place of project `{lives[alias]}`"
                raise declared.error(("project", name, "aliases"), what)
            if alias == project.address:
                what = f"project `{name}` lives at `{alias}`: it is no alias"
                raise declared.error(("project", name, "aliases"), what)


def _projects(declared: _Declared) -> Iterator[tuple[str, ProjectEntry]]:
    for name, entry in declared.tables["project"].items():
        if isinstance(entry, ProjectEntry):
            yield name, entry


def _words(kind: Kind) -> str:
    return kind.replace("_", " ")
