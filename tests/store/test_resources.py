"""What programs used: metrics like others, apart from what tools printed."""

import msgspec

from benchhub.model.report import Report
from benchhub.model.run import ResourceUse, Usage, UsageSeries
from benchhub.store.database import Database
from benchhub.store.ingest import ingest
from benchhub.store.projection import project, reproject
from store.factory import bench_report, outcome_report

SERIES = UsageSeries([0.25, 0.5], [0.2, 0.45], [1000, None], [900, None], [1, 3])


def with_resources(report: Report, user_s: float = 1.5) -> Report:
    used = (
        ResourceUse("run", "//:gobench", Usage(user_s, 0.5, 1 << 20, voluntary_switches=7), 3.0, (SERIES,)),
        ResourceUse("part", "example.com/thing", Usage(1.0, 0.25)),
        ResourceUse("rest", "//:gobench", Usage(0.5, 0.25)),
    )
    return msgspec.structs.replace(report, body=msgspec.structs.replace(report.body, resources=used))


def keep(database: Database, report: Report) -> int:
    return project(database, ingest(database, report).report_id)


def ask(database: Database, question: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in database.execute(question)]


def test_resources_are_metrics_of_the_run_and_of_its_parts(database: Database) -> None:
    keep(database, with_resources(bench_report(cases=2, metrics=1)))
    assert ask(database, "SELECT part, part_name, metric, unit, value FROM resources ORDER BY series_id") == [
        ("run", None, "wall", "s", 3.0),
        ("run", None, "user", "s", 1.5),
        ("run", None, "system", "s", 0.5),
        ("run", None, "memory_max", "B", 1048576.0),
        ("run", None, "voluntary_switches", "1", 7.0),
        ("part", "example.com/thing", "user", "s", 1.0),
        ("part", "example.com/thing", "system", "s", 0.25),
        ("rest", None, "user", "s", 0.5),
        ("rest", None, "system", "s", 0.25),
    ]
    of_process = "SELECT count(*) FROM results WHERE framework = 'process'"
    assert ask(database, of_process) == [(9,)]


def test_they_are_no_samples_of_a_tool_and_stand_in_no_native_table(database: Database) -> None:
    keep(database, with_resources(bench_report(cases=2, metrics=1)))
    assert ask(database, "SELECT count(*) FROM samples") == [(2,)]
    assert ask(database, "SELECT count(*) FROM gobench_results") == [(2,)]


def test_they_have_a_history_in_blocks_and_out_of_them(database: Database) -> None:
    for index in range(70):
        keep(database, with_resources(bench_report(cases=1, metrics=1, seed=index), user_s=float(index)))
    history = ask(
        database,
        "SELECT value FROM history WHERE benchmark = 'run' AND metric = 'user' ORDER BY run_id",
    )
    assert history == [(float(index),) for index in range(70)]
    newest = "SELECT value, previous_value FROM latest WHERE benchmark = 'run' AND metric = 'user'"
    assert ask(database, newest) == [(69.0, 68.0)]


def test_a_run_of_tests_alone_has_them_too(database: Database) -> None:
    for index in range(70):
        keep(database, with_resources(outcome_report({"TestA": "passed"}), user_s=float(index)))
    assert ask(database, "SELECT count(*) FROM history WHERE benchmark = 'run' AND metric = 'user'") == [(70,)]


def test_use_over_time_is_a_row_for_each_look(database: Database) -> None:
    run_id = keep(database, with_resources(bench_report()))
    question = "SELECT run_id, program, time_s, cpu_s, memory_bytes, anonymous_bytes, processes FROM resource_samples"
    assert ask(database, question) == [
        (run_id, 0, 0.25, 0.2, 1000, 900, 1),
        (run_id, 0, 0.5, 0.45, None, None, 3),
    ]


def test_projecting_again_changes_nothing(database: Database) -> None:
    for index in range(3):
        keep(database, with_resources(bench_report(seed=index)))
    views = ("results", "resources", "resource_samples", "latest", "history")
    questions = [f"SELECT * FROM {view}" for view in views]  # noqa: S608 -- our own names
    before = [ask(database, question) for question in questions]
    assert reproject(database)[1] == []
    assert [ask(database, question) for question in questions] == before
