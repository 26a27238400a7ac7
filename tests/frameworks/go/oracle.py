"""Expectations for the captures, made without BenchHub: own expressions over raw text and JSON.

    python tests/frameworks/go/oracle.py            # write expected/<case>.json for every capture
    python tests/frameworks/go/oracle.py CASE…      # print what is expected of some

It knows more than a reader can: the command that was run (``-cpu``, GOMAXPROCS) and the programs under ``source/``,
in which every imitation has ``ghost`` in its name or says 100 iterations at 5.0 ns/op, while true results of those
packages have 10. What cannot be told from the rules is in ``BY_HAND``, with its reason.

An expectation::

    {"run_status": "failed",
     "cases": [{"suite", "name", "params": {"size": ["16", "tool"]}, "attempt", "status": ["failed"], "raw_status",
                "flags": [those it must have], "metrics": {"time [s]": {"samples": […], "iterations": […]}}}],
     "optional": [names of cases that may be there as well],
     "suites": {"example.com/odd/bench": ["passed"]},
     "context": {"goos": "linux"},
     "problems": {"must": […], "may": […]},     every other kind must not be there
     "is_clean": true}                          nothing may be left unread
"""

import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CAPTURED = HERE / "captured"
EXPECTED = HERE / "expected"
PROCS_OF_MACHINE = 2

STATUS = {"pass": "passed", "fail": "failed", "skip": "skipped"}
NUMBER = r"(?:[-+]?\d[\d.]*(?:e[-+]?\d+)?|NaN|[-+]?Inf)"
NUMBERS = re.compile(rf"(?P<n>\d+)(?P<metrics>(?:\t *{NUMBER} \S+)*)\s*$")
METRIC = re.compile(rf"({NUMBER}) (\S+)")
FAKE = re.compile(r"[Bb]enchmark\S+ ?\t +(100|-100|many)\t +(5\.0+|five)( ns/op)?(\t +0 B/op\t +0 allocs/op)?( |$)")
FAKE_NAMES = re.compile(r"ghost|^TestX|gowork/other|BenchmarkFake", re.IGNORECASE)
OUTCOME = re.compile(r"^( *)--- (PASS|FAIL|SKIP): (\S+)(?: \((\d+\.\d+)s\))?$")
PACKAGE_END = re.compile(r"^(ok  |FAIL|\?   )\t(\S+)(?:[ \t](.*))?$")
CONFIG = re.compile(r"^(goos|goarch|pkg|cpu|commit|build-flags): (.*)$")


@dataclass
class Case:
    """What is known of one case in one capture."""

    suite: str
    name: str
    params: dict[str, list[str]]
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    metrics: dict[str, dict[str, list[Any]]] = field(default_factory=dict)


@dataclass
class Package:
    """One run of one package."""

    name: str
    open_tests: dict[str, None] = field(default_factory=dict)
    open_bench: str = ""  # The benchmark that runs, as R.
    is_bench_done: bool = True
    bench_parents: list[str] = field(default_factory=list)
    buffer: str = ""
    panic_case: str | None = None
    is_panic: bool = False
    is_timeout: bool = False
    ended_bad: int = 0
    is_build_failed: bool = False
    is_setup_failed: bool = False
    failed_names: list[str] = field(default_factory=list)
    glued: dict[str, str] = field(default_factory=dict)
    raced: set[str] = field(default_factory=set)


class Oracle:
    """Collects the expectation of one capture."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.facts = json.loads((folder / "cmd.json").read_text())
        self.words = " ".join(self.facts.get("argv", []))
        self.cases: dict[tuple[str, str, str], Case] = {}
        self.optional: set[str] = set()
        self.suites: dict[str, list[str]] = {}
        self.context: dict[str, str] = {}
        self.must: set[str] = set()
        self.may: set[str] = set()
        self.packages: dict[str, Package] = {}
        self.better: dict[str, str] = {}
        procs = re.search(r"-cpu[= ](\S+)", self.words)
        env = self.facts.get("env", {})
        self.procs = [int(n) for n in procs[1].split(",")] if procs else [int(env.get("GOMAXPROCS", PROCS_OF_MACHINE))]
        self.is_cpu_param = len(self.procs) > 1 or bool(self.facts.get("options", {}).get("cpu"))
        self.is_own_fakes = env.get("END") == "own"

    # -- names -----------------------------------------------------------------------------------------------------

    def split(self, bench: str, procs: int) -> tuple[str, dict[str, list[str]]]:
        """Return name and parameters of a benchmark whose suffix is off."""
        kept, params = [], {}
        for segment in bench.split("/"):
            key, equals, value = segment.partition("=")
            if equals and key and key not in params:
                params[key] = [value, "tool"]
            else:
                kept.append(segment)
        if self.is_cpu_param:
            params["cpu"] = [str(procs), "flag"]
        return "/".join(kept), params

    def case(self, suite: str, name: str, procs: int | None = None) -> Case:
        """Return the case of a test, or with ``procs`` of a benchmark."""
        params: dict[str, list[str]] = {}
        if procs is not None:
            name, params = self.split(name, procs)
        return self.cases.setdefault((suite, name, json.dumps(params, sort_keys=True)), Case(suite, name, params))

    def bench_of(self, text: str, known: str) -> tuple[str, int] | None:
        """Return ``(name without suffix, procs)`` of a benchmark's name as printed, when it is ``known``'s."""
        for procs in self.procs:
            if text == (known if procs == 1 else f"{known}-{procs}"):
                return known, procs
        return None

    # -- facts -----------------------------------------------------------------------------------------------------

    def sample(self, package: Package, bench: str, procs: int, iterations: int, metrics: str) -> None:
        """Keep one result line."""
        case = self.case(package.name, bench, procs)
        package.is_bench_done = True
        pairs = METRIC.findall(metrics)
        if not pairs:  # Its only metric was suppressed: it ran and said nothing.
            del self.cases[(case.suite, case.name, json.dumps(case.params, sort_keys=True))]
            self.optional.add(case.name)
            return
        for value, unit in pairs:
            number = float(value.replace("Inf", "inf"))
            key, base = tidied(number, unit)
            if not math.isfinite(number):
                self.must.add("non-finite")
            found = case.metrics.setdefault(key, {"samples": [], "iterations": []})
            found["samples"].append(base if math.isfinite(base) else said(base))
            found["iterations"].append(iterations)

    def outcome(
        self, package: Package, name: str, status: list[str], raw: str | None, *, flags: tuple[str, ...] = ()
    ) -> None:
        """Keep one end of a case."""
        procs = None
        is_first_round = False
        if name.startswith("Benchmark"):
            found = self.bench_of(name, package.open_bench)
            stem, procs = found or (name, self.procs[0])
            # One that ends in its first round says its bare name, and -cpu has not been looked at yet.
            is_first_round = name == stem
            name = stem
            if stem == package.open_bench:
                package.is_bench_done = True
        if status not in (["passed"], ["skipped"]):
            package.ended_bad += 1
            package.failed_names.append(name)
        case = self.case(package.name, name, None if is_first_round and self.is_cpu_param else procs)
        case.outcomes.append({"status": status, "raw_status": raw, "flags": list(flags), "name": name})

    def panic(self, package: Package, line: str, test: str | None) -> None:
        """Note a panic or a time-out that the program printed."""
        if line.startswith("panic: test timed out"):
            package.is_timeout = True
            self.must.add("timeout")
            self.may |= {"panic", "unfinished-case", "package-failed"}
        elif "not really" not in line:
            package.is_panic = True
            package.panic_case = test
            self.must.add("panic")
            self.may |= {"unfinished-case", "package-failed"}

    def line(self, package: Package, line: str, test: str | None) -> None:
        """Note what any line may say."""
        panic = re.match(r"(?:Benchmark\S+ *\t)?(panic: .*)", line)
        if panic:
            self.panic(package, panic[1], test)
        elif line.startswith(("fatal error: ", "SIG", "signal: ")):
            self.may |= {"panic", "package-failed"}
        elif line.startswith("WARNING: DATA RACE") and "fakes" not in self.folder.name:
            self.must.add("race")
            self.may |= {"package-failed"}
        elif "race detected during execution of test" in line:
            package.raced.add(test or "")
        elif "Failing input written to" in line:
            self.must.add("fuzz-failure")
        glued = re.search(r"\S--- (PASS|FAIL|SKIP): (\S+) \(", line)
        if glued:
            package.glued[glued[2]] = glued[1].lower()
        config = CONFIG.match(line)
        if config and "ghost" not in config[2] and config[2] != "plan9":
            self.context[config[1]] = config[2].strip()

    def end(self, package: Package, action: str, note: str) -> None:
        """A package ended."""
        is_bad = action == "fail"
        suite_status = [STATUS[action]]
        self.crash(package, has_package_failed=is_bad)
        if is_bad:
            if "build failed" in note or package.is_build_failed:
                suite_status = ["error"]
                self.must.add("build-failed")
                self.may |= {"setup-failed", "package-failed"}
            elif "setup failed" in note or package.is_setup_failed:
                suite_status = ["error"]
                self.must.add("setup-failed")
                self.may |= {"build-failed", "package-failed"}
            elif package.is_timeout:
                suite_status = ["timeout"]
            elif not package.ended_bad:
                suite_status = ["failed", "error"]
                (self.may if package.is_panic else self.must).add("package-failed")
            else:
                suite_status = ["failed", "error"]
        known = self.suites.setdefault(package.name, suite_status)
        if known != suite_status:
            self.suites[package.name] = sorted({*known, *suite_status})

    def crash(self, package: Package, *, has_package_failed: bool) -> None:
        """End what is still open when a package or the output ends."""
        for name, action in package.glued.items():
            if name in package.open_tests:
                # Its end is glued to its own print: truly `action`, to the tool it never ended (golang/go#38063).
                del package.open_tests[name]
                self.outcome(package, name, [STATUS[action], "error"], None)
                self.may |= {"unfinished-case", "package-failed"}
        is_limit = package.is_timeout or self.facts.get("is_timed_out", False)
        if package.open_tests or not package.is_bench_done:
            (self.may if is_limit or package.is_panic else self.must).add("unfinished-case")
            self.may |= {"package-failed"}
        # A test that panics itself is reported before the panic is; in a goroutine or a benchmark Go says no end.
        has_culprit = any(case.name == package.panic_case and case.outcomes for case in self.cases.values())
        for name in package.open_tests:
            is_only = len(package.open_tests) == 1
            flags: tuple[str, ...] = ()
            if is_limit:
                status = ["timeout"]
            elif package.is_panic and not has_culprit and (is_only or name == package.panic_case):
                status, flags = ["failed", "error"], ("panic",)
            else:
                status, flags = ["error"], ("crashed",)
            self.outcome(package, name, status, None, flags=flags)
        package.open_tests.clear()
        if not package.is_bench_done and (has_package_failed or is_limit or package.open_bench):
            status, flags = ["error"], ("crashed",)
            if is_limit:
                flags = ()
                status = ["timeout"]
            elif package.is_panic:
                status, flags = ["failed", "error"], ("panic",)
            self.outcome(package, package.open_bench, status, None, flags=flags)
            self.optional |= {p for p in package.bench_parents if package.open_bench.startswith(p + "/")}
        package.is_bench_done = True

    def at_eof(self, package: Package) -> None:
        """The output ended before the package."""
        (self.may if self.facts.get("is_timed_out") else self.must).add("unfinished-suite")
        self.may |= {"package-failed", "timeout"}
        self.suites[package.name] = ["error", "timeout", "failed"]
        self.optional.add("*suite*" + package.name)
        self.crash(package, has_package_failed=False)

    # -- the whole -------------------------------------------------------------------------------------------------

    def expectation(self) -> dict[str, Any]:
        """Return what must hold."""
        is_json = (self.folder / "stdout.jsonl").exists()
        data = next(self.folder.glob("stdout.*")).read_bytes()
        if not is_json:
            try:
                data.decode()
            except UnicodeDecodeError:
                self.must.add("invalid-utf8")
        text = data.decode(errors="replace")
        if not re.search(r" -list[ =]", self.words):  # Names alone: nothing runs.
            (read_json if is_json else read_text)(self, text)
        for package in list(self.packages.values()):
            self.at_eof(package)
        if self.facts.get("is_timed_out"):
            self.must.add("timeout")
        error = (
            (self.folder / "stderr.txt").read_text(errors="replace") if (self.folder / "stderr.txt").exists() else ""
        )
        if error:
            self.may |= {"tool-error", "build-failed", "setup-failed"}
        cases = [row for case in self.cases.values() for row in self.rows(case)]
        exit_code, statuses = self.facts.get("exit_code"), {row["status"][0] for row in cases}
        statuses |= {words[0] for words in self.suites.values()}
        if self.facts.get("is_timed_out") or "timeout" in statuses:
            run_status = "timeout"
        elif exit_code not in {0, None} or statuses & {"failed", "error"}:
            run_status = "failed" if cases else "error"
        else:
            run_status = "error" if "unfinished-suite" in self.must else "passed"
        expectation: dict[str, Any] = {
            "run_status": run_status,
            "cases": cases,
            "optional": sorted(self.optional),
            "suites": self.suites,
            "context": self.context,
            "problems": {"must": sorted(self.must), "may": sorted(self.may - self.must)},
            "is_clean": run_status == "passed" and not error and "fakes" not in self.folder.name,
        }
        by_hand(self.folder.name, expectation)
        return expectation

    def rows(self, case: Case) -> Iterator[dict[str, Any]]:
        """Yield one row per attempt; numbers belong to the first."""
        base = {"suite": case.suite, "name": case.name, "params": case.params}
        numbers = {} if not case.metrics else {"metrics": case.metrics}
        outcomes = case.outcomes or [{"status": ["passed"], "raw_status": None, "flags": []}]
        for index, outcome in enumerate(outcomes):
            yield {
                **base,
                "attempt": index + 1,
                "status": outcome["status"],
                "raw_status": outcome["raw_status"],
                "flags": outcome["flags"],
                **(numbers if index == 0 else {}),
            }


def tidied(number: float, unit: str) -> tuple[str, float]:
    """Return ``metric [base unit]`` and the value in it."""
    named = {
        "ns/op": ("time", "s", number / 1e9),
        "MB/s": ("throughput", "B/s", number * 1e6),
        "B/op": ("allocated", "B", number),
        "allocs/op": ("allocations", "1", number),
    }
    if unit in named:
        metric, base_unit, base = named[unit]
        return f"{metric} [{base_unit}]", base
    top, slash, below = unit.partition("/")
    pieces = re.split(r"([*-])", top)
    for index, piece in enumerate(pieces):
        if piece == "ns":
            pieces[index], number = "s", number / 1e9
        elif piece == "MB":
            pieces[index], number = "B", number * 1e6
    return f"{unit} [{''.join(pieces)}{slash}{below}]", number


def said(number: float) -> str:
    """Return the word of a number that JSON does not have."""
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


# -- JSON ----------------------------------------------------------------------------------------------------------


def read_json(oracle: Oracle, text: str) -> None:
    """Read the events of ``go test -json`` or ``test2json``."""
    failed_builds: set[str] = set()
    for raw in text.split("\n"):
        event = event_of(raw)
        if event is None:
            raw_line(oracle, raw)
            continue
        action, name, test = event["Action"], event.get("Package", ""), event.get("Test", "")
        if action in {"build-output", "build-fail"}:
            failed_builds.add(event.get("ImportPath", ""))
            continue
        package = oracle.packages.setdefault(name, Package(name))
        if action == "run":
            begin(package, test)
        elif action == "output":
            output(oracle, package, event.get("Output", ""), test)
        elif action in STATUS and test:
            finish(oracle, package, action, test)
        elif action in STATUS:
            if event.get("FailedBuild"):
                package.is_build_failed = not package.is_setup_failed
            oracle.end(package, action, "")
            oracle.packages.pop(name, None)


def event_of(raw: str) -> dict[str, Any] | None:
    """Return an event, ``None`` when the line is none."""
    if not raw.startswith("{"):
        return None
    try:
        event = json.loads(raw)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("Action"), str) else None


def raw_line(oracle: Oracle, raw: str) -> None:
    """A line of plain text among the events: Go 1.19's ``FAIL``, or standard error merged in."""
    if not raw.strip():
        return
    oracle.may |= {"tool-error", "setup-failed", "build-failed"}
    ended = PACKAGE_END.match(raw)
    if ended and ended[1] == "FAIL" and ended[3]:
        oracle.packages.pop(ended[2], None)
        oracle.end(Package(ended[2]), "fail", ended[3])


def begin(package: Package, test: str) -> None:
    """A test or a benchmark begins."""
    if not test.startswith("Benchmark"):
        package.open_tests[test] = None
        return
    if package.open_bench and test.startswith(package.open_bench + "/"):
        package.bench_parents.append(package.open_bench)
    package.open_bench, package.is_bench_done = test, False


def finish(oracle: Oracle, package: Package, action: str, test: str) -> None:
    """A test ended; one that never began was imitated."""
    if test.startswith("Benchmark"):
        if FAKE_NAMES.search(test) or test == "BenchmarkOutcomes":
            oracle.must.add("imitated-outcome")
        else:
            oracle.outcome(package, test, [STATUS[action]], action)
    elif test not in package.open_tests and test.startswith("Fuzz") and "-fuzz" in oracle.words:
        # Go 1.19 says `=== FUZZ` and not `=== RUN`; an input that fails is reported under the same name before it.
        outcomes = oracle.case(package.name, test).outcomes
        outcomes.clear()
        oracle.outcome(package, test, [STATUS[action]], action)
    elif test not in package.open_tests or (test == "TestFakesOwnFailure" and action == "fail"):
        oracle.must.add("imitated-outcome")
    elif FAKE_NAMES.search(test):
        oracle.optional.add(test)
        package.open_tests.pop(test)
    else:
        package.open_tests.pop(test)
        is_panic = package.is_panic and package.panic_case == test and action == "fail"
        has_failed_child = any(name.startswith(test + "/") for name in package.failed_names)
        flags = ("panic",) if is_panic and not has_failed_child else ("race",) if test in package.raced else ()
        oracle.outcome(package, test, [STATUS[action]], action, flags=flags)


def output(oracle: Oracle, package: Package, piece: str, test: str) -> None:
    """Text of a package: whole lines are looked at."""
    package.buffer += piece
    *lines, package.buffer = package.buffer.split("\n")
    for line in lines:
        bench_line(oracle, package, line)
        oracle.line(package, line, test or None)
        ended = PACKAGE_END.match(line)
        if ended and ended[1] == "FAIL" and ended[3] and "ghost" not in line.lower():
            package.is_setup_failed |= "setup failed" in ended[3]
            package.is_build_failed |= "build failed" in ended[3]


def bench_line(oracle: Oracle, package: Package, line: str) -> None:
    """Find a result in a line of a package whose running benchmark is known."""
    if re.fullmatch(r"Benchmark\S*", line) and not FAKE_NAMES.search(line) and "Malformed-2" not in line:
        # Go 1.19 says no `run`, but prints the name alone, as 1.20 does after `run`.
        if line != package.open_bench:
            begin(package, line)
        return
    without = "" if oracle.is_own_fakes else FAKE.sub("", line)
    if "BenchmarkFake-2 100 5 ns/op" in line:
        oracle.may.add("imitated-result")
    if without != line:
        (oracle.must if package.open_bench else oracle.may).add("imitated-result")
    known = package.open_bench
    text = line if oracle.is_own_fakes else without
    if not known or known not in text:
        return
    for procs in sorted(oracle.procs, reverse=True):
        name = known if procs == 1 else f"{known}-{procs}"
        found = re.search(re.escape(name) + rf" *\t *{NUMBERS.pattern}", text)
        if found:
            oracle.sample(package, known, procs, int(found["n"]), found["metrics"])
            return


# -- text ----------------------------------------------------------------------------------------------------------


def read_text(oracle: Oracle, text: str) -> None:
    """Read plain text; packages come one after another."""
    package = Package("")
    has_seen = False
    state = TextBench(oracle)
    for line in text.replace("\x16", "").replace("\r\n", "\n").split("\n"):
        has_seen = has_seen or bool(line.strip())
        ended = PACKAGE_END.match(line)
        if ended and not FAKE_NAMES.search(ended[2]):
            adopt(oracle, package, ended[2])
            action = {"ok  ": "pass", "FAIL": "fail", "?   ": "skip"}[ended[1]]
            oracle.end(package, action, ended[3] or "")
            package, has_seen = Package(""), False
            continue
        config = CONFIG.match(line)
        if config and config[1] == "pkg" and "ghost" not in line:
            adopt(oracle, package, config[2])
        if line.startswith("=== RUN   ") and not FAKE_NAMES.search(line):
            begin(package, line[10:].strip())
        state.line(package, line)
        # A benchmark that fails in a later round has its name printed already.
        found = OUTCOME.match(re.sub(r"^Benchmark\S+ *\t(?=--- FAIL: Bench)", "", line))
        if found:
            text_outcome(oracle, package, found)
        running = list(package.open_tests)
        oracle.line(
            package, line, running[-1] if running else package.failed_names[-1] if package.failed_names else None
        )
        if line.startswith("panic: ") and package.failed_names and package.is_panic and not running_after_fail(package):
            flag_last(oracle, package)
    last = text.rstrip().rpartition("\n")[2]
    has_cases = package.name or any(case.suite == "" for case in oracle.cases.values())
    if has_cases and last in {"PASS", "FAIL"}:  # A test binary alone: Go's `ok` line is the go command's.
        oracle.crash(package, has_package_failed=last == "FAIL")
        oracle.suites[package.name] = ["passed"] if last == "PASS" else ["failed", "error"]
        oracle.may |= {"unfinished-suite"} if last == "FAIL" else set()
        return
    if has_seen and (package.open_tests or package.name or not package.is_bench_done):
        oracle.packages[package.name] = package


def running_after_fail(package: Package) -> bool:
    """Whether a panic belongs to a test that still runs rather than to the one that was just reported."""
    return bool(package.open_tests) and not package.failed_names


def flag_last(oracle: Oracle, package: Package) -> None:
    """Go reports the failure first and prints the panic after it."""
    names = package.failed_names
    for case in oracle.cases.values():
        is_top = case.name == names[-1] and not any(name.startswith(case.name + "/") for name in names)
        if case.suite == package.name and is_top and case.outcomes:
            case.outcomes[-1]["flags"] = ["panic"]


def adopt(oracle: Oracle, package: Package, name: str) -> None:
    """Name the package whose cases were read before its name was."""
    if package.name == name:
        return
    for key, case in list(oracle.cases.items()):
        if case.suite == "" and package.name == "":
            del oracle.cases[key]
            case.suite = name
            old = oracle.cases.get((name, *key[1:]))
            if old:
                old.outcomes += case.outcomes
            else:
                oracle.cases[(name, *key[1:])] = case
    package.name = name


def text_outcome(oracle: Oracle, package: Package, found: re.Match[str]) -> None:
    """A line ``--- PASS: …`` of plain text."""
    indent, word, name = len(found[1]) // 4, found[2], found[3]
    action = word.lower()
    is_own = name in {"TestFakesOwnFailure", "BenchmarkOutcomes"} and word == "FAIL"
    if FAKE_NAMES.search(name) or is_own:
        (oracle.may if indent else oracle.must).add("imitated-outcome")
        return
    if name.startswith("Benchmark"):
        bench = name
        for procs in oracle.procs:
            if procs != 1 and name == f"{package.open_bench}-{procs}":
                bench = package.open_bench
        if package.open_bench != bench and not any(p == bench for p in package.bench_parents):
            was_done = package.is_bench_done
            begin(package, bench)
            package.is_bench_done = was_done
        oracle.outcome(package, name, [STATUS[action]], action)
        return
    is_verbose = "-v" in oracle.words or "-test.v" in oracle.words
    if is_verbose and name not in package.open_tests:
        (oracle.may if indent else oracle.must).add("imitated-outcome")
        return
    if indent > name.count("/"):  # The input that a fuzz test found, inside the report of that test.
        return
    package.open_tests.pop(name, None)
    oracle.outcome(package, name, [STATUS[action]], action)


class TextBench:
    """Finds results in plain text: the name comes first, then what the benchmark prints, then the numbers."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.is_verbose = bool(re.search(r"(^| )-v( |$)", oracle.words))
        self.left: list[int] = []

    def line(self, package: Package, line: str) -> None:
        """Look at one line."""
        text = FAKE.sub("", line)
        if text != line or "BenchmarkFake-2 100 5 ns/op" in line:
            self.oracle.may.add("imitated-result")
        if self.is_verbose and re.fullmatch(r"Benchmark\S*", text) and "Ghost" not in text:
            if text != package.open_bench:
                begin(package, text)
                self.left = []
            return
        is_malformed = "Malformed-2 \t" in text and not re.search(r"\t +10\t", text)
        names = [found for found in re.finditer(r"(Benchmark\S*?) *\t", text) if not FAKE_NAMES.search(found[1])]
        named = names[0] if names and not is_malformed else None
        if named:
            self.open(package, named[1])
        if package.is_bench_done or not self.left:
            return
        found = NUMBERS.search(text[named.end() :] if named else text)
        if found and (found["metrics"] or named):
            self.oracle.sample(package, package.open_bench, self.left.pop(0), int(found["n"]), found["metrics"])

    def open(self, package: Package, name: str) -> None:
        """A name was printed: of the same benchmark with the next ``-cpu``, or of the next benchmark."""
        counted = re.search(r"-(?:test\.)?count[= ](\d+)", self.oracle.words)
        count = int(counted[1]) if counted else 1
        if self.left and self.oracle.bench_of(name, package.open_bench) == (package.open_bench, self.left[0]):
            package.is_bench_done = False
            return
        first = self.oracle.procs[0]
        known = name if first == 1 else name.removesuffix(f"-{first}")
        if known != package.open_bench or not self.is_verbose:
            begin(package, known)
        package.is_bench_done = False
        self.left = [procs for procs in self.oracle.procs for _ in range(count)]


# -- by hand -------------------------------------------------------------------------------------------------------


def by_hand(name: str, expected: dict[str, Any]) -> None:
    """Correct what the rules above cannot know."""
    for pattern, correct in BY_HAND:
        if re.search(pattern, name):
            correct(expected)


def either(expected: dict[str, Any], names: str, statuses: list[str]) -> None:
    """Let the cases with these names end in one of several ways."""
    for row in expected["cases"]:
        if re.search(names, row["name"]):
            row["status"], row["raw_status"], row["flags"] = statuses, "*", []


def drop(expected: dict[str, Any], names: str) -> None:
    """Let the cases with these names be there or not."""
    gone = [row["name"] for row in expected["cases"] if re.search(names, row["name"])]
    expected["cases"] = [row for row in expected["cases"] if row["name"] not in gone]
    expected["optional"] = sorted({*expected["optional"], *gone})


def loosen(expected: dict[str, Any], *words: str) -> None:
    """Ask less: ``extra`` cases, more ``samples``, and what is called ``any-…``."""
    expected["loose"] = sorted({*expected.get("loose", []), *words})


def _fakes_as_events(expected: dict[str, Any]) -> None:
    # Go 1.19 and plain text have no marks: a printed `=== RUN` begins a case for everybody, and a printed end of the
    # test that runs is its end, unless the reader waits for the last word.
    either(expected, "^TestFakesOwnFailure$", ["passed", "failed"])
    drop(expected, "Ghost")
    expected["optional"] = sorted({*expected["optional"], "TestGhostRun"})
    expected["problems"]["may"] += ["unfinished-case", "imitated-result", "race", "panic", "package-failed"]
    kinds = set(expected["problems"]["must"])
    expected["problems"]["may"] += sorted(kinds - {"imitated-outcome"})
    expected["problems"]["must"] = sorted(kinds & {"imitated-outcome"})
    loosen(expected, "any-run-status", "any-suite-status")


def _bench_fakes_119(expected: dict[str, Any]) -> None:
    # The printed `=== RUN   BenchmarkGhostRun` names a benchmark, and its printed result follows.
    drop(expected, "^BenchmarkOutcomes$|Ghost")
    expected["optional"] = sorted({*expected["optional"], "BenchmarkGhostRun", "BenchmarkOutcomes"})
    expected["problems"]["may"] += ["unfinished-case", "package-failed", "imitated-outcome", "ambiguous-suffix"]
    expected["problems"]["must"] = ["imitated-result"]
    loosen(expected, "any-run-status", "any-suite-status")


def _bench_fakes_text(expected: dict[str, Any]) -> None:
    # Without -v the prints of the first round come before the name: a whole imitated line is a result to everybody.
    drop(expected, "^BenchmarkOutcomes$")
    loosen(expected, "extra", "samples", "any-suite", "any-params", "any-suffix", "any-run-status", "any-problems")


def _own_fakes(expected: dict[str, Any]) -> None:
    # Its own name with the right suffix, or with another one where -cpu may have been given: only the order tells.
    loosen(expected, "extra", "samples", "any-params", "any-suffix", "any-problems")


def _last_name_is_open(expected: dict[str, Any]) -> None:
    # A line that was cut in its numbers: no number of it may be believed. Whether its benchmark is there is a choice.
    for row in [row for row in expected["cases"] if row["flags"] == ["crashed"]]:
        expected["cases"].remove(row)
        expected["optional"] = sorted({*expected["optional"], row["name"]})
    may = {*expected["problems"]["must"], *expected["problems"]["may"], "package-failed"}
    expected["problems"] = {"must": [], "may": sorted(may)}
    expected["one_of"] = ["unfinished-case", "unfinished-suite"]
    loosen(expected, "any-run-status", "any-suite-status")


def _closed_stdout(expected: dict[str, Any]) -> None:
    # The test closes standard output: what comes later is lost, `ok` is the go command's own line.
    either(expected, "^TestEnd$", ["passed", "error"])
    loosen(expected, "any-suite")
    expected["problems"] = {
        "must": [],
        "may": ["unfinished-case", "unfinished-suite", "package-failed", "imitated-outcome"],
    }
    loosen(expected, "any-run-status", "any-suite-status")


def _nothing(expected: dict[str, Any]) -> None:
    loosen(expected, "any-run-status", "any-problems")


def _results_alone(expected: dict[str, Any]) -> None:
    # The files that benchstat is fed with have no `ok` line: nothing is missing.
    expected["run_status"], expected["is_clean"] = "passed", True
    expected["problems"] = {"must": [], "may": ["ambiguous-suffix"]}
    loosen(expected, "any-suite-status")


def _headless(expected: dict[str, Any]) -> None:
    # The first half of the events is lost: ends without beginnings may be believed or refused.
    expected["optional"] = sorted({*expected["optional"], *(row["name"] for row in expected["cases"])})
    loosen(expected, "extra", "any-problems")


def _running_list(expected: dict[str, Any]) -> None:
    # Without `-json` (and in 1.19) the end of a sub-test is printed when its parent ends. It ended in truth.
    either(expected, "/(fine|quick)$", ["timeout", "passed", "error"])


def _printed_ghost(expected: dict[str, Any]) -> None:
    # What an example printed is shown after its failure; in JSON it is output of the example and no more.
    expected["problems"]["may"] += ["imitated-outcome"]
    expected["problems"]["must"] = [kind for kind in expected["problems"]["must"] if kind != "imitated-outcome"]


def _said_on_stderr(expected: dict[str, Any]) -> None:
    # Nothing on standard output at all.
    expected["problems"] = {"must": [], "may": ["tool-error", "setup-failed", "build-failed"]}
    expected["one_of"] = ["tool-error", "setup-failed", "build-failed"]


BY_HAND: list[tuple[str, Any]] = [
    (r"^fakes-go119|^fakes-marked-go119|^fakes-text", _fakes_as_events),
    (r"^bench-fakes-go119", _bench_fakes_119),
    (r"^bench-fakes-text", _bench_fakes_text),
    (r"^bench-fakes-own", _own_fakes),
    (r"^derived-cut", _last_name_is_open),
    (r"^end-close", _closed_stdout),
    (r"^derived-empty", _nothing),
    (r"^derived-(benchstat|lines)", _results_alone),
    (r"^derived-headless", _headless),
    (r"^(timeout|killed).*(go119|text)", _running_list),
    (r"^examples", _printed_ghost),
    (r"^broken-(cycle|no-dir|no-go-files)-go119|^broken-no-match", _said_on_stderr),
]
"""Which captures are corrected how: what is arguable, or what nobody can tell."""


def main() -> None:
    """Write or print expectations."""
    asked = sys.argv[1:]
    EXPECTED.mkdir(exist_ok=True)
    for folder in sorted(child for child in CAPTURED.iterdir() if child.is_dir()):
        if asked and folder.name not in asked:
            continue
        expected = Oracle(folder).expectation()
        text = json.dumps(expected, indent=1, ensure_ascii=False, allow_nan=False)
        if asked:
            sys.stdout.write(f"{text}\n")
            continue
        (EXPECTED / f"{folder.name}.json").write_text(compact(expected))
        statuses = Counter(row["status"][0] for row in expected["cases"])
        samples = sum(len(m["samples"]) for row in expected["cases"] for m in row.get("metrics", {}).values())
        must = ",".join(expected["problems"]["must"])
        line = f"{folder.name:44} {expected['run_status']:8} {dict(statuses)} samples={samples} {must}"
        sys.stdout.write(f"{line}\n")


def compact(expected: dict[str, Any]) -> str:
    """Return JSON with one case per line."""
    rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in expected["cases"])
    rest = {key: value for key, value in expected.items() if key != "cases"}
    head = json.dumps(rest, indent=1, ensure_ascii=False)[:-2]
    return f'{head},\n "cases": [' + (f"\n  {rows}\n ]" if rows else "]") + "\n}\n"


if __name__ == "__main__":
    main()
