"""Whatever a report holds: the tables say it, neither more nor less, in any order and however often."""

import random
import tempfile
from math import fsum, isfinite
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchhub.model.case import Case, Param
from benchhub.model.report import Body, Catalog, Lines, Report
from benchhub.model.unit import Metric, SaidUnit
from benchhub.store.check import check
from benchhub.store.ingest import ingest
from benchhub.store.projection import project
from store.backends import PLACES, content, only, opened, rows
from store.factory import UNITS, envelope, revision

CUSTOM = SaidUnit("widgets/op", Metric("widgets/op", "widgets/op"))
SPEED = SaidUnit("MB/s", Metric("throughput", "B/s", "higher"), multiply=1e6)

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
params = st.dictionaries(words, st.builds(Param, words, st.sampled_from(["tool", "cell", "flag"])), max_size=2)
cases = st.lists(
    st.builds(Case, words, words, params),
    min_size=1,
    max_size=4,
    unique_by=lambda case: (
        case.suite,
        case.name,
        tuple(sorted((k, p.value, p.origin) for k, p in case.params.items())),
    ),
)
shapes = st.lists(
    st.lists(st.sampled_from([*UNITS, CUSTOM, SPEED]), min_size=1, max_size=4, unique=True).map(tuple),
    min_size=1,
    max_size=3,
    unique=True,
)
numbers = st.one_of(
    st.floats(-1e300, 1e300),  # Beyond, SQLite reads the largest decimals of a JSON array as infinity.
    st.floats(0.1, 1e6),
    st.sampled_from(["NaN", "Infinity", "-Infinity"]),
)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    catalog = Catalog(tuple(draw(cases)), tuple(draw(shapes)))
    places = st.tuples(st.integers(0, len(catalog.cases) - 1), st.integers(0, len(catalog.shapes) - 1))
    order = draw(st.lists(places, max_size=12))
    said = [draw(numbers) for _, shape in order for _ in catalog.shapes[shape]]
    counts = draw(st.lists(st.none() | st.integers(0, 2**70), min_size=len(order), max_size=len(order)))
    lines = Lines([case for case, _ in order], [shape for _, shape in order], counts, said, {"procs": [2]})
    number = draw(st.integers(1, 4))
    return Report(
        envelope(revision=revision(number, branch=draw(st.sampled_from(["main", "b"])))), catalog, Body(lines)
    )


def counted(report: Report) -> dict[tuple[int, str], list[float]]:
    """Return the finite samples by case and metric: an independent count over the report."""
    samples: dict[tuple[int, str], list[float]] = {}
    said = iter(report.body.lines.said_values)
    for case, shape in zip(report.body.lines.case, report.body.lines.shape, strict=True):
        for unit in report.catalog.shapes[shape]:
            value = next(said)
            if not isinstance(value, str) and isfinite(base := value * unit.multiply / unit.divide):
                samples.setdefault((case, unit.metric.name), []).append(base)
    return samples


@pytest.mark.slow
@pytest.mark.parametrize("backend", PLACES)
@settings(deadline=None, max_examples=30)
@given(made=st.lists(reports(), min_size=1, max_size=4), order=st.randoms(use_true_random=False))
def test_the_tables_say_what_the_reports_say(backend: str, made: list[Report], order: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(backend, Path(folder)) as database:
        ids = {ingest(database, report).report_id: report for report in made}
        for report_id, report in ids.items():
            project(database, report_id, report)
        for run_id, report in ids.items():
            samples = counted(report)
            said = rows(database, "SELECT value, n FROM results WHERE run_id = ?", run_id)
            assert sorted(said) == sorted((_middle(values), len(values)) for values in samples.values())
            told = [row[0] for row in rows(database, "SELECT value FROM samples WHERE run_id = ?", run_id)]
            expected = sorted(value for values in samples.values() for value in values)
            # SQLite reads the decimals of a JSON array to 15 digits.
            assert sorted(told) == pytest.approx(expected, rel=1e-13, abs=0)
            printed = only(database, "SELECT count(*) FROM gobench_results WHERE run_id = ?", run_id)
            assert printed == len(report.body.lines.case)
        before = content(database)
        again = [*ids, *ids]
        order.shuffle(again)
        for report_id in again:
            project(database, report_id)  # From what was kept, not from what is at hand.
        assert content(database) == before
        assert check(database, deep=True) == []


def _middle(values: list[float]) -> float:
    middle = median(values)
    return middle if isfinite(middle) else fsum(value / 2 for value in sorted(values)[len(values) // 2 - 1 :][:2])
