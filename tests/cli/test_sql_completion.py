"""What TAB offers in a question."""

import pytest

from benchhub.cli.sql_completion import Known, completions

NAMES = {"benchmark": ["BenchmarkSort", "it's", "a b/c=1"], "unit": ["s", "B"], "": ["BenchmarkSort", "time"]}
KNOWN = Known(
    {"results": ["run_id", "value", "unit"], "runs": ["run_id", "wall_s"], "run": ["id"]},
    ["round", "count"],
    lambda column: NAMES.get(column, []),
)


def offered(line: str, before: str = "") -> list[str]:
    """Return what is offered at the end of a line; the word there is found as readline finds it."""
    from benchhub.cli.sql_completion import DELIMITERS  # noqa: PLC0415

    at = max((line.rfind(char) for char in DELIMITERS), default=-1) + 1
    return completions(before, line, line[at:], KNOWN, modes=("table", "json"))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("SEL", ["SELECT"]),
        ("sel", ["select"]),
        ("SELECT run", ["run_id"]),
        ("SELECT x FROM r", ["results", "run", "runs"]),
        ("SELECT x FROM results WHERE v", ["value", "values"]),
        ("SELECT x FROM runs WHERE v", ["values"]),
        ("SELECT r.wa", ["wall_s"]),
        ("SELECT rou", ["round("]),
        ("SELECT 1", []),
        ("", []),
        ("SELECT * FROM results WHERE benchmark = 'Ben", ["'BenchmarkSort'"]),
        ("SELECT * FROM results WHERE benchmark = 'it", ["'it''s'"]),
        ("SELECT * FROM results WHERE benchmark = 'a b/c", ["c=1'"]),
        ("SELECT * FROM results WHERE unit IN ('s', '", ["'B'", "'s'"]),
        ("SELECT * FROM results WHERE benchmark LIKE '", ["'BenchmarkSort'", "'a b/c=1'", "'it''s'"]),
        ("SELECT 'x' || 't", ["'time'"]),
        ("SELECT * FROM results WHERE benchmark = 'BenchmarkSort'", []),
        (".sch", ["schema"]),
        (".schema re", ["results"]),
        (".mode j", ["json"]),
    ],
)
def test_what_may_follow_is_offered(line: str, found: list[str]) -> None:
    assert offered(line) == found


def test_earlier_lines_of_a_question_count() -> None:
    assert offered("WHERE w", before="SELECT * FROM runs") == ["wall_s", "when", "where", "with"]
    assert offered(".sch", before="SELECT 1") == []
    assert offered("SEL", before="SELECT 'an open") == []
