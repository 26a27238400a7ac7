"""The elements of JUnit XML, in whatever order and depth they come, become records."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from benchhub.frameworks.junit.cases import AGAIN, ENDINGS, NO_NAMES, OUTPUTS, OpenCase, Said
from benchhub.frameworks.junit.durations import seconds_of
from benchhub.model.record import MESSAGE_CHARACTERS_MAX, RETRIED, CaseStatus, Context, Problem, Record, SuiteResult

PROPERTIES_MAX = 30
"""Of one suite that are told as context; the rest stays in the file."""

VALUE_CHARACTERS_MAX = 200
NAME_CHARACTERS_MAX = 2_000
SUITES = frozenset({"testsuite", "testsuites"})

_JAVA = re.compile(r"(?:java\.(?:version|vendor|vm\.name|vm\.version|runtime\.version)|os\.(?:name|version|arch))\Z")
"""Java writes down all that it knows, secrets included; these say where a test ran."""

_SECRET = re.compile(r"pass(?:word|wd|phrase)|secret|token|credential|api.?key|private.?key|auth", re.IGNORECASE)


class OpenSuite(msgspec.Struct):
    """A ``testsuite`` while it is read.

    Attributes:
        is_root: It is `testsuites`, whose name says who wrote the file.
        has_cases: Of its own, not of suites within it.
        bad_count: Cases that failed, also those within.
    """

    name: str
    attributes: dict[str, str]
    is_root: bool
    has_cases: bool = False
    bad_count: int = 0
    is_broken: bool = False
    properties: dict[str, str] = msgspec.field(default_factory=dict)


class Suites:
    """Keeps what is open, and tells what ended; shared by all files of a run, since a case may be in several.

    Attributes:
        is_logged: Also tell what the cases printed.
    """

    def __init__(self, tell: Callable[[Record], None], *, is_logged: bool = False) -> None:
        self.is_logged = is_logged
        self._tell = tell
        self._open: list[OpenSuite] = []
        self._cases: list[OpenCase] = []
        self._said: Said | None = None
        self._depth = 0
        self._attempts: dict[tuple[Any, ...], int] = {}
        self._ended: list[tuple[str, CaseStatus, float | None]] = []
        self._bad_suites: set[str] = set()
        self._told: dict[str, str] = {}

    # -- elements, as the parser meets them

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        tag = tag.rpartition(":")[2]
        if self._said is not None:
            self._depth += 1
        elif tag in SUITES:
            name = attributes.get("name", "")[:NAME_CHARACTERS_MAX]
            self._open.append(OpenSuite(name, attributes, is_root=tag == "testsuites"))
        elif tag == "testcase":
            if self._open:
                self._open[-1].has_cases = True
            for name in ("name", "classname"):
                if len(attributes.get(name, "")) > NAME_CHARACTERS_MAX:
                    attributes[name] = attributes[name][:NAME_CHARACTERS_MAX]
            self._cases.append(OpenCase(attributes, [suite.name for suite in self._open if not suite.is_root]))
        elif tag in ENDINGS or tag in AGAIN or tag in OUTPUTS:
            said = Said(tag, attributes.get("message", "")[:MESSAGE_CHARACTERS_MAX], attributes.get("type", ""))
            self._said = said
            if self._cases:
                self._cases[-1].said.append(said)
        elif tag == "property":
            self._property(attributes)

    def text(self, data: str) -> None:
        """Text, in pieces."""
        if self._said is not None:
            self._said.add(data)

    def end(self, tag: str) -> None:
        """An element ends."""
        tag = tag.rpartition(":")[2]
        if self._said is not None:
            if self._depth:
                self._depth -= 1
                return
            said, self._said = self._said, None
            if not self._cases:
                self._outside(said)
        elif tag == "testcase" and self._cases:
            self._close_case(self._cases.pop())
        elif tag in SUITES and self._open:
            self._close_suite(self._open.pop(), is_whole=True)

    def abandon(self) -> None:
        """What is open inside a suite is not whole, and so is not told."""
        self._cases.clear()
        self._said, self._depth = None, 0

    # -- what they mean

    def _property(self, attributes: dict[str, str]) -> None:
        name, value = attributes.get("name", ""), attributes.get("value", "")
        if self._cases:
            self._cases[-1].properties[name] = value
        elif self._open and name:
            self._open[-1].properties[name] = value

    def _outside(self, said: Said) -> None:
        """Take what stands in a suite beside its cases."""
        if said.tag not in {"failure", "error"}:
            return
        suite = self._open[-1] if self._open else None
        if suite is not None:
            suite.is_broken = True
            suite.bad_count += 1
        self._tell(Problem("suite-error", suite.name if suite else "", said.told()[:MESSAGE_CHARACTERS_MAX]))

    def _close_case(self, opened: OpenCase) -> None:
        case = opened.case
        key = case.key()
        for outcome in opened.outcomes(case, self._attempts.get(key, 0) + 1):
            self._attempts[key] = outcome.attempt
            self._tell(outcome)
            if outcome.status in {"failed", "error", "timeout"} and RETRIED not in outcome.flags:
                self._bad_suites.add(case.suite)
                if self._open:
                    self._open[-1].bad_count += 1
        if self.is_logged:
            for line in opened.log_lines(case):
                self._tell(line)

    def _close_suite(self, suite: OpenSuite, *, is_whole: bool) -> None:
        if self._open:
            self._open[-1].bad_count += suite.bad_count
        self._tell_properties(suite)
        if not is_whole:
            return
        said = sum(_count(suite.attributes.get(name)) for name in ("failures", "errors"))
        if suite.has_cases and said > suite.bad_count:
            text = f"it says that {said} of its cases failed, and shows {suite.bad_count}"
            self._tell(Problem("count-mismatch", suite.name, text))
        if suite.name not in NO_NAMES and (suite.has_cases or suite.is_broken):
            status: CaseStatus = "error" if suite.is_broken else "failed" if suite.bad_count else "passed"
            self._ended.append((suite.name, status, seconds_of(suite.attributes.get("time"))))

    def _tell_properties(self, suite: OpenSuite) -> None:
        is_java = "java.class.path" in suite.properties
        kept = [
            (name, value)
            for name, value in suite.properties.items()
            if not _SECRET.search(name) and (not is_java or _JAVA.match(name))
        ]
        for name, value in kept[:PROPERTIES_MAX]:
            key, said = name[:VALUE_CHARACTERS_MAX], value[:VALUE_CHARACTERS_MAX]
            if self._told.get(key) != said:
                # What the first suite says holds for all that say nothing else.
                self._tell(Context(key, said, suite.name if key in self._told else ""))
            self._told.setdefault(key, said)

    # -- the ends

    def end_file(self, name: str) -> None:
        """Take note that a file ends; suites that are still open are not whole."""
        self.abandon()
        if self._open:
            where = next((suite.name for suite in reversed(self._open) if suite.name), name)
            self._tell(Problem("unfinished-suite", where, f"`{name}` ends in the middle of a suite"))
        while self._open:
            self._close_suite(self._open.pop(), is_whole=False)

    def finish(self) -> None:
        """Tell how the suites ended, once for each; one that passed in one file may have failed in another."""
        by_name: dict[str, list[tuple[CaseStatus, float | None]]] = {}
        for name, status, duration_s in self._ended:
            by_name.setdefault(name, []).append((status, duration_s))
        for name, ends in by_name.items():
            statuses = {status for status, _ in ends} | ({"failed"} if name in self._bad_suites else set())
            worst: CaseStatus = "error" if "error" in statuses else "failed" if "failed" in statuses else "passed"
            known = [duration_s for _, duration_s in ends if duration_s is not None]
            self._tell(SuiteResult(name, worst, None, sum(known) if known else None))


def _count(said: str | None) -> int:
    return int(said) if said and said.isascii() and said.isdecimal() and len(said) <= 9 else 0  # noqa: PLR2004 -- a number of cases
