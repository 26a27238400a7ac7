"""The keeper: a report goes in, a run's number comes out."""

from benchhub.model.report import Report
from benchhub.store.database import Database
from benchhub.store.ingest import ingest
from benchhub.store.projection import is_projected, project


class Keeper:
    """A database that takes reports; what `bh run` and `bh import` keep results with.

    Attributes:
        database: Opened for writing.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def keep(self, report: Report) -> int:
        """Make a report durable, make its tables, and return the run's number.

        A report that was kept before is not kept again; its tables are made if they were not.

        Raises:
            ConflictError: Another report with the same uid is there already.
            RemovedError: Somebody has removed this run.
            SetAsideError: It is durable, but no tables can be made of it: offering it again is of no use.
            StoreError: The database could not take it now; offering it again is safe.
        """
        kept = ingest(self.database, report)
        if not kept.is_new and is_projected(self.database, kept.report_id):
            return kept.report_id
        return project(self.database, kept.report_id, report)
