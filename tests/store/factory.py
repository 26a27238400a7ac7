"""Reports made by hand."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from benchhub.model.case import Case, Param
from benchhub.model.circumstance import Commit, Environment, Machine, MachineClass, Revision, User
from benchhub.model.identity import new_run_uid
from benchhub.model.place import Project, Repository, Spec
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
from benchhub.model.run import Execution, Usage
from benchhub.model.unit import Metric, SaidUnit

TIME = SaidUnit("ns/op", Metric("time", "s", "lower"), divide=1e9)
ALLOCATED = SaidUnit("B/op", Metric("allocated", "B", "lower"))
ALLOCATIONS = SaidUnit("allocs/op", Metric("allocations", "1", "lower"))
UNITS = (TIME, ALLOCATED, ALLOCATIONS)

GOBENCH = NativeTable(
    "gobench_result",
    "results",
    (
        Column("procs", "integer", "fact:procs", "GOMAXPROCS."),
        Column("iterations", "integer", "iterations", "b.N."),
        Column("ns_per_op", "real", "unit:ns/op", "As printed."),
        Column("bytes_per_op", "integer", "unit:B/op", "As printed."),
        Column("allocs_per_op", "integer", "unit:allocs/op", "As printed."),
        Column("extra", "json", "other-units", "b.ReportMetric."),
    ),
    suite_name="package",
    case_name="benchmark",
)
GOTEST = NativeTable(
    "gotest_result",
    "outcomes",
    (Column("action", "text", "raw_status", "As printed."), Column("elapsed_s", "real", "duration_s", "As printed.")),
    suite_name="package",
    case_name="test",
)

REPOSITORY = Repository("example.com", "them", "thing", "main")
PROJECT = Project(REPOSITORY, ".", "thing")
LAPTOP = MachineClass("x86_64", "GenuineIntel", "Some CPU", "6", "85", "7", cores=2, memory_bytes=1 << 34)
GO = Environment("Debian 12", "go1.26.8", {"goos": "linux"}, {"kernel": "6.1"})


def revision(number: int = 1, **changes: Any) -> Revision:  # noqa: ANN401 -- fields
    sha = f"{number:040x}"
    chain = tuple(f"{n:040x}" for n in range(number, 0, -1))
    made = Revision(
        Commit(sha, (f"{number - 1:040x}",), "Ada", f"change {number}", 1_700_000_000_000, 1_700_000_000_000 + number),
        branch="main",
        commit_count=number,
        chain=chain,
    )
    return msgspec.structs.replace(made, **changes)


def envelope(**changes: Any) -> Envelope:  # noqa: ANN401 -- fields
    made = Envelope(
        uid=new_run_uid(),
        label="//:gobench",
        project=PROJECT,
        spec=Spec("//:gobench", "gobench"),
        framework=FrameworkFacts("gobench", "go1.26.8", 1),
        user=User("Ada", "ada@example.com"),
        machine=Machine("laptop", LAPTOP),
        environment=GO,
        revision=revision(),
        started_at_ms=1_700_000_100_000,
        finished_at_ms=1_700_000_101_000,
        exit_code=0,
        status="passed",
        executions=(Execution(("go", "test"), "/src", 1_700_000_100_000, 1.0, 0, usage=Usage(0.5, 0.25, 1 << 20)),),
        native=(GOBENCH, GOTEST),
    )
    return msgspec.structs.replace(made, **changes)


def bench_report(
    cases: int = 3,
    metrics: int = 2,
    samples: int = 1,
    *,
    seed: int = 1,
    artifact: Path | None = None,
    **changes: Any,  # noqa: ANN401 -- fields
) -> Report:
    """Return a report in which every value differs, deterministically from ``seed``."""
    names = tuple(
        Case("example.com/thing", "BenchmarkX", {"size": _param(i)}, said_name=f"BenchmarkX/size={i}")
        for i in range(cases)
    )
    shape = UNITS[:metrics]
    order = [case for case in range(cases) for _ in range(samples)]
    values = [
        float(f"{10 + (seed * 31 + case * 7 + k * 3 + m) % 9973 / 7:.4g}")
        for k, case in enumerate(order)
        for m in range(metrics)
    ]
    body = Body(
        lines=Lines(order, [0] * len(order), [1000 + k for k in range(len(order))], list(values), {"procs": [2]}),
    )
    artifacts = (artifact_of(artifact),) if artifact else ()
    return Report(envelope(**changes), Catalog(names, (shape,)), body, artifacts)


def _param(value: int) -> Param:
    return Param(str(value), "tool")


def outcome_report(outcomes: dict[str, str], **changes: Any) -> Report:  # noqa: ANN401 -- fields
    cases = tuple(Case("example.com/thing", name, kind="test", said_name=name) for name in outcomes)
    count = len(cases)
    columns: Any = OutcomeColumns(
        list(range(count)),
        list(outcomes.values()),  # type: ignore[arg-type]
        ["pass"] * count,
        [1] * count,
        [0.5] * count,
        [None] * count,
        [()] * count,
        [None] * count,
    )
    return Report(envelope(**changes), Catalog(cases, ()), Body(outcomes=columns), ())


def artifact_of(path: Path, name: str = "stdout") -> ArtifactRef:
    data = path.read_bytes()
    return ArtifactRef(name, "output", hashlib.sha256(data).hexdigest(), len(data), str(path))
