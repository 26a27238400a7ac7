"""Golden records: what a reader made of a capture, one record per line, reviewed like code."""

from collections.abc import Iterable
from math import isfinite
from pathlib import Path

import msgspec
import pytest

from benchhub.model.record import Record


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that rewrites golden records."""
    parser.addoption("--golden-write", action="store_true", help="rewrite golden records, do not compare")


@pytest.fixture
def is_golden_write(request: pytest.FixtureRequest) -> bool:
    """Whether golden records are to be rewritten."""
    return bool(request.config.getoption("--golden-write"))


def lines_of(records: Iterable[Record]) -> list[str]:
    """Return one line of JSON per record, its type first; numbers that JSON does not have become words."""
    return [_line(record) for record in records]


def compare(records: Iterable[Record], golden: Path, *, is_write: bool) -> None:
    """Fail unless ``records`` are those in ``golden``, or write them there."""
    lines = lines_of(records)
    if is_write:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text("".join(f"{line}\n" for line in lines))
    assert lines == golden.read_text().split("\n")[:-1], f"{golden.name} differs; see `pytest --golden-write`"


def _line(record: Record) -> str:
    fields: dict[str, object] = msgspec.to_builtins(record)
    said = {"record": type(record).__name__, **{name: _said(value) for name, value in fields.items()}}
    return msgspec.json.encode(said).decode()


def _said(value: object) -> object:
    if isinstance(value, dict):
        return {key: _said(inner) for key, inner in value.items() if inner not in ((), [], {})}
    if isinstance(value, list):
        return [_said(inner) for inner in value]
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value
