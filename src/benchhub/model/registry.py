"""The registry: what people declare of themselves, their projects and their machines, in files that git keeps.

A project is named by its address, `host/owner/name` or `host/owner/name//path` (``benchhub.model.access``), which says
of two ways to write one place that they are one.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, get_args

import msgspec

from benchhub.model.circumstance import MachineClass, User
from benchhub.model.place import Project, Repository

Policy = Literal["open", "known-users", "known-projects"]

POLICIES: tuple[Policy, ...] = get_args(Policy)
"""Whose reports a server takes: everybody's, those of declared users, those of declared projects."""

Kind = Literal["user", "organisation", "host", "project", "machine_class"]

KINDS: tuple[Kind, ...] = get_args(Kind)

Visibility = Literal["public", "private"]
HostKind = Literal["github", "gitlab", "gitea", "bitbucket", "other"]
Age = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,6}[hdwy]$")]
Count = Annotated[int, msgspec.Meta(ge=1)]


class UserEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A `[user.NAME]`: a person, or what reports in the name of nobody, such as a CI job.

    Attributes:
        email: Whose reports are theirs, too.
        aliases: Other names by which git or a system knows them.
    """

    email: str | None = None
    aliases: tuple[str, ...] = ()


class OrganisationEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An `[organisation.NAME]`: people who are named together.

    Attributes:
        members: Names of users.
    """

    members: tuple[str, ...] = ()


class HostEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A `[host."git.example.com"]`: where repositories live.

    Attributes:
        kind: What runs there: it decides how links to commits look.
        url: Where people find it; `https://` and the name when left out.
    """

    kind: HostKind = "other"
    url: str | None = None


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A `[project.NAME.retention]`: which runs may go, as `bh db prune` understands it; of both, what both allow.

    Attributes:
        keep: The newest runs of each cell on each line, which stay however old they are.
        older_than: Only what is older: `12h`, `90d`, `8w`, `2y`.
    """

    keep: Count | None = None
    older_than: Age | None = None


class ProjectEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A `[project.NAME]`.

    Attributes:
        repository: `host/owner/name`; any way to write a remote.
        path: Of the project's directory in the repository.
        owners: Names of users or organisations.
        members: Likewise: who sees a private project, beside its owners.
        visibility: `private`: for owners and members alone.
        aliases: Where it used to live, `host/owner/name` or `host/owner/name//path`: what was reported from there is
            its history.
        baseline_branch: What is compared with; the default branch when left out.
        retention: Which runs may go.
    """

    repository: str
    path: str = "."
    owners: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    visibility: Visibility = "public"
    aliases: tuple[str, ...] = ()
    baseline_branch: str | None = None
    retention: Retention = Retention()

    @property
    def address(self) -> str:
        """Where it lives."""
        return self.repository if self.path == "." else f"{self.repository}//{self.path}"


class MachineClassEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A `[machine_class.NAME]`: a name for machines that are alike; all that is said must fit.

    Attributes:
        runner: What CI, or a machine's owner, calls its kind.
        cpu: Model of the processor, as the machine says it.
        cores: Processors that a program may use.
        architecture: `x86_64`, `aarch64`, ….
        description: For people.
    """

    runner: str | None = None
    cpu: str | None = None
    cores: Count | None = None
    architecture: str | None = None
    description: str | None = None

    def fits(self, machine: MachineClass) -> bool:
        """Tell whether a machine is of this kind; what says nothing fits none."""
        wanted = (self.runner, self.cpu, self.cores, self.architecture)
        known = (machine.runner, machine.cpu_model_name, machine.cores, machine.architecture)
        said = [(want, is_) for want, is_ in zip(wanted, known, strict=True) if want is not None]
        return bool(said) and all(want == is_ for want, is_ in said)


Entry = UserEntry | OrganisationEntry | HostEntry | ProjectEntry | MachineClassEntry

ENTRY_TYPES: dict[Kind, type[Entry]] = {
    "user": UserEntry,
    "organisation": OrganisationEntry,
    "host": HostEntry,
    "project": ProjectEntry,
    "machine_class": MachineClassEntry,
}


class Registry(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that is declared, by name.

    Attributes:
        policy: Whose reports are taken.
    """

    policy: Policy = "open"
    user: dict[str, UserEntry] = {}
    organisation: dict[str, OrganisationEntry] = {}
    host: dict[str, HostEntry] = {}
    project: dict[str, ProjectEntry] = {}
    machine_class: dict[str, MachineClassEntry] = {}

    def entries(self) -> Iterator[tuple[Kind, str, Entry]]:
        """Yield all of it, sorted by kind and name."""
        for kind in KINDS:
            table: dict[str, Entry] = getattr(self, kind)
            for name in sorted(table):
                yield kind, name, table[name]

    def count(self) -> int:
        """Return how many things are declared."""
        return sum(1 for _ in self.entries())

    def people(self, names: tuple[str, ...]) -> list[str]:
        """Return the users that are meant by names of users and organisations, by every name they have, sorted.

        Nobody is meant by a name that is not declared: who left the registry is no member of anything.
        """
        found: set[str] = set()
        for name in names:
            members = self.organisation[name].members if name in self.organisation else (name,)
            for user in members:
                if user in self.user:
                    found |= {user, *self.user[user].aliases}
        return sorted(found)

    def knows(self, user: User) -> bool:
        """Tell whether somebody is declared: by name, alias or address."""
        return any(
            user.name in (name, *entry.aliases)
            or (user.email is not None and entry.email is not None and user.email.lower() == entry.email.lower())
            for name, entry in self.user.items()
        )


def project_at(address: str, name: str) -> Project:
    """Return the project at an address, ``host/owner/name`` and ``//path`` behind it unless it is the root.

    Args:
        address: Of a place; the owner may hold slashes.
        name: Of the project, for people.
    """
    place, _, path = address.partition("//")
    host, _, rest = place.partition("/")
    owner, _, repository = rest.rpartition("/")
    return Project(Repository(host, owner, repository), path or ".", name)
