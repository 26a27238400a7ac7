"""A test or benchmark that runs, and what its output says about it."""

import re

import msgspec

from benchhub.model.record import MESSAGE_CHARACTERS_MAX

OUTPUT_LINES_MAX = 20_000
"""Lines of a case that are kept for its message: the last ones."""

FRAME = re.compile(r"(?:=== (?:RUN|PAUSE|CONT|NAME|ATTR|FUZZ)  ?|(?: {4})*--- (?:PASS|FAIL|SKIP|BENCH): )")
_FRAME_MARKS = frozenset({"=== ", "--- "})
_END = re.compile(r" *--- (?:PASS|FAIL|SKIP): (\S+) \(\d+\.\d+s\)\n")
_RACES = ("WARNING: DATA RACE\n", ": race detected during execution of ")


class Running(msgspec.Struct, gc=False):
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

    @property
    def is_benchmark(self) -> bool:
        """Whether it is a benchmark: Go knows it by its name."""
        return self.name[:9] == "Benchmark"

    @property
    def has_race(self) -> bool:
        """Whether the race detector spoke."""
        text = "".join(self.output)
        return any(word in text for word in _RACES)

    @property
    def has_frame_of_failure(self) -> bool:
        """Whether Go said in a line that it failed."""
        frame = f"--- FAIL: {self.name}"
        return any(text.lstrip(" ").startswith(frame) for text in self.output)

    def is_ended_by(self, text: str) -> bool:
        """Tell whether a line says that it ended."""
        match = _END.fullmatch(text)
        return match is not None and match[1] == self.name


def keep(output: list[str], text: str) -> None:
    """Append a line to an output, and forget the oldest ones when there are too many."""
    output.append(text)
    if len(output) > OUTPUT_LINES_MAX:
        del output[: OUTPUT_LINES_MAX // 2]


def message_of(output: list[str]) -> str | None:
    """Return the output of a case without frames; its end when it is long, since the reason stands last."""
    text = "".join(line for line in output if line.lstrip(" ")[:4] not in _FRAME_MARKS or not FRAME.match(line))
    text = text.strip("\n")
    if len(text) > MESSAGE_CHARACTERS_MAX:
        note = f"… {len(text)} characters in all …\n"
        text = note + text[len(note) - MESSAGE_CHARACTERS_MAX :]
    return text or None
