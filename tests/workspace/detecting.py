"""Frameworks for the tests of this room: what they detect is all that matters."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

import msgspec
from repositories import environ_in

from benchhub.model.place import Target
from benchhub.model.record import Record
from benchhub.model.report import NativeTable
from benchhub.plugin.contract import Captured, Framework, Plan, PlanRequest, Step, Tree
from benchhub.workspace.opening import Workspace, open_workspace


class ModuleOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    count: int = 1
    bench: str = "."


class CommandOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    argv: list[str] = []
    toolchain: str = ""


class Quiet:
    """Answers that no test of this room asks for."""

    version: ClassVar[int] = 1
    format: ClassVar[str] = "text"
    tables: ClassVar[tuple[NativeTable, ...]] = ()

    def plan(self, request: PlanRequest) -> Plan:
        return Plan(steps=(Step(("true",), request.directory),))

    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:  # noqa: ARG002
        return iter(())

    def sniff(self, head: bytes, name: str) -> float:  # noqa: ARG002
        return 0.0


class Modules(Quiet):
    """Finds a target in each directory with a ``module.txt``; it stands for everything below."""

    options: ClassVar[type[msgspec.Struct]] = ModuleOptions

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    def detect(self, tree: Tree) -> Iterable[Target]:
        for directory in tree.directories_with("module.txt"):
            yield Target(self._name, directory, self._name, is_detected=True)


class Anything(Quiet):
    name: ClassVar[str] = "command"
    options: ClassVar[type[msgspec.Struct]] = CommandOptions

    def detect(self, tree: Tree) -> Iterable[Target]:  # noqa: ARG002
        return ()


FRAMEWORKS: dict[str, Framework] = {
    "bench": Modules("bench"),  # type: ignore[dict-item]  # two of one class have names of their own
    "test": Modules("test"),  # type: ignore[dict-item]
    "command": Anything(),
}


def workspace_at(path: Path, home: Path) -> Workspace:
    workspace = open_workspace(path, FRAMEWORKS, environ=environ_in(home))
    if workspace.git:
        workspace.git.close()
    return workspace


def labels(workspace: Workspace) -> list[str]:
    return [target.label for target in workspace.targets]
