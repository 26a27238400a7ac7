"""Every report that the model can say comes out of messages as it went in, in one part or in many, in bytes or JSON."""

from typing import Any

import msgspec
import pytest
from google.protobuf import json_format
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchhub.errors import MessageError
from benchhub.model.case import Case, Param
from benchhub.model.circumstance import Commit, Environment, Machine, MachineClass, Revision, Subject, User
from benchhub.model.encoded import report_digest
from benchhub.model.place import Project, Repository, Spec
from benchhub.model.record import Context, Problem, Statistic, SuiteResult, Unread
from benchhub.model.report import (
    ArtifactRef,
    Body,
    Catalog,
    Column,
    Envelope,
    FrameworkFacts,
    Lines,
    NativeTable,
    OutcomeColumns,
    Report,
)
from benchhub.model.run import Execution, ResourceUse, Usage, UsageSeries
from benchhub.model.service import Readiness, Service
from benchhub.model.unit import Metric, SaidUnit
from benchhub.rpc.convert import to_parts, to_report
from benchhub.rpc.v1.report_service_pb2 import SubmitReportRequest

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
PLAIN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
NAME = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=6)
INT = st.integers(-(2**63), 2**63 - 1)
FLOAT = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([-0.0, 5e-324, 1.7976931348623157e308])
SAID = FLOAT | st.sampled_from(["NaN", "Infinity", "-Infinity"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | FLOAT | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
FACTS = st.dictionaries(TEXT, JSON, max_size=3)
HEX = "0123456789abcdef"


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def some(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[Any]:
    return st.lists(strategy, max_size=most).map(tuple)


def texts() -> st.SearchStrategy[Any]:
    return st.dictionaries(PLAIN, PLAIN, max_size=2)


USAGE = st.builds(
    Usage,
    **{name: maybe(FLOAT if name.endswith("_s") else INT) for name in Usage.__struct_fields__ if name != "counted"},
    counted=st.sampled_from(["wait4", "cgroup", "times"]),
)


@st.composite
def series(draw: st.DrawFn) -> UsageSeries:
    rows = draw(st.integers(0, 3))
    kinds = [FLOAT, FLOAT, maybe(INT), maybe(INT), INT]
    return UsageSeries(*(draw(st.lists(kind, min_size=rows, max_size=rows)) for kind in kinds))


EXECUTION = st.builds(
    Execution,
    some(PLAIN),
    PLAIN,
    INT,
    FLOAT,
    maybe(INT),
    maybe(INT),
    st.booleans(),
    st.booleans(),
    USAGE,
    st.sampled_from(["measure", "warmup", "build", "service"]),
    st.dictionaries(PLAIN, USAGE, max_size=2),
    maybe(series()),
    some(PLAIN),
)
RESOURCE = st.builds(
    ResourceUse, st.sampled_from(["run", "part", "rest"]), PLAIN, USAGE, maybe(FLOAT), some(series(), 2)
)
COMMAND = st.lists(PLAIN, min_size=1, max_size=2)
READINESS = st.builds(Readiness, maybe(st.integers(1, 65535) | st.booleans()), maybe(PLAIN), maybe(COMMAND))
SERVICE = st.builds(
    Service, COMMAND, PLAIN, texts(), maybe(st.integers(1, 65535)), maybe(READINESS), st.floats(0.001, 1e9)
)
REPOSITORY = st.builds(Repository, NAME, PLAIN, NAME, maybe(PLAIN))
COMMIT = st.builds(Commit, NAME, some(PLAIN), maybe(PLAIN), maybe(PLAIN), maybe(INT), maybe(INT))
REVISION = st.builds(
    Revision,
    COMMIT,
    maybe(PLAIN),
    maybe(PLAIN),
    st.booleans(),
    maybe(PLAIN),
    some(PLAIN),
    st.booleans(),
    maybe(INT),
    maybe(PLAIN),
    maybe(PLAIN),
)
WORD = st.text("abcdefgh_", min_size=1, max_size=5).map(lambda word: "a" + word)
NATIVE = st.builds(
    NativeTable,
    WORD,
    st.sampled_from(["results", "outcomes"]),
    some(st.builds(Column, WORD, st.sampled_from(["integer", "real", "text", "json"]), PLAIN, PLAIN)),
    WORD,
    WORD,
)
MACHINE_CLASS = st.builds(MachineClass, PLAIN, *[maybe(PLAIN)] * 5, maybe(INT), maybe(INT), maybe(PLAIN), maybe(PLAIN))
ENVELOPE = st.builds(
    Envelope,
    uid=st.uuids(version=4).map(lambda uid: f"{str(uid)[:14]}7{str(uid)[15:]}"),
    label=NAME,
    project=st.builds(Project, REPOSITORY, NAME, PLAIN, maybe(REPOSITORY)),
    spec=st.builds(
        Spec,
        PLAIN,
        PLAIN,
        st.dictionaries(TEXT, JSON, max_size=3),
        texts(),
        texts(),
        st.lists(st.lists(PLAIN, max_size=2), max_size=2),
        some(PLAIN),
        maybe(FLOAT),
        st.just(msgspec.UNSET) | st.dictionaries(PLAIN, SERVICE, max_size=2),
    ),
    framework=st.builds(FrameworkFacts, NAME, PLAIN, INT),
    user=st.builds(User, NAME, maybe(PLAIN)),
    machine=st.builds(Machine, maybe(PLAIN), MACHINE_CLASS),
    environment=st.builds(Environment, maybe(PLAIN), maybe(PLAIN), texts(), texts()),
    revision=maybe(REVISION),
    subject=maybe(st.builds(Subject, PLAIN, PLAIN, PLAIN)),
    started_at_ms=INT,
    finished_at_ms=maybe(INT),
    exit_code=maybe(INT),
    status=st.sampled_from(["passed", "failed", "error", "timeout", "interrupted"]),
    executions=some(EXECUTION),
    argv=some(PLAIN),
    native=some(NATIVE, 2),
    origin=PLAIN,
)
CASE = st.builds(
    Case,
    TEXT,
    TEXT,
    st.dictionaries(TEXT, st.builds(Param, TEXT, st.sampled_from(["tool", "cell", "flag"])), max_size=3),
    st.sampled_from(["bench", "test"]),
    TEXT,
)
UNIT = st.builds(
    SaidUnit,
    TEXT,
    st.builds(Metric, PLAIN, PLAIN, st.sampled_from([None, "lower", "higher"]), st.booleans()),
    FLOAT,
    FLOAT.filter(bool),
)
STATUS = st.sampled_from(["passed", "failed", "skipped", "error", "timeout"])


@st.composite
def reports(draw: st.DrawFn) -> Report:
    catalog = draw(st.builds(Catalog, some(CASE, 4), some(some(UNIT), 3)))
    has_lines = catalog.cases and catalog.shapes
    rows = draw(st.integers(0, 8)) if has_lines else 0

    def column(strategy: st.SearchStrategy[Any], length: int) -> Any:  # noqa: ANN401 -- of anything
        return draw(st.lists(strategy, min_size=length, max_size=length))

    shape = column(st.integers(0, max(len(catalog.shapes) - 1, 0)), rows)
    kinds = st.sampled_from([st.integers(-(2**64), 2**64), FLOAT, TEXT, maybe(INT), maybe(TEXT), JSON])
    facts = {}
    for name in draw(st.lists(TEXT, max_size=3, unique=True)):
        facts[name] = column(draw(kinds), draw(st.sampled_from([1, rows])))
    lines = Lines(
        column(st.integers(0, max(len(catalog.cases) - 1, 0)), rows),
        shape,
        column(maybe(INT), rows),
        column(SAID, sum(len(catalog.shapes[one]) for one in shape)),
        facts,
    )
    ends = draw(st.integers(0, 6)) if catalog.cases else 0
    outcomes = OutcomeColumns(
        column(st.integers(0, max(len(catalog.cases) - 1, 0)), ends),
        column(STATUS, ends),
        column(maybe(TEXT), ends),
        column(INT, ends),
        column(maybe(FLOAT), ends),
        column(maybe(TEXT), ends),
        column(some(PLAIN), ends),
        column(maybe(FACTS), ends),
    )
    body = Body(
        lines,
        outcomes,
        draw(some(st.builds(Statistic, CASE, UNIT, TEXT, FLOAT, maybe(INT)))),
        draw(some(st.builds(SuiteResult, TEXT, STATUS, maybe(TEXT), maybe(FLOAT)))),
        draw(some(st.builds(Context, TEXT, TEXT, TEXT))),
        draw(some(st.builds(Problem, TEXT, TEXT, TEXT))),
        draw(some(st.builds(Unread, INT, PLAIN, TEXT, INT, PLAIN))),
        draw(st.integers(0, 2**40)),
        draw(some(RESOURCE)),
    )
    sha256 = st.text(HEX, min_size=64, max_size=64)
    artifacts = draw(some(st.builds(ArtifactRef, NAME, PLAIN, sha256, st.integers(0, 2**62))))
    return Report(draw(ENVELOPE), catalog, body, artifacts)


def sent(parts: list[SubmitReportRequest]) -> list[SubmitReportRequest]:
    return [SubmitReportRequest.FromString(part.SerializeToString()) for part in parts]


SLOWLY = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


@pytest.mark.slow
@SLOWLY
@given(reports())
def test_a_report_survives_as_bytes(report: Report) -> None:
    found = to_report(sent(to_parts(report)))
    assert report_digest(found) == report_digest(report)


@pytest.mark.slow
@SLOWLY
@given(reports())
def test_a_report_survives_as_json(report: Report) -> None:
    (part,) = to_parts(report)
    found = to_report([json_format.Parse(json_format.MessageToJson(part), SubmitReportRequest())])
    assert report_digest(found) == report_digest(report)


@pytest.mark.slow
@SLOWLY
@given(reports(), st.integers(200, 4000))
def test_a_report_survives_in_parts(report: Report, bytes_max: int) -> None:
    try:
        parts = to_parts(report, bytes_max=bytes_max)
    except MessageError as error:
        assert "parts, at most" in error.said  # noqa: PT017 -- the only thing that may go wrong
        return
    assert report_digest(to_report(sent(parts))) == report_digest(report)
