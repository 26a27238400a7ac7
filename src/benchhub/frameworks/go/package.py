"""One package of `go test` output: what begins, what is printed, what ends go in; records come out.

The same state serves JSON, where events say what begins and ends, and text, where frames (``=== RUN``, ``--- PASS``)
do. What a program prints can imitate both; only what fits the state is believed:

- an outcome must be that of a case that runs,
- a result must be that of the benchmark that runs (see ``results``),
- a case that began and never ended crashed only if the package did not reach its own end.
"""

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from benchhub.frameworks.go.names import procs_of
from benchhub.frameworks.go.results import Results, looks_like_result
from benchhub.frameworks.go.units import Units
from benchhub.model.case import Case
from benchhub.model.record import (
    MESSAGE_CHARACTERS_MAX,
    CaseStatus,
    Context,
    Outcome,
    Problem,
    Record,
    SuiteResult,
)

LINE_CHARACTERS_MAX = 1 << 20
"""A line that is printed in pieces is taken as it is when it is longer than this."""

OUTPUT_LINES_MAX = 20_000
"""Lines of a case that are kept for its message: the last ones."""

PANIC_LINES_MAX = 400

RACE = "WARNING: DATA RACE\n"
RACE_DETECTED = ": race detected during execution of "

STATUS: dict[str, CaseStatus] = {"pass": "passed", "fail": "failed", "skip": "skipped"}

_FRAME = re.compile(r"(?:=== (?:RUN|PAUSE|CONT|NAME|ATTR|FUZZ)  ?|(?: {4})*--- (?:PASS|FAIL|SKIP|BENCH): )")
_FRAME_MARKS = frozenset({"=== ", "--- "})
_FUZZ = re.compile(r"=== FUZZ  (\S+)")
_BENCHMARK_END = re.compile(r"--- (FAIL|SKIP|BENCH): (Benchmark\S*)")
_PANIC = re.compile(r"(?:(?P<name>Benchmark\S*) *\t)?(?P<text>(?:panic|fatal error): .*)", re.DOTALL)
END_OF_TEST = re.compile(r" *--- (?:PASS|FAIL|SKIP): (\S+) \(\d+\.\d+s\)\n")
_GLUED_END = re.compile(r"--- (PASS|FAIL|SKIP): (\S+) \((\d+\.\d+)s\)\n?")
_BENCHMARK_NAME = re.compile(r"Benchmark\S*")
_BUILD_FAILED = re.compile(r"^FAIL\t\S+ \[(?:build|setup) failed\]$", re.MULTILINE)
_CONFIG = re.compile(r"([a-z][^\sA-Z:]*):(?:[ \t]+(.*)|)")
_GO_CONFIG = ("goos: ", "goarch: ", "pkg: ", "cpu: ")
_SPECIAL = frozenset("Bpf")
"""First characters of lines that may mean something, whoever printed them: a result, a panic, a fatal error."""


Action = Literal[
    "start",
    "run",
    "pause",
    "cont",
    "pass",
    "bench",
    "fail",
    "output",
    "skip",
    "attr",
    "artifacts",
    "build-output",
    "build-fail",
]
FRAMES = frozenset({"RUN ", "PAUS", "CONT", "NAME", "ATTR"})
"""What stands behind ``=== `` in lines that say the same as an event."""


class Event(msgspec.Struct, gc=False):
    """One line of `go test -json`; its fields are Go's. Source: ``go doc cmd/test2json``, ``go help buildjson``."""

    Action: Action
    Package: str = ""
    Test: str = ""
    Output: str = ""
    Elapsed: float | None = None
    FailedBuild: str = ""
    ImportPath: str = ""
    Key: str = ""
    Value: str = ""
    Path: str = ""


class Running(msgspec.Struct):
    """A test or benchmark that began and has not ended.

    Attributes:
        output: What it printed, in lines.
        procs: GOMAXPROCS of a benchmark, where its end says it.
    """

    name: str
    output: list[str]
    is_parallel: bool = False
    procs: int | None = None
    attributes: dict[str, int | float | str] | None = None


Ended = tuple[Running, str, float | None]
"""A case whose end was seen, with Go's word and seconds; what comes next may still say more about it."""


class Session(msgspec.Struct):
    """What the packages of one stream share.

    Attributes:
        records: What was read, in order; who consumes it empties it.
        is_json: Events say what begins and ends.
        is_verbose: Names stand on lines of their own: with ``-json`` and ``-v``.
        cpu_is_given: Whether ``-cpu`` was; ``None`` when the command is not known.
        build_output: What the compiler said, by package.
        attempts: How often each case of a package has ended: a package may come more than once.
    """

    records: list[Record]
    units: Units
    is_json: bool
    is_verbose: bool
    cpu_is_given: bool | None
    build_output: dict[str, list[str]]
    attempts: dict[str, dict[str, int]] = {}


class Package:
    """The state of one package.

    Attributes:
        name: Its import path.
        running: What began and has not ended, by name.
        has_begun: Something began.
        is_old: The events are those of Go before 1.20, which has none for the beginning of a package or a benchmark.
        announced: The benchmark that runs, ``None`` while none was announced.
        stretch: What was printed while it runs, in pieces, and was not looked at yet.
    """

    def __init__(self, name: str, session: Session) -> None:
        self.name = name
        self.running: dict[str, Running] = {}
        self.has_begun = False
        self.is_old = session.is_json
        self.announced: str | None = None
        self.stretch: list[str] | None = None
        self._session = session
        self._emit = session.records.append
        self.results = Results(
            name,
            session.units,
            session.records,
            self._problem,
            cpu_is_given=session.cpu_is_given,
        )
        self._is_heard = False
        # In text the numbers of a benchmark may stand behind anything; after a panic every line belongs to it.
        self._may_mean_anything = not session.is_json
        self._ended: dict[str, Ended] = {}
        self._parts: dict[str, str] = {}
        self._attempts = session.attempts.setdefault(name, {})
        self._loose: list[str] = []
        self._context: dict[str, str] = {}
        self._attributes: set[tuple[str, str, str]] = set()
        self._has_failure = False
        self._reached_end = False
        self._has_said_fail = False
        self._framed: set[str] = set()
        self._benchmarks: list[str] = []
        self._panic: list[str] | None = None
        self._panic_in = ""
        self._timed_out_after: str | None = None
        self._timed_out: set[str] = set()
        self._is_listing_running = False

    def take(self, events: Iterator[Event]) -> Event | None:
        """Take events until there are no more, or one comes that ends the package or is not about its cases.

        One loop for what is most of any output: a call for each event would cost more than decoding it.
        """
        running = self.running
        for event in events:
            action = event.Action
            if action == "output":
                test, stretch = event.Test, self.stretch
                if stretch is not None and (not test or test == self.announced):
                    stretch.append(event.Output)
                    continue
                text = event.Output
                if text[:4] == "=== " and text[4:8] in FRAMES:
                    continue
                one = running.get(test)
                if (
                    one is None
                    or text[-1:] != "\n"
                    or text[0] in _SPECIAL
                    or self._parts
                    or self._may_mean_anything
                    or self.is_old
                ):
                    self.output(test, text)
                else:
                    one.output.append(text)
            elif action == "run":
                self.begin(event.Test)
            elif event.Test and action in STATUS:
                self.end_case(event.Test, action, event.Elapsed)
            else:
                return event
        return None

    # -- what begins -------------------------------------------------------------------------------------------------

    def begin(self, name: str) -> None:
        """A test or benchmark was announced."""
        self.has_begun = True
        if self.stretch:
            self.settle()
        if self._ended:
            self._say_ended()
        if name.startswith("Benchmark"):
            if self.is_old:
                self._problem("imitated-outcome", name, "it is said to begin, and no benchmark is")
                return
            self._announce(name, is_certain=True)
        self.running[name] = Running(name, [])

    def hear_benchmark(self, name: str) -> None:
        """A line holds nothing but the name of a benchmark, as Go prints it where no event says so."""
        if self.stretch:
            self.settle()
        if self._ended:
            self._say_ended()
        self.has_begun = True
        self._announce(name, is_certain=False)
        self.running[name] = Running(name, [])

    def _announce(self, name: str, *, is_certain: bool) -> None:
        self._leave_benchmarks(name)
        self.results.announce(name, is_certain=is_certain)
        self._is_heard = not is_certain
        self.announced = name
        self.stretch = []

    def _leave_benchmarks(self, next_name: str) -> None:
        """Forget benchmarks that ended without a word: Go says nothing of one that passed."""
        while self._benchmarks and not next_name.startswith(self._benchmarks[-1] + "/"):
            self.running.pop(self._benchmarks.pop(), None)
        self._benchmarks.append(next_name)

    def pause(self, name: str) -> None:
        """A test waits for its turn beside others."""
        running = self.running.get(name)
        if running is not None:
            running.is_parallel = True

    def attribute(self, name: str, key: str, value: str) -> None:
        """``t.Attr``: a fact of a test; a benchmark says it once per round."""
        running = self.running.get(name)
        if running is not None and not name.startswith("Benchmark"):
            running.attributes = {**(running.attributes or {}), f"attr.{key}": value}
        elif (name, key, value) not in self._attributes:
            self._attributes.add((name, key, value))
            self._emit(Context(f"attr.{key}", value, f"{self.name}.{name}" if name else self.name))

    # -- what is printed ---------------------------------------------------------------------------------------------

    def output(self, name: str, text: str) -> None:
        """A case, or nobody that can be told (``""``), printed a line or a part of one."""
        running = self.running.get(name)
        if self.is_old and running is not None and self._is_over(running, text):
            running = None
        if running is None or self._is_heard:
            name = ""
        if self.stretch is not None and (not name or name == self.announced):
            self.stretch.append(text)
            return
        if text[-1:] != "\n" or self._parts:
            whole = self._joined(name, text)
            if whole is None:
                return
            text = whole
        if running is None or text[0] in _SPECIAL or self._may_mean_anything:
            self._line(name, text[:-1] if text[-1:] == "\n" else text)
        else:
            self._keep(running.output, text)

    def _is_over(self, running: Running, text: str) -> bool:
        """Tell whether a test has ended: before 1.20 its event comes late, and what follows it is said to be its."""
        if running.name.startswith("Fuzz"):
            return False
        return self._is_heard or (_ends(running, running.output[-1:]) and not _ends(running, [text]))

    def _joined(self, name: str, text: str) -> str | None:
        """Return a line that came in parts, once it is whole."""
        text = self._parts.pop(name, "") + text
        if text[-1:] == "\n" or len(text) > LINE_CHARACTERS_MAX:
            return text
        if text:
            self._parts[name] = text
        return None

    def settle(self, *, is_end: bool = False) -> None:
        """Look at what was printed while a benchmark runs.

        Args:
            is_end: A last line without an end is taken as it is.
        """
        stretch = self.stretch
        if not stretch:
            return
        text = "".join(stretch)
        stretch.clear()
        if text[-1] != "\n" and not is_end and len(text) - text.rfind("\n") <= LINE_CHARACTERS_MAX:
            at = text.rfind("\n") + 1
            stretch.append(text[at:])
            text = text[:at]
        lines = text.removesuffix("\n").split("\n")
        for line in lines if self._is_heard else self.results.take_lines(lines):
            self._line(self.announced or "", line)

    def end_parts(self) -> None:
        """Take lines without an end as they are: nothing more comes."""
        if self.stretch:
            self.settle(is_end=True)
        parts, self._parts = self._parts, {}
        for name, text in parts.items():
            self._line(name, text)

    def _line(self, name: str, line: str) -> None:
        """Take a line, without its end, that may mean something."""
        announced = self.announced
        panic = _PANIC.fullmatch(line) if "panic: " in line or "fatal error: " in line else None
        if line and panic is None and (not name or name == announced) and self._take_result(line):
            return
        if line[:4] in {"=== ", "--- "} and _FRAME.match(line):
            self._take_frame(line)
            return
        running = self.running.get(name)
        if line[:1] == "B" and looks_like_result(line):
            self._problem("imitated-result", name, line)
        self._keep(running.output if running is not None else self._loose, line + "\n")
        if running is None or name == announced:
            self._loose_line(line)
        if self._panic is not None:
            self._notice_panic(line)
        elif panic is not None:
            self._begin_panic(name, panic)

    def _take_result(self, line: str) -> bool:
        """Take a line as a result, or as the announcement of one."""
        results = self.results
        if self.announced is not None and not self._is_heard:
            return False  # `take_lines` has seen it.
        if self.announced is None:
            if "Benchmark" not in line and self._session.is_json:
                return False
            if self._has_open_test():
                return False  # Benchmarks begin when all tests have ended.
        if self._is_announcement(line):
            self.hear_benchmark(line)
            return True
        if self.announced is None:
            return results.take_numbers(line) or results.take(line)
        is_result = (self.announced in line or line[0] == "B") and results.take(line)
        self.announced = results.announced
        return is_result

    def _is_announcement(self, line: str) -> bool:
        """Tell whether a line is the name of a benchmark that begins, as Go prints it with ``-v``."""
        if not (self._is_heard or self._session.is_verbose) or not _BENCHMARK_NAME.fullmatch(line):
            return False
        # `BenchmarkX-8` is no name of a function: somebody printed it.
        return "/" in line or "-" not in line

    def _has_open_test(self) -> bool:
        for running in list(self.running.values()):
            if running.name.startswith("Benchmark") or (self.is_old and self._is_over(running, "")):
                continue
            self._end_glued(running)
            if running.name in self.running:
                return True
        return False

    def _take_frame(self, line: str) -> None:
        """Take a frame that no event says."""
        if match := _FUZZ.fullmatch(line):
            self.begin(match[1])
        elif (match := _BENCHMARK_END.fullmatch(line)) and match[1] != "BENCH":
            if self._is_heard:
                self.end_heard(match[2], match[1].lower())
            else:
                self._framed.add(match[2])

    def _keep(self, output: list[str], text: str) -> None:
        output.append(text)
        if len(output) > OUTPUT_LINES_MAX:
            del output[: OUTPUT_LINES_MAX // 2]

    def _loose_line(self, line: str) -> None:
        """Take a line of the package itself: configuration, coverage, how it reached its end."""
        if line in {"PASS", "FAIL"} and not self._has_open_test():
            self._reached_end = True
            self._has_said_fail = line == "FAIL"
        elif self._session.units.declare(line):
            self.results.forget_shapes()
        elif line.startswith("coverage: "):
            self._context["coverage"] = line.removeprefix("coverage: ").removesuffix(" of statements")
        elif line.startswith("-test.shuffle "):
            self._context["shuffle"] = line.removeprefix("-test.shuffle ")
        elif self.announced is None and (not self.has_begun or line.startswith(_GO_CONFIG)):
            self._config_line(line)

    def _config_line(self, line: str) -> None:
        """Take ``key: value``; a key begins with a lower-case letter and holds no upper-case letter and no space.

        Source: the benchmark format, golang/proposal design/14313-benchmark-format.
        """
        match = _CONFIG.fullmatch(line)
        if match is None or match[1] in {"pkg", "panic"}:
            return
        if line.startswith(_GO_CONFIG):
            self._context.setdefault(match[1], match[2] or "")  # Go says it once; what repeats it is a print.
        else:
            self._context[match[1]] = (match[2] or "").strip()

    # -- what it means -----------------------------------------------------------------------------------------------

    def _begin_panic(self, name: str, said: re.Match[str]) -> None:
        text = said["text"]
        self._may_mean_anything = True
        if not name and said["name"] and not self._session.is_json:
            name = said["name"]
            self.running[name] = Running(name, [])
        name = name or self._last_failed()
        self._panic, self._panic_in = [text + "\n"], name
        if text.startswith("panic: test timed out after "):
            self._timed_out_after = text.removeprefix("panic: test timed out after ").strip()

    def _last_failed(self) -> str:
        """Return the case that failed last: where nobody is named, Go says that, and then panics."""
        if self.is_old:
            over = [running.name for running in self.running.values() if self._is_over(running, "")]
            return over[-1] if over else ""
        if self._ended and not self._session.is_json:
            running, action, _ = list(self._ended.values())[-1]
            return running.name if action == "fail" else ""
        return ""

    def _notice_panic(self, text: str) -> None:
        """Take a line behind a panic: its stack, or the list of the tests that were running."""
        assert self._panic is not None  # noqa: S101 -- who calls has looked
        if len(self._panic) < PANIC_LINES_MAX:
            self._panic.append(text + "\n")
        if self._timed_out_after is not None:
            self._notice_running(text)

    def _notice_running(self, text: str) -> None:
        """Take the list below ``running tests:`` of Go's own time-out."""
        line = text.strip()
        if line == "running tests:":
            self._is_listing_running = True
        elif self._is_listing_running and line:
            self._timed_out.add(line.rsplit(" (", 1)[0])
        else:
            self._is_listing_running = False

    # -- what ends ---------------------------------------------------------------------------------------------------

    def end_case(self, name: str, action: str, elapsed_s: float | None) -> bool:
        """A test or benchmark passed, failed or skipped; return whether that is believed."""
        if self.stretch:
            self.settle()
        if name.startswith("Benchmark"):
            # Before 1.20 events of benchmarks come late and for others: the lines tell.
            return True if self._is_heard else self._end_benchmark(name, action, elapsed_s)
        running = self.running.pop(name, None)
        if running is None:
            if name in self._ended:
                running = self._ended[name][0]
                if not name.startswith("Fuzz"):
                    # A program printed the end of its own test; the second one is Go's.
                    self._problem("imitated-outcome", name, f"{self._ended[name][1]} before its end")
            elif self.has_begun:
                self._problem("imitated-outcome", name, f"{action} of a case that is not running")
                return False
            else:
                running = Running(name, [])
        self._ended[name] = (running, action, elapsed_s)
        return True

    def end_heard(self, name: str, action: str) -> bool:
        """A line says that a benchmark failed or skipped; return whether that is believed."""
        if self.stretch:
            self.settle()
        return self._end_benchmark(name, action, None)

    def _end_benchmark(self, name: str, action: str, elapsed_s: float | None) -> bool:
        """A benchmark failed or skipped, for the first time or in a later round, whose name has the suffix."""
        announced = self.announced
        procs = None
        if name not in self.running and announced is not None:
            procs = procs_of(name, announced)
            if procs is None and self.has_begun and name not in self._benchmarks:
                self._problem("imitated-outcome", name, f"{action} of a case that is not running")
                return False
            name = name if procs is None else announced
        if name in self._ended:
            self._say_ended()
        running = self.running.pop(name, None) or Running(name, [])
        running.procs = procs
        self._ended[name] = (running, action, elapsed_s)
        return True

    def add_output(self, name: str, text: str) -> None:
        """Add what stands behind the end of a case: `go test` without ``-v`` says why after that it failed."""
        ended = self._ended.get(name)
        self._keep(self._loose if ended is None else ended[0].output, text)

    def _say_ended(self) -> None:
        """Say the outcomes of the cases that ended: nothing more can come that changes them."""
        ended, self._ended = self._ended, {}
        for running, action, elapsed_s in ended.values():
            if running.name[:1] == "B":
                self.results.flush()
                running.name = self.results.without_suffix(running.name)
                if action == "pass":
                    continue  # What passed says so by its numbers.
            flags = ("panic",) if action == "fail" and self._has_panicked(running) else ()
            self._outcome(running, STATUS[action], action, elapsed_s, flags)

    def _has_panicked(self, running: Running) -> bool:
        """Return whether a case panicked: Go logs the stack of a sub-test under its parent."""
        if self._panic is None or self._timed_out_after is not None or not self._panic_in:
            return False
        return running.name == self._panic_in or running.name.startswith(self._panic_in + "/")

    def _outcome(
        self,
        running: Running,
        status: CaseStatus,
        raw_status: str | None,
        duration_s: float | None,
        flags: tuple[str, ...] = (),
    ) -> None:
        name = running.name
        counted = name if running.procs is None or not self.results.cpu_is_given else f"{name}-{running.procs}"
        attempt = self._attempts[counted] = self._attempts.get(counted, 0) + 1
        if name[:1] != "T":
            flags += ("fuzz",) if name.startswith("Fuzz") else ("example",) if name.startswith("Example") else ()
        if running.is_parallel:
            flags += ("parallel",)
        message = None
        if status != "passed":
            message = message_of(running.output)
            if status != "skipped":
                self._has_failure = True
                flags += self._causes(running)
        self._emit(
            Outcome(self._case(running), status, raw_status, attempt, duration_s, message, flags, running.attributes)
        )

    def _causes(self, running: Running) -> tuple[str, ...]:
        """Return what the output of a failed case says about why, as flags."""
        if running.name.startswith("Fuzz"):
            for text in running.output:
                if "Failing input written to testdata/fuzz/" in text:
                    self._problem("fuzz-failure", running.name, text.strip())
        if not any(RACE_DETECTED in text for text in running.output) and RACE not in running.output:
            return ()
        self._problem("race", running.name, RACE.strip())
        return ("race",)

    def _case(self, running: Running) -> Case:
        if running.name[:1] == "B":
            return self.results.case(running.name, running.procs if self.results.cpu_is_given else None)
        return Case(self.name, running.name, {}, "test", running.name)

    def end(
        self, status: CaseStatus, raw_status: str | None, duration_s: float | None, *, failed_build: str = ""
    ) -> None:
        """The package ended.

        Args:
            status: What Go says.
            raw_status: In Go's words.
            duration_s: As Go says.
            failed_build: Why nothing ran: ``build`` or ``setup``.
        """
        self.end_parts()
        self.results.flush()
        if status != "passed":
            self._say_panic()
        elif self.is_old or not self._session.is_json:
            self._refuse_failures()
        self._end_running(is_bad=status == "failed")
        failed_build = failed_build or self._failed_build()
        if self._timed_out_after is not None:
            status = "timeout"
        elif failed_build:
            status = "error"
            text = "".join(self._session.build_output.get(failed_build.partition(" ")[0], [])) or "".join(self._loose)
            kind = "setup-failed" if any("[setup failed]" in line for line in self._loose) else "build-failed"
            self._problem(kind, "", text.strip("\n") or f"[{kind.replace('-', ' ')}]")
        elif status == "passed" and self._has_failure and self._session.is_json and not self.is_old:
            self._problem("contained-failure", "", "cases of it failed, and it passed: tests that run tests")
        elif status == "failed" and not self._has_failure:
            status = "error"
            if self._panic is None:
                self._problem("package-failed", "", message_of(self._loose) or "it failed, and none of its cases did")
        self._say_suite(status, raw_status, duration_s)

    def _refuse_failures(self) -> None:
        """Refuse failures in a package that passed: a program printed them."""
        for name in [name for name, ended in self._ended.items() if ended[1] == "fail"]:
            self._problem("imitated-outcome", name, "it failed, and its package passed")
            del self._ended[name]

    def _failed_build(self) -> str:
        """Return the package when its build failed and no event says so.

        Before 1.24 Go says it in a line; where binaries are built once, there is none to start.
        """
        has_no_binary = self.name in self._session.build_output and any(
            "test2json: fork/exec" in t for t in self._loose
        )
        return self.name if has_no_binary or any(map(_BUILD_FAILED.search, self._loose[-2:])) else ""

    def _say_panic(self) -> None:
        if self._timed_out_after is not None:
            self._problem("timeout", "", f"test timed out after {self._timed_out_after}")
        elif self._panic is not None:
            self._problem("panic", self._panic_in, "".join(self._panic).rstrip("\n"))

    def _say_suite(self, status: CaseStatus, raw_status: str | None, duration_s: float | None) -> None:
        for key, value in self._context.items():
            self._emit(Context(key, value, self.name))
        procs_seen = self.results.procs_seen
        if len(procs_seen) == 1 and not self._session.cpu_is_given:
            self._emit(Context("gomaxprocs", str(*procs_seen), self.name))
        self._emit(SuiteResult(self.name, status, raw_status, duration_s))

    def _end_running(self, *, is_bad: bool) -> None:
        """Say what ended with the package, and what began and never ended."""
        for running in list(self.running.values()):
            self._end_glued(running)
        self._say_ended()
        for running in self.running.values():
            if running.name.startswith("Benchmark") and (
                not is_bad or self._reached_end or self._has_gone_on(running.name)
            ):
                continue
            if self._timed_out_after is not None and self._is_timed_out(running.name):
                self._outcome(running, "timeout", None, None, ("timeout",))
            else:
                self._crash(running)
        self.running.clear()

    def _end_glued(self, running: Running) -> None:
        """End a test whose end stands behind a print without a line end: Go 1.19 has no event for it."""
        for text in running.output[-1:]:
            match = _GLUED_END.search(text)
            if match and match[2] == running.name and match.end() == len(text):
                self.end_case(running.name, match[1].lower(), float(match[3]))

    def _has_gone_on(self, name: str) -> bool:
        """Tell whether a benchmark has given a number, or has sub-benchmarks, which then tell its story."""
        if name == self.announced:
            return self.results.has_result
        return name in self._benchmarks

    def _is_timed_out(self, name: str) -> bool:
        if not self._timed_out or name in self._timed_out:
            return True
        return any(one.startswith(name + "/") for one in self._timed_out)

    def _crash(self, running: Running) -> None:
        """Say that a case began and took its package along."""
        if running.name.startswith("Benchmark"):
            running = Running(self.results.without_suffix(running.name), running.output)
            self._panic_in = self.results.without_suffix(self._panic_in)
        flags = ("crashed", "panic") if self._panic is not None and running.name == self._panic_in else ("crashed",)
        self._problem("unfinished-case", running.name, "it began and never ended")
        self._outcome(running, "error", None, None, flags)

    def cut(self, *, is_timed_out: bool) -> None:
        """The output ended before the package did.

        Args:
            is_timed_out: Our own time limit ended it.
        """
        self.end_parts()
        if not is_timed_out and self._has_died():
            self.end("failed", "fail", None)
            return
        self.results.flush()
        self._say_panic()
        self._say_ended()
        if is_timed_out:
            self._problem("timeout", "", "the time limit ended it")
        else:
            self._problem("unfinished-suite", "", "the output ends before the package does")
        for running in self.running.values():
            if self._has_gone_on(running.name):
                continue
            if is_timed_out:
                self._outcome(running, "timeout", None, None, ("timeout",))
            else:
                self._crash(running)
        self.running.clear()
        self._say_suite("timeout" if is_timed_out or self._timed_out_after else "error", None, None)

    def end_alone(self) -> None:
        """The test binary ended, and nobody was there who would say so."""
        status: CaseStatus = "failed" if self._has_said_fail else "passed"
        self.end(status, None, None)

    @property
    def has_reached_end(self) -> bool:
        """Whether the test binary said that it is done."""
        return self._reached_end

    def _has_died(self) -> bool:
        """Tell whether the last event said that the process died; the case it names is running again.

        `go tool test2json` alone ends with the failure of the case that ran last, where `go test` says that the package
        failed. Of a case that failed by itself a frame has said so.
        """
        if self.is_old or not self._session.is_json or not self._ended:
            return False
        name, (running, action, _) = list(self._ended.items())[-1]
        frame = f"--- FAIL: {name}"
        has_frame = name in self._framed or any(line.lstrip(" ").startswith(frame) for line in running.output)
        if action != "fail" or has_frame:
            return False
        del self._ended[name]
        self.running[name] = running
        return True

    def close(self) -> None:
        """Say what is held of a file that never says how a package ends: results alone, as benchstat takes them."""
        self.end_parts()
        self.results.flush()
        for key, value in self._context.items():
            self._emit(Context(key, value, self.name))

    def _problem(self, kind: str, where: str, text: str) -> None:
        place = f"{self.name}.{where}" if where and self.name else self.name or where
        self._emit(Problem(kind, place, text[:MESSAGE_CHARACTERS_MAX]))


def _ends(running: Running, lines: list[str]) -> bool:
    """Tell whether the last of ``lines`` says that a test ended."""
    match = END_OF_TEST.fullmatch(lines[-1]) if lines else None
    return match is not None and match[1] == running.name


def message_of(output: list[str]) -> str | None:
    """Return the output of a case, its end when it is long: the reason stands last."""
    text = "".join(line for line in output if line.lstrip(" ")[:4] not in _FRAME_MARKS or not _FRAME.match(line))
    text = text.strip("\n")
    if len(text) > MESSAGE_CHARACTERS_MAX:
        note = f"… {len(text)} characters in all …\n"
        text = note + text[len(note) - MESSAGE_CHARACTERS_MAX :]
    return text or None
