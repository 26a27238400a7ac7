"""Renaming: one thing, one history, whatever it was called when; and never two things in one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from benchhub.errors import NothingMatchedError, UserError
from benchhub.model.case import case_hash
from benchhub.model.circumstance import User
from benchhub.model.place import Project, Repository
from benchhub.model.record import Context, SuiteResult
from benchhub.model.rename import Rename
from benchhub.model.report import Report
from benchhub.store.check import check
from benchhub.store.database import Database, open_database
from benchhub.store.find import case_values_before
from benchhub.store.ingest import load_report
from benchhub.store.keeper import Keeper
from benchhub.store.projection import reproject
from benchhub.store.removing import remove_runs, undo_removal
from benchhub.store.renaming import move_project, rename, rename_project
from store.backends import only, rows
from store.everything import everything
from store.factory import REPOSITORY, bench_report, outcome_report, revision

ADA = User("Ada")
SUITE = "example.com/thing"
NOW_MS = time.time_ns() // 1_000_000
LATER_MS = NOW_MS + 3_600_000
"""When runs start that came after every rename of a test."""


def said(name: str, seed: int = 1, *, suite: str = SUITE, cases: int = 2, **changes: Any) -> Report:  # noqa: ANN401 -- fields
    """Return a report whose benchmark has this name."""
    report = bench_report(cases, 1, seed=seed, revision=revision(seed), **changes)
    named = tuple(
        msgspec.structs.replace(case, suite=suite, name=name, said_name=f"{name}/size={at}")
        for at, case in enumerate(report.catalog.cases)
    )
    return msgspec.structs.replace(report, catalog=msgspec.structs.replace(report.catalog, cases=named))


def case(database: Database, old: str, new: str, *, is_joined: bool = False) -> None:
    rename(database, 1, Rename("case", SUITE, old, new), user=ADA, is_joined=is_joined)


def names(database: Database) -> list[tuple[str, int]]:
    """Return each benchmark with the number of its runs."""
    return rows(database, "SELECT benchmark, count(DISTINCT run_id) FROM results GROUP BY benchmark ORDER BY 1")


def is_sound(database: Database) -> bool:
    """Tell whether the tables say what the reports say, and stay so when they are made again."""
    before = everything(database)
    reproject(database)
    return everything(database) == before and check(database, deep=True) == []


def test_a_renamed_case_has_its_new_name_everywhere_and_keeps_its_series(database: Database, keeper: Keeper) -> None:
    keeper.keep(said("BenchmarkA"))
    series = rows(database, "SELECT series_id FROM results ORDER BY 1")
    case(database, "BenchmarkA", "BenchmarkB")
    assert names(database) == [("BenchmarkB", 1)]
    assert rows(database, "SELECT DISTINCT benchmark FROM gobench_results") == [("BenchmarkB",)]
    assert only(database, "SELECT max(said_name) FROM bench_case") == "BenchmarkB/size=1"
    assert rows(database, "SELECT series_id FROM results ORDER BY 1") == series
    assert rows(database, "SELECT kind, suite, old_name, new_name, user_name FROM renames") == [
        ("case", SUITE, "BenchmarkA", "BenchmarkB", "Ada")
    ]
    assert is_sound(database)


def test_a_rename_in_place_is_the_same_as_one_known_from_the_start(tmp_path: Path) -> None:
    reports = [said("BenchmarkA", seed) for seed in range(1, 4)]
    for report in reports:
        suites = (SuiteResult(SUITE, "passed"),)
        body = msgspec.structs.replace(report.body, suites=suites, context=(Context("pkg", "x", SUITE),))
        reports[reports.index(report)] = msgspec.structs.replace(report, body=body)
    wanted = [
        Rename("case", SUITE, "BenchmarkA", "BenchmarkB"),
        Rename("suite", "", "example.com", "example.org"),
        Rename("target", "", "//:gobench", "//:speed"),
    ]
    said_of: list[object] = []
    for at, folder in enumerate(("late", "early")):
        with open_database(tmp_path / folder / "bench.db") as database:
            keeper = Keeper(database)
            keeper.keep(reports[0])
            for report in reports[1:] if at == 0 else []:
                keeper.keep(report)
            for one in wanted:
                rename(database, 1, one, user=ADA)
            for report in reports[1:] if at == 1 else []:
                keeper.keep(report)
            views = everything(database)
            del views["renames"]  # They have a time.
            said_of.append(views)
            assert is_sound(database)
    assert said_of[0] == said_of[1]


def test_old_output_that_comes_later_lands_on_the_new_name_also_with_parameters_never_seen(
    database: Database, keeper: Keeper
) -> None:
    keeper.keep(said("BenchmarkA", cases=1))
    case(database, "BenchmarkA", "BenchmarkB")
    keeper.keep(said("BenchmarkA", 2, cases=3))
    keeper.keep(said("BenchmarkA", 3, cases=3, started_at_ms=LATER_MS))
    keeper.keep(said("BenchmarkB", 4, cases=3, started_at_ms=LATER_MS))
    assert names(database) == [("BenchmarkB", 4)]
    assert only(database, "SELECT count(*) FROM bench_case") == 3
    assert is_sound(database)


def test_swapped_names_swap_and_what_ran_before_follows(database: Database, keeper: Keeper) -> None:
    keeper.keep(said("BenchmarkA", 1))
    keeper.keep(said("BenchmarkB", 2))
    for old, new in (("BenchmarkA", "third"), ("BenchmarkB", "BenchmarkA"), ("third", "BenchmarkB")):
        case(database, old, new)
    keeper.keep(said("BenchmarkA", 3, started_at_ms=LATER_MS))
    keeper.keep(said("BenchmarkA", 4))  # Old output, imported late: from before the swap.
    assert rows(database, "SELECT DISTINCT run_id, benchmark FROM results ORDER BY 1") == [
        (1, "BenchmarkB"),
        (2, "BenchmarkA"),
        (3, "BenchmarkA"),
        (4, "BenchmarkB"),
    ]
    assert is_sound(database)


def test_renamed_back_is_as_it_was(database: Database, keeper: Keeper) -> None:
    keeper.keep(said("BenchmarkA"))
    before = everything(database)
    case(database, "BenchmarkA", "BenchmarkB")
    case(database, "BenchmarkB", "BenchmarkA")
    after = everything(database)
    assert {**after, "renames": []} == before
    assert is_sound(database)


def test_a_name_that_is_taken_is_refused_until_joining_is_asked_for(database: Database, keeper: Keeper) -> None:
    keeper.keep(said("BenchmarkA", 1))
    keeper.keep(said("BenchmarkB", 2))
    before = everything(database)
    with pytest.raises(UserError, match="already") as caught:
        case(database, "BenchmarkA", "BenchmarkB")
    assert "--join" in str(caught.value.hint)
    assert everything(database) == before
    case(database, "BenchmarkA", "BenchmarkB", is_joined=True)
    assert names(database) == [("BenchmarkB", 2)]
    assert only(database, "SELECT count(*) FROM benchmarks") == 2
    assert rows(database, "SELECT DISTINCT run_id, previous_run_id FROM latest") == [(2, 1)]
    assert is_sound(database)


def test_two_things_that_one_run_holds_are_never_joined(database: Database, keeper: Keeper) -> None:
    both = outcome_report({"TestA": "passed", "TestB": "failed"})
    keeper.keep(both)
    with pytest.raises(UserError, match="run 1 holds both"):
        case(database, "TestA", "TestB", is_joined=True)
    assert only(database, "SELECT count(*) FROM renames") == 0


def test_an_old_name_that_is_said_beside_the_new_one_is_a_thing_of_its_own(database: Database, keeper: Keeper) -> None:
    keeper.keep(outcome_report({"TestA": "passed"}))
    case(database, "TestA", "TestB")
    keeper.keep(outcome_report({"TestA": "failed", "TestB": "passed"}, started_at_ms=LATER_MS))
    assert rows(database, "SELECT run_id, test, status FROM tests ORDER BY 1, 2") == [
        (1, "TestB", "passed"),
        (2, "TestA", "failed"),
        (2, "TestB", "passed"),
    ]
    assert is_sound(database)


def test_a_name_left_behind_by_a_removed_run_is_free(database: Database, keeper: Keeper) -> None:
    keeper.keep(said("BenchmarkA", 1))
    keeper.keep(said("BenchmarkB", 2))
    remove_runs(database, [2], user=ADA)
    case(database, "BenchmarkA", "BenchmarkB")
    undo_removal(database)
    assert names(database) == [("BenchmarkB", 2)]
    assert is_sound(database)


def test_a_run_that_comes_back_has_the_names_of_today(database: Database, keeper: Keeper) -> None:
    keeper.keep(said("BenchmarkA", 1))
    keeper.keep(said("BenchmarkA", 2))
    remove_runs(database, [1], user=ADA)
    case(database, "BenchmarkA", "BenchmarkB")
    undo_removal(database)
    assert names(database) == [("BenchmarkB", 2)]
    assert is_sound(database)


def test_a_suite_moves_with_what_is_below_it(database: Database, keeper: Keeper) -> None:
    keeper.keep(said("BenchmarkA", suite="them/old"))
    keeper.keep(said("BenchmarkA", 2, suite="them/old/in"))
    rename(database, 1, Rename("suite", "", "them/old", "them/new"), user=ADA)
    keeper.keep(said("BenchmarkA", 3, suite="them/old/in", started_at_ms=LATER_MS))
    assert rows(database, "SELECT DISTINCT run_id, suite FROM results ORDER BY 1") == [
        (1, "them/new"),
        (2, "them/new/in"),
        (3, "them/new/in"),
    ]
    assert is_sound(database)


def test_a_target_takes_the_suite_along_that_is_called_as_it_is(database: Database, keeper: Keeper) -> None:
    keeper.keep(said("true", suite="//:good", label="//:good"))
    keeper.keep(said("true", 2, suite="//:good", label="//:good"))
    rename(database, 1, Rename("target", "", "//:good", "//:better"), user=ADA)
    keeper.keep(said("true", 3, suite="//:better", label="//:better", started_at_ms=LATER_MS))
    keeper.keep(said("true", 4, suite="//:good", label="//:good", started_at_ms=LATER_MS))
    assert rows(database, "SELECT DISTINCT target, suite FROM results") == [("//:better", "//:better")]
    assert only(database, "SELECT count(*) FROM benchmarks") == 2
    assert is_sound(database)


def test_two_targets_are_joined_when_that_is_asked_for(database: Database, keeper: Keeper) -> None:
    for seed, label in enumerate(("//:a", "//:b"), 1):
        keeper.keep(said("true", seed, suite=label, label=label))
    wanted = Rename("target", "", "//:a", "//:b")
    with pytest.raises(UserError, match="already"):
        rename(database, 1, wanted, user=ADA)
    rename(database, 1, wanted, user=ADA, is_joined=True)
    assert rows(database, "SELECT DISTINCT target, suite FROM results") == [("//:b", "//:b")]
    assert is_sound(database)


def test_what_is_not_there_cannot_be_renamed(database: Database, keeper: Keeper) -> None:
    keeper.keep(said("BenchmarkA"))
    for wanted in (
        Rename("case", SUITE, "BenchmarkX", "BenchmarkY"),
        Rename("case", "elsewhere", "BenchmarkA", "BenchmarkY"),
        Rename("suite", "", "elsewhere", "here"),
        Rename("target", "", "//:x", "//:y"),
    ):
        with pytest.raises(NothingMatchedError):
            rename(database, 1, wanted, user=ADA)
    assert only(database, "SELECT count(*) FROM renames") == 0


def test_the_value_before_is_found_by_the_name_that_the_report_says(database: Database, keeper: Keeper) -> None:
    keeper.keep(said("BenchmarkA", 1, cases=1))
    case(database, "BenchmarkA", "BenchmarkB")
    run_id = keeper.keep(said("BenchmarkA", 2, cases=1))
    report = load_report(database, run_id)
    before = case_values_before(database, run_id, run_id, report)
    (said_hash,) = {key[0] for key in before}
    assert said_hash == case_hash("gobench", report.catalog.cases[0])
    assert len(before) == 1


def test_a_project_is_renamed_for_people_and_no_two_have_one_name(database: Database, keeper: Keeper) -> None:
    keeper.keep(said("BenchmarkA"))
    keeper.keep(said("BenchmarkA", 2, project=Project(REPOSITORY, "other", "other")))
    rename_project(database, 1, "better", user=ADA)
    keeper.keep(said("BenchmarkA", 3))
    assert rows(database, "SELECT DISTINCT project FROM results ORDER BY 1") == [("better",), ("other",)]
    with pytest.raises(UserError, match="already"):
        rename_project(database, 1, "other", user=ADA)
    assert is_sound(database)


MOVED = Project(Repository("example.org", "us", "thing", "main"), ".", "thing")


def test_a_moved_project_has_runs_of_both_places_and_may_move_back(database: Database, keeper: Keeper) -> None:
    keeper.keep(said("BenchmarkA"))
    move_project(database, 1, MOVED, user=ADA)
    keeper.keep(said("BenchmarkA", 2))
    keeper.keep(said("BenchmarkA", 3, project=MOVED))
    assert rows(database, "SELECT DISTINCT repo FROM results") == [("example.org/us/thing",)]
    assert only(database, "SELECT count(*) FROM benchmarks") == 2
    assert is_sound(database)
    move_project(database, 1, Project(REPOSITORY, ".", "thing"), user=ADA)
    keeper.keep(said("BenchmarkA", 4, project=MOVED))
    assert rows(database, "SELECT repo, count(DISTINCT run_id) FROM results GROUP BY 1") == [
        ("example.com/them/thing", 4)
    ]
    assert is_sound(database)


def test_two_places_of_one_project_are_joined_when_that_is_asked_for(database: Database, keeper: Keeper) -> None:
    keeper.keep(said("BenchmarkA", 1))
    case(database, "BenchmarkA", "BenchmarkB")
    keeper.keep(said("BenchmarkB", 2, project=MOVED))
    with pytest.raises(UserError, match="already"):
        move_project(database, 1, MOVED, user=ADA)
    move_project(database, 1, MOVED, user=ADA, is_joined=True)
    keeper.keep(said("BenchmarkB", 3, started_at_ms=LATER_MS))
    assert names(database) == [("BenchmarkB", 3)]
    assert only(database, "SELECT count(*) FROM project") == 1
    assert rows(database, "SELECT DISTINCT repo FROM runs") == [("example.org/us/thing",)]
    assert is_sound(database)


def test_nobody_takes_a_place_that_another_project_has_left(database: Database, keeper: Keeper) -> None:
    keeper.keep(said("BenchmarkA", 1))
    keeper.keep(said("BenchmarkA", 2, project=Project(REPOSITORY, "other", "other")))
    move_project(database, 1, MOVED, user=ADA)
    with pytest.raises(UserError, match="used to live"):
        move_project(database, 2, Project(REPOSITORY, ".", "other"), user=ADA)
    assert is_sound(database)


RENAMER = """
import sys
from pathlib import Path
from benchhub.model.circumstance import User
from benchhub.model.rename import Rename
from benchhub.store.database import open_database
from benchhub.store.renaming import rename
with open_database(Path(sys.argv[1])) as database:
    print("ready", flush=True)
    while True:
        for old, new in (("A", "C"), ("C", "A")):
            rename(database, 1, Rename("suite", "", old, new), user=User("Ada"))
"""


@pytest.mark.slow
def test_who_is_killed_while_renaming_leaves_the_old_or_the_new_name(tmp_path: Path) -> None:
    with open_database(tmp_path / "bench.db") as database:
        for seed in range(1, 21):
            Keeper(database).keep(said("x", seed, suite="A", cases=20))
    for at in range(12):
        process = subprocess.Popen([sys.executable, "-c", RENAMER, str(tmp_path / "bench.db")], stdout=subprocess.PIPE)
        with process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(0.01 * at)
            os.kill(process.pid, signal.SIGKILL)
        with open_database(tmp_path / "bench.db") as database:
            (suite,) = {row[0] for row in rows(database, "SELECT DISTINCT suite FROM results")}
            assert suite == ("C" if only(database, "SELECT count(*) FROM renames") % 2 else "A")
            assert check(database, deep=True) == []
    with open_database(tmp_path / "bench.db") as database:
        assert is_sound(database)
