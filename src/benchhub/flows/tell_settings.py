"""`bh config`: every setting as it holds here, and who said it."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from benchhub.model.place import Project, Target
from benchhub.plugin.contract import Framework
from benchhub.workspace.facts import Facts, learn_facts
from benchhub.workspace.mask import mask_text
from benchhub.workspace.opening import Package, Workspace, open_workspace, upwards
from benchhub.workspace.origin import Held, Origin, holding
from benchhub.workspace.runner import runner_label
from benchhub.workspace.settings import Settings


def tell_settings(
    directory: Path,
    settings: Settings,
    environ: Mapping[str, str],
    frameworks: Mapping[str, Framework],
    *,
    database: str | None,
) -> list[Held]:
    """Return the settings of a directory, credentials masked; what is to be found out is found out.

    Args:
        directory: Where a verb would be typed.
        settings: From flag, variables and the user's own file.
        environ: The variables.
        frameworks: To open the workspace with.
        database: The value of ``--db``.

    Raises:
        UserError: A file or a variable is wrong.
    """
    workspace = open_workspace(directory, frameworks, environ=environ)
    try:
        within = settings.within(package.config for package in workspace.packages.values())
        here = workspace.relative(directory)
        held = holding(within, environ, database=database, packages=_nearest_first(workspace, here))
        facts = learn_facts(workspace, within, environ)
    finally:
        if workspace.git:
            workspace.git.close()
    found = {
        "machine": within.machine or (os.uname().nodename if within.keep_hostname else None),
        "runner": within.runner or runner_label(environ),
    }
    held = [msgspec.structs.replace(one, value=found[one.key]) if one.key in found else one for one in held]
    return [_masked(_with_project(one, facts, workspace, here) if one.key == "project" else one) for one in held]


def _nearest_first(workspace: Workspace, here: str) -> list[Package]:
    above = [workspace.packages[one] for one in upwards(here) if one in workspace.packages]
    return [*above, *(package for package in workspace.packages.values() if package not in above)]


def _with_project(held: Held, facts: Facts, workspace: Workspace, here: str) -> Held:
    """Return the project that a target here would belong to; the nearest file that names one gives it its name."""
    project = facts.project_of(workspace, Target("", here, ""))
    said = msgspec.structs.replace(held, value=_words(project))
    naming = next((one for one in _nearest_first(workspace, here) if one.config.project and _is_above(one, here)), None)
    if naming is None or held.origins[0].place == "variable":
        return said
    place = naming.source.name.rpartition("/")[2]
    origin = Origin(place, f"{naming.source.name}:{naming.source.line_of(('project',))}")
    return msgspec.structs.replace(said, origins=(origin,))


def _is_above(package: Package, here: str) -> bool:
    return package.dir in upwards(here)


def _words(project: Project) -> str:
    """Return ``host/owner/name//path (name)``: what ``BH_PROJECT`` would say, and what people call it."""
    repository = project.repository
    place = "/".join(part for part in (repository.host, repository.owner, repository.name) if part)
    path = "" if project.path == "." else f"//{project.path}"
    return f"{place}{path}" + (f" ({project.name})" if project.name != repository.name else "")


def _masked(held: Held) -> Held:
    return msgspec.structs.replace(held, value=mask_text(held.value)) if isinstance(held.value, str) else held
