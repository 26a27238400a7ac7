"""What `go` itself says beside the packages: build errors, complaints about modules, its own failures.

Newer versions say it in events, older ones on standard error, and where both streams were merged it stands between the
events.
"""

import re
from collections.abc import Callable

from benchhub.frameworks.go.blocks import blocks
from benchhub.model.record import MESSAGE_CHARACTERS_MAX, Problem, Record, SuiteResult
from benchhub.plugin.contract import Stream

BUILD_OUTPUT_LINES_MAX = 2_000

_SECTION = re.compile(r"# (?!\[)(\S+)(?: \[(\S+)\])?")
_FAILED = re.compile(r"FAIL\t(\S+) \[(build|setup) failed\]")
_SUMMARY = re.compile(r"(?:ok  \t|FAIL\t|\?   \t)\S+.*|PASS|FAIL|exit status \d+|signal: .*")
_CHATTER = re.compile(
    r"go: (?:downloading|extracting|finding|upgraded|added|to add|warning:) .*|warning: .*"
    r"|go tool .*: (?:exit status|signal:?) .*"  # `test2json` ended as its test binary did.
)
_BUILD_LINE = re.compile(
    r"(?:vet: )?\S+\.(?:go|s|c|h|cc|cpp):\d+(?::\d+)?: .*|\t.*|\s+imports? .*|too many errors|note: .*|# \[\S+\]"
)


class Diagnostics:
    """Collects what `go` says.

    Attributes:
        build_output: What the compiler said, by package.
        packages_ended: Packages whose end was told.
    """

    def __init__(self, emit: Callable[[Record], None]) -> None:
        self._emit = emit
        self.build_output: dict[str, list[str]] = {}
        self.packages_ended: set[str] = set()
        self._failed: dict[str, str] = {}
        self._section: str | None = None
        self._complaints: list[str] = []

    def take_build_output(self, import_path: str, text: str) -> None:
        """Take a piece of a compiler's output."""
        self._build_line(import_path.partition(" ")[0], text)

    def take_stream(self, stream: Stream) -> None:
        """Take all of standard error."""
        for block in blocks(stream):
            for line in block.data.decode("utf-8", "replace").split("\n"):
                if not self.take_line(line) and line.strip():
                    self.complain(line)

    def take_line(self, line: str) -> bool:
        """Take a line that is no event; return whether it is one that `go` prints."""
        line = line.rstrip("\r\n")
        if section := _SECTION.fullmatch(line):
            self._section = section[1]
            self._build_line(self._section, line + "\n")
        elif failed := _FAILED.fullmatch(line):
            self._failed[failed[1]] = failed[2]
            self._section = None
        elif self._section is not None and _BUILD_LINE.fullmatch(line):
            self._build_line(self._section, line + "\n")
        elif _CHATTER.fullmatch(line) or _SUMMARY.fullmatch(line):
            self._section = None
        elif line.startswith(("go: ", "flag provided but", "can't load package", "cannot find ", "no Go files")):
            self.complain(line)
        else:
            return False
        return True

    def _build_line(self, package: str, text: str) -> None:
        lines = self.build_output.setdefault(package, [])
        if len(lines) < BUILD_OUTPUT_LINES_MAX:
            lines.append(text)

    def complain(self, line: str) -> None:
        """Take a line in which `go` may say why it did not do its work."""
        if len(self._complaints) < BUILD_OUTPUT_LINES_MAX:
            self._complaints.append(line)

    def finish(self, *, is_bad: bool) -> None:
        """Say what no package has said.

        Args:
            is_bad: The tool ended badly, or nobody knows how.
        """
        for package, how in self._failed.items():
            if package not in self.packages_ended:
                text = "".join(self.build_output.get(package, [])).strip("\n") or f"[{how} failed]"
                self._emit(Problem(f"{how}-failed", package, text[:MESSAGE_CHARACTERS_MAX]))
                self._emit(SuiteResult(package, "error", "fail", None))
        complaints = "\n".join(self._complaints)
        if complaints and (is_bad or not self.packages_ended):
            self._emit(Problem("tool-error", "go", complaints[:MESSAGE_CHARACTERS_MAX]))
