"""Records become columns, and nothing falls together or away."""

from math import inf, nan

from hypothesis import given
from hypothesis import strategies as st

from benchhub.flows.collect import collect, finite_values, status_of, with_cell
from benchhub.model.case import Case, Param
from benchhub.model.record import Context, LogLine, Outcome, Problem, Record, Result, SuiteResult, Unread
from benchhub.model.unit import Metric, SaidUnit

TIME = SaidUnit("ns/op", Metric("time", "s", "lower"), divide=1e9)
BYTES = SaidUnit("B/op", Metric("allocated", "B", "lower"))
CASE = Case("p", "BenchmarkX")


def test_every_sample_comes_back_in_base_units_in_the_order_printed() -> None:
    collected = collect([Result(CASE, (TIME, BYTES), [10.0, 3.0], 100), Result(CASE, (TIME,), [20.0], 50)])
    assert [(unit.said, value) for _, unit, value in finite_values(collected)] == [
        ("ns/op", 1e-8),
        ("B/op", 3.0),
        ("ns/op", 2e-8),
    ]
    assert collected.body.lines.iterations == [100, 50]


def test_numbers_that_json_does_not_have_are_kept_as_words_and_are_no_values() -> None:
    collected = collect([Result(CASE, (TIME, BYTES), [nan, -inf], 1), Result(CASE, (TIME,), [inf], 1)])
    assert collected.body.lines.said_values == ["NaN", "-Infinity", "Infinity"]
    assert list(finite_values(collected)) == []


def test_equal_cases_are_one_case_whether_or_not_the_reader_shares_the_object() -> None:
    collected = collect([Result(Case("p", "X"), (TIME,), [1.0]), Result(Case("p", "X"), (TIME,), [2.0])])
    assert len(collected.catalog.cases) == 1
    assert collected.body.lines.case == [0, 0]


def test_a_cell_becomes_a_parameter_of_every_case() -> None:
    collected = collect([Result(CASE, (TIME,), [1.0]), Outcome(CASE, "passed")], cell={"size": "10"})
    assert [case.params for case in collected.catalog.cases] == [{"size": Param("10", "cell")}]


def test_a_tool_that_contradicts_its_cell_keeps_its_own_parameter() -> None:
    same = with_cell(Case("p", "X", {"size": Param("10", "tool")}), {"size": "10"})
    other = with_cell(Case("p", "X", {"size": Param("20", "tool")}), {"size": "10"})
    assert same.params == {"size": Param("10", "cell")}
    assert other.params == {"size": Param("10", "cell"), "tool.size": Param("20", "tool")}


def test_a_fact_that_never_changes_is_one_value() -> None:
    collected = collect([Result(CASE, (TIME,), [1.0], facts={"procs": 2, "seq": i}) for i in range(3)])
    assert collected.body.lines.facts == {"procs": [2], "seq": [0, 1, 2]}


def test_other_records_go_to_their_places_and_log_lines_to_none() -> None:
    records: list[Record] = [
        Context("cpu", "x"),
        Problem("race", "p", "…"),
        Unread(3, "not-json", "oops"),
        SuiteResult("p", "passed"),
        LogLine(None, "stdout", "hello"),
    ]
    body = collect(records).body
    assert [len(part) for part in (body.context, body.problems, body.unread, body.suites)] == [1, 1, 1, 1]
    assert body.unread_count == 1


def _status(records: list[Record], exit_code: int | None = 0) -> str:
    return status_of(collect(records), exit_code=exit_code, is_timed_out=False, is_interrupted=False)


def test_a_green_exit_with_failed_work_is_a_failure() -> None:
    assert _status([Outcome(CASE, "failed")], 0) == "failed"


def test_a_red_exit_with_good_numbers_is_a_failure() -> None:
    assert _status([Result(CASE, (TIME,), [1.0])], 1) == "failed"


def test_a_red_exit_before_anything_ran_is_an_error() -> None:
    assert _status([], 2) == "error"
    assert _status([SuiteResult("p", "error")], None) == "error"


def test_a_tool_that_only_complains_has_passed_nothing() -> None:
    complaint, unread = Problem("tool-error", "go", "what is this?"), Unread(1, "not-json", "\x00")
    assert _status([complaint], None) == "error"
    assert _status([unread], None) == "error"
    assert _status([complaint], 0) == "error"
    # A program that ended well may say what it likes.
    assert _status([unread], 0) == "passed"
    assert _status([complaint, SuiteResult("p", "passed")], None) == "passed"


def test_a_case_that_took_too_long_makes_the_run_a_timeout() -> None:
    assert _status([Outcome(CASE, "timeout"), Outcome(CASE, "failed")], 1) == "timeout"


@given(st.lists(st.floats(min_value=1e-3, max_value=1e12), min_size=1, max_size=30))
def test_base_values_are_correctly_rounded(said: list[float]) -> None:
    collected = collect([Result(CASE, (TIME,), [value]) for value in said])
    assert [value for *_, value in finite_values(collected)] == [value / 1e9 for value in said]
