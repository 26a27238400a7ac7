"""The cases of one package: which run, how they ended, what comes of those that never did."""

import re

from benchhub.frameworks.go.event import STATUS, Session
from benchhub.frameworks.go.names import procs_of
from benchhub.frameworks.go.results import Doubt, Results
from benchhub.frameworks.go.running import Running, keep, message_of
from benchhub.frameworks.go.trouble import Trouble
from benchhub.model.case import Case
from benchhub.model.record import CaseStatus, Context, Outcome

_GLUED_END = re.compile(r"--- (PASS|FAIL|SKIP): (\S+) \((\d+\.\d+)s\)\n?")

Ended = tuple[Running, str, float | None]
"""A case whose end was seen, with Go's word and seconds; what comes next may still say more about it."""


class Cases:
    """The cases of one package.

    Attributes:
        running: What began and has not ended, by name.
        has_begun: Something began.
        has_failure: A case failed, timed out or crashed.
        framed: Benchmarks of which a line said that they failed.
    """

    def __init__(self, suite: str, session: Session, results: Results, trouble: Trouble, doubt: Doubt) -> None:
        self.running: dict[str, Running] = {}
        self.has_begun = False
        self.has_failure = False
        self.framed: set[str] = set()
        self._suite = suite
        self._emit = session.records.append
        self._results = results
        self._trouble = trouble
        self._doubt = doubt
        self._attempts = session.attempts.setdefault(suite, {})
        self._ended: dict[str, Ended] = {}
        self._benchmarks: list[str] = []
        self._attributes: set[tuple[str, str, str]] = set()

    # -- what begins -------------------------------------------------------------------------------------------------

    def begin(self, name: str) -> None:
        """A test or benchmark begins."""
        self.has_begun = True
        if self._ended:
            self.say_ended()
        self.running[name] = Running(name, [])

    def begin_benchmark(self, name: str, *, is_certain: bool) -> None:
        """A benchmark begins: those before it ended without a word, for Go says nothing of one that passed."""
        self.begin(name)
        while self._benchmarks and not name.startswith(self._benchmarks[-1] + "/"):
            left = self._benchmarks.pop()
            if left != name:
                self.running.pop(left, None)
        self._benchmarks.append(name)
        self._results.announce(name, is_certain=is_certain)

    def pause(self, name: str) -> None:
        """A test waits for its turn beside others."""
        running = self.running.get(name)
        if running is not None:
            running.is_parallel = True

    def attribute(self, name: str, key: str, value: str) -> None:
        """``t.Attr``: a fact of a test; a benchmark says it once per round."""
        running = self.running.get(name)
        if running is not None and not running.is_benchmark:
            running.attributes = {**(running.attributes or {}), f"attr.{key}": value}
        elif (name, key, value) not in self._attributes:
            self._attributes.add((name, key, value))
            self._emit(Context(f"attr.{key}", value, f"{self._suite}.{name}" if name else self._suite))

    # -- what ends ---------------------------------------------------------------------------------------------------

    def end(self, name: str, action: str, elapsed_s: float | None) -> bool:
        """A test passed, failed or skipped; return whether that is believed."""
        running = self.running.pop(name, None)
        if running is None:
            if name in self._ended:
                running = self._ended[name][0]
                if not name.startswith("Fuzz"):
                    # A program printed the end of its own test; the second one is Go's.
                    self._doubt("imitated-outcome", name, f"{self._ended[name][1]} before its end")
            elif self.has_begun:
                self._doubt("imitated-outcome", name, f"{action} of a case that is not running")
                return False
            else:
                running = Running(name, [])
        self._ended[name] = (running, action, elapsed_s)
        return True

    def end_benchmark(self, name: str, action: str, elapsed_s: float | None) -> bool:
        """A benchmark failed or skipped, for the first time or in a later round, whose name has the suffix."""
        announced = self._results.announced
        procs = None
        if name not in self.running and announced is not None:
            procs = procs_of(name, announced)
            if procs is None and self.has_begun and name not in self._benchmarks:
                self._doubt("imitated-outcome", name, f"{action} of a case that is not running")
                return False
            name = name if procs is None else announced
        if name in self._ended:
            self.say_ended()
        running = self.running.pop(name, None) or Running(name, [])
        running.procs = procs
        self._ended[name] = (running, action, elapsed_s)
        return True

    def end_glued(self, running: Running) -> None:
        """End a test whose end stands behind a print without a line end: Go 1.19 has no event for it."""
        for text in running.output[-1:]:
            match = _GLUED_END.search(text)
            if match and match[2] == running.name and match.end() == len(text):
                self.end(running.name, match[1].lower(), float(match[3]))

    def add_output(self, name: str, text: str) -> bool:
        """Add what stands behind the end of a case: without ``-v`` Go says why after that it failed."""
        ended = self._ended.get(name)
        if ended is not None:
            keep(ended[0].output, text)
        return ended is not None

    def last_failed(self) -> str:
        """Return the test that ended last, if it failed: where nobody is named, it is what panics next.

        Of a benchmark that panics Go does not say that it failed.
        """
        if not self._ended:
            return ""
        running, action, _ = list(self._ended.values())[-1]
        return running.name if action == "fail" and not running.is_benchmark else ""

    def say_ended(self) -> None:
        """Say the outcomes of the cases that ended: nothing more can come that changes them."""
        ended, self._ended = self._ended, {}
        for running, action, elapsed_s in ended.values():
            if running.is_benchmark:
                self._results.flush()
                running.name = self._results.without_suffix(running.name)
                if action == "pass":
                    continue  # What passed says so by its numbers.
            flags = ("panic",) if action == "fail" and self._trouble.has_taken(running.name) else ()
            self._outcome(running, STATUS[action], action, elapsed_s, flags)

    def refuse_failures(self) -> None:
        """Refuse failures in a package that passed: a program printed them."""
        for name in [name for name, ended in self._ended.items() if ended[1] == "fail"]:
            self._doubt("imitated-outcome", name, "it failed, and its package passed")
            del self._ended[name]

    def has_died(self) -> bool:
        """Tell whether the last event said that the process died; the case it names is running again.

        `go tool test2json` alone ends with the failure of the case that ran last, where `go test` says that the package
        failed. Of a case that failed by itself a frame has said so.
        """
        if not self._ended:
            return False
        name, (running, action, _) = list(self._ended.items())[-1]
        if action != "fail" or name in self.framed or running.has_frame_of_failure:
            return False
        del self._ended[name]
        self.running[name] = running
        return True

    # -- what never ended --------------------------------------------------------------------------------------------

    def end_all(self, *, is_bad: bool) -> None:
        """Say what ended with the package, and what began and never ended.

        Args:
            is_bad: The package failed before it reached its own end.
        """
        for running in list(self.running.values()):
            self.end_glued(running)
        self.say_ended()
        for running in self.running.values():
            if running.is_benchmark and (not is_bad or self._has_gone_on(running.name)):
                continue
            if self._trouble.has_timed_out(running.name):
                self._outcome(running, "timeout", None, None, ("timeout",))
            else:
                self._crash(running)
        self.running.clear()

    def cut_all(self, *, is_timed_out: bool) -> None:
        """Say what becomes of the cases whose output was cut.

        Args:
            is_timed_out: Our own time limit ended it.
        """
        self.say_ended()
        for running in self.running.values():
            if self._has_gone_on(running.name):
                continue
            if is_timed_out:
                self._outcome(running, "timeout", None, None, ("timeout",))
            else:
                self._crash(running)
        self.running.clear()

    def _has_gone_on(self, name: str) -> bool:
        """Tell whether a benchmark has given a number, or has sub-benchmarks, which then tell its story."""
        if name == self._results.announced:
            return self._results.has_result
        return name in self._benchmarks

    def _crash(self, running: Running) -> None:
        """Say that a case began and took its package along."""
        flags = ("crashed", "panic") if self._trouble.is_panic and running.name == self._trouble.where else ("crashed",)
        if running.is_benchmark:
            running = Running(self._results.without_suffix(running.name), running.output)
        self._doubt("unfinished-case", running.name, "it began and never ended")
        self._outcome(running, "error", None, None, flags)

    # -- outcomes ----------------------------------------------------------------------------------------------------

    def _outcome(
        self,
        running: Running,
        status: CaseStatus,
        raw_status: str | None,
        duration_s: float | None,
        flags: tuple[str, ...] = (),
    ) -> None:
        name, procs = running.name, running.procs
        counted = name if procs is None or not self._results.cpu_is_given else f"{name}-{procs}"
        attempt = self._attempts[counted] = self._attempts.get(counted, 0) + 1
        if name[:1] != "T":
            flags += ("fuzz",) if name.startswith("Fuzz") else ("example",) if name.startswith("Example") else ()
        if running.is_parallel:
            flags += ("parallel",)
        message = None
        if status != "passed":
            message = message_of(running.output)
            if status != "skipped":
                self.has_failure = True
                flags += self._causes(running)
        if name[:9] == "Benchmark":
            case = self._results.case(name, procs if self._results.cpu_is_given else None)
        else:
            case = Case(self._suite, name, {}, "test", name)
        self._emit(Outcome(case, status, raw_status, attempt, duration_s, message, flags, running.attributes))

    def _causes(self, running: Running) -> tuple[str, ...]:
        """Return what the output of a failed case says about why, as flags."""
        for text in running.output if running.name.startswith("Fuzz") else ():
            if "Failing input written to testdata/fuzz/" in text:
                self._doubt("fuzz-failure", running.name, text.strip())
        if not running.has_race:
            return ()
        self._doubt("race", running.name, "WARNING: DATA RACE")
        return ("race",)
