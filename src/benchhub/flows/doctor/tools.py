"""Tools: each framework plans a target, and what its plan then knows of the toolchain is what is installed.

No tool is named here: a stranger's framework is asked in the same way.
"""

from collections.abc import Iterator
from pathlib import Path

from benchhub.errors import BenchHubError, NothingMatchedError, UserError
from benchhub.flows.doctor.diagnosis import Diagnosis, problem_of
from benchhub.flows.prepare import Prepared, plan_target
from benchhub.model.place import Cell, Target
from benchhub.plugin.contract import Framework, Runtime
from benchhub.plugin.registry import Plugins
from benchhub.workspace.opening import Workspace, open_workspace
from benchhub.workspace.selection import Selected, select

TARGETS_ASKED_MAX = 5
"""Of each framework: a repository of many modules would take minutes."""

WHY_CONFIGURATION = "nothing runs here until it is mended"
WHY_PLUGIN = "its targets are neither found nor run"


def look_at_tools(directory: Path, frameworks: Plugins[Framework], runtime: Runtime) -> Iterator[Diagnosis]:
    """Yield the configuration, and for each framework what its tool answers."""
    try:
        workspace = open_workspace(directory, frameworks)
    except UserError as error:
        yield problem_of("tools", "configuration", error, WHY_CONFIGURATION)
        yield from _tools(directory, frameworks, runtime, [])
        return
    try:
        chosen = select(workspace, ["//..."])
        yield _targets(workspace)
    except NothingMatchedError as error:
        chosen = []
        yield Diagnosis("tools", "targets", "ok", "none is detected here", todo=error.hint or "")
    except UserError as error:
        chosen = []
        yield problem_of("tools", "configuration", error, WHY_CONFIGURATION)
    finally:
        if workspace.git:
            workspace.git.close()
    yield from _tools(Path(workspace.root), frameworks, runtime, chosen)


def _targets(workspace: Workspace) -> Diagnosis:
    detected = sum(target.is_detected for target in workspace.targets)
    configured = len(workspace.targets) - detected
    files = ", ".join(package.source.name for package in workspace.packages.values())
    said = f", {configured} from {files}" if configured else ""
    return Diagnosis("tools", "targets", "ok", f"{detected} detected below `{workspace.root}`{said}")


def _tools(root: Path, frameworks: Plugins[Framework], runtime: Runtime, chosen: list[Selected]) -> Iterator[Diagnosis]:
    for name in frameworks:
        targets = {one.target.label: one for one in chosen if one.target.framework == name}
        asker = _Asker(root, frameworks[name], runtime)
        if targets:
            yield from asker.about_targets(list(targets.values()))
        else:
            yield asker.about_nothing()
    for broken in frameworks.broken:
        what = f"`{broken.distribution}` cannot be used: {broken.why}"
        yield Diagnosis("tools", broken.name, "advice", what, WHY_PLUGIN, "repair or uninstall that package")


class _Asker:
    """Asks one framework."""

    def __init__(self, root: Path, framework: Framework, runtime: Runtime) -> None:
        self._root = root
        self._framework = framework
        self._runtime = runtime

    def about_targets(self, targets: list[Selected]) -> Iterator[Diagnosis]:
        """Yield one line for each toolchain that targets of this framework have here, and for each that has none."""
        labels: dict[str, list[str]] = {}
        for one in targets[:TARGETS_ASKED_MAX]:
            try:
                labels.setdefault(_toolchain(self._plan(one.target, one.cell)), []).append(one.target.label)
            except BenchHubError as error:
                yield problem_of("tools", self._framework.name, error, f"`{one.target.label}` cannot run")
        left = len(targets) - TARGETS_ASKED_MAX
        for toolchain, those in labels.items():
            more = f" and {left} that were not asked" if left > 0 else ""
            yield Diagnosis("tools", self._framework.name, "ok", f"{toolchain}, for {', '.join(those)}{more}")

    def about_nothing(self) -> Diagnosis:
        """Return what the tool says where no target needs it."""
        name = self._framework.name
        try:
            prepared = self._plan(Target(name, "", name), Cell())
        except BenchHubError as error:
            return Diagnosis("tools", name, "ok", f"{error.what}; no target here needs it")
        return Diagnosis("tools", name, "ok", f"{_toolchain(prepared)}; no target here needs it")

    def _plan(self, target: Target, cell: Cell) -> Prepared:
        directory = str(self._root / target.dir)
        return plan_target(target, cell, self._framework, self._runtime, directory=directory)


def _toolchain(prepared: Prepared) -> str:
    plan = prepared.plan
    return plan.toolchain or plan.tool_version or f"`{plan.steps[0].argv[0]}` does not say its version"
