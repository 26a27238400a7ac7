"""People's SQL on a server: the views over what is theirs to see, no table by any way, and nothing without a limit."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchhub.errors import BenchHubError, LimitError, UserError
from benchhub.model.circumstance import User
from benchhub.model.place import Project, Repository
from benchhub.model.record import Context, Problem, Statistic, SuiteResult, Unread
from benchhub.model.registry import ProjectEntry, Registry
from benchhub.model.rename import Rename
from benchhub.model.report import Report
from benchhub.model.run import ResourceUse, Usage, UsageSeries
from benchhub.store.database import Database, open_database
from benchhub.store.keeper import Keeper
from benchhub.store.query import ask_visible, names_of_views, run_sql
from benchhub.store.registry import apply
from benchhub.store.remarks import add_note, add_tags
from benchhub.store.renaming import rename
from benchhub.store.sqlite_asking import Question, Table
from benchhub.store.tokens import make_token
from store.factory import UNITS, artifact_of, bench_report, outcome_report, revision

ADA = User("Ada", "ada@example.com")
SECRET = "s3cret"  # noqa: S105 -- what names of the private project hold
HIDDEN = Project(
    Repository("example.com", f"{SECRET}-owner", f"{SECRET}-repo", "main"), f"{SECRET}/path", f"{SECRET}-name"
)
BOB = User(f"{SECRET}-user", f"{SECRET}@example.com")


def with_everything(report: Report, word: str) -> Report:
    """Return a report that fills every view."""
    (case, *_), unit = report.catalog.cases, UNITS[0]
    usage, series = Usage(user_s=1.0, memory_bytes_max=1 << 20), UsageSeries([0.0], [0.1], [1], [1], [1])
    body = msgspec.structs.replace(
        report.body,
        statistics=(Statistic(case, unit, "p99", 1.5),),
        suites=(SuiteResult(f"{word}-suite", "passed"),),
        context=(Context("cpu", f"{word}-cpu"),),
        problems=(Problem("build-failed", word, word),),
        unread=(Unread(1, "not-json", word),),
        unread_count=1,
        resources=(ResourceUse("run", f"{word}-suite", usage, 1.0, (series,)),),
    )
    return msgspec.structs.replace(report, body=body)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A public and a private project, each with all there is, and what a server keeps for itself."""
    folder = tmp_path_factory.mktemp("asking")
    output = folder / "output"
    output.write_text(SECRET, encoding="utf-8")
    with open_database(folder / "bench.db") as writing:
        keeper = Keeper(writing)
        keeper.keep(with_everything(bench_report(), "public"))
        keeper.keep(outcome_report({"TestA": "passed"}))
        hidden: dict[str, Any] = {"project": HIDDEN, "label": f"//:{SECRET}-target"}
        run_id = 0
        for number in (1, 2):
            mine = bench_report(
                **hidden, revision=revision(number), user=User(f"{SECRET}-user", f"{SECRET}@example.com")
            )
            mine = msgspec.structs.replace(mine, artifacts=(artifact_of(output),))
            run_id = keeper.keep(with_everything(mine, SECRET))
        keeper.keep(outcome_report({f"Test{SECRET}": "failed"}, **hidden))
        add_tags(writing, run_id, [f"{SECRET}-tag"], user=ADA)
        add_note(writing, run_id, f"{SECRET} note", user=ADA)
        hidden_id = int(writing.one("other_project_named", name=HIDDEN.name, id=0)[0])
        rename(writing, hidden_id, Rename("target", "", f"//:{SECRET}-target", f"//:{SECRET}-new"), user=ADA)
        entry = ProjectEntry(f"example.com/{SECRET}-owner/{SECRET}-repo", f"{SECRET}/path", visibility="private")
        apply(writing, Registry(project={SECRET: entry}), user=ADA)
        make_token(writing, ADA, name=f"{SECRET}-token", scopes=["read"])
    with open_database(folder / "bench.db", readonly=True) as opened:
        yield opened


@pytest.fixture
def desk(database: Database) -> Iterator[Database]:
    """The same file, as who owns it asks."""
    with open_database(Path(database.name), readonly=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def public_id(database: Database) -> int:
    return int(database.one("other_project_named", name="thing", id=0)[0])


def ask(database: Database, text: str, visible: frozenset[int] | None, **words: Any) -> Table:  # noqa: ANN401
    limits = {"parameters": {}, "seconds_max": 5.0, "rows_max": 1_000, "bytes_max": 1 << 20, **words}
    return ask_visible(database, Question(text=text, visible=visible, **limits))


# -- who sees what -----------------------------------------------------------------------------------------------------


def test_every_view_answers_as_the_database_does_when_all_is_visible(database: Database, desk: Database) -> None:
    for view in names_of_views(database):
        wanted = run_sql(desk, f"SELECT * FROM {view}")  # noqa: S608 -- our own names
        rows = sorted((tuple(row) for row in wanted.rows), key=repr)
        given_ = ask(database, f"SELECT * FROM {view}", None)  # noqa: S608
        assert (given_.columns, sorted(given_.rows, key=repr)) == (wanted.columns, rows), view


def test_no_view_shows_a_project_that_is_not_visible(database: Database, public_id: int) -> None:
    filled = []
    for view in names_of_views(database):
        of_all = ask(database, f"SELECT * FROM {view}", None).rows  # noqa: S608
        seen = ask(database, f"SELECT * FROM {view}", frozenset({public_id})).rows  # noqa: S608
        if SECRET in repr(of_all):
            filled.append(view)
        assert SECRET not in repr(seen), view
        assert len(seen) == sum(row[0] == "thing" for row in of_all), view
        assert ask(database, f"SELECT count(*) FROM {view}", frozenset({public_id})).rows == [(len(seen),)], view  # noqa: S608
        assert ask(database, f"SELECT count(*) FROM {view}", frozenset()).rows == [(0,)], view  # noqa: S608
    assert filled == names_of_views(database)


NASTY = [
    "SELECT * FROM project",
    "SELECT count(*) FROM project",
    "SELECT 1 FROM project",
    "SELECT * FROM main.project",
    "SELECT * FROM temp.project",
    'SELECT * FROM "project"',
    "SELECT * FROM [project]",
    "SELECT * FROM `PROJECT`",
    "SELECT rowid, * FROM report",
    "SELECT * FROM token",
    "SELECT email FROM user",
    'SELECT * FROM "user"',
    "SELECT * FROM gobench_result",
    "SELECT * FROM registry_entry",
    "WITH results AS (SELECT * FROM project) SELECT * FROM results",
    "WITH project AS (SELECT * FROM main.project) SELECT * FROM project",
    "WITH a AS (SELECT name FROM project) SELECT * FROM a",
    "SELECT * FROM (SELECT name FROM project)",
    "SELECT (SELECT group_concat(name) FROM project)",
    "SELECT * FROM results WHERE EXISTS (SELECT 1 FROM project)",
    "SELECT r.project FROM results r JOIN project p ON p.name <> r.project",
    "SELECT * FROM results UNION SELECT name FROM project",
    "SELECT project FROM results ORDER BY (SELECT name FROM project)",
    "SELECT name FROM results, project",
    "SELECT * FROM results NATURAL JOIN project",
    "SELECT * FROM sqlite_schema",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM main.sqlite_schema",
    "SELECT * FROM temp.sqlite_schema",
    "SELECT sql FROM sqlite_temp_master",
    "SELECT count(*) FROM sqlite_temp_schema",
    "SELECT * FROM sqlite_sequence",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM pragma_table_list",
    "SELECT * FROM pragma_table_xinfo('project')",
    "SELECT * FROM pragma_function_list",
    "SELECT name FROM results, pragma_table_list",
    "SELECT * FROM dbstat",
    "SELECT * FROM main.dbstat",
    "SELECT * FROM sqlite_stmt",
    "SELECT * FROM fts5vocab",
    "EXPLAIN SELECT * FROM results",
    "/* SELECT */ EXPLAIN QUERY PLAN SELECT * FROM results",
    "-- SELECT\nEXPLAIN QUERY PLAN SELECT * FROM results",
    "PRAGMA database_list",
    "ATTACH '{file}' AS other",
    "DETACH temp",
    "VACUUM INTO '{other}'",
    "SELECT load_extension('{other}')",
    "SELECT writefile('{other}', 'x')",
    "SELECT readfile('{file}')",
    "SELECT fts3_tokenizer('simple')",
    "CREATE TEMP TABLE mine AS SELECT * FROM project",
    "CREATE TEMP VIEW mine AS SELECT * FROM project",
    "WITH a AS (SELECT 1) DELETE FROM project",
    "WITH a AS (SELECT 1) INSERT INTO results SELECT * FROM results",
    "INSERT INTO results DEFAULT VALUES",
    "BEGIN",
    "COMMIT",
    "SELECT 1; SELECT * FROM project",
    "SELECT 1;;; DROP TABLE project",
]


@pytest.mark.parametrize("text", NASTY)
def test_no_table_is_reached_and_nothing_is_written(
    database: Database, public_id: int, tmp_path: Path, text: str
) -> None:
    other = tmp_path / "other.db"
    text = text.replace("{file}", database.name).replace("{other}", str(other))
    with pytest.raises(UserError) as caught:
        ask(database, text, frozenset({public_id}))
    told = f"{caught.value.what} {caught.value.hint}"
    assert SECRET not in told
    assert not re.search(r"bh_[0-9a-f]{8}", told)
    assert not other.exists()


@pytest.mark.parametrize(
    "text",
    [
        "WITH project AS (SELECT project FROM results) SELECT count(*) FROM project",
        "WITH RECURSIVE run(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM run WHERE i < 3) SELECT i FROM run",
        "SELECT p.value FROM results, json_each(params) AS p",
        "SELECT count(*) FROM results a JOIN history b USING (series_id)",
        "SELECT * FROM temp.results",
        "  -- why\n /* how */ select 1 ; -- done",
        "VALUES (1)",
        "SELECT instr('abc', 'c'), replace('a-b', '-', 1.5), trim('xax', 'x'), printf('%5.1f', 1.25)",
    ],
)
def test_what_is_only_called_like_a_table_is_answered(database: Database, public_id: int, text: str) -> None:
    assert SECRET not in repr(ask(database, text, frozenset({public_id})).rows)


def test_functions_that_are_guarded_say_what_sqlite_says(database: Database, desk: Database) -> None:
    text = (
        "SELECT instr(X'0102', X'02'), instr(12.0, '.'), instr(NULL, 1), replace('aa', '', 'x'), replace('aX', 'X', .5)"
        ", trim('äxä', 'ä'), rtrim('abb', 'b'), ltrim('aab', 'a'), printf('%08.3f', 3.14), format('12345678 %*d', 5, 7)"
    )
    (wanted,) = [tuple(row) for row in run_sql(desk, text).rows]
    assert ask(database, text, None).rows == [wanted]


NAMES = ["project", "run", "main.project", '"user"', "token", "registry_entry", "sqlite_schema", "temp.sqlite_schema"]
NAMES += [
    "pragma_database_list",
    "dbstat",
    "sqlite_temp_master",
    "report",
    "git_commit",
    "target",
    "repo",
    "pragma_table_list",
]
VIEWS = [
    "results",
    "runs",
    "history",
    "latest",
    "tests",
    "temp.runs",
    "run_notes",
    "renames",
    "gobench_results",
    "benchmarks",
]
ONE_COLUMN = ["count(*)", "max(project)", "group_concat(project)", "hex(max(project))", "min(1)"]
WILD_COLUMNS = ["name", "sql", "rowid", "hex(name)", "group_concat(name)"]
WORDS = ["results", "runs", "project", "run", "x", "sqlite_schema", "temp", "main"]


@st.composite
def statements(draw: st.DrawFn, depth: int = 3) -> str:
    """Make statements of one column that join, nest, rename and hide what they read; some of it is forbidden."""
    wild = draw(st.integers(0, 9)) == 0
    sources = []
    for number in range(draw(st.integers(1, 2))):
        source = draw(st.sampled_from(NAMES if wild else VIEWS))
        if depth and draw(st.booleans()):
            source = (
                f"(SELECT *, 1 AS {draw(st.sampled_from(WORDS))} FROM {source}, ({draw(statements(depth=depth - 1))}))"  # noqa: S608
            )
        sources.append(f"{source} AS {draw(st.sampled_from(WORDS))}{number}")
    column = draw(st.sampled_from(WILD_COLUMNS if wild else ONE_COLUMN))
    column = column.replace("project)", f"{sources[0].rpartition(' ')[2]}.project)")
    text = f"SELECT {column} AS project FROM {draw(st.sampled_from([', ', ' LEFT JOIN ', ' JOIN '])).join(sources)}"  # noqa: S608
    if depth and draw(st.booleans()):
        inner = draw(statements(depth=depth - 1))
        text += draw(st.sampled_from([f" WHERE EXISTS ({inner})", f" WHERE 1 NOT IN ({inner})", f" UNION ALL {inner}"]))
    if depth and draw(st.booleans()):
        text = f"WITH {draw(st.sampled_from(WORDS))} AS ({draw(statements(depth=depth - 1))}) {text}"
    return text


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(statements())
def test_no_statement_shows_a_private_project(database: Database, public_id: int, text: str) -> None:
    try:
        answer = ask(database, text, frozenset({public_id}), seconds_max=0.5, rows_max=50)
    except BenchHubError as error:
        told = f"{error.what} {error.hint}"
    else:
        told = repr(answer)
    assert SECRET not in told
    assert SECRET.encode().hex() not in told.lower()
    assert not re.search(r"bh_[0-9a-f]{8}", told)


# -- what an answer may cost -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n ORDER BY i",
        "WITH n(i) AS (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9)) SELECT count(*) FROM "  # noqa: S608
        + ", ".join(f"n AS n{number}" for number in range(30)),
        "SELECT count(*) FROM samples a, samples b, samples c, samples d, samples e, samples f, samples g, samples h",
        "WITH RECURSIVE n(i) AS (SELECT 'x' UNION ALL SELECT i || 'x' FROM n) SELECT count(*) FROM n",
    ],
)
def test_what_never_ends_is_ended(database: Database, text: str) -> None:
    with pytest.raises(LimitError) as caught:
        ask(database, text, None, seconds_max=0.3)
    assert caught.value.what


@pytest.mark.parametrize(
    "text",
    [
        "SELECT printf('%.*c', 100000000, 'x')",
        "SELECT printf('%.*c', 2147483647, 'x')",
        "SELECT printf('%2147483647d', 1)",
        "SELECT printf('%-+ 09999999.3f', 1)",
        "SELECT printf('%5.2147483647f', 1)",
        "SELECT format('%.*f', '2147483647', 1.5)",
        "SELECT length(zeroblob(1000000000))",
        "SELECT hex(zeroblob(900000))",
        "SELECT instr(printf('%.*c', 900000, 'x'), printf('%.*c', 450000, 'x') || 'y')",
        "SELECT replace(printf('%.*c', 900000, 'x'), 'x', 'yy')",
        "SELECT trim(printf('%.*c', 900000, 'x'), printf('%.*c', 900000, 'y'))",
        "SELECT 1 WHERE printf('%.*c', 900000, 'a') LIKE printf('%.*c', 900000, '%a')",
        "SELECT 1 WHERE printf('%.*c', 900000, 'a') GLOB printf('%.*c', 900000, '*')",
        "WITH RECURSIVE n(i) AS (SELECT 'x' UNION ALL SELECT i || i FROM n) SELECT length(i) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i+1 FROM n LIMIT 99999) SELECT json_group_array(i*1e9) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 400000) SELECT group_concat(i) FROM n",
    ],
)
def test_no_value_grows_beyond_its_limit(database: Database, text: str) -> None:
    before = time.process_time()
    with pytest.raises(LimitError) as caught:
        ask(database, text, None)
    assert not caught.value.is_time
    assert time.process_time() - before < 60


@pytest.mark.parametrize(
    "text",
    [
        "SELECT " + "(" * 200 + "1" + ")" * 200 + "+1" * 200,
        "SELECT 1" + " UNION ALL SELECT 1" * 100,
        "SELECT '" + "x" * 200_000 + "'",
        "SELECT " + ", ".join("1" for _ in range(500)),
        "SELECT coalesce(" + ", ".join("1" for _ in range(120)) + ")",
    ],
)
def test_no_statement_is_too_large_to_be_read(database: Database, text: str) -> None:
    with pytest.raises(UserError):
        ask(database, text, None)


def test_rows_and_bytes_are_limited_and_it_is_told(database: Database) -> None:
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    answer = ask(database, many, None, rows_max=3)
    assert (answer.rows, answer.is_cut) == ([(1,), (2,), (3,)], True)
    exact = ask(database, "VALUES (1), (2), (3)", None, rows_max=3)
    assert (len(exact.rows), exact.is_cut) == (3, False)
    wide = ask(database, f"SELECT printf('%.*c', 1000, 'ä') FROM ({many})", None, bytes_max=10_000)  # noqa: S608
    assert wide.is_cut
    assert 0 < len(wide.rows) < 12


def test_who_has_gone_is_not_answered(database: Database) -> None:
    asked = iter(range(10**9))
    with pytest.raises(LimitError, match="has gone"):
        ask(
            database,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
            None,
            seconds_max=60.0,
            is_given_up=lambda: next(asked) > 3,
        )


def test_what_is_misspelt_is_helped(database: Database) -> None:
    for text, advice in {
        "SELECT * FROM result": "did you mean `results`?",
        "SELECT benchmrak FROM results": "did you mean `benchmark`?",
        "SELECT * FROM project": "the views are",
    }.items():
        with pytest.raises(UserError) as caught:
            ask(database, text, None)
        assert advice in str(caught.value.hint), text


def test_names_in_the_question_take_values(database: Database) -> None:
    answer = ask(database, "SELECT :a + 1, :b", None, parameters={"a": 1, "b": "x", "unused": 2})
    assert answer.rows == [(2, "x")]
    for wrong in ({}, {"a": 1 << 70, "b": 1}):
        with pytest.raises(UserError):
            ask(database, "SELECT :a + 1, :b", None, parameters=wrong)
