"""How long runs and builds took before."""

from typing import Any

import msgspec

from benchhub.model.circumstance import Machine, User
from benchhub.model.place import Project, Repository, Spec
from benchhub.model.run import Execution
from benchhub.store.database import Database
from benchhub.store.durations import DURATIONS_MAX, Past, Wanted, durations
from benchhub.store.keeper import Keeper
from benchhub.store.renaming import move_project
from store.factory import LAPTOP, PROJECT, bench_report

SPEC = Spec("//:gobench", "gobench", cell={"size": "10"})
OTHER_OPTIONS = msgspec.structs.replace(SPEC, options={"count": 3})
OTHER_CELL = msgspec.structs.replace(SPEC, cell={"size": "20"})
DESKTOP = msgspec.structs.replace(LAPTOP, cores=16)


def keep(keeper: Keeper, seconds: float, **changes: Any) -> None:  # noqa: ANN401 -- fields
    times = {"started_at_ms": 1_000_000, "finished_at_ms": 1_000_000 + int(seconds * 1000)}
    keeper.keep(bench_report(1, 1, 1, **{"spec": SPEC, **times, **changes}))


def wanted(spec: Spec = SPEC, label: str = "//:gobench") -> list[Wanted]:
    return [Wanted(label, spec, LAPTOP)]


def test_runs_of_a_cell_come_newest_first_with_what_was_different(database: Database, keeper: Keeper) -> None:
    keep(keeper, 1.0)
    keep(keeper, 2.0, spec=OTHER_OPTIONS)
    keep(keeper, 3.0, machine=Machine("desktop", DESKTOP))
    keep(keeper, 4.0, status="failed")
    assert durations(database, PROJECT, wanted())[0].runs == [
        Past(4.0, is_same_spec=True, is_same_machine=True, is_passed=False),
        Past(3.0, is_same_spec=True, is_same_machine=False, is_passed=True),
        Past(2.0, is_same_spec=False, is_same_machine=True, is_passed=True),
        Past(1.0, is_same_spec=True, is_same_machine=True, is_passed=True),
    ]


def test_other_cells_and_what_did_not_end_by_itself_say_nothing(database: Database, keeper: Keeper) -> None:
    keep(keeper, 1.0, spec=OTHER_CELL)
    keep(keeper, 1.0, origin="import")
    keep(keeper, 1.0, status="timeout")
    keep(keeper, 1.0, status="interrupted", finished_at_ms=None)
    assert durations(database, PROJECT, wanted())[0].runs == []


def test_each_cell_gets_its_own_in_the_order_asked(database: Database, keeper: Keeper) -> None:
    keep(keeper, 1.0, spec=OTHER_CELL)
    keep(keeper, 2.0)
    found = durations(database, PROJECT, [*wanted(), *wanted(label="//:never"), *wanted(OTHER_CELL)])
    assert [[past.seconds for past in one.runs] for one in found] == [[2.0], [], [1.0]]


def test_the_newest_are_enough(database: Database, keeper: Keeper) -> None:
    for seconds in range(1, DURATIONS_MAX + 3):
        keep(keeper, float(seconds))
    runs = durations(database, PROJECT, wanted())[0].runs
    assert [past.seconds for past in runs] == [float(n) for n in range(DURATIONS_MAX + 2, 2, -1)]


def test_a_build_is_told_by_the_runs_that_have_one(database: Database, keeper: Keeper) -> None:
    built = tuple(Execution(("make", part), "/src", 0, 1.5, 0, role="build") for part in ("a", "b"))
    measured = Execution(("./a",), "/src", 0, 60.0, 0)
    broken = Execution(("make", "c"), "/src", 0, 9.0, 2, role="build")
    keep(keeper, 60.0, executions=(*built, measured))
    keep(keeper, 60.0, executions=(measured,))
    keep(keeper, 60.0, executions=(broken, measured))
    (build,) = durations(database, PROJECT, wanted())[0].builds
    assert build == Past(3.0, is_same_spec=True, is_same_machine=True, is_passed=True)


def test_a_project_that_is_not_known_has_no_past(database: Database, keeper: Keeper) -> None:
    keep(keeper, 1.0)
    elsewhere = Project(Repository("example.com", "others", "thing"), ".", "thing")
    assert durations(database, elsewhere, wanted())[0].runs == []


def test_a_project_that_moved_keeps_its_past(database: Database, keeper: Keeper) -> None:
    keep(keeper, 1.0)
    moved = Project(Repository("example.com", "them", "renamed"), ".", "thing")
    move_project(database, 1, moved, user=User("Ada"))
    assert len(durations(database, moved, wanted())[0].runs) == 1
