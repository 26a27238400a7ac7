"""Every capture of Go's output is read as ``expected/`` says: see ``oracle.py``, which knows nothing of BenchHub."""

import json
import re
from collections.abc import Iterator
from math import isclose
from pathlib import Path
from typing import Any

import pytest

from benchhub.flows.collect import collect
from benchhub.flows.parse_output import Parsed, ParsedCase, ParsedMeasurement, parse_streams, parsed_of, recognise
from benchhub.frameworks.go import GOBENCH, GOTEST
from benchhub.plugin.captures import Capture, load_captures
from golden import compare

HERE = Path(__file__).parent
CAPTURES = load_captures(HERE / "captured")
FRAMEWORKS = {"gotest": GOTEST, "gobench": GOBENCH}
GOLDEN = """
appended-go127 bench-all-go127 bench-all-text-go119 bench-cpu124-count2-go127 bench-end-exit3-go119
bench-end-panic-go127 bench-fakes-go127 bench-with-tests-text-go127 broken-all-go119 broken-all-go127
broken-build-go122 broken-build-text-go127 cached-go127 config-go127 count3-go127 cover-notests-go127
derived-benchstat-text derived-crlf derived-cut-tests end-exit3-go127 end-panic-go127 end-panic-text-go119
end-parallel-panic-go127 end-sub-panic-go127 examples-go127 fakes-go127 fakes-marked-go123 fuzz-finds-go127
fuzz-seeds-go119 killed-bench-go127 killed-go127 merged-json-go119 metrics-go127 modern-bench-go127 modern-go127
names-bench-cpu1-go127 outcomes-go127 outcomes-text-go119 packages-p4-go127 parallel-go121 parallel-go127 prints-go127
prints-text-go119 race-go127 timeout-parallel-sleep-go127
"""
"""One of each situation; the records of all captures would be larger than the program."""

Key = tuple[str, str, str, int]


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.name)
def test_a_capture_is_read_as_expected(capture: Capture) -> None:
    captured = capture.captured()
    parsed = parsed_of("gobench", collect(GOBENCH.read(captured)), captured)
    expectation = json.loads((HERE / "expected" / f"{capture.name}.json").read_text())
    assert list(Expectation(expectation).differences(parsed)) == []


@pytest.mark.parametrize(
    "capture", [capture for capture in CAPTURES if capture.data.get("stdout")], ids=lambda capture: capture.name
)
def test_go_is_recognised_and_either_framework_reads_the_same(capture: Capture) -> None:
    streams = capture.captured().streams
    chosen, captured = recognise(streams, FRAMEWORKS, framework=None)
    assert chosen.name in FRAMEWORKS
    assert captured.streams[0].name == "stdout"
    by_name = [parse_streams(streams, FRAMEWORKS, framework=name) for name in FRAMEWORKS]
    assert by_name[0].cases == by_name[1].cases


def test_every_capture_has_an_expectation_and_the_other_way_round() -> None:
    assert {capture.name for capture in CAPTURES} == {file.stem for file in (HERE / "expected").iterdir()}
    assert len(CAPTURES) > 300


def test_expectations_would_notice_a_wrong_number_a_lost_case_and_a_wrong_word() -> None:
    capture = next(capture for capture in CAPTURES if capture.name == "bench-count3-go127")
    captured = capture.captured()
    parsed = parsed_of("gobench", collect(GOBENCH.read(captured)), captured)
    expectation = json.loads((HERE / "expected" / f"{capture.name}.json").read_text())
    expectation["cases"][0]["metrics"]["time [s]"]["samples"][1] *= 1 + 1e-8
    expectation["cases"][1]["status"] = ["failed"]
    expectation["cases"][2]["name"] = "BenchmarkNobody"
    expectation["problems"]["must"] = ["panic"]
    differences = list(Expectation(expectation).differences(parsed))
    assert [words.split(":")[0] for words in differences] == [
        "lost case",
        "additional case",
        "samples",
        "status",
        "lost problems",
    ]


@pytest.mark.parametrize("name", GOLDEN.split())
def test_the_records_are_the_golden_ones(name: str, is_golden_write: bool) -> None:  # noqa: FBT001 -- a fixture
    capture = next(capture for capture in CAPTURES if capture.name == name)
    records = GOBENCH.read(capture.captured(), logs=True)
    compare(records, HERE / "golden" / f"{name}.jsonl", is_write=is_golden_write)


class Expectation:
    """What must hold of one capture; ``oracle.py`` explains its shape.

    ``loose`` names what is not asked where nobody can tell: ``extra`` cases, more ``samples``, ``any-suite``,
    ``any-params``, ``any-suffix``, ``any-suite-status``, ``any-run-status``, ``any-problems``.
    """

    def __init__(self, wanted: dict[str, Any]) -> None:
        self.wanted = wanted
        self.loose = frozenset(wanted.get("loose", []))

    def differences(self, parsed: Parsed) -> Iterator[str]:
        """Yield what is not as it should be."""
        rows = {
            self._key(row["suite"], row["name"], row["params"], row["attempt"]): row for row in self.wanted["cases"]
        }
        found = {self._key_of(case): case for case in parsed.cases}
        yield from (f"lost case: {key}" for key in rows if key not in found)
        yield from self._additional(rows, found, len(parsed.cases))
        for key in (key for key in rows if key in found):
            if "samples" in self.loose:
                same = [case for case in parsed.cases if self._key_of(case) == key]
                yield from _lost_samples(rows[key], same)
            else:
                yield from self._case(rows[key], found[key])
        yield from self._problems({problem.kind for problem in parsed.problems})
        yield from self._ends(parsed)
        yield from self._context(parsed)

    def _key_of(self, case: ParsedCase) -> Key:
        params = {name: [param.value, param.origin] for name, param in case.params.items()}
        return self._key(case.suite, case.name, params, case.attempt)

    def _key(self, suite: str, name: str, params: dict[str, list[str]], attempt: int) -> Key:
        said = "" if "any-params" in self.loose else json.dumps(params, sort_keys=True, ensure_ascii=False)
        name = re.sub(r"-\d+$", "", name) if "any-suffix" in self.loose else name
        return ("" if "any-suite" in self.loose else suite), name, said, attempt

    def _additional(self, rows: dict[Key, Any], found: dict[Key, ParsedCase], count: int) -> Iterator[str]:
        if "extra" in self.loose:
            return
        allowed = self.wanted["optional"]
        yield from (f"additional case: {key}" for key in found if key not in rows and key[1] not in allowed)
        if len(found) < count and "any-params" not in self.loose:
            yield f"twice the same case and attempt: {count} cases, {len(found)} of them different"

    def _case(self, row: dict[str, Any], case: ParsedCase) -> Iterator[str]:
        measured = {f"{m.metric} [{m.unit}]": m for m in case.measurements}
        wanted = row.get("metrics", {})
        if set(measured) != set(wanted):
            yield f"metrics: {case.said_name} has {sorted(measured)}, not {sorted(wanted)}"
        for name in (name for name in wanted if name in measured):
            yield from self._samples(f"{case.said_name} {name}", measured[name], wanted[name])
        if case.status not in row["status"]:
            yield f"status: {case.said_name} is {case.status}, not {row['status']}"
        if row["raw_status"] not in {"*", None} and (case.raw_status or "").lower() != row["raw_status"]:
            yield f"raw status: {case.said_name} is {case.raw_status}, not {row['raw_status']}"
        if not set(row["flags"]) <= set(case.flags):
            yield f"flags: {case.said_name} has {case.flags}, not {row['flags']}"

    @staticmethod
    def _samples(what: str, measured: ParsedMeasurement, wanted: dict[str, list[Any]]) -> Iterator[str]:
        pairs = list(zip(measured.samples, measured.iterations, strict=True))
        wanted_pairs = list(zip(wanted["samples"], wanted["iterations"], strict=True))
        if len(pairs) != len(wanted_pairs) or not all(map(_is_same, pairs, wanted_pairs)):
            yield f"samples: {what} are {pairs}, not {wanted_pairs}"

    def _problems(self, kinds: set[str]) -> Iterator[str]:
        if "any-problems" in self.loose:
            return
        must, may = set(self.wanted["problems"]["must"]), set(self.wanted["problems"]["may"])
        if must - kinds:
            yield f"lost problems: {sorted(must - kinds)}"
        if kinds - must - may:
            yield f"additional problems: {sorted(kinds - must - may)}"
        if "one_of" in self.wanted and not kinds & set(self.wanted["one_of"]):
            yield f"lost problems: none of {self.wanted['one_of']}"

    def _ends(self, parsed: Parsed) -> Iterator[str]:
        if "any-run-status" not in self.loose and parsed.run_status != self.wanted["run_status"]:
            yield f"run status: {parsed.run_status}, not {self.wanted['run_status']}"
        if self.wanted["is_clean"] and parsed.unread:
            yield f"unread: {parsed.unread[0]}"
        if self.loose & {"any-suite", "any-suite-status"}:
            return
        statuses = {suite.suite: suite.status for suite in parsed.suites}
        for suite, words in self.wanted["suites"].items():
            if f"*suite*{suite}" not in self.wanted["optional"] and statuses.get(suite) not in words:
                yield f"suite status: {suite} is {statuses.get(suite)}, not {words}"

    def _context(self, parsed: Parsed) -> Iterator[str]:
        for key, value in self.wanted["context"].items():
            found = parsed.context.get(key)
            values = found.values() if isinstance(found, dict) else [found]
            if key != "pkg" and "any-suite" not in self.loose and value not in values:  # `pkg` is the suite.
                yield f"context: {key} is {found}, not {value}"


def _lost_samples(row: dict[str, Any], cases: list[ParsedCase]) -> Iterator[str]:
    for name, numbers in row.get("metrics", {}).items():
        measured = [m for case in cases for m in case.measurements if f"{m.metric} [{m.unit}]" == name]
        pairs = [pair for m in measured for pair in zip(m.samples, m.iterations, strict=True)]
        for wanted in zip(numbers["samples"], numbers["iterations"], strict=True):
            if not any(_is_same(pair, wanted) for pair in pairs):
                yield f"samples: {row['name']} {name} has {pairs}, not {wanted}"


def _is_same(found: tuple[Any, Any], wanted: tuple[Any, Any]) -> bool:
    if isinstance(wanted[0], str) or isinstance(found[0], str):
        return found == wanted
    return isclose(found[0], wanted[0], rel_tol=1e-9, abs_tol=0.0) and found[1] == wanted[1]
