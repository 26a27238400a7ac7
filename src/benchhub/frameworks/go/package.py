"""One package of `go test` output: what begins, what is printed, what ends go in; records come out.

The same state serves JSON, where events say what begins and ends, and text, where frames (``=== RUN``, ``--- PASS``)
do. What a program prints can imitate both; only what fits the state is believed:

- an outcome must be that of a case that runs (see ``cases``),
- a result must be that of the benchmark that runs (see ``results``),
- a case that began and never ended crashed only if the package did not reach its own end.
"""

import re
from collections.abc import Iterator

from benchhub.frameworks.go.cases import Cases
from benchhub.frameworks.go.event import FRAMES, STATUS, Event, Session
from benchhub.frameworks.go.facts import Facts
from benchhub.frameworks.go.results import Results, looks_like_result
from benchhub.frameworks.go.running import FRAME, Running, keep, message_of
from benchhub.frameworks.go.trouble import Trouble
from benchhub.model.record import MESSAGE_CHARACTERS_MAX, CaseStatus, Context, Problem, SuiteResult

LINE_CHARACTERS_MAX = 1 << 20
"""A line that is printed in pieces is taken as it is when it is longer than this."""

_FUZZ = re.compile(r"=== FUZZ  (\S+)")
_BENCHMARK_END = re.compile(r"--- (FAIL|SKIP|BENCH): (Benchmark\S*)")
_PANIC = re.compile(r"(?:(?P<name>Benchmark\S*) *\t)?(?P<text>(?:panic|fatal error): .*)", re.DOTALL)
_BENCHMARK_NAME = re.compile(r"Benchmark\S*")
_BUILD_FAILED = re.compile(r"^FAIL\t\S+ \[(?:build|setup) failed\]$", re.MULTILINE)
_NO_BINARY = re.compile(r"(?:test2json|bh): fork/exec ")
"""Who was to start a test binary and found none."""

_SPECIAL = frozenset("Bpf")
"""First characters of lines that may mean something, whoever printed them: a result, a panic, a fatal error."""


class Package:
    """The state of one package.

    Attributes:
        name: Its import path.
        is_old: The events are those of Go before 1.20, which has none for the beginning of a package or a benchmark.
        announced: The benchmark that runs, ``None`` while none was announced.
        stretch: What was printed while it runs, in pieces, and was not looked at yet.
        has_reached_end: The test binary said that it is done.
    """

    def __init__(self, name: str, session: Session) -> None:
        self.name = name
        self.is_old = session.is_json
        self.announced: str | None = None
        self.stretch: list[str] | None = None
        self.has_reached_end = False
        self._has_said_fail = False
        self._session = session
        self._trouble = Trouble()
        self._facts = Facts(name)
        self.results = Results(name, session.units, session.records, self._problem, cpu_is_given=session.cpu_is_given)
        self.cases = Cases(name, session, self.results, self._trouble, self._problem)
        self._is_heard = False
        # In text the numbers of a benchmark may stand behind anything; after a panic every line belongs to it.
        self._may_mean_anything = not session.is_json
        self._parts: dict[str, str] = {}
        self._loose: list[str] = []

    def take(self, events: Iterator[Event]) -> Event | None:
        """Take events until there are no more, or one comes that ends the package or is not about its cases.

        One loop for what is most of any output: a call for each event would cost more than decoding it.
        """
        running = self.cases.running
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
                    keep(one.output, text)
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
        if self.stretch:
            self.settle()
        if not name.startswith("Benchmark"):
            self.cases.begin(name)
        elif self.is_old:
            self._problem("imitated-outcome", name, "it is said to begin, and no benchmark is")
        else:
            self._announce(name, is_certain=True)

    def hear_benchmark(self, name: str) -> None:
        """A line holds nothing but the name of a benchmark, as Go prints it where no event says so."""
        if self.stretch:
            self.settle()
        self._announce(name, is_certain=False)

    def _announce(self, name: str, *, is_certain: bool) -> None:
        self.cases.begin_benchmark(name, is_certain=is_certain)
        self._is_heard = not is_certain
        self.announced = name
        self.stretch = []

    # -- what is printed ---------------------------------------------------------------------------------------------

    def output(self, name: str, text: str) -> None:
        """A case, or nobody that can be told (``""``), printed a line or a part of one."""
        running = self.cases.running.get(name)
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
            keep(running.output, text)

    def add_output(self, name: str, text: str) -> None:
        """Take what stands behind the end of a case, and is its."""
        if not self.cases.add_output(name, text):
            keep(self._loose, text)

    def _is_over(self, running: Running, text: str) -> bool:
        """Tell whether a test has ended: before 1.20 its event comes late, and what follows it is said to be its."""
        if running.name.startswith("Fuzz"):
            return False
        has_ended = any(map(running.is_ended_by, running.output[-1:]))
        return self._is_heard or (has_ended and not running.is_ended_by(text))

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
        at = text.rfind("\n") + 1
        if at < len(text) <= at + LINE_CHARACTERS_MAX and not is_end:
            stretch.append(text[at:])
            text = text[:at]
        lines = text.removesuffix("\n").split("\n")
        for line in lines if self._is_heard else self.results.take_lines(lines):
            self._line(self.announced or "", line)

    def end_parts(self) -> None:
        """Take lines without an end as they are: nothing more comes."""
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
        if line[:4] in {"=== ", "--- "} and FRAME.match(line):
            self._take_frame(line)
            return
        running = self.cases.running.get(name)
        if line[:1] == "B" and looks_like_result(line):
            self._problem("imitated-result", name, line)
        keep(running.output if running is not None else self._loose, line + "\n")
        if running is None or name == announced:
            self._loose_line(line)
        if self._trouble:
            self._trouble.notice(line)
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
        for running in list(self.cases.running.values()):
            if running.is_benchmark or (self.is_old and self._is_over(running, "")):
                continue
            self.cases.end_glued(running)
            if running.name in self.cases.running:
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
                self.cases.framed.add(match[2])

    def _loose_line(self, line: str) -> None:
        """Take a line of the package itself: a fact, or how it reached its end."""
        if line in {"PASS", "FAIL"} and not self._has_open_test():
            self.has_reached_end = True
            self._has_said_fail = line == "FAIL"
        elif self._session.units.declare(line):
            self.results.forget_shapes()
        elif self.announced is None or line.startswith(("coverage: ", "-test.shuffle ")):
            self._facts.take(line, is_before_cases=not self.cases.has_begun)

    def _begin_panic(self, name: str, said: re.Match[str]) -> None:
        self._may_mean_anything = True
        if not name and said["name"] and not self._session.is_json:
            name = self.results.without_suffix(said["name"])
            self.cases.begin(name)
        self._trouble.begin(name or self._last_failed(), said["text"])

    def _last_failed(self) -> str:
        """Return the case that failed last: where nobody is named, Go says that, and then panics."""
        if self.is_old:
            over = [running.name for running in self.cases.running.values() if self._is_over(running, "")]
            return over[-1] if over else ""
        return "" if self._session.is_json else self.cases.last_failed()

    # -- what ends ---------------------------------------------------------------------------------------------------

    def end_case(self, name: str, action: str, elapsed_s: float | None) -> bool:
        """A test or benchmark passed, failed or skipped; return whether that is believed."""
        if self.stretch:
            self.settle()
        if not name.startswith("Benchmark"):
            return self.cases.end(name, action, elapsed_s)
        # Before 1.20 events of benchmarks come late and for others: the lines tell.
        return True if self._is_heard else self.cases.end_benchmark(name, action, elapsed_s)

    def end_heard(self, name: str, action: str) -> bool:
        """A line says that a benchmark failed or skipped; return whether that is believed."""
        if self.stretch:
            self.settle()
        return self.cases.end_benchmark(name, action, None)

    def end(
        self, status: CaseStatus, raw_status: str | None, duration_s: float | None, *, failed_build: str = ""
    ) -> None:
        """The package ended.

        Args:
            status: What Go says.
            raw_status: In Go's words.
            duration_s: As Go says.
            failed_build: The package that did not build, for which this one did not run.
        """
        self.end_parts()
        self.results.flush()
        if status != "passed":
            self._say_trouble()
        elif not self._has_sure_events:
            self.cases.refuse_failures()
        self.cases.end_all(is_bad=status == "failed" and not self.has_reached_end)
        failed_build = failed_build or self._failed_build()
        if self._trouble.timed_out_after is not None:
            status = "timeout"
        elif failed_build:
            status = "error"
            self._say_failed_build(failed_build)
        elif status == "passed" and self.cases.has_failure and self._has_sure_events:
            self._problem("contained-failure", "", "cases of it failed, and it passed: tests that run tests")
        elif status == "failed" and not self.cases.has_failure:
            status = "error"
            if not self._trouble:
                self._problem("package-failed", "", message_of(self._loose) or "it failed, and none of its cases did")
        self._say_suite(status, raw_status, duration_s)

    @property
    def _has_sure_events(self) -> bool:
        """Whether no print can imitate what begins and ends: Go 1.20 marks its frames."""
        return self._session.is_json and not self.is_old

    @property
    def _has_no_binary(self) -> bool:
        """Whether there was no test binary to start; where a case began there was one, and it printed that."""
        return not self.cases.has_begun and any(map(_NO_BINARY.match, self._loose))

    def _failed_build(self) -> str:
        """Return the package when its build failed and no event says so.

        Before 1.24 Go says it in a line; where binaries are built once, there is none to start.
        """
        if self._has_no_binary and self._session.build_output:
            return self.name
        return self.name if any(map(_BUILD_FAILED.search, self._loose[-2:])) else ""

    def _say_failed_build(self, failed_build: str) -> None:
        build_output = self._session.build_output
        said = build_output.get(failed_build.partition(" ")[0])
        if said is None and self._has_no_binary:
            # There is no binary since something it imports did not build; nobody says what.
            said = [text for of_package in build_output.values() for text in of_package]
        said = said or self._loose
        kind = "setup-failed" if any("[setup failed]" in line for line in self._loose) else "build-failed"
        self._problem(kind, "", "".join(said).strip("\n") or f"[{kind.replace('-', ' ')}]")

    def _say_trouble(self) -> None:
        said = self._trouble.said()
        if said is not None:
            kind, where, text = said
            self._problem(kind, self.results.without_suffix(where), text)

    def _say_suite(self, status: CaseStatus, raw_status: str | None, duration_s: float | None) -> None:
        records = self._session.records
        records += self._facts.records()
        procs_seen = self.results.procs_seen
        if len(procs_seen) == 1 and not self._session.cpu_is_given:
            records.append(Context("gomaxprocs", str(*procs_seen), self.name))
        records.append(SuiteResult(self.name, status, raw_status, duration_s))

    def cut(self, *, is_timed_out: bool) -> None:
        """The output ended before the package did.

        Args:
            is_timed_out: Our own time limit ended it.
        """
        self.end_parts()
        if not is_timed_out and self._has_sure_events and self.cases.has_died():
            self.end("failed", "fail", None)
            return
        self.results.flush()
        self._say_trouble()
        if is_timed_out:
            self._problem("timeout", "", "the time limit ended it")
        else:
            self._problem("unfinished-suite", "", "the output ends before the package does")
        self.cases.cut_all(is_timed_out=is_timed_out)
        has_timed_out = is_timed_out or self._trouble.timed_out_after is not None
        self._say_suite("timeout" if has_timed_out else "error", None, None)

    def end_alone(self) -> None:
        """The test binary ended, and nobody was there who would say so."""
        self.end("failed" if self._has_said_fail else "passed", None, None)

    def close(self) -> None:
        """Say what is held of a file that never says how a package ends: results alone, as benchstat takes them."""
        self.end_parts()
        self.results.flush()
        self._session.records += self._facts.records()

    def _problem(self, kind: str, where: str, text: str) -> None:
        place = f"{self.name}.{where}" if where and self.name else self.name or where
        self._session.records.append(Problem(kind, place, text[:MESSAGE_CHARACTERS_MAX]))
