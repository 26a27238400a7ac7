"""``--export-json`` of hyperfine 1 (one array for each number) and 2 (one object for each run)."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from benchhub.frameworks.hyperfine.naming import Naming
from benchhub.frameworks.hyperfine.units import MEMORY, SYSTEM, USER, WALL, unit_of
from benchhub.model.case import Case
from benchhub.model.record import (
    UNREAD_TEXT_CHARACTERS_MAX,
    Context,
    Outcome,
    Problem,
    Record,
    Result,
    Statistic,
    Unread,
)
from benchhub.model.unit import SaidUnit

STATISTICS = ("mean", "stddev", "median", "min", "max")
MESSAGE_CODES_MAX = 5

Told = Counter[tuple[object, ...]]
"""How many outcomes each case has."""


def json_records(text: str, stream: str, naming: Naming, ok_exit_codes: frozenset[int], told: Told) -> Iterator[Record]:
    """Yield the records of one export.

    Args:
        text: All of it.
        stream: Whose it is.
        naming: Of the cases.
        ok_exit_codes: That mean success.
        told: Outcomes so far; counted on.
    """
    document = _decoded(text)
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, list):
        yield Unread(1, "not-a-hyperfine-export", text[:UNREAD_TEXT_CHARACTERS_MAX], stream=stream)
        return
    yield from _context(document)
    for entry in results:
        records = _entry(entry, naming, ok_exit_codes, told) if isinstance(entry, dict) else None
        if records is None:
            yield Unread(1, "not-a-hyperfine-result", repr(entry)[:UNREAD_TEXT_CHARACTERS_MAX], stream=stream)
        else:
            yield from records


def _decoded(text: str) -> Any:  # noqa: ANN401 -- what JSON holds
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        pass
    try:
        return json.loads(text)  # Takes NaN, too.
    except (ValueError, RecursionError):
        return None


def _context(document: dict[str, Any]) -> Iterator[Record]:
    metadata = document.get("metadata")
    if not isinstance(metadata, dict):
        return
    platform = metadata.get("platform")
    said = {
        "hyperfine": metadata.get("hyperfine_version"),
        "os": platform.get("os") if isinstance(platform, dict) else None,
        "architecture": platform.get("architecture") if isinstance(platform, dict) else None,
    }
    yield from (Context(key, _text(value)) for key, value in said.items() if isinstance(value, str))


def _entry(entry: dict[str, Any], naming: Naming, ok_exit_codes: frozenset[int], told: Told) -> list[Record] | None:
    """Return the records of one command; ``None`` when it is not what hyperfine writes."""
    command = entry.get("name", entry.get("command"))
    if not isinstance(command, str):
        return None
    case = naming.case(_text(command), _params(entry.get("parameters")))
    records = _runs_of_2(case, entry) if "measurements" in entry else _runs_of_1(case, entry)
    if records is None:
        return None
    codes = [record.facts.get("exit_code") for record in records if isinstance(record, Result) and record.facts]
    return records + _outcome(case, codes, ok_exit_codes, told) if records else None


def _runs_of_1(case: Case, entry: dict[str, Any]) -> list[Record] | None:
    """Return the runs; of user and system time hyperfine 1 tells the means alone."""
    times, codes, memories = entry.get("times"), entry.get("exit_codes"), entry.get("memory_usage_byte")
    if not isinstance(times, list):
        return _statistics(case, WALL, "second", entry, None) + _means(case, entry, None)
    codes = codes if isinstance(codes, list) and len(codes) == len(times) else [0] * len(times)
    memories = memories if isinstance(memories, list) and len(memories) == len(times) else [None] * len(times)
    records: list[Record] = []
    for time, code, memory in zip(times, codes, memories, strict=True):
        said = [(WALL, "second", _number(time)), (MEMORY, "byte", _number(memory))]
        result = _result(case, said, code)
        if result is None:
            return None
        records.append(result)
    return records + _means(case, entry, len(times))


def _means(case: Case, entry: dict[str, Any], n: int | None) -> list[Record]:
    said = [(name, _number(entry.get(key))) for name, key in ((USER, "user"), (SYSTEM, "system"))]
    return [Statistic(case, unit_of(name, "second"), "mean", value, n) for name, value in said if value is not None]


def _runs_of_2(case: Case, entry: dict[str, Any]) -> list[Record] | None:
    records: list[Record] = []
    for run in entry["measurements"] if isinstance(entry["measurements"], list) else [None]:
        if not isinstance(run, dict):
            return None
        said = [
            (_text(name), _text(measured["unit"]), _number(measured.get("value")))
            for name, measured in run.items()
            if isinstance(measured, dict) and isinstance(measured.get("unit"), str)
        ]
        result = _result(case, said, run.get("exit_code"))
        if result is None:
            return None
        records.append(result)
    summary = entry.get("summary")
    if records or not isinstance(summary, dict):
        return records
    for name, one in summary.items():
        if isinstance(one, dict):
            unit, count = one.get("unit"), one.get("count")
            n = count if isinstance(count, int) and not isinstance(count, bool) else None
            records += _statistics(case, _text(name), _text(unit) if isinstance(unit, str) else "", one, n)
    return records


def _statistics(case: Case, metric: str, unit: str, said: dict[str, Any], n: int | None) -> list[Record]:
    """Return the statistics of a metric whose single runs hyperfine did not export."""
    values = [(name, _number(said.get(name))) for name in STATISTICS]
    return [Statistic(case, unit_of(metric, unit), name, value, n) for name, value in values if value is not None]


def _result(case: Case, said: list[tuple[str, str, float | None]], code: object) -> Result | None:
    known = [(name, unit, value) for name, unit, value in said if value is not None]
    if not known:
        return None
    facts: dict[str, int | float | str] = {"exit_code": code if type(code) is int else "unknown"}
    units = _shape(tuple((name, unit) for name, unit, _ in known))
    return Result(case, units, [value for _, _, value in known], facts=facts)


@lru_cache(maxsize=256)
def _shape(said: tuple[tuple[str, str], ...]) -> tuple[SaidUnit, ...]:
    """Return units as one object for all runs that have the same."""
    return tuple(unit_of(name, unit) for name, unit in said)


def _outcome(case: Case, codes: Sequence[object], ok_exit_codes: frozenset[int], told: Told) -> list[Record]:
    told[case.key()] += 1
    attempt = told[case.key()]
    bad = [code for code in codes if code not in ok_exit_codes]
    if not bad:
        return [Outcome(case, "passed", attempt=attempt)]
    counted = Counter(map(str, bad)).most_common(MESSAGE_CODES_MAX)
    how = ", ".join(f"{count} with exit code {code}" for code, count in counted)
    text = f"{len(bad)} of {len(codes)} runs did not end well: {how}"
    return [
        Outcome(case, "failed", attempt=attempt, message=text, flags=("non-zero-exit",)),
        Problem("failed-command", case.said_name, text),
    ]


def _params(said: object) -> dict[str, str]:
    """Return the parameters as text: hyperfine 2 puts each into an object."""
    if not isinstance(said, dict):
        return {}
    values = {name: value.get("value") if isinstance(value, dict) else value for name, value in said.items()}
    return {_text(name): _text(value) for name, value in values.items() if isinstance(value, str)}


def _number(said: object) -> float | None:
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    try:
        return float(said)
    except OverflowError:
        return None


def _text(said: str) -> str:
    """Return text that can be written: an escape in JSON may be half of a character."""
    return said.encode(errors="replace").decode()
