"""Leftovers: series and cases that no run has any more leave the lists of what exists."""

from benchhub.store.catalogs import resolve
from benchhub.store.database import Database
from benchhub.store.find import names_of_run
from benchhub.store.ingest import load_report


def forget_leftovers(database: Database, project_id: int) -> None:
    """Remove the series and cases of a project that nothing refers to; belongs into a transaction.

    A series with a measurement has a head on some lane, so that no measurement needs to be looked at.
    """
    database.do("delete_unused_series", project_id=project_id)
    unused = {row[0] for row in database.all("cases_without_series", project_id=project_id)}
    for table in ("test_result", *(name for name, _ in database.all("native_tables"))):
        if unused:
            unused.difference_update(row[0] for row in database.execute(f'SELECT case_id FROM "{table}"'))  # noqa: S608 -- checked names
    database.many("delete_case_params", [(case_id,) for case_id in unused])
    database.many("delete_case", [(case_id,) for case_id in unused])
    database.do("forget_resolved_catalogs", project_id=project_id)
    for (run_id,) in database.all("runs_with_no_number", project_id=project_id):
        _name_again(database, project_id, run_id)


def _name_again(database: Database, project_id: int, run_id: int) -> None:
    """Give a run its series again: what never was a finite number has no measurement, and exists all the same."""
    report = load_report(database, run_id)
    (catalog_id,) = database.one("catalog_of_report", report_id=run_id)
    resolve(database, catalog_id, project_id, report, names_of_run(database, run_id, report))
