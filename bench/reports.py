"""Reports and raw output as Go benchmarks make them, of any size, each run with numbers of its own."""

import hashlib
import random
from pathlib import Path

from benchhub.model.case import Case, Param
from benchhub.model.circumstance import Commit, Environment, Machine, MachineClass, Revision, User
from benchhub.model.identity import new_run_uid
from benchhub.model.place import Project, Repository, Spec
from benchhub.model.record import Context
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

UNITS = (
    SaidUnit("ns/op", Metric("time", "s", "lower"), divide=1e9),
    SaidUnit("B/op", Metric("allocated", "B", "lower")),
    SaidUnit("allocs/op", Metric("allocations", "1", "lower")),
)
NATIVE = NativeTable(
    "gobench_result",
    "results",
    (
        Column("procs", "integer", "fact:procs", "GOMAXPROCS."),
        Column("iterations", "integer", "iterations", "b.N."),
        Column("ns_per_op", "real", "unit:ns/op", "As printed."),
        Column("mb_per_s", "real", "unit:MB/s", "As printed."),
        Column("bytes_per_op", "integer", "unit:B/op", "As printed."),
        Column("allocs_per_op", "integer", "unit:allocs/op", "As printed."),
        Column("extra", "json", "other-units", "b.ReportMetric."),
    ),
    suite_name="package",
    case_name="benchmark",
)
PACKAGE = "example.com/thing/sort"
STARTED_AT_MS = 1_700_000_000_000


class Shop:
    """Makes run after run of the same benchmarks.

    Args:
        cases: How many benchmarks.
        metrics: How many numbers each prints on a line, from 1 to 3.
        samples: How many lines each prints.
    """

    def __init__(self, cases: int, metrics: int, samples: int) -> None:
        self.units = UNITS[:metrics]
        self.samples = samples
        algorithms = ("quick", "merge", "heap", "radix")
        params = [(str(1 << (k % 20)), algorithms[k // 20 % 4], k // 80) for k in range(cases)]
        self.cases = tuple(
            Case(
                PACKAGE,
                f"BenchmarkSort{number}",
                {"size": Param(size, "tool"), "alg": Param(alg, "tool")},
                said_name=f"BenchmarkSort{number}/size={size}/alg={alg}",
            )
            for size, alg, number in params
        )
        self.catalog = Catalog(self.cases, (self.units,))
        self.order = [index for index in range(cases) for _ in range(samples)]
        self.levels = [10.0 * 1.01**index for index in range(cases)]

    def report(self, number: int, artifact: ArtifactRef | None = None) -> Report:
        """Return the report of one run; ``number`` decides its commit, time and numbers."""
        iterations, values = self.numbers(number)
        lines = Lines(list(self.order), [0] * len(self.order), list(iterations), [*values], {"procs": [8]})
        body = Body(lines, OutcomeColumns(), context=(Context("goos", "linux"), Context("cpu", "Some CPU @ 3.00GHz")))
        return Report(_envelope(number), self.catalog, body, (artifact,) if artifact else ())

    def numbers(self, number: int) -> tuple[list[int | None], list[float]]:
        """Return iterations and the flat values as Go prints them: four digits, whole bytes."""
        source = random.Random(number)  # noqa: S311 -- noise, no secret
        noise = [source.gauss(1, 0.02) for _ in range(997)]
        iterations: list[int | None] = []
        values: list[float] = []
        for k, case in enumerate(self.order):
            nanoseconds = self.levels[case] * noise[k % 997]
            iterations.append(int(1e8 / nanoseconds))
            values.append(float(f"{nanoseconds:.4g}"))
            values.extend((float(case % 97 * 16), float(case % 7))[: len(self.units) - 1])
        return iterations, values

    def raw(self, number: int) -> bytes:
        """Return what `go test -json -bench` prints for the same numbers."""
        iterations, values = self.numbers(number)
        head = f'"Package":"{PACKAGE}","Test":"'
        lines: list[str] = []
        source = random.Random(-number)  # noqa: S311 -- noise, no secret
        clock = number % 60 * 10**9
        width = len(self.units)
        for k, case in enumerate(self.order):
            name = self.cases[case].said_name
            said = "\\t".join(
                f"{value:>10.4g} {unit.said}"
                for value, unit in zip(values[k * width : k * width + width], self.units, strict=True)
            )
            events = [("output", f"{name}-8\\t{iterations[k]:>8}\\t{said}")]
            if k % self.samples == 0:
                events[:0] = [("run", ""), ("output", f"=== RUN   {name}"), ("output", name)]
            for action, text in events:
                # A number comes after a second, the next benchmark at once: as in captures of real output.
                is_number = text not in ("", name, f"=== RUN   {name}")
                clock += source.randrange(10**9, 2 * 10**9) if is_number else source.randrange(4_000, 80_000)
                moment = f"2026-11-23T12:{clock // 60_000_000_000 % 60:02}:{clock / 1e9 % 60:012.9f}Z"
                output = f',"Output":"{text}\\n"' if text else ""
                lines.append(f'{{"Time":"{moment}","Action":"{action}",{head}{name}"{output}}}\n')
        return "".join(lines).encode()

    def artifact(self, number: int, folder: Path) -> ArtifactRef:
        """Write the raw output of a run, over that of the run before."""
        data = self.raw(number)
        path = folder / "stdout"
        path.write_bytes(data)
        return ArtifactRef("stdout", "output", hashlib.sha256(data).hexdigest(), len(data), str(path))


def _envelope(number: int) -> Envelope:
    started_at_ms = STARTED_AT_MS + number * 60_000
    label = "//sort:gobench"
    return Envelope(
        uid=new_run_uid(),
        label=label,
        project=Project(Repository("example.com", "them", "thing", "main"), ".", "thing"),
        spec=Spec(label, "gobench", {"bench": ".", "count": 1}),
        framework=FrameworkFacts("gobench", "go1.27.3", 1),
        user=User("Ada", "ada@example.com"),
        machine=Machine("bench-1", MachineClass("x86_64", "GenuineIntel", "Some CPU", cores=8, memory_bytes=1 << 34)),
        environment=Environment("Debian 12", "go1.27.3", {"goos": "linux"}, {"kernel": "6.1"}),
        revision=Revision(
            Commit(f"{number:040x}", (f"{number - 1:040x}",), "Ada", f"change {number}", started_at_ms, started_at_ms),
            branch="main",
            chain=tuple(f"{n:040x}" for n in range(number, max(number - 100, 0), -1)),
            commit_count=number,
        ),
        started_at_ms=started_at_ms,
        finished_at_ms=started_at_ms + 30_000,
        exit_code=0,
        status="passed",
        executions=(
            Execution(
                ("go", "test", "-json", "-bench=."), "/src", started_at_ms, 30.0, 0, usage=Usage(29.0, 0.5, 1 << 26)
            ),
        ),
        native=(NATIVE,),
    )
