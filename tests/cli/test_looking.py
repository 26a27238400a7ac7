"""`runs`, `show`, `log`, `history`, `sql`: the same facts for eyes and for programs."""

import csv
import io
import json
import re
import subprocess

import pytest
from bh_shell import Shell

from benchhub.cli.human import human_seconds


def test_runs_come_newest_first(kept: Shell) -> None:
    rows = kept("runs", "--json").json
    assert [row["run_id"] for row in rows] == [4, 3, 2, 1]
    assert rows[0]["cell"] == {}
    lines = kept("runs").out.splitlines()
    assert [line.split()[0] for line in lines] == ["run", "4", "3", "2", "1"]


def test_runs_are_filtered(kept: Shell) -> None:
    assert [row["run_id"] for row in kept("runs", "--status", "failed", "--json").json] == [4]
    assert [row["run_id"] for row in kept("runs", "--target", "//:good", "--count", "2", "--json").json] == [3, 2]


def test_a_filter_that_matches_nothing_gives_5_and_the_nearest_name(kept: Shell) -> None:
    done = kept("runs", "--target", "//:god")
    assert done.code == 5
    assert "did you mean `//:good`?" in done.err
    assert kept("runs", "--project", "zzz").code == 5
    assert kept("runs", "--target", "//:good", "--status", "failed").code == 5


def test_without_a_database_looking_gives_5_and_makes_none(bh: Shell) -> None:
    done = bh("runs")
    assert done.code == 5
    assert "bh run" in done.err
    assert not bh.db.exists()


@pytest.mark.parametrize(("word", "run_id"), [("latest", 4), ("-1", 4), ("-2", 3), ("1", 1)])
def test_a_run_is_named_by_its_place_or_its_number(kept: Shell, word: str, run_id: int) -> None:
    assert kept("show", word, "--json").json["run"]["run_id"] == run_id


def test_a_run_is_named_by_the_beginning_of_its_uid(kept: Shell) -> None:
    uid = kept("show", "1", "--json").json["run"]["run_uid"]
    assert kept("show", uid, "--json").json["run"]["run_id"] == 1
    assert kept("show", uid[:-4], "--json").json["run"]["run_uid"] == uid


def test_a_run_that_is_not_there_gives_5(kept: Shell) -> None:
    done = kept("show", "99")
    assert done.code == 5
    assert "bh runs" in done.err


def test_show_tells_values_circumstances_and_the_exact_command(kept: Shell) -> None:
    out = kept("show", "1").out
    assert out.startswith("run 1  //:good  passed\n")
    assert "sh -c 'echo to-stdout; echo to-stderr >&2'" in out
    assert "bh run --runs 3 --name good -- sh -c" in out
    assert "time" in out
    assert "stdout (10 B), stderr (10 B)" in out


def test_show_tells_why_a_run_failed(kept: Shell) -> None:
    out = kept("show").out
    assert "1 failed" in out
    assert "broken" in out
    assert "problem: failed-execution" in out


def test_show_as_json_has_everything_that_the_views_and_the_report_say(kept: Shell) -> None:
    shown = kept("show", "1", "--json").json
    assert set(shown) == {
        *("run", "tags", "notes", "results", "resources", "tests", "suites", "context", "problems", "unread"),
        *("argv", "spec", "executions", "machine", "environment", "revision", "subject", "artifacts"),
    }
    assert shown["executions"][0]["argv"][:2] == ["sh", "-c"]
    assert [artifact["name"] for artifact in shown["artifacts"]] == ["stdout", "stderr"]


def test_log_gives_the_bytes_back_stream_by_stream(kept: Shell) -> None:
    done = kept("log", "1")
    assert (done.out_bytes, done.err) == (b"to-stdout\n", "to-stderr\n")
    assert kept("log", "1", "--stream", "stderr").out_bytes == b"to-stderr\n"


def test_log_gives_back_bytes_that_are_no_text(bh: Shell) -> None:
    bh("run", "--", "printf", r"\377\000\n")
    assert bh("log").out_bytes == b"\xff\x00\n"


def test_log_of_a_case_is_what_it_printed(kept: Shell) -> None:
    assert kept("log", "1", "good").out == "to-stdout\n"
    missing = kept("log", "1", "goood")
    assert missing.code == 5
    assert "did you mean `good`?" in missing.err


def test_log_as_json_says_who_printed_each_line(kept: Shell) -> None:
    lines = kept("log", "1", "--json").json
    assert [(line["stream"], line["case"], line["text"]) for line in lines] == [
        ("stdout", "good", "to-stdout"),
        ("stderr", "good", "to-stderr"),
    ]


def test_log_of_a_stream_that_is_not_there_gives_5(kept: Shell) -> None:
    done = kept("log", "1", "--stream", "results.xml")
    assert done.code == 5
    assert "`stdout`" in done.err


def test_history_shows_a_case_by_start(kept: Shell) -> None:
    out = kept("history", "good").out
    assert [line.split()[0] for line in out.splitlines()[1:]] == ["run", "1", "2", "3"]
    assert "time" in out
    assert "memory_max" not in kept("history", "good", "--metric", "time").out


def test_history_as_json_has_all_points_of_all_metrics(kept: Shell) -> None:
    shown = kept("history", "good", "--json").json
    by_metric = {one["metric"]: one for one in shown["series"]}
    assert [point["run_id"] for point in by_metric["time"]["points"]] == [1, 2, 3]
    assert by_metric["time"]["unit"] == "s"
    assert [outcome["status"] for outcome in shown["outcomes"]] == ["passed"] * 3


def test_history_counts_what_it_leaves_out(kept: Shell) -> None:
    out = kept("history", "good", "--count", "1").out
    assert "2 earlier runs" in out
    assert out.splitlines()[-1].split()[0] == "3"


def test_history_of_what_never_gave_a_number_shows_its_outcomes(kept: Shell) -> None:
    out = kept("history", "bad").out
    assert "failed" in out


def test_history_of_nothing_gives_5_and_the_nearest_name(kept: Shell) -> None:
    done = kept("history", "goo")
    assert done.code == 5
    assert "did you mean `good`?" in done.err
    assert "did you mean `time`?" in kept("history", "good", "--metric", "tiem").err


def test_what_is_wrong_with_the_words_of_history_is_told(kept: Shell) -> None:
    project = kept.rows("SELECT DISTINCT project FROM runs")[0]["project"]
    assert kept("history", "good", "--project", "nope").err == (f"bh: no project `nope`\n    there is `{project}`\n")
    assert "did you mean `good`?" in kept("history", "GOOD").err
    done = kept("history", "good size=20")
    assert (done.code, done.err) == (5, "bh: no test or benchmark `good size=20`\n    there is `good`\n")


def test_a_name_that_another_project_has_is_told_with_that_project(bh: Shell) -> None:
    bh("run", "--name", "mine", "--", "true")
    other = bh.work.with_name("other")
    other.mkdir()
    bh.work = other
    bh("run", "--name", "theirs", "--", "true")
    done = bh("history", "mine", "--project", "other")
    assert (done.code, done.err) == (
        5,
        "bh: no test or benchmark `mine` in project `other`\n    it is in project `work`\n",
    )


def test_two_projects_of_one_name_are_told_apart_by_their_place(bh: Shell) -> None:
    bh("run", "--name", "prog", "--", "true")
    assert bh("history", "prog").out.startswith("work  //:prog  prog\n")
    other = bh.work.parent / "other" / "work"
    other.mkdir(parents=True)
    bh.work = other
    bh("run", "--name", "prog", "--", "true")
    out = bh("history", "prog").out
    headings = re.findall(r"^work \((.+)\)  //:prog  prog$", out, re.MULTILINE)
    assert len(set(headings)) == 2
    assert re.findall(r"^line \d: project work \((.+)\)$", out, re.MULTILINE) == headings


def test_runs_show_how_long_the_programs_took(kept: Shell) -> None:
    row = kept("runs", "--count", "1", "--json").json[0]
    assert row["wall_s"] <= row["seconds"] + 0.001
    said = human_seconds(row["wall_s"])
    assert f" {said} " in kept("runs", "--count", "1").out
    assert f"took {said}\n" in kept("show").out


def test_a_run_that_printed_nothing_is_not_sent_to_its_log(bh: Shell) -> None:
    bh("run", "--", "true")
    out = bh("show").out
    assert "it printed nothing" in out
    assert "bh log" not in out


def test_show_tells_how_code_was_compiled_and_on_what_kind_of_machine(bh: Shell) -> None:
    bh("run", "--", "true", env={"BH_RUNNER": "large"})
    assert re.search(r"^  machine   .*, runner large$", bh("show").out, re.MULTILINE)
    assert " 1 CPUs" not in bh("show").out


def test_sql_answers_in_every_format(kept: Shell) -> None:
    question = "SELECT run_id, status FROM runs WHERE run_id > 2 ORDER BY 1"
    assert kept("sql", question).out.split() == ["run_id", "status", "3", "passed", "4", "failed"]
    expected = [{"run_id": 3, "status": "passed"}, {"run_id": 4, "status": "failed"}]
    assert json.loads(kept("sql", question, "--format", "json").out) == expected
    assert kept("sql", question, "--json").json == expected
    rows = list(csv.DictReader(io.StringIO(kept("sql", question, "--format", "csv").out)))
    assert rows == [{"run_id": "3", "status": "passed"}, {"run_id": "4", "status": "failed"}]
    markdown = kept("sql", question, "--format", "md").out.splitlines()
    assert markdown == ["| run_id | status |", "|---|---|", "| 3 | passed |", "| 4 | failed |"]


def test_an_answer_without_rows_is_an_answer(kept: Shell) -> None:
    question = "SELECT run_id FROM runs WHERE run_id < 0"
    assert kept("sql", question).out == "run_id\n"
    assert kept("sql", question, "--json").json == []


def test_two_columns_of_one_name_are_both_in_json(kept: Shell) -> None:
    assert kept("sql", "SELECT 1 AS a, 2 AS a", "--json").json == [{"a": 1, "a_2": 2}]


def test_sql_takes_values_and_standard_input(kept: Shell) -> None:
    question = b"SELECT count(*) AS n FROM runs WHERE status = :status AND run_id < :below"
    done = kept("sql", "-v", "status=passed", "-v", "below=3", "--json", stdin=question)
    assert done.json == [{"n": 2}]
    assert kept("sql", "-", "--json", stdin=b"SELECT 1 AS one").json == [{"one": 1}]
    assert kept("sql", "SELECT typeof(:x) AS t", "-v", 'x="1"', "--json").json == [{"t": "text"}]


@pytest.mark.parametrize(
    "question",
    [
        "DELETE FROM run",
        "DROP VIEW runs",
        "ATTACH 'x' AS y",
        "PRAGMA journal_mode = DELETE",
        "DELETE FROM run; SELECT 1",
        "",
    ],
)
def test_sql_only_answers_questions(kept: Shell, question: str) -> None:
    done = kept("sql", question)
    assert (done.code, done.out) == (2, "")
    assert kept.rows("SELECT count(*) AS n FROM runs") == [{"n": 4}]


def test_a_wrong_name_in_sql_is_told_with_the_nearest(kept: Shell) -> None:
    assert "did you mean `results`?" in kept("sql", "SELECT * FROM result_s").err
    assert "did you mean `benchmark`?" in kept("sql", "SELECT benchmrk FROM results").err


@pytest.mark.parametrize("form", ["json", "csv", "md", "table"])
def test_infinity_has_the_word_that_parse_has(kept: Shell, form: str) -> None:
    assert "-Infinity" in kept("sql", "SELECT -9e999 AS x", "--format", form).out


def test_two_formats_contradict_each_other(kept: Shell) -> None:
    assert kept("sql", "SELECT 1", "--json", "--format", "csv").code == 2


def test_history_comes_by_commit_and_then_by_start(bh: Shell) -> None:
    git = ["git", "-c", "user.name=u", "-c", "user.email=u@example.com", "-c", "commit.gpgsign=false"]

    def do(*words: str) -> None:
        subprocess.run([*git, *words], cwd=bh.work, env=bh.env, check=True, capture_output=True)

    do("init", "-q", "-b", "main")
    do("commit", "-q", "--allow-empty", "-m", "first")
    do("commit", "-q", "--allow-empty", "-m", "second")
    bh("run", "--", "true")
    do("checkout", "-q", "HEAD~1")
    bh("run", "--", "true")
    do("checkout", "-q", "main")
    bh("run", "--", "true")
    shown = bh("history", "true", "--metric", "time", "--json").json["series"][0]
    assert [point["run_id"] for point in shown["points"]] == [2, 1, 3]
    lines = bh("history", "true").out.splitlines()[1:5]
    assert [line.split()[0] for line in lines] == ["run", "2", "1", "3"]


def test_history_says_what_sets_its_lines_apart(bh: Shell) -> None:
    bh("run", "--", "true")
    bh("run", "--", "true")
    assert "line 1:" not in bh("history", "true").out
    bh("run", "--", "true", env={"BH_RUNNER": "another kind of machine"})
    out = bh("history", "true").out
    assert out.splitlines()[-2:] == ["line 1: none of these", "line 2: runner another kind of machine"]
    shared = out.splitlines()[-3]
    assert shared.startswith("all lines: project work, ")
    assert "clean" not in shared, "nobody knows where there is no repository"
    document = bh("history", "true", "--json").json
    runners = {one["lane_id"]: one["machine_class"].get("runner") for one in document["lanes"]}
    assert [runners[point["lane_id"]] for point in document["series"][0]["points"]] == [
        None,
        None,
        "another kind of machine",
    ]
