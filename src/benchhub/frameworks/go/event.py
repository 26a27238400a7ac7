"""The words of `go test -json`, and what all packages of one stream share."""

from typing import Literal

import msgspec

from benchhub.frameworks.go.units import Units
from benchhub.model.record import CaseStatus, Record

Action = Literal[
    "start",
    "run",
    "pause",
    "cont",
    "pass",
    "bench",
    "fail",
    "output",
    "skip",
    "attr",
    "artifacts",
    "build-output",
    "build-fail",
]
FRAMES = frozenset({"RUN ", "PAUS", "CONT", "NAME", "ATTR"})
"""What stands behind ``=== `` in lines that say the same as an event."""

STATUS: dict[str, CaseStatus] = {"pass": "passed", "fail": "failed", "skip": "skipped"}


class Event(msgspec.Struct, gc=False):
    """One line of `go test -json`; its fields are Go's. Source: ``go doc cmd/test2json``, ``go help buildjson``."""

    Action: Action
    Package: str = ""
    Test: str = ""
    Output: str = ""
    Elapsed: float | None = None
    FailedBuild: str = ""
    ImportPath: str = ""
    Key: str = ""
    Value: str = ""
    Path: str = ""


class Session(msgspec.Struct):
    """What the packages of one stream share.

    Attributes:
        records: What was read, in order; who consumes it empties it.
        is_json: Events say what begins and ends.
        is_verbose: Names stand on lines of their own: with ``-json`` and ``-v``.
        cpu_is_given: Whether ``-cpu`` was; ``None`` when the command is not known.
        build_output: What the compiler said, by package.
        attempts: How often each case of a package has ended: a package may come more than once.
    """

    records: list[Record]
    units: Units
    is_json: bool
    is_verbose: bool
    cpu_is_given: bool | None
    build_output: dict[str, list[str]]
    attempts: dict[str, dict[str, int]] = {}
