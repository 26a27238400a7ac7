"""What a package tells about where and how it ran: configuration lines, coverage, shuffling."""

import re
from collections.abc import Iterator

from benchhub.model.record import Context

_CONFIG = re.compile(r"([a-z][^\sA-Z:]*):(?:[ \t]+(.*)|)")
_OF_GO = ("goos: ", "goarch: ", "pkg: ", "cpu: ")


class Facts:
    """The facts of one package."""

    def __init__(self, suite: str) -> None:
        self._suite = suite
        self._values: dict[str, str] = {}

    def take(self, line: str, *, is_before_cases: bool) -> None:
        """Take a line of the package itself.

        Args:
            line: Without its end.
            is_before_cases: No case has begun: what stands here is configuration, not the print of a case.
        """
        if line.startswith("coverage: "):
            self._values["coverage"] = line.removeprefix("coverage: ").removesuffix(" of statements")
        elif line.startswith("-test.shuffle "):
            self._values["shuffle"] = line.removeprefix("-test.shuffle ")
        elif is_before_cases or line.startswith(_OF_GO):
            self._take_configuration(line)

    def _take_configuration(self, line: str) -> None:
        """Take ``key: value``; a key begins with a lower-case letter and holds no upper-case letter and no space.

        Source: the benchmark format, golang/proposal design/14313-benchmark-format.
        """
        match = _CONFIG.fullmatch(line)
        if match is None or match[1] in {"pkg", "panic"}:
            return
        if line.startswith(_OF_GO):
            self._values.setdefault(match[1], match[2] or "")  # Go says it once; what repeats it is a print.
        else:
            self._values[match[1]] = (match[2] or "").strip()

    def records(self) -> Iterator[Context]:
        """Yield the facts."""
        for key, value in self._values.items():
            yield Context(key, value, self._suite)
