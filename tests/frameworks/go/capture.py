"""Make the captures again: run real Go toolchains over ``source/`` and keep what they write.

    python tests/frameworks/go/capture.py --go go127=/path/to/go [--go go119=…] [--only REGEX]

Each line of ``CASES`` is a capture: its name ends in the toolchain, ``text`` or ``merged`` say that it is no JSON.
Expectations belong to the bytes that are there: after a new capture run ``oracle.py`` and look at the difference.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
CAPTURED = HERE / "captured"
BENCH = "-run ^$ -bench . -benchtime 10x"
HARD_LIMIT_S = 300.0


@dataclass(frozen=True)
class Case:
    """One capture.

    Attributes:
        name: Of its folder, without the toolchain.
        goes: The toolchains that make it.
        words: What follows ``go test``; ``{-json}`` is prepended unless the name says ``text``.
        end: ``END`` in its environment: how it dies.
        kill_s: After so many seconds the process group is killed: BenchHub's own time limit.
        is_merged: Standard error goes into standard output.
        script: A whole command line in place of ``go test``; ``GO`` stands for the toolchain.
    """

    name: str
    goes: str
    words: str = ""
    note: str = ""
    end: str = ""
    kill_s: float | None = None
    is_merged: bool = False
    script: str = ""
    env: dict[str, str] = field(default_factory=dict)
    options: dict[str, object] = field(default_factory=dict)


ALL = "go119 go126 go127"
NEW = "go126 go127"
ONE = "go127"
TWO = "go119 go127"
# Versions between these make the captures in which they say something in a form of their own: frames without
# `OutputType` (1.20 to 1.26), a failed build in events and its reason on standard error (1.22, 1.23).

ENDS = (
    "panic panic-error panic-deferred nil sub-panic goroutine cleanup after init main-panic main-exit0 main-exit3 "
    "main-no-run main-after main-fails-after main-fatal exit0 exit3 sub-exit3 print-exit log-fatal goexit-goroutine "
    "map overflow oom kill segv term quit close goexit goexit-parallel parallel-panic"
)
ENDS_EVERYWHERE = frozenset({"panic", "sub-panic", "exit0", "exit3", "goroutine", "main-exit0", "kill", "init"})
BENCH_ENDS = "panic panic-later exit0 exit3 sub-panic goroutine goexit"


def cases() -> Iterator[Case]:
    """Yield every capture that is made by running Go."""
    yield Case("names", TWO, "-run . ./names", "names of tests: spaces, slashes, duplicates, empty, unicode")
    yield Case("names-text", TWO, "-v ./names", "the same, plain text")
    yield Case("names-quiet-text", ONE, "./names", "the same without -v: only what failed is named")
    yield Case("names-bench", TWO, f"{BENCH} ./names", "names of benchmarks")
    yield Case("names-bench-cpu1", TWO, f"{BENCH} -cpu 1 ./names", "no suffix: names that end in -8 and -2 are whole")
    yield Case("names-bench-text", TWO, f"{BENCH} ./names", "the same, plain text")
    yield Case("outcomes", ALL, "./outcomes", "every orderly end")
    yield Case("outcomes-text", ALL, "-v ./outcomes", "plain text with -v")
    yield Case("outcomes-quiet-text", TWO, "./outcomes", "plain text without -v")
    yield Case("outcomes-merged-text", ONE, "-v ./outcomes", "2>&1", is_merged=True)
    yield Case("short", ONE, "-short -run TestShort|TestPass ./outcomes", "-short")
    yield Case("count3", TWO, "-count 3 -run TestPass|TestFail$|TestSubs ./outcomes", "three attempts each")
    yield Case("count3-text", ONE, "-v -count 3 -run TestPass|TestFail$|TestSubs ./outcomes", "three attempts, text")
    yield Case("failfast", ONE, "-failfast ./outcomes", "-failfast: later tests are absent")
    yield Case("shuffle", ONE, "-shuffle 7 -run TestPass|TestFail$|TestSkip ./outcomes", "-shuffle")
    yield Case("skip-flag", ONE, "-skip Fail|Error|Odd|Long ./outcomes", "-skip")
    yield Case("cpu-tests", ONE, "-cpu 1,2,4 -run TestPass|TestSubs ./outcomes", "tests run once per -cpu value")
    yield Case("fullpath", ONE, "-fullpath -run TestSubs ./outcomes", "-fullpath")
    yield Case("json-v", TWO, "-v -run TestPass|TestSubs ./outcomes", "-json with -v")
    yield Case("no-tests-to-run", TWO, "-run Nothing ./outcomes", "[no tests to run]")
    yield Case("no-tests-to-run-text", ONE, "-run Nothing ./outcomes", "[no tests to run]")
    yield Case("parallel", f"{TWO} go121", "./parallel", "parallel tests interleave")
    yield Case("parallel-text", TWO, "-v ./parallel", "the same, plain text")
    for end in ENDS.split():
        goes = ALL if end in ENDS_EVERYWHERE else ONE
        yield Case(f"end-{end}", goes, "-count 1 ./ends", f"dies: {end}", end=end)
        if end not in {"overflow", "map", "quit", "parallel-panic"}:
            yield Case(f"end-{end}-text", TWO if end in ENDS_EVERYWHERE else ONE, "-v ./ends", f"dies: {end}", end=end)
    for end in ("panic", "exit3", "exit0"):
        yield Case(f"end-{end}-quiet-text", ONE, "./ends", f"dies: {end}; without -v", end=end)
    yield Case("end-deadlock", TWO, "-timeout 0 ./ends", "all goroutines are asleep", end="deadlock", kill_s=4)
    for end in ("sleep", "sub-sleep", "parallel-sleep"):
        yield Case(f"timeout-{end}", TWO, "-timeout 500ms ./ends", "Go's own -timeout", end=end)
    yield Case("timeout-text", TWO, "-v -timeout 500ms ./ends", "Go's own -timeout", end="parallel-sleep")
    yield Case("timeout-quiet-text", ONE, "-timeout 500ms ./ends", "Go's own -timeout", end="sub-sleep")
    yield Case("killed", TWO, "./ends", "BenchHub's time limit", end="sub-sleep", kill_s=4)
    yield Case("killed-parallel", ONE, "./ends", "BenchHub's time limit", end="parallel-sleep", kill_s=4)
    yield Case("killed-text", ONE, "-v ./ends", "BenchHub's time limit", end="sub-sleep", kill_s=4)
    words = "-run ^$ -bench First|Partial|End|ZLast -benchtime 10x -benchmem ./prints"
    yield Case("killed-bench", TWO, words, "BenchHub's time limit", end="sleep", kill_s=4)
    yield Case("killed-bench-text", ONE, words, "BenchHub's time limit", end="sleep", kill_s=4)
    yield Case("killed-two-packages", ONE, "-p 2 ./ends ./twin/a ./twin/b", "one hangs", end="sleep", kill_s=4)
    yield from _bench_cases()
    yield from _broken_cases()
    yield from _other_cases()


def _bench_cases() -> Iterator[Case]:
    yield Case("bench-all", TWO, f"{BENCH} ./bench", "benchmarks that behave")
    yield Case("bench-all-text", ALL, f"{BENCH} -benchmem ./bench", "plain text")
    yield Case("bench-v-text", TWO, f"{BENCH} -v ./bench", "plain text with -v")
    yield Case("bench-count3", TWO, "-run ^$ -bench Sort|CRC -benchmem -count 3 -benchtime 10x ./bench", "-count 3")
    yield Case("bench-cpu124", TWO, "-run ^$ -bench Sort|CRC|Mixed -cpu 1,2,4 -benchtime 10x ./bench", "-cpu 1,2,4")
    yield Case(
        "bench-cpu124-count2",
        f"{TWO} go121",
        "-run ^$ -bench CRC|Mixed/n- -cpu 1,2,4 -count 2 -benchtime 10x ./bench",
        "",
    )
    yield Case("bench-cpu124-text", TWO, "-run ^$ -bench CRC|Mixed/n- -cpu 1,2,4 -count 2 -benchtime 10x ./bench", "")
    yield Case("bench-cpu12-text", ONE, "-run ^$ -bench Sort|CRC -cpu 1,2 -benchtime 10x ./bench", "")
    yield Case("bench-cpu1", TWO, f"{BENCH} -cpu 1 ./bench", "no suffix at all")
    yield Case("bench-cpu1-text", TWO, f"{BENCH} -cpu 1 ./bench", "no suffix at all")
    yield Case(
        "bench-cpu8", ONE, "-run ^$ -bench Sort|CRC|Mixed/n -cpu 8 -benchtime 10x ./bench", "-8", options={"cpu": "8"}
    )
    yield Case(
        "bench-gomaxprocs1",
        ONE,
        "-run ^$ -bench Sort|CRC|Mixed/n -benchtime 10x ./bench",
        "GOMAXPROCS=1",
        env={"GOMAXPROCS": "1"},
    )
    yield Case("bench-cpu24-stable", TWO, "-run ^$ -bench Sort -cpu 2,4 -benchtime 10x ./bench", "all with a suffix")
    yield Case("bench-1x", ONE, "-run ^$ -bench Sort -benchtime 1x ./bench", "one iteration")
    yield Case("bench-1ms", ONE, "-run ^$ -bench CRC|Loop -benchtime 1ms ./bench", "many rounds")
    yield Case("bench-with-tests", TWO, "-run . -bench Sort -benchtime 10x ./bench", "tests and benchmarks together")
    yield Case("bench-with-tests-text", ONE, "-v -run . -bench Sort -benchtime 10x ./bench", "both, text")
    yield Case("bench-nothing", TWO, "-run ^$ -bench Nothing ./bench", "nothing matches")
    yield Case("bench-nothing-text", ONE, "-run ^$ -bench Nothing ./bench", "nothing matches")
    yield Case("bench-twins", TWO, f"{BENCH} -count 2 ./twin/a ./twin/b", "same names in two packages")
    yield Case("bench-twins-text", TWO, f"{BENCH} -count 2 ./twin/a ./twin/b", "same names in two packages")
    yield Case("bench-twins-p4", ONE, f"{BENCH} -p 4 ./twin/a ./twin/b ./bench ./config", "benchmarks run one by one")
    yield Case("bench-shuffle", ONE, "-run ^$ -bench Sort -benchtime 10x -shuffle 3 ./bench", "-shuffle")
    yield Case("bench-cover", ONE, f"{BENCH} -cover ./cover", "coverage lines beside results")
    yield Case("bench-failfast", ONE, "-run ^$ -bench Fails|ZLast|Subs -benchtime 10x -failfast ./prints", "-failfast")
    yield from _print_cases()


def _print_cases() -> Iterator[Case]:
    yield Case("metrics", TWO, f"{BENCH} ./metrics", "odd metrics")
    yield Case("metrics-benchmem", ONE, f"{BENCH} -benchmem ./metrics", "odd metrics")
    yield Case("metrics-text", TWO, f"{BENCH} ./metrics", "odd metrics")
    yield Case(
        "metrics-space", ONE, "-run ^$ -bench SpaceUnit|ManyMetrics -benchtime 10x ./metrics", "panics", end="space"
    )
    yield Case("prints", ALL, f"{BENCH} ./prints", "prints around results, skips and failures")
    yield Case("prints-count2", TWO, f"{BENCH} -count 2 ./prints", "prints around results, -count 2")
    yield Case("prints-1ms", ONE, "-run ^$ -bench Newline|Partial|After|Logs -benchtime 1ms ./prints", "many rounds")
    yield Case("prints-text", ALL, f"{BENCH} ./prints", "prints between name and numbers")
    yield Case("prints-v-text", ONE, f"{BENCH} -v ./prints", "prints between name and numbers, -v")
    yield Case("prints-merged-text", TWO, f"{BENCH} ./prints", "2>&1", is_merged=True)
    yield Case("prints-cpu12", f"{TWO} go124", f"{BENCH} -cpu 1,2 ./prints", "prints and -cpu")
    yield Case("longest", ONE, "-run ^$ -bench Long|ZLast -benchtime 10x ./prints", "30 kB on a line", end="longest")
    yield Case(
        "longest-text", ONE, "-run ^$ -bench Long|ZLast -benchtime 10x ./prints", "30 kB on a line", end="longest"
    )
    words = "-run ^$ -bench First|Goexit|Skips|Subs|End|ZLast -benchtime 10x ./prints"
    for end in BENCH_ENDS.split():
        yield Case(f"bench-end-{end}", TWO, words, f"a benchmark dies: {end}", end=end)
    for end in ("panic", "exit3", "exit0"):
        yield Case(f"bench-end-{end}-text", TWO, words, f"a benchmark dies: {end}", end=end)
    yield Case("bench-fakes", ALL, f"{BENCH} ./benchfakes", "benchmarks that imitate results")
    yield Case("bench-fakes-text", TWO, f"{BENCH} ./benchfakes", "the same, plain text")
    yield Case("bench-fakes-own", TWO, "-run ^$ -bench Z|Last -benchtime 10x ./benchfakes", "own name", end="own")
    yield Case("config", ALL, f"{BENCH} ./config", "configuration and Unit lines")
    yield Case("config-text", TWO, f"{BENCH} ./config", "configuration and Unit lines")
    yield Case("config-tests", ONE, "./config", "configuration lines from tests alone")
    yield Case("fakes", ALL, "./fakes", "tests that imitate outcomes")
    yield Case("fakes-text", TWO, "-v ./fakes", "the same, plain text")
    yield Case("fakes-quiet-text", ONE, "./fakes", "the same without -v")
    yield Case("fakes-marked", f"{TWO} go123", "-run TestMarked|TestLast ./fakes", "with Go's own mark", end="marked")


def _broken_cases() -> Iterator[Case]:
    every = (
        "./broken/build ./broken/testbuild ./broken/vet ./broken/good ./broken/notests ./broken/syntax ./broken/user"
    )
    yield Case("broken-build", f"{ALL} go122", "./broken/build ./broken/good", "a package does not compile")
    yield Case("broken-build-text", TWO, "./broken/build ./broken/good", "a package does not compile")
    yield Case("broken-build-merged-text", TWO, "./broken/build ./broken/good", "2>&1", is_merged=True)
    yield Case("broken-test-build", TWO, "./broken/good ./broken/testbuild", "a test file does not compile")
    yield Case("broken-vet", f"{TWO} go122", "./broken/vet ./broken/good", "vet objects")
    yield Case("broken-vet-text", ONE, "./broken/vet ./broken/good", "vet objects")
    yield Case("broken-syntax", TWO, "./broken/syntax ./broken/good", "a syntax error")
    yield Case("broken-user", TWO, "./broken/user ./broken/good", "a dependency does not compile")
    yield Case("broken-cycle", TWO, "./broken/cycle1 ./broken/good", "an import cycle")
    yield Case("broken-missing", TWO, "./broken/missing ./broken/good", "a missing import")
    yield Case("broken-missing-text", TWO, "./broken/missing ./broken/good", "a missing import")
    yield Case("broken-no-dir", TWO, "./broken/nodir ./broken/good", "a missing folder")
    yield Case("broken-no-go-files", TWO, "./broken/nogo ./broken/good", "no Go files")
    yield Case("broken-only-no-go-files", ONE, "./broken/nogo", "no Go files and nothing else")
    yield Case("broken-no-go-files-text", ONE, "./broken/nogo ./broken/good", "no Go files")
    yield Case("broken-no-match", ONE, "./broken/good/...x", "a pattern that matches nothing")
    yield Case("broken-no-tests", TWO, "./broken/notests ./broken/good", "[no test files]")
    yield Case("broken-no-tests-text", ONE, "./broken/notests ./broken/good", "[no test files]")
    yield Case("broken-all", f"{TWO} go123", f"-p 4 {every}", "several kinds at once")
    yield Case("broken-all-bench-text", TWO, f"{BENCH} {every}", "several kinds at once")
    yield Case("broken-flag", ONE, "-nosuchflag ./broken/good", "go itself complains")
    yield Case("broken-bench-regexp", ONE, "-run ^$ -bench ( ./broken/good", "a bad expression")
    yield Case("broken-flag-of-test", ONE, "./broken/good -args -test.nosuch", "a flag the test binary refuses")


def _other_cases() -> Iterator[Case]:
    yield Case("race", TWO, "-race ./race", "data races in tests")
    yield Case("race-text", f"{ONE} go121", "-race -v ./race", "data races in tests")
    yield Case("race-bench", ONE, f"-race {BENCH} ./race", "a data race in a benchmark")
    yield Case("fuzz-seeds", ALL, "./fuzz", "seeds and corpora as sub-tests")
    yield Case("fuzz-seeds-text", ONE, "-v ./fuzz", "seeds and corpora as sub-tests")
    yield Case("fuzz-fine", TWO, "-run ^$ -fuzz FuzzFine -fuzztime 1s ./fuzz", "nothing found")
    yield Case("fuzz-finds", TWO, "-run ^$ -fuzz FuzzFinds -fuzztime 20s ./fuzz", "an input found and minimised")
    yield Case("fuzz-finds-text", ONE, "-run ^$ -fuzz FuzzFinds -fuzztime 20s ./fuzz", "an input found and minimised")
    yield Case("fuzz-panics", ONE, "-run ^$ -fuzz FuzzPanics -fuzztime 20s ./fuzz", "an input that panics")
    yield Case("fuzz-seed-fails", ONE, "-run ^$ -fuzz FuzzSeedFails -fuzztime 1s ./fuzz", "a seed fails before fuzzing")
    yield Case("fuzz-killed", ONE, "-run ^$ -fuzz FuzzFine -fuzztime 1h ./fuzz", "BenchHub's time limit", kill_s=8)
    yield Case("examples", TWO, "./examples", "examples")
    yield Case("examples-text", TWO, "-v ./examples", "examples")
    yield Case("examples-panic", f"{ONE} go122", "./examples", "an example panics", end="panic")
    yield Case("modern", NEW, "-artifacts -outputdir /src/art ./modern", "attributes, outputs, artifacts, synctest")
    yield Case("modern-text", NEW, "-v -artifacts -outputdir /src/art ./modern", "the same, plain text")
    yield Case("modern-bench", NEW, f"{BENCH} -count 2 ./modern", "attributes of benchmarks")
    yield Case("modern-bench-text", ONE, f"{BENCH} -v ./modern", "attributes of benchmarks, text")
    yield Case("modern-synctest", NEW, "-run Synctest ./modern", "a deadlock in a bubble", end="synctest")
    yield Case("cover", TWO, "-cover ./cover", "coverage")
    yield Case("cover-text", ONE, "-cover ./cover ./broken/notests", "coverage, also of a package without tests")
    yield Case("cover-notests", TWO, "-cover ./cover ./broken/notests", "coverage, also of a package without tests")
    yield Case("packages-p4", TWO, "-p 4 ./twin/a ./twin/b ./parallel ./cover ./broken/notests", "packages interleave")
    yield Case("packages-p4-text", ONE, "-v -p 4 ./twin/a ./twin/b ./parallel ./cover", "packages one by one")
    yield Case(
        "cached", TWO, script="GO test -json ./twin/a >/dev/null; GO test -json ./twin/a ./twin/b", note="(cached)"
    )
    yield Case("cached-text", ONE, script="GO test ./twin/a >/dev/null; GO test ./twin/a ./twin/b", note="(cached)")
    yield Case("list-tests", TWO, "-list . ./outcomes ./bench", "names only: no test runs")
    yield Case("list-tests-text", ONE, "-list . ./outcomes ./bench", "names only: no test runs")
    yield Case("bench-and-cached", ONE, "-run . -bench Twin -benchtime 10x ./twin/a", "tests beside benchmarks")
    both = "-p 4 ./broken/build ./broken/good ./outcomes ./prints"
    yield Case("merged-json", f"{TWO} go122", both, "JSON with plain text", is_merged=True)
    yield Case(
        "test2json-alone",
        f"{TWO} go125",
        script="GO test -c -o x.test ./outcomes && GO tool test2json -t -p example.com/odd/outcomes ./x.test "
        "-test.v=VERBOSE -test.run 'TestPass|TestSubs|TestFail$'",
        note="no go command around it",
    )
    yield Case(
        "test2json-bench",
        TWO,
        script="GO test -c -o x.test ./bench && GO tool test2json ./x.test "
        "-test.v=VERBOSE -test.run '^$' -test.bench 'Sort|CRC' -test.benchtime 10x -test.count 2",
        note="no package, no time",
    )
    yield Case(
        "binary-text",
        TWO,
        script="GO test -c -o x.test ./bench && ./x.test -test.run '^$' -test.bench 'Sort|CRC' -test.benchtime 10x",
        note="a test binary alone: no ok line",
    )
    yield Case(
        "binary-marked-text",
        f"{ONE} go122",
        script="GO test -c -o x.test ./outcomes && ./x.test -test.v=test2json -test.run 'TestPass|TestSubs|TestError'",
        note="a test binary with Go's own marks in its text",
    )
    yield Case(
        "appended-text",
        TWO,
        script="for i in 1 2 3; do GO test -run '^$' -bench 'CRC|Sort' -benchtime 10x ./bench; done",
        note="go test … >> file, three times",
    )
    yield Case(
        "appended",
        TWO,
        script="for i in 1 2 3; do GO test -count 1 -json -run Pass -bench CRC -benchtime 10x ./bench ./outcomes; done",
        note="go test -json … >> file, three times",
    )
    yield Case(
        "appended-commits-text",
        ONE,
        script="for i in 1 2; do echo commit: $i; GO test -run '^$' -bench CRC -benchtime 10x ./bench; done",
        note="configuration that changes between runs",
    )


def make(case: Case, *, toolchain: str, go: str) -> None:
    """Run one case and keep what it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "src"
        shutil.copytree(HERE / "source", place)
        (place / "art").mkdir()
        words = case.words.replace("/src/", f"{place}/").split()
        argv = [go, "test", *(() if "text" in case.name else ("-json",)), *words]
        if case.script:
            verbose = "true" if toolchain == "go119" else "test2json"
            argv = ["sh", "-c", case.script.replace("GO ", f"{go} ").replace("VERBOSE", verbose)]
        out, err, exit_code, is_timed_out = _run(argv, case, place)
        goroot = subprocess.run([go, "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()

        def neutral(data: bytes) -> bytes:
            data = data.replace(str(place).encode(), b"/src").replace(folder.encode(), b"/src")
            return re.sub(rb"go-build\d+", b"go-build1", data.replace(goroot.encode(), b"/goroot"))

        where = CAPTURED / f"{case.name}-{toolchain}"
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir(parents=True)
        (where / ("stdout.txt" if "text" in case.name else "stdout.jsonl")).write_bytes(neutral(out))
        if err and not case.is_merged:
            (where / "stderr.txt").write_bytes(neutral(err))
        facts = {
            "argv": [neutral(word.replace(go, "go").encode()).decode() for word in argv],
            "env": ({"END": case.end} if case.end else {}) | case.env,
            "exit_code": exit_code,
            "is_timed_out": is_timed_out,
            "options": case.options,
            "version": _version(go),
            "note": case.note,
        }
        (where / "cmd.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")


def derive() -> None:
    """Make captures out of others: what happens to output on its way into a file."""
    text = (CAPTURED / "bench-all-text-go127/stdout.txt").read_bytes()
    results = b"".join(
        line
        for line in text.splitlines(keepends=True)
        if line.startswith((b"goos", b"goarch", b"pkg", b"cpu", b"Bench"))
    )
    at = text.index(b" ns/op", len(text) // 2)
    events = (CAPTURED / "bench-count3-go127/stdout.jsonl").read_bytes()
    tests = (CAPTURED / "outcomes-go127/stdout.jsonl").read_bytes()
    parallel = (CAPTURED / "parallel-go127/stdout.jsonl").read_bytes()
    bench, outcomes = "bench-all-text-go127", "outcomes-go127"
    _derived("derived-cut-text", bench, text[: at - 2], "cut in the middle of a number")
    _derived("derived-cut-bench", "bench-count3-go127", events[: events.index(b" ns/op", len(events) // 2) - 2], "cut")
    _derived("derived-cut-tests", outcomes, tests[: tests.index(b'"Action"', len(tests) // 2) + 12], "cut in an event")
    _derived(
        "derived-headless-tests", outcomes, tests[tests.index(b"\n", len(tests) // 2) + 1 :], "the beginning is lost"
    )
    _derived("derived-empty-text", bench, b"", "nothing at all")
    _derived("derived-empty", outcomes, b"", "nothing at all")
    _derived("derived-benchstat-text", bench, results * 3, "result lines alone, as benchstat's files are")
    plain = b"".join(line for line in results.splitlines(keepends=True) if line.startswith(b"Bench"))
    _derived("derived-lines-text", bench, plain.rstrip(b"\n"), "no header, no line end at the end")
    _derived("derived-crlf-text", bench, text.replace(b"\n", b"\r\n"), "line ends of Windows")
    _derived("derived-crlf", "parallel-go127", parallel.replace(b"\n", b"\r\n"), "line ends of Windows")


def _derived(name: str, origin: str, data: bytes, note: str) -> None:
    where = CAPTURED / name
    where.mkdir(exist_ok=True)
    (where / ("stdout.txt" if "text" in name else "stdout.jsonl")).write_bytes(data)
    facts = json.loads((CAPTURED / origin / "cmd.json").read_text())
    facts |= {"exit_code": None, "note": f"made of {origin}: {note}"}
    (where / "cmd.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")


def _run(argv: list[str], case: Case, place: Path) -> tuple[bytes, bytes, int | None, bool]:
    env = {
        **os.environ,
        "END": case.end,
        "GOFLAGS": "-mod=mod",
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "GOTRACEBACK": "",
        "LC_ALL": "C.UTF-8",
        **case.env,
    }
    if case.kill_s:  # Compiled before, so that the limit hits the run.
        subprocess.run(["true"], check=True)
        subprocess.run(
            [argv[0], "test", "-count", "1", "-run", "^$", *(w for w in argv if w.startswith("./"))],
            cwd=place,
            env={**env, "END": ""},
            capture_output=True,
            check=False,
        )
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            argv,
            cwd=place,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if case.is_merged else err,
            start_new_session=True,
        )
        is_timed_out = False
        try:
            process.wait(case.kill_s or HARD_LIMIT_S)
        except subprocess.TimeoutExpired:
            is_timed_out = True
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        out.seek(0)
        err.seek(0)
        code = None if process.returncode < 0 else process.returncode
        return out.read(), err.read(), code, is_timed_out


def _version(go: str) -> str:
    words = subprocess.run([go, "version"], capture_output=True, text=True, check=True).stdout.split()
    return words[2]


def main() -> None:
    """Make the captures that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--go", action="append", default=[], metavar="NAME=PATH", required=True)
    parser.add_argument("--only", default="", metavar="REGEX")
    parser.add_argument("--missing", action="store_true", help="only those that are not there yet")
    asked = parser.parse_args()
    toolchains = {name: str(Path(path).absolute()) for name, path in (word.split("=", 1) for word in asked.go)}
    for case in cases():
        for toolchain in case.goes.split():
            name = f"{case.name}-{toolchain}"
            if toolchain not in toolchains or not re.search(asked.only, name):
                continue
            if asked.missing and (CAPTURED / name).exists():
                continue
            sys.stdout.write(f"{name}\n")
            make(case, toolchain=toolchain, go=toolchains[toolchain])
    derive()


if __name__ == "__main__":
    main()
