"""Places: where code lives and what can be run there."""

from typing import Any

import msgspec

from benchhub.model.identity import canonical_json, digest
from benchhub.model.service import Service

LOCAL_HOST = "local"
"""The git host of a repository that has no remote."""


class Repository(msgspec.Struct, frozen=True):
    """A repository, by where it is hosted; without a remote the host is ``local``.

    Attributes:
        host: ``github.com``, or ``local``.
        owner: May hold slashes (GitLab groups); for ``local`` repositories, what keeps two of one name apart.
        name: Without ``.git``.
        default_branch: ``None`` when unknown.
    """

    host: str
    owner: str
    name: str
    default_branch: str | None = None


def project_address(host: str, owner: str, name: str, path: str) -> str:
    """Return the address of a project: ``host/owner/name``, and ``//path`` unless it is the root."""
    return f"{host}/{owner}/{name}" + ("" if path == "." else f"//{path}")


class Project(msgspec.Struct, frozen=True):
    """What is kept together.

    Attributes:
        repository: Of a fork, upstream's.
        path: Of the project's directory in the repository, ``.`` for its root.
        name: For people; not part of the identity.
        fork: The repository that the code really came from, when it is a fork of ``repository``.
    """

    repository: Repository
    path: str
    name: str
    fork: Repository | None = None

    @property
    def address(self) -> str:
        """``host/owner/name``, and ``//path`` unless it is the root."""
        where = self.repository
        return project_address(where.host, where.owner, where.name, self.path)

    def label_within(self, label: str) -> str:
        """Return a label of the workspace relative to the project: what moves with its directory keeps its name.

        A label that is not below the project's directory stays as it is: somebody said by hand whose results they are.
        """
        path, colon, name = label.removeprefix("//").partition(":")
        if self.path == ".":
            return label
        if path == self.path:
            return f"//{colon}{name}"
        below = self.path + "/"
        return f"//{path.removeprefix(below)}{colon}{name}" if path.startswith(below) else label


class Target(msgspec.Struct, frozen=True):
    """Something runnable in a project.

    Attributes:
        name: Within its directory, e.g. ``gobench``.
        dir: Relative to the workspace, with ``/``; ``""`` for its root.
        framework: The plug-in's name.
        options: Raw, decoded by the framework's own struct; strings may hold ``{axis}``.
        env: Set for the program, may hold ``{axis}``.
        matrix: Axis to values; empty for a single cell.
        defaults: Axis to its default value, which is left out of every identity.
        build: Commands run once before the target, may hold ``{axis}``.
        is_detected: Found without configuration.
        services: By name, started in this order for each run.
        folders: Relative to the workspace, those that hold something of it; empty when nobody looked. A path without
            any of them means another target.
    """

    name: str
    dir: str
    framework: str
    options: dict[str, Any] = {}
    env: dict[str, str] = {}
    matrix: dict[str, list[Any]] = {}
    defaults: dict[str, Any] = {}
    exclude: list[dict[str, Any]] = []
    build: list[list[str]] = []
    timeout_s: float | None = None
    runs: int | None = None
    is_detected: bool = False
    services: dict[str, Service] = {}
    folders: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    """Paths below ``dir`` that the user asked for, as ``./sort`` or ``./sort/...``; empty for all.

    ``-./slow`` or ``-./slow/...`` takes away; where only such are there, all the rest is meant.
    """
    package: str | None = None
    """Directory of the ``bh.toml`` that declares it, when that is not ``dir``: labels are relative to the file."""

    @property
    def label(self) -> str:
        """``//path:name``."""
        return f"//{self.dir if self.package is None else self.package}:{self.name}"


class Cell(msgspec.Struct, frozen=True):
    """One point of a target's matrix.

    Attributes:
        values: Axis to value, as text, all of them.
        identity: The same without axes at their default: a new axis with a default orphans no history.
    """

    values: dict[str, str] = {}
    identity: dict[str, str] = {}


class Spec(msgspec.Struct, frozen=True):
    """A target fully resolved: what ran, down to its options.

    Its hash tells whether two runs were asked for in the same way.
    """

    target: str
    framework: str
    options: dict[str, Any] = {}
    env: dict[str, str] = {}
    cell: dict[str, str] = {}
    build: list[list[str]] = []
    filters: tuple[str, ...] = ()
    timeout_s: float | None = None
    services: dict[str, Service] | msgspec.UnsetType = msgspec.UNSET
    """Left out where there are none, so that specs from before there were any stay what they are."""

    def doc(self) -> str:
        """Return the canonical JSON."""
        return canonical_json(self).decode()

    def hash(self) -> bytes:
        """Return 16 bytes over the canonical JSON."""
        return digest(self)
