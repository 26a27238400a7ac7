"""Catalogs: the cases and shapes of a report become ids of a project, once for all runs that have them in common."""

from functools import lru_cache
from math import isfinite

import msgspec

from benchhub.model.case import Case, case_hash, param_text
from benchhub.model.rename import Names
from benchhub.model.report import Report
from benchhub.model.unit import Metric
from benchhub.store.database import Database
from benchhub.store.text import sql_text


class Resolved(msgspec.Struct, frozen=True):
    """The ids of a catalog in a project.

    Attributes:
        case_ids: Parallel to the catalog's cases.
        case: Case index of each known line kind, in the order in which they were first printed.
        shape: Its shape index, parallel.
        series: Flat: as many series ids per entry as its shape has units.
    """

    case_ids: list[int]
    case: list[int] = []
    shape: list[int] = []
    series: list[int] = []

    def places(self, widths: list[int]) -> dict[tuple[int, int], list[int]]:
        """Return the series ids of each (case, shape)."""
        places: dict[tuple[int, int], list[int]] = {}
        at = 0
        for case, shape in zip(self.case, self.shape, strict=True):
            places[case, shape] = self.series[at : at + widths[shape]]
            at += widths[shape]
        return places


def resolve(database: Database, catalog_id: int, project_id: int, report: Report, names: Names) -> Resolved:
    """Return the ids of a report's cases and series; what a catalog needed before is one row.

    Args:
        database: Where.
        catalog_id: Of the report.
        project_id: Where it belongs.
        report: The report.
        names: What the names that it says mean today.
    """
    framework = report.envelope.framework.name
    key = {
        "catalog_id": catalog_id,
        "project_id": project_id,
        "framework": framework,
        "renames_before": names.before,
    }
    known = database.one("resolved_catalog", **key)
    lines, catalog = report.body.lines, report.catalog
    if known is not None:
        resolved = _resolved_of(known[0])
        if resolved.case == lines.case and resolved.shape == lines.shape:
            return resolved
    else:
        resolved = Resolved([case_id_of(database, project_id, framework, case) for case in names.cases(catalog.cases)])
    seen = set(zip(resolved.case, resolved.shape, strict=True))
    missing = [kind for kind in dict.fromkeys(zip(lines.case, lines.shape, strict=True)) if kind not in seen]
    if known is not None and not missing:
        return resolved
    metric_ids: dict[Metric, int] = {}
    series = [
        series_id_of(database, project_id, resolved.case_ids[case], unit.metric, metric_ids)
        for case, shape in missing
        for unit in catalog.shapes[shape]
    ]
    resolved = Resolved(
        resolved.case_ids,
        [*resolved.case, *(case for case, _ in missing)],
        [*resolved.shape, *(shape for _, shape in missing)],
        [*resolved.series, *series],
    )
    database.do("put_resolved_catalog", **key, ids=msgspec.json.encode(resolved).decode())
    return resolved


@lru_cache(maxsize=8)
def _resolved_of(ids: str) -> Resolved:
    """Return what a row of resolved ids says; who keeps run after run reads the same row."""
    return msgspec.json.decode(ids, type=Resolved)


def case_id_of(database: Database, project_id: int, framework: str, case: Case) -> int:
    """Return a case's id, a new one when there is none."""
    identity = case_hash(framework, case)
    found = database.one("find_case", project_id=project_id, hash=identity)
    if found is not None:
        return int(found[0])
    params = {sql_text(name): sql_text(param.value) for name, param in case.params.items()}
    case_id = int(
        database.one(
            "insert_case",
            project_id=project_id,
            hash=identity,
            kind=case.kind,
            framework=framework,
            suite=sql_text(case.suite),
            name=sql_text(case.name),
            said_name=sql_text(case.said_name or case.name),
            params=msgspec.json.encode(params).decode(),
            param_text=sql_text(param_text(case.params)),
        )[0]
    )
    for name, param in case.params.items():
        database.do(
            "put_case_param",
            case_id=case_id,
            key=sql_text(name),
            value=sql_text(param.value),
            num=_number(param.value),
            origin=param.origin,
        )
    return case_id


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def series_id_of(
    database: Database, project_id: int, case_id: int, metric: Metric, metric_ids: dict[Metric, int]
) -> int:
    """Return the id of a case's series, a new one when there is none; ``metric_ids`` remembers those of metrics."""
    if metric not in metric_ids:
        row = database.one(
            "put_metric", name=metric.name, unit=metric.unit, better=metric.better or "none", exact=metric.exact
        )
        metric_ids[metric] = int(row[0])
    row = database.one("put_series", project_id=project_id, case_id=case_id, metric_id=metric_ids[metric])
    return int(row[0])
