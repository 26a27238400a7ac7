"""How long runs and builds took before."""

from collections.abc import Sequence

import msgspec

from benchhub.model.circumstance import MachineClass
from benchhub.model.identity import canonical_json
from benchhub.model.place import Project, Spec
from benchhub.store.database import Database
from benchhub.store.dimensions import find_project

RUNS_LOOKED_AT_MAX = 10_000
"""Of a project: who was not run since is unknown."""
DURATIONS_MAX = 10
"""Of one cell under the same circumstances, newest first; more make the median no better."""
ENVELOPES_READ_MAX = 64
"""Of one cell: the first run of each command tells of the build."""


class Wanted(msgspec.Struct, frozen=True):
    """A cell as it is to be run."""

    label: str
    spec: Spec
    machine_class: MachineClass


class Past(msgspec.Struct, frozen=True, gc=False):
    """A run or a build of the same cell.

    Attributes:
        seconds: From start to end, warm-ups and reading included.
        is_same_spec: It was asked for in the same way: options, environment, arguments for the tool.
        is_same_machine: On a machine of the same class.
        is_passed: It succeeded; else it ended by itself all the same.
    """

    seconds: float
    is_same_spec: bool
    is_same_machine: bool
    is_passed: bool


class PastOfCell(msgspec.Struct, frozen=True):
    """What is known of a cell, newest first."""

    runs: list[Past]
    builds: list[Past]


def durations(database: Database, project: Project, wanted: Sequence[Wanted]) -> list[PastOfCell]:
    """Return what each of the cells took before, in the order asked; all empty for a project that is not known.

    Imported runs never count: nobody knows how long they took.
    """
    found = [PastOfCell([], []) for _ in wanted]
    project_id = find_project(database, project)
    if project_id is None:
        return found
    documents = [
        {
            "label": one.label,
            "cell": one.spec.cell,
            "spec": one.spec.hash().hex().upper(),
            "machine_class": one.machine_class.hash().hex().upper(),
        }
        for one in wanted
    ]
    asked = {
        "project_id": project_id,
        "wanted": canonical_json(documents).decode(),
        "looked_at": RUNS_LOOKED_AT_MAX,
    }
    for place, *past in database.all("run_durations", **asked, count=DURATIONS_MAX):
        found[place].runs.append(_past(*past))
    for place, *past in database.all("build_durations", **asked, count=ENVELOPES_READ_MAX):
        found[place].builds.append(_past(*past))
    return found


def _past(seconds: float, same_spec: int, same_machine: int, passed: int) -> Past:
    return Past(seconds, bool(same_spec), bool(same_machine), bool(passed))
