"""`go test` in plain text, with and without ``-v``: lines become what events would have said.

The name of a package comes last (``ok  TAB example.com/x TAB 0.1s``), unless benchmarks print it (``pkg:``): lines are
held until it is known. A program's output can hold anything; what is believed is said at each rule.
"""

import re
from collections.abc import Iterator

from benchhub.frameworks.go.blocks import blocks
from benchhub.frameworks.go.diagnostics import Diagnostics
from benchhub.frameworks.go.event import Session
from benchhub.frameworks.go.package import Package
from benchhub.model.record import CaseStatus, Problem
from benchhub.plugin.contract import Stream

HELD_LINES_MAX = 200_000
"""Lines that are held while the package has no name; then it is read without one."""

_SUMMARY = re.compile(
    r"(?P<word>ok  |FAIL|\?   )\t(?P<name>\S+)(?:\t(?P<elapsed>\d+\.\d+)s|\t\(cached\)|\t\[no test files\]"
    r"| \[(?P<failed>build|setup) failed\])(?P<more>[ \t].*)?"
)
_UNTESTED = re.compile(r"\t(?P<name>\S+)\t\tcoverage: 0\.0% of statements")
_BEFORE_OK = re.compile(
    r"PASS|coverage: .*|-test\.shuffle .*|testing: warning: no tests to run|exit status 0"
    r"|(?:Test|Benchmark|Fuzz|Example)\w*"  # `go test -list`
)
MARK = "\x16"
"""Before each frame where ``-test.v=test2json`` was given: the end of a line that a print left open."""

_STATUS: dict[str, tuple[CaseStatus, str]] = {
    "ok  ": ("passed", "pass"),
    "FAIL": ("failed", "fail"),
    "?   ": ("skipped", "skip"),
}


class TextReader:
    """Reads a stream of text, in which packages follow each other."""

    def __init__(self, session: Session, diagnostics: Diagnostics, *, is_timed_out: bool) -> None:
        self._session = session
        self._diagnostics = diagnostics
        self._is_timed_out = is_timed_out
        self._held: list[str] = []
        self._open: set[str] = set()
        self._doubtful_at: int | None = None
        self._package: PackageText | None = None
        self._has_bad_utf8 = False

    def read(self, stream: Stream) -> Iterator[None]:
        """Read all of a stream; yields whenever records may be waiting."""
        for block in blocks(stream):
            lines = self._decoded(block.data).split("\n")
            if not lines[-1]:
                lines.pop()
            for line in lines:
                for part in line.removesuffix("\r").split(MARK) if MARK in line else (line.removesuffix("\r"),):
                    self._line(part)
            yield
        self._finish()
        yield

    def _decoded(self, data: bytes) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            if not self._has_bad_utf8:
                self._has_bad_utf8 = True
                self._session.records.append(
                    Problem("invalid-utf8", "stdout", "replaced in records, kept in the raw output")
                )
            return data.decode("utf-8", "replace")

    def _line(self, line: str) -> None:
        if self._package is None:
            self._unnamed_line(line)
        elif (summary := _summary_of(line)) and summary["name"] == self._package.package.name:
            self._package.end(summary)
            self._package = None
        elif line.startswith("pkg: ") and self._package.last.startswith("goarch: "):
            # Outputs of several packages in one file, as for benchstat: the next one begins.
            self._package.package.close()
            self._begin(line[5:].strip())
        else:
            self._package.line(line)

    def _unnamed_line(self, line: str) -> None:
        """Take a line while the package has no name yet."""
        summary = _summary_of(line)
        if summary is not None and self._open:
            # A test runs: it may have printed that, or it took the package along. What comes next tells.
            self._doubtful_at = len(self._held) if self._doubtful_at is None else self._doubtful_at
        elif summary is not None and self._is_believed(summary):
            self._end_unnamed(summary)
            return
        elif line.startswith("pkg: ") and not self._open and self._held[-1:] and self._held[-1].startswith("goarch: "):
            self._begin(line[5:].strip())
            return
        elif self._doubtful_at is not None and line.startswith("=== RUN "):
            self._believe_doubtful()
            self._unnamed_line(line)
            return
        self._note_frame(line)
        self._held.append(line)
        if len(self._held) >= HELD_LINES_MAX:
            self._begin("")

    def _note_frame(self, line: str) -> None:
        """Remember which tests are running: the package cannot end in success while one is."""
        if match := BEGIN.fullmatch(line):
            if match[1] == "RUN":
                self._open.add(match[2])
        elif (match := GLUED_END.search(line)) and match[2] in self._open:
            self._open.discard(match[2])
            self._doubtful_at = None  # The test goes on: it printed what looked like the package's end.

    def _is_believed(self, summary: re.Match[str]) -> bool:
        """Tell whether Go says how the package ended, or a program does: after its prints, Go says ``PASS`` first."""
        is_ok = summary.re is _SUMMARY and summary["word"] == "ok  "
        return not is_ok or not self._held or _BEFORE_OK.fullmatch(self._held[-1]) is not None

    def _believe_doubtful(self) -> None:
        """Nothing came that speaks against it: the package did end there."""
        at, self._doubtful_at = self._doubtful_at, None
        if at is None:
            return
        after = self._held[at:]
        del self._held[at:]
        summary = _summary_of(after[0])
        assert summary is not None  # noqa: S101 -- that is why it was doubtful
        self._end_unnamed(summary)
        for line in after[1:]:
            self._line(line)

    def _end_unnamed(self, summary: re.Match[str]) -> None:
        if summary.re is _SUMMARY and summary["failed"] and not any(map(_is_of_package, self._held)):
            for held in self._held:
                self._diagnostics.take_line(held)
            self._held.clear()
        self._begin(summary["name"]).end(summary)
        self._package = None

    def _begin(self, name: str) -> "PackageText":
        """Give the package its name and read what was held."""
        package = self._package = PackageText(Package(name, self._session))
        held, self._held = self._held, []
        self._open = set()
        self._doubtful_at = None
        for line in held:
            package.line(line)
        return package

    def _finish(self) -> None:
        """Say what the end of the output means for what is not ended."""
        self._believe_doubtful()
        if self._package is None:
            left = [line for line in self._held if not self._diagnostics.take_line(line) and line.strip()]
            if not any(map(_is_of_package, left)):
                for line in left:
                    self._diagnostics.complain(line)
                return
            self._begin("")
        assert self._package is not None  # noqa: S101 -- _begin made it
        package = self._package.package
        package.end_parts()
        if self._is_timed_out:
            package.cut(is_timed_out=True)
        elif package.has_reached_end:
            package.end_alone()
        elif self._package.has_results_only and not package.results.is_waiting:
            package.close()
        else:
            package.cut(is_timed_out=False)


def _summary_of(line: str) -> re.Match[str] | None:
    if line[:1] in {"o", "F", "?"}:
        return _SUMMARY.fullmatch(line)
    return _UNTESTED.fullmatch(line) if line[:1] == "\t" else None


def _is_of_package(line: str) -> bool:
    """Tell whether a line is one that only the tests of a package print."""
    return line.startswith(("=== RUN ", "--- ", "Benchmark", "goos: ", "panic: ", "fatal error: "))


BEGIN = re.compile(r"=== (RUN|PAUSE|CONT|NAME|ATTR|FUZZ)  ?\s?(\S*)(?: (\S+) (.*))?", re.DOTALL)
END = re.compile(r"(?P<indent> *)--- (?P<word>PASS|FAIL|SKIP|BENCH): (?P<name>\S+)(?: \((?P<elapsed>\d+\.\d+)s\))?")
GLUED_END = re.compile(r"--- (PASS|FAIL|SKIP): (\S+) \((\d+\.\d+)s\)$")
_FAILED_LATER = re.compile(r"(Benchmark\S*) *\t--- FAIL: \1")


class PackageText:
    """The lines of one package whose name is known.

    Attributes:
        package: Their state.
        last: The line before.
        has_results_only: No line was more than a result, a fact or an empty line.
    """

    def __init__(self, package: Package) -> None:
        self.package = package
        self.last = ""
        self.has_results_only = True
        self._current = ""
        self._ended = ""

    def line(self, line: str) -> None:
        """Take a line, without its end."""
        self.last = line
        if line.startswith("=== ") and (match := BEGIN.fullmatch(line)):
            self._begin(match)
        elif "--- " in line and self._take_end(line):
            return
        elif self._ended and not self._current and line.startswith("    "):
            self.package.add_output(self._ended, line + "\n")
        else:
            self._print(line)

    def _print(self, line: str) -> None:
        self._ended = ""
        if line and not line.startswith(("Benchmark", "Unit ")) and ": " not in line:
            self.has_results_only = False
        self.package.output(self._current, line + "\n")

    def _begin(self, match: re.Match[str]) -> None:
        self.has_results_only = False
        self._ended = ""
        word, name = match[1], match[2]
        if word == "ATTR":
            self.package.cases.attribute(name, match[3] or "", match[4] or "")
            return
        if word in {"RUN", "FUZZ"}:
            if name.startswith("Benchmark"):
                self._print(match[0])  # Only events say that a benchmark begins.
                return
            self.package.begin(name)
        elif word == "PAUSE":
            self.package.cases.pause(name)
        self._current = name

    def _take_end(self, line: str) -> bool:
        """Take a line that says how a case ended; return whether it is one."""
        if later := _FAILED_LATER.fullmatch(line):
            self._end("FAIL", later[1], None)
        elif match := END.fullmatch(line):
            if match["indent"] and "/" not in match["name"]:
                return False  # The fuzzer shows the end of one input.
            self._end(match["word"], match["name"], match["elapsed"])
        elif (glued := GLUED_END.search(line)) and glued[2] in self.package.cases.running:
            self.package.output(self._current, line[: glued.start()] + "\n")
            self._end(glued[1], glued[2], glued[3])
        else:
            return False
        return True

    def _end(self, word: str, name: str, elapsed: str | None) -> None:
        self.has_results_only = False
        if word == "BENCH":
            self._current = ""
            return
        if name.startswith("Benchmark"):
            self.package.results.wait_no_longer()
            is_believed = self.package.end_heard(name, word.lower())
        else:
            is_believed = self.package.end_case(name, word.lower(), None if elapsed is None else float(elapsed))
        if is_believed:
            self._current, self._ended = "", name

    def end(self, summary: re.Match[str]) -> None:
        """Take the line in which Go says how the package ended."""
        if summary.re is _UNTESTED:
            self.package.end("skipped", "skip", None)
            return
        if summary["more"] and "coverage: " in summary["more"]:
            self.package.output("", summary["more"].strip() + "\n")
        status, action = _STATUS[summary["word"]]
        elapsed = summary["elapsed"]
        if summary["failed"] == "setup":
            self.package.output("", summary[0] + "\n")
        failed_build = self.package.name if summary["failed"] else ""
        self.package.end(status, action, None if elapsed is None else float(elapsed), failed_build=failed_build)
