"""Resource use: what the programs of a run used becomes measurements of cases of our own, and series over time.

No tool named these cases: their framework is ``process``. So they have a history like any other, and stay out of what
tools printed: native tables and samples.
"""

from typing import Any

import msgspec

from benchhub.model.case import Case, Param
from benchhub.model.rename import Names
from benchhub.model.report import Report
from benchhub.model.run import USAGE_UNITS, WALL, ResourceUse
from benchhub.model.unit import Metric, SaidUnit
from benchhub.store.catalogs import case_id_of, series_id_of
from benchhub.store.database import Database

FRAMEWORK = "process"


def insert_resources(database: Database, run_id: int, project_id: int, report: Report, names: Names) -> list[int]:
    """Write what a run and its parts used; return the series.

    Args:
        database: Where.
        run_id: The run.
        project_id: Where it belongs.
        report: The report.
        names: What the names that it says mean today.
    """
    cell = {name: Param(value, "cell") for name, value in report.envelope.spec.cell.items()}
    metric_ids: dict[Metric, int] = {}
    values: dict[int, float] = {}
    cases = names.cases(tuple(Case(used.suite, used.name, cell) for used in report.body.resources))
    for used, case in zip(report.body.resources, cases, strict=True):
        case_id = case_id_of(database, project_id, FRAMEWORK, case)
        for unit, said in _said(used):
            values[series_id_of(database, project_id, case_id, unit.metric, metric_ids)] = unit.base(said)
    database.insert(
        "insert_measurement", run_id, [(series_id, value, None) for series_id, value in sorted(values.items())]
    )
    database.insert("insert_resource_series", run_id, _series(report))
    return sorted(values)


def _said(used: ResourceUse) -> list[tuple[SaidUnit, float]]:
    known = [(WALL, used.wall_s)]
    known += [(unit, getattr(used.usage, field)) for field, unit in USAGE_UNITS.items()]
    return [(unit, value) for unit, value in known if value is not None]


def _series(report: Report) -> list[tuple[Any, ...]]:
    """Return one row for each program that was looked at while it ran, the columns as JSON arrays."""
    seen = [series for used in report.body.resources for series in used.series]
    return [
        (seq, *(msgspec.json.encode(column).decode() for column in msgspec.structs.astuple(series)))
        for seq, series in enumerate(seen)
    ]
