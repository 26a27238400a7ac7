"""Exports of hyperfine become records."""

import re
from collections import Counter
from collections.abc import Iterator

from benchhub.frameworks.hyperfine.export_csv import csv_records, is_csv
from benchhub.frameworks.hyperfine.export_json import json_records
from benchhub.frameworks.hyperfine.naming import Naming, options_of
from benchhub.frameworks.hyperfine.problems import failed_command, said_in
from benchhub.model.case import Case
from benchhub.model.record import (
    MESSAGE_CHARACTERS_MAX,
    UNREAD_TEXT_CHARACTERS_MAX,
    CaseStatus,
    LogLine,
    Outcome,
    Record,
    Unread,
)
from benchhub.plugin.contract import Captured

_STARTED = re.compile(r"^Benchmark (?P<number>\d+): (?P<command>.*)$", re.MULTILINE)
_JSON_MARKS = (b'"hyperfine_version"', b'"exit_codes"', b'"time_wall_clock"')
_JSON_OLD_MARKS = (b'"command"', b'"mean"', b'"stddev"', b'"user"', b'"system"')


def read(captured: Captured, *, logs: bool = False) -> Iterator[Record]:
    """Yield what the streams say; see ``Hyperfine.read``."""
    texts = {stream.name: b"".join(stream.open()).decode(errors="replace") for stream in captured.streams}
    if logs:
        yield from _log_lines(texts)
    naming = Naming(captured)
    ok_exit_codes = _ok_exit_codes(captured)
    told: Counter[tuple[object, ...]] = Counter()
    count = 0
    for name, text in texts.items():
        if name == "stderr" or not text.strip():
            continue
        if text.lstrip().startswith("{"):
            for record in json_records(text, name, naming, ok_exit_codes, told):
                count += isinstance(record, Outcome)
                yield record
        elif is_csv(text):
            yield from csv_records(text, name, naming)
        elif name != "stdout":
            yield Unread(1, "not-a-hyperfine-export", text[:UNREAD_TEXT_CHARACTERS_MAX], stream=name)
    said = list(said_in(texts.get("stderr", "")))
    yield from said
    error = next((problem.text for problem in said if problem.kind == "tool-error"), None)
    if error is not None:
        yield from _failed(error, texts.get("stdout", ""), naming, count, told)


def _ok_exit_codes(captured: Captured) -> frozenset[int]:
    ignored = options_of(captured).ignore_failure
    return frozenset({0, *ignored}) if isinstance(ignored, list) else frozenset({0})


def _failed(error: str, stdout: str, naming: Naming, count: int, told: Counter[tuple[object, ...]]) -> Iterator[Record]:
    """Yield the outcome of the command at which hyperfine gave up: it has no numbers, and is in no export."""
    case: Case | None = None
    command = failed_command(error)
    if command is not None:
        case = naming.case_of_command(command)
    else:
        # hyperfine 1 names no command, but it had announced the one that it was about to start.
        started = [match for match in _STARTED.finditer(stdout) if int(match["number"][:9]) == count + 1]
        if started:
            case = naming.case_of_command(started[-1]["command"])
    if case is not None:
        told[case.key()] += 1
        message = error[:MESSAGE_CHARACTERS_MAX]
        status: CaseStatus = "failed" if error.startswith("Command ") else "error"
        yield Outcome(case, status, attempt=told[case.key()], message=message, flags=("no-result",))


def _log_lines(texts: dict[str, str]) -> Iterator[Record]:
    """Yield what hyperfine printed; an export only when there is nothing else."""
    printed = {name: text for name, text in texts.items() if name in {"stdout", "stderr"} and text.strip()}
    for name, text in (printed or texts).items():
        yield from (LogLine(None, name, line) for line in text.splitlines())


def sniff(head: bytes) -> float:
    """Return how sure we are that a file is an export of hyperfine."""
    start = head.lstrip()
    if start.startswith(b"{") and b'"results"' in head:
        if any(mark in head for mark in _JSON_MARKS) and b'"command"' in head:
            return 0.95
        return 0.8 if all(mark in head for mark in _JSON_OLD_MARKS) else 0.05
    return 0.95 if is_csv(start[:4096].decode(errors="replace")) else 0.0
