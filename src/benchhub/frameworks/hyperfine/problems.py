"""What hyperfine says on standard error, and what we find doubtful."""

import re
from collections.abc import Iterator

from benchhub.model.record import Problem

PROBLEM_KINDS = {
    "tool-error": "The tool itself complained, and ended.",
    "tool-warning": "The tool warned of its own numbers, in words that we do not know.",
    "too-fast": "hyperfine: a command took less than 5 ms, too little beside the start of a shell.",
    "outliers": "hyperfine: some runs took much longer or shorter than the others.",
    "slow-first-run": "hyperfine: the first run was much slower than the others; a warm-up may help.",
    "ignored-failure": "hyperfine: runs that ended with another exit code than 0 were ignored, as it was told to.",
    "failed-command": "A command of hyperfine ended with an exit code that means no success; its times are kept.",
}

UNREAD_KINDS = {
    "not-a-hyperfine-export": "A result file is neither JSON nor CSV of hyperfine, or it was cut.",
    "not-a-hyperfine-result": "In an export of hyperfine, an entry is not what hyperfine 1 or 2 writes.",
}

_WARNINGS = (
    ("too-fast", "Command took less than"),
    ("outliers", "Statistical outliers were detected"),
    ("slow-first-run", "The first benchmarking run for this command was significantly slower"),
    ("ignored-failure", "Ignoring non-zero exit code"),
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FAILED = re.compile(r"^(?:Command|Failed to run command) '(?P<command>.*)'(?: terminated|:)", re.DOTALL)


def said_in(stderr: str) -> Iterator[Problem]:
    """Yield hyperfine's warnings and errors in the order printed; lines of the commands themselves are passed over."""
    for line in stderr.splitlines():
        plain = _COLOUR.sub("", line).strip()
        if plain.startswith("Warning: "):
            text = plain.removeprefix("Warning: ")
            kind = next((kind for kind, words in _WARNINGS if text.startswith(words)), "tool-warning")
            yield Problem(kind, "stderr", text)
        elif plain.startswith(("Error: ", "error: ")):
            yield Problem("tool-error", "stderr", plain[len("Error: ") :])


def failed_command(error: str) -> str | None:
    """Return the command that an error names; ``None`` when it names none."""
    match = _FAILED.match(error)
    return match["command"] if match else None
