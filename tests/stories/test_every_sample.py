"""Every sample, unit, parameter and outcome that `go test -json` printed is in the database."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from math import isclose
from pathlib import Path

import pytest

from stories.go_place import Place
from stories.independent_count import Sample, count

pytestmark = pytest.mark.slow

STANDARD_PACKAGES = ("sort", "strings", "strconv", "encoding/json", "bytes")

SAMPLES = """
SELECT s.suite, s.benchmark, b.params, s.metric, s.unit, s.i, s.value, s.iterations
FROM samples s JOIN benchmarks b USING (series_id) WHERE s.run_id = ? ORDER BY s.series_id, s.i
"""
OUTCOMES = "SELECT suite, test, status FROM tests WHERE run_id = ?"


def check_every_sample(place: Place, connection: sqlite3.Connection, run_id: int, *, has_suffix: bool) -> int:
    """Compare a run in the database with what its programs had printed, and return how many samples it has."""
    counted = count(place.raw_output(run_id), has_suffix=has_suffix)
    printed: dict[Sample, list[Sample]] = {}
    for sample in counted.samples:
        printed.setdefault(sample._replace(value=0.0, iterations=0), []).append(sample)
    kept: dict[Sample, list[Sample]] = {}
    for suite, name, params, metric, unit, index, value, iterations in connection.execute(SAMPLES, (run_id,)):
        key = Sample(suite, name, tuple(json.loads(params).items()), metric, unit, 0.0, 0)
        samples = kept.setdefault(key, [])
        assert index == len(samples), f"{key}: samples are numbered from 0"
        samples.append(key._replace(value=value, iterations=iterations))
    assert kept.keys() == printed.keys()
    for key, samples in printed.items():
        assert [sample.iterations for sample in kept[key]] == [sample.iterations for sample in samples], key
        pairs = zip(kept[key], samples, strict=True)
        assert all(isclose(one.value, other.value, rel_tol=1e-9) for one, other in pairs), key
    assert Counter(connection.execute(OUTCOMES, (run_id,))) == Counter(counted.outcomes)
    return len(counted.samples)


def go_programs() -> list[Path]:
    """Return the machine's own Go, and the newer one of the development environment."""
    own, ours = shutil.which("go"), Path(sys.executable).parent / "go"
    return [Path(own), ours] if own and Path(own) != ours else [ours]


@pytest.mark.parametrize("go", go_programs(), ids=lambda go: go.parts[-3])
@pytest.mark.parametrize("procs", [1, 2])
def test_every_sample_of_a_small_module_is_in_the_database(place: Place, go: Path, procs: int) -> None:
    place.env |= {"PATH": f"{go.parent}:{place.env['PATH']}", "GOMAXPROCS": str(procs)}
    place.bh("run", "//:gobench", "--runs", "2", "--with", "count=3", "--with", "benchtime=20x", code=1)
    place.bh("run", "//:gobench", "//:gotest", "--", "-count", "2", "-benchtime", "10x", code=1)
    with place.sqlite() as connection:
        runs = connection.execute("SELECT run_id, framework, status FROM runs ORDER BY run_id").fetchall()
        samples = [check_every_sample(place, connection, run_id, has_suffix=procs > 1) for run_id, *_ in runs]
        toolchains = connection.execute("SELECT DISTINCT toolchain FROM runs").fetchall()
    # Two benchmarks with six metrics, two with three; one that fails.
    assert samples == [(2 * 6 + 2 * 3) * 3, (2 * 6 + 2 * 3) * 3, (2 * 6 + 2 * 3) * 2, 0]
    assert [(framework, status) for _, framework, status in runs] == [
        *[("gobench", "failed")] * 3,
        ("gotest", "failed"),
    ]
    said = subprocess.run([str(go), "env", "GOVERSION"], env=place.env, check=True, capture_output=True, text=True)
    assert toolchains == [(said.stdout.strip(),)]


def test_native_rows_say_what_was_printed(place: Place) -> None:
    place.env["GOMAXPROCS"] = "2"
    place.bh("run", "//:gobench", "--with", "count=2", "--with", "benchtime=20x", code=1)
    printed = count(place.raw_output(1), has_suffix=True).samples
    with place.sqlite() as connection:
        rows = connection.execute(
            "SELECT package, benchmark, param_text, procs, iterations, ns_op, b_op, allocs_op, mb_s, extra"
            " FROM gobench_results ORDER BY benchmark, param_text, seq"
        ).fetchall()
    times = [sample for sample in printed if sample.metric == "time"]
    assert len(rows) == len(times)
    assert {row[3] for row in rows} == {2}
    assert {row[4] for row in rows} == {20}
    for metric, column, factor in (
        ("time", 5, 1e-9),
        ("allocated", 6, 1),
        ("allocations", 7, 1),
        ("throughput", 8, 1e6),
    ):
        said = sorted(sample.value for sample in printed if sample.metric == metric)
        assert [value * factor for value in sorted(row[column] for row in rows if row[column] is not None)] == (
            pytest.approx(said, rel=1e-9)
        )
    extra = [(sample.metric, sample.value) for sample in printed if sample.metric in {"corners/op", "tiny"}]
    kept = [pair for row in rows if row[9] is not None for pair in json.loads(row[9]).items()]
    assert sorted(kept) == sorted(extra)
    assert len(kept) == 2 * 2 * 2


def test_every_sample_of_the_standard_library_is_in_the_database(tmp_path: Path) -> None:
    place = Place(tmp_path)
    # As Go's own builders: the benchmark of a cache for a million types is done with a thousand.
    place.env |= {"GOMAXPROCS": "2", "GO_BUILDER_NAME": "tests", "GOFLAGS": ""}
    said = subprocess.run(["go", "env", "GOROOT"], env=place.env, check=True, capture_output=True, text=True)
    labels = [f"//{package}:gobench" for package in STANDARD_PACKAGES]
    source = Path(said.stdout.strip()) / "src"
    place.bh("run", *labels, "--runs", "3", "--", "-count", "3", "-benchmem", "-benchtime", "1x", cwd=source)
    with place.sqlite() as connection:
        runs = connection.execute("SELECT run_id, status FROM runs").fetchall()
        samples = [check_every_sample(place, connection, run_id, has_suffix=True) for run_id, _ in runs]
        suites = {suite for (suite,) in connection.execute("SELECT DISTINCT suite FROM benchmarks")}
        (in_plain_sql,) = connection.execute("SELECT count(*) FROM samples").fetchone()
    assert suites == set(STANDARD_PACKAGES)
    assert {status for _, status in runs} == {"passed"}
    assert sum(samples) == in_plain_sql
    assert min(samples) > 1000
