"""Circumstances: who ran what, on which revision, machine and software.

Absent is ``None``, never a guess; nothing is asked and nothing fails because a fact could not be learned.
"""

import msgspec

from benchhub.model.identity import digest


class User(msgspec.Struct, frozen=True):
    """A person, by the name git or the system knows."""

    name: str
    email: str | None = None


class Commit(msgspec.Struct, frozen=True):
    """A commit.

    Attributes:
        sha: Full.
        parents: In git's order; empty for a root and for a shallow clone's edge.
        authored_at_ms: Milliseconds since 1970, UTC.
        committed_at_ms: Milliseconds since 1970, UTC.
    """

    sha: str
    parents: tuple[str, ...] = ()
    author: str | None = None
    subject: str | None = None
    authored_at_ms: int | None = None
    committed_at_ms: int | None = None


class Revision(msgspec.Struct, frozen=True):
    """The state of the code that ran.

    Attributes:
        commit: What was checked out; on a CI's synthetic merge, the head of the change.
        base: Where a change under review starts.
        branch: ``None`` when unknown (a detached head that no CI variable explains).
        is_dirty: Whether files differ from the commit, untracked ones included.
        tree: Tree id of the working tree, untracked files included; ``None`` when it could not be made.
        chain: The first-parent chain, the commit itself first, at most 1 000.
        is_shallow: The chain ends where the clone was cut.
        commit_count: Commits on the first-parent line up to this one, ``None`` in a shallow clone.
        tag: A tag on the commit.
        merge: The synthetic merge commit that CI checked out, when there is one.
    """

    commit: Commit
    branch: str | None = None
    base: str | None = None
    is_dirty: bool = False
    tree: str | None = None
    chain: tuple[str, ...] = ()
    is_shallow: bool = False
    commit_count: int | None = None
    tag: str | None = None
    merge: str | None = None


class MachineClass(msgspec.Struct, frozen=True):
    """What makes two machines comparable; fresh cloud machines of one kind are one class.

    Attributes:
        memory_bytes: Rounded to a power of two: firmware takes a different bit from each machine.
        cores: CPUs that the process may use.
    """

    architecture: str
    cpu_vendor: str | None = None
    cpu_model_name: str | None = None
    cpu_family: str | None = None
    cpu_model: str | None = None
    cpu_stepping: str | None = None
    cores: int | None = None
    memory_bytes: int | None = None
    virtualisation: str | None = None
    runner: str | None = None

    def hash(self) -> bytes:
        """Return 16 bytes that identify the class."""
        return digest(self)


class Machine(msgspec.Struct, frozen=True):
    """The host, by configured name, else host name; ``None`` when the name is switched off."""

    name: str | None
    machine_class: MachineClass


class Environment(msgspec.Struct, frozen=True):
    """Software facts.

    Attributes:
        toolchain: The compiler or interpreter that decides results, e.g. ``go1.26.8``.
        class_facts: What changes results: toolchain, flags. Their hash is the environment class.
        facts: All the rest: kernel, governor, allow-listed variables.
    """

    os: str | None = None
    toolchain: str | None = None
    class_facts: dict[str, str] = {}
    facts: dict[str, str] = {}

    def class_hash(self) -> bytes:
        """Return 16 bytes over what changes results."""
        return digest([self.toolchain, self.class_facts])

    def hash(self) -> bytes:
        """Return 16 bytes over every fact."""
        return digest(self)


class Subject(msgspec.Struct, frozen=True):
    """The system that is measured when it is not the repository itself.

    Attributes:
        configuration: 32 hexadecimal digits over its configuration, ``""`` when it has none.
    """

    name: str
    version: str = ""
    configuration: str = ""

    def hash(self) -> bytes:
        """Return 16 bytes that identify the subject."""
        return digest(self)
