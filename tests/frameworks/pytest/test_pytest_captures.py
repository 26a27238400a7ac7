"""Every capture of pytest is read as pytest itself says at its end, and some of them record by record."""

import re
from collections import Counter
from pathlib import Path

import pytest

from benchhub.flows.collect import collect, status_of
from benchhub.flows.parse_output import ParsedCase, parse_streams, parsed_of, recognise
from benchhub.frameworks.pytest import PYTEST, PYTEST_BENCHMARK
from benchhub.model.record import Outcome, Record, Result, Statistic
from benchhub.plugin.captures import Capture, load_captures
from benchhub.plugin.contract import Stream
from golden import compare

HERE = Path(__file__).parent
CAPTURES = {capture.name: capture for capture in load_captures(HERE / "captured")}
FRAMEWORKS = {"pytest": PYTEST, "pytest-benchmark": PYTEST_BENCHMARK}
GOLDEN = """
bench-p9 broken-p9 conftest-p9 crash-exit-p9 crash-interrupt-p9 crash-segv-p8 crash-xdist-p9 empty-p9 flaky-p7
outcomes-p9 params-p9 stop-at-first-p9 subtests-p8 subtests-p9 timeout-thread-p7
"""

SUMMARY = re.compile(r"^=* ?((?:\d+ [a-z ]+?(?:, | in ))+)[\d.]+s", re.MULTILINE)
WORDS = {"error": "error", "errors": "error"}


def records_of(name: str) -> list[Record]:
    return list(PYTEST_BENCHMARK.read(CAPTURES[name].captured()))


def outcomes_of(name: str) -> dict[str, Outcome]:
    return {record.case.said_name: record for record in records_of(name) if isinstance(record, Outcome)}


def cases_of(name: str) -> list[ParsedCase]:
    captured = CAPTURES[name].captured()
    return parsed_of("pytest", collect(PYTEST.read(captured)), captured).cases


def told_by_pytest(capture: Capture) -> Counter[str] | None:
    """Return the numbers on pytest's last line: nobody knows better how its tests ended."""
    found = SUMMARY.findall(re.sub("\x1b\\[[0-9;]*m", "", capture.data.get("stdout", b"").decode("utf-8", "replace")))
    if not found:
        return None
    told: Counter[str] = Counter()
    for number, word in re.findall(r"(\d+) ([a-z ]+?)(?:,| in )", found[-1]):
        told[WORDS.get(word, word)] += int(number)
    return told


@pytest.mark.parametrize("name", CAPTURES)
def test_as_many_tests_ended_in_each_way_as_pytest_says(name: str) -> None:
    capture = CAPTURES[name]
    told = told_by_pytest(capture)
    if told is None:
        assert not name.startswith(("outcomes", "params", "flaky", "subtests", "bench"))
        return
    read: Counter[str] = Counter()
    for record in records_of(name):
        if isinstance(record, Outcome) and "interrupted" not in record.flags:
            read[str(record.raw_status)] += "subtest" not in record.flags
            read["failed"] += "subtest" in record.flags and record.status == "failed"
            # A test whose teardown fails is said twice.
            read["error"] += record.status == "failed" and "teardown" in record.flags
            read["passed"] += record.status == "error" and "teardown" in record.flags
        if type(record).__name__ == "Problem" and getattr(record, "kind", "") == "collection-error":
            read["error"] += 1
        if type(record).__name__ == "SuiteResult" and getattr(record, "status", "") == "skipped":
            read["skipped"] += 1
    for word in ("passed", "failed", "error", "xfailed", "xpassed", "rerun", "skipped"):
        assert read[word] == told[word], f"{word}: {read} but pytest says {told}"


@pytest.mark.parametrize("name", GOLDEN.split())
def test_the_records_are_the_golden_ones(name: str, is_golden_write: bool) -> None:  # noqa: FBT001 -- a fixture
    records = PYTEST_BENCHMARK.read(CAPTURES[name].captured(), logs=True)
    compare(records, HERE / "golden" / f"{name}.jsonl", is_write=is_golden_write)


@pytest.mark.parametrize("name", [name for name, capture in CAPTURES.items() if "pytest.jsonl" in capture.data])
def test_either_framework_reads_the_same_and_one_of_them_recognises_it(name: str) -> None:
    streams = CAPTURES[name].captured().streams
    chosen, _ = recognise(streams, FRAMEWORKS, framework=None)
    assert chosen.name == ("pytest-benchmark" if name.startswith("bench-") and "none" not in name else "pytest")
    by_name = [parse_streams(streams, FRAMEWORKS, framework=name) for name in FRAMEWORKS]
    assert by_name[0].cases == by_name[1].cases


@pytest.mark.parametrize("version", ["p7", "p8", "p9"])
@pytest.mark.parametrize("case", ["outcomes", "params", "subtests"])
def test_workers_tell_the_same_cases(case: str, version: str) -> None:
    alone, together = cases_of(f"{case}-{version}"), cases_of(f"{case}-xdist-{version}")

    def key(one: ParsedCase) -> tuple[object, ...]:
        params = sorted((name, param.value) for name, param in one.params.items())
        return one.suite, one.name, params, one.attempt, one.status, one.raw_status, one.flags

    assert sorted(map(key, alone), key=repr) == sorted(map(key, together), key=repr)


@pytest.mark.parametrize("version", ["p7", "p8", "p9"])
def test_parameters_leave_the_name_where_the_name_shows_them(version: str) -> None:
    cases = {case.said_name: case for case in cases_of(f"params-{version}")}

    def told(said_name: str) -> tuple[str, dict[str, str]]:
        case = cases[said_name]
        return case.name, {name: param.value for name, param in case.params.items()}

    assert told("test_sort[merge-sort-1000]") == ("test_sort", {"alg": "merge-sort", "size": "1000"})
    assert told("test_pair[x-y-z]") == ("test_pair", {"a": "x-y", "b": "z"})
    assert told("test_named[True-large one]") == ("test_named[large one]", {"fast": "True"})
    assert told("test_indirect[pos-1]") == ("test_indirect", {"database": "pos", "rows": "1"})
    assert told("test_odd[[x]]") == ("test_odd", {"odd": "[x]"})
    identities = {(case.suite, case.name, repr(case.params)) for case in cases.values()}
    assert len(identities) == len(cases)


@pytest.mark.parametrize("version", ["p7", "p8", "p9"])
def test_a_test_that_was_tried_again_has_an_attempt_for_each_time(version: str) -> None:
    attempts = [
        (case.attempt, case.raw_status) for case in cases_of(f"flaky-{version}") if case.name == "test_passes_at_last"
    ]
    assert attempts == [(1, "rerun"), (2, "rerun"), (3, "passed")]
    captured = CAPTURES[f"flaky-{version}"].captured()
    kept = [r for r in PYTEST.read(captured) if getattr(getattr(r, "case", None), "name", "") == "test_passes_at_last"]
    assert status_of(collect(kept), exit_code=0, is_timed_out=False, is_interrupted=False) == "passed"


@pytest.mark.parametrize("version", ["p7", "p8", "p9"])
@pytest.mark.parametrize("crash", ["crash-exit", "crash-segv", "crash-exit-in-fixture", "crash-segv-no-faulthandler"])
def test_what_ran_before_a_crash_is_kept_and_who_crashed_is_named(crash: str, version: str) -> None:
    cases = cases_of(f"{crash}-{version}")
    assert cases[0].status == "passed"
    (crashed,) = (case for case in cases if "crashed" in case.flags)
    assert crashed is cases[-1]
    assert crashed.status == "error"
    assert "Python died" in (crashed.message or "")


@pytest.mark.parametrize("version", ["p7", "p8", "p9"])
@pytest.mark.parametrize("method", ["signal", "thread"])
def test_a_test_that_took_too_long_is_a_timeout(method: str, version: str) -> None:
    assert [case.status for case in cases_of(f"timeout-{method}-{version}")][:2] == ["passed", "timeout"]


@pytest.mark.parametrize("version", ["p7", "p8", "p9"])
def test_every_round_is_a_sample_joined_with_what_became_of_the_test(version: str) -> None:
    records = records_of(f"bench-{version}")
    outcomes = outcomes_of(f"bench-{version}")
    samples = Counter(record.case.said_name for record in records if isinstance(record, Result))
    rounds = {name: (outcome.facts or {}).get("rounds") for name, outcome in outcomes.items()}
    assert {name: count for name, count in rounds.items() if count} == samples
    assert samples["test_pedantic"] == 7
    assert outcomes["test_wrong_after_measuring"].status == "failed"
    assert outcomes["test_raises_inside"].status == "failed"
    assert all(outcome.case.kind == "bench" for outcome in outcomes.values())
    assert "test_no_benchmark" not in outcomes
    assert (outcomes["test_fib"].facts or {})["group"] == "fib"


def test_rounds_that_were_not_saved_leave_statistics_which_are_no_samples() -> None:
    json = b"""{"machine_info": {"python_version": "3.11.7"}, "commit_info": {}, "benchmarks": [
      {"fullname": "t.py::test_x[1-a]", "param": "1-a", "params": {"n": 1, "alg": "a"}, "group": null,
       "stats": {"min": 1e-3, "max": 3e-3, "mean": 2e-3, "median": 2e-3, "rounds": 5, "iterations": 10, "ops": 500.0}},
      {"fullname": "t.py::test_y", "param": null, "params": null, "stats": {"mean": NaN, "rounds": 0}}, 7]}"""
    streams = [Stream.of_bytes("0001_x.json", json)]
    parsed = parse_streams(streams, FRAMEWORKS, framework=None)
    case = parsed.cases[0]
    assert (parsed.framework, case.name, case.params["alg"].value) == ("pytest-benchmark", "test_x", "a")
    assert {(m.statistic, m.value, m.n) for m in case.measurements} >= {("median", 2e-3, 5), ("max", 3e-3, 5)}
    assert not any(m.samples for m in case.measurements)
    assert "outcome-unknown" in case.flags
    assert parsed.unread_count == 1


def test_of_very_many_rounds_every_nth_is_kept_and_the_statistics_of_all() -> None:
    data = ",".join(["1e-6", "2e-6", "3e-6"] * 7_000)
    json = f"""{{"machine_info": {{}}, "commit_info": {{}}, "benchmarks": [{{"fullname": "t.py::test_x",
      "stats": {{"data": [{data}], "rounds": 21000, "iterations": 1, "mean": 2e-6, "median": 2e-6}}}}]}}"""
    records = list(PYTEST_BENCHMARK.read(CAPTURES["bench-p9"].captured(data={"benchmark.json": json.encode()})))
    samples = [record.said_values[0] for record in records if isinstance(record, Result)]
    assert len(samples) == 7_000
    assert [record.n for record in records if isinstance(record, Statistic)] == [21_000, 21_000]
    (outcome,) = (record for record in records if isinstance(record, Outcome))
    assert outcome.facts is not None
    assert (outcome.facts["rounds"], outcome.facts["samples"]) == (21_000, 7_000)


def test_a_message_ends_with_what_the_test_printed() -> None:
    message = outcomes_of("outcomes-p9")["test_fails"].message or ""
    assert "assert [1, 2, 3] == [1, 2, 4]" in message
    assert message.endswith(
        "--- Captured stdout call ---\nseen on stdout\n--- Captured stderr call ---\nseen on stderr"
    )
