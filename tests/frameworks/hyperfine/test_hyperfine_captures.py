"""What four versions of hyperfine wrote, and what is read out of it."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchhub.flows.collect import Collected, collect, status_of
from benchhub.flows.parse_output import parsed_of
from benchhub.frameworks.hyperfine import HYPERFINE
from benchhub.model.record import Outcome, Problem, Result, Statistic
from benchhub.plugin.captures import Capture, load_capture, load_captures
from benchhub.plugin.contract import Captured, Stream
from golden import compare

HERE = Path(__file__).parent
NAMES = [capture.name for capture in load_captures(HERE / "captured")]
VERSIONS = ("1.15.0", "1.18.0", "1.20.0", "2.0.0")
EACH = pytest.mark.parametrize("version", VERSIONS)


def capture_of(version: str, case: str) -> Capture:
    return load_capture(HERE / "captured" / f"{version}-{case}")


def collected(capture: Capture) -> Collected:
    return collect(HYPERFINE.read(capture.captured()))


def outcomes(capture: Capture) -> list[tuple[str, str]]:
    records = HYPERFINE.read(capture.captured())
    return [(record.case.said_name, record.status) for record in records if isinstance(record, Outcome)]


def kinds(capture: Capture) -> set[str]:
    return {record.kind for record in HYPERFINE.read(capture.captured()) if isinstance(record, Problem)}


@pytest.mark.parametrize("name", NAMES)
def test_the_records_are_the_golden_ones(name: str, is_golden_write: bool) -> None:  # noqa: FBT001 -- a fixture
    capture = load_capture(HERE / "captured" / name)
    records = list(HYPERFINE.read(capture.captured()))
    compare(records, HERE / "golden" / f"{name}.jsonl", is_write=is_golden_write)


@pytest.mark.parametrize("name", NAMES)
def test_every_run_in_an_export_is_one_sample_and_nothing_is_unread(name: str) -> None:
    capture = load_capture(HERE / "captured" / name)
    exported = json.loads(capture.data.get("hyperfine.json") or '{"results": []}')["results"]
    by_json: list[tuple[float, int]] = []
    for entry in exported:
        if "times" in entry:
            by_json += zip(entry["times"], entry["exit_codes"], strict=True)
        else:
            by_json += [(run["time_wall_clock"]["value"], run["exit_code"]) for run in entry["measurements"]]
    results = [record for record in HYPERFINE.read(capture.captured()) if isinstance(record, Result)]
    assert [(one.said_values[0], (one.facts or {})["exit_code"]) for one in results] == by_json
    assert collected(capture).body.unread_count == 0


@EACH
def test_a_case_is_called_as_it_was_written_and_its_parameters_stand_apart(version: str) -> None:
    cases = collected(capture_of(version, "lists")).catalog.cases
    assert [(case.name, {name: param.value for name, param in case.params.items()}) for case in cases] == [
        ("{tool} {n}", {"n": "100", "tool": "seq"}),
        ("{tool} {n}", {"n": "200", "tool": "seq"}),
        ("{tool} {n}", {"n": "100", "tool": "seq -s x"}),
        ("{tool} {n}", {"n": "200", "tool": "seq -s x"}),
    ]
    assert cases[3].said_name == "seq -s x 200"


@EACH
def test_an_export_made_elsewhere_keeps_the_command_whole(version: str) -> None:
    data = capture_of(version, "lists").data["hyperfine.json"]
    read = collect(HYPERFINE.read(Captured(streams=(Stream.of_bytes("stdout", data),))))
    assert [case.name for case in read.catalog.cases][:2] == ["seq 100", "seq 200"]
    assert read.catalog.cases[0].params["n"].value == "100"


@EACH
def test_names_given_to_commands_are_the_names(version: str) -> None:
    assert [case.name for case in collected(capture_of(version, "names")).catalog.cases] == ["short", 'löng "nap"']
    cases = collected(capture_of(version, "named-list")).catalog.cases
    assert [(case.name, case.said_name) for case in cases] == [("count {n}", "count 1"), ("count {n}", "count 2")]


@EACH
def test_user_and_system_times_are_samples_only_where_each_run_has_them(version: str) -> None:
    records = list(HYPERFINE.read(capture_of(version, "two-commands").captured()))
    means = Counter(record.unit.said for record in records if isinstance(record, Statistic))
    units = {unit.said for record in records if isinstance(record, Result) for unit in record.units}
    if version.startswith("1"):
        assert means == {"time_user": 2, "time_system": 2}
        assert units == {"time_wall_clock"} | ({"memory_peak_resident"} if version == "1.20.0" else set())
    else:
        assert means == {}
        assert units == {"time_wall_clock", "time_cpu", "time_user", "time_system", "memory_peak_resident"}


@EACH
def test_a_failure_that_was_ignored_is_told_all_the_same(version: str) -> None:
    capture = capture_of(version, "ignored-failures")
    assert outcomes(capture) == [("exit 3", "failed"), ("kill -9 $$", "failed"), ("true", "passed")]
    assert {"ignored-failure", "failed-command"} <= kinds(capture)
    messages = [m for m in collected(capture).body.outcomes.message if m]
    assert messages[1] == "3 of 3 runs did not end well: 3 with exit code 137"
    status = status_of(collected(capture), exit_code=0, is_timed_out=False, is_interrupted=False)
    assert status == "failed", "hyperfine itself ended with 0"


@EACH
def test_exit_codes_that_mean_success_are_no_failure(version: str) -> None:
    assert outcomes(capture_of(version, "grep-finds-nothing")) == [("grep nothing /dev/null", "passed")]


@EACH
def test_one_failure_among_good_runs_is_told_and_its_time_stays(version: str) -> None:
    capture = capture_of(version, "sometimes-fails")
    assert outcomes(capture) == [("python3 count.py", "failed")]
    assert collected(capture).body.lines.facts["exit_code"] == [0, 0, 1, 0, 0]


@EACH
def test_the_command_at_which_hyperfine_gave_up_has_failed_and_those_before_it_stay(version: str) -> None:
    assert outcomes(capture_of(version, "fails-at-the-second")) == [("true", "passed"), ("exit 3", "failed")]
    assert outcomes(capture_of(version, "fails-at-once")) == [("false", "failed")]
    assert outcomes(capture_of(version, "no-such-program")) == [("no-such-program-anywhere", "error")]


@EACH
@pytest.mark.parametrize("case", ["prepare-fails", "unknown-flag"])
def test_a_call_that_measured_nothing_is_an_error(version: str, case: str) -> None:
    capture = capture_of(version, case)
    assert "tool-error" in kinds(capture)
    ended = status_of(collected(capture), exit_code=capture.facts.exit_code, is_timed_out=False, is_interrupted=False)
    assert ended in {"error", "failed"}


@EACH
def test_warnings_have_a_kind_of_their_own(version: str) -> None:
    assert "too-fast" in kinds(capture_of(version, "too-fast"))
    known = set().union(*(kinds(load_capture(HERE / "captured" / name)) for name in NAMES))
    assert "tool-warning" not in known, "a warning that we do not know"


@EACH
def test_what_a_command_prints_is_no_warning_of_hyperfine(version: str) -> None:
    assert kinds(capture_of(version, "spoken")) <= {"too-fast", "outliers", "slow-first-run"}


@EACH
def test_the_same_command_twice_is_two_attempts_and_no_sample_is_lost(version: str) -> None:
    read = collected(capture_of(version, "twice-the-same"))
    assert read.body.outcomes.attempt == [1, 2]
    assert len(read.body.lines.case) == 4


@EACH
def test_a_table_holds_statistics_and_no_sample(version: str) -> None:
    capture = capture_of(version, "table")
    read = collected(capture)
    assert read.body.lines.case == []
    wall = [one for one in read.body.statistics if one.unit.metric.name == "time"]
    assert [one.statistic for one in wall] == ["mean", "stddev", "median", "min", "max"] * 2
    assert all(0.005 < one.unit.base(one.said_value) < 10 for one in wall if one.statistic == "mean")
    parsed = parsed_of("hyperfine", read, capture.captured())
    assert {param.value for case in parsed.cases for param in case.params.values()} == {"1", "2"}


def test_a_table_in_other_units_comes_to_base_units() -> None:
    first: dict[str, float] = {}
    for one in collected(capture_of("2.0.0", "table-in-other-units")).body.statistics:
        if one.statistic == "mean":
            first[one.unit.said] = one.unit.base(one.said_value)
    assert 0.01 <= first["ms"] < 1
    assert 1e5 < first["KiB"] < 1e8


def test_metrics_that_nobody_knows_yet_are_kept_as_they_are() -> None:
    run: dict[str, Any] = {"new_thing": {"value": 7, "unit": "apple"}, "exit_code": 0}
    text = json.dumps({"results": [{"command": "x", "measurements": [run]}]}).encode()
    (result, outcome) = HYPERFINE.read(Captured(streams=(Stream.of_bytes("a.json", text),)))
    assert isinstance(result, Result)
    assert (result.units[0].metric.name, result.units[0].metric.unit, result.said_values) == (
        "new_thing",
        "apple",
        [7.0],
    )
    assert isinstance(outcome, Outcome)


@pytest.mark.parametrize(
    "entry",
    [
        7,
        {},
        {"command": 3},
        {"command": "x"},
        {"command": "x", "times": []},
        {"command": "x", "times": ["1"]},
        {"command": "x", "times": [None]},
        {"command": "x", "measurements": 3},
        {"command": "x", "measurements": [{}]},
        {"command": "x", "measurements": [{"time_wall_clock": {"value": "1", "unit": "second"}}]},
        {"command": "x", "measurements": [], "summary": {"a": 1}},
    ],
)
def test_what_is_no_result_is_unread_and_the_others_stay(entry: object) -> None:
    good = {"command": "good", "times": [0.5], "exit_codes": [0], "user": 0.1, "system": 0.1}
    text = json.dumps({"results": [entry, good]}).encode()
    read = collect(HYPERFINE.read(Captured(streams=(Stream.of_bytes("a.json", text),))))
    assert [case.name for case in read.catalog.cases] == ["good"]
    assert [unread.why for unread in read.body.unread] == ["not-a-hyperfine-result"]


def test_an_export_that_was_cut_is_unread() -> None:
    data = capture_of("1.20.0", "lists").data["hyperfine.json"]
    read = collect(HYPERFINE.read(Captured(streams=(Stream.of_bytes("hyperfine.json", data[:-40]),))))
    assert [unread.why for unread in read.body.unread] == ["not-a-hyperfine-export"]


def test_half_a_character_in_a_name_can_still_be_written() -> None:
    text = b'{"results": [{"command": "a\\ud800", "times": [NaN, 1e999], "exit_codes": [0, 0]}]}'
    read = collect(HYPERFINE.read(Captured(streams=(Stream.of_bytes("hyperfine.json", text),))))
    assert read.catalog.cases[0].name == "a?"
    assert read.body.lines.said_values == ["NaN", "Infinity"]
