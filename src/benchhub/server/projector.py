"""The projector: a thread that makes the tables of what was acknowledged, in the order in which it arrived.

It takes whatever is marked as `todo`, by whom ever: reports that just came, those that a killed server left, those that
`bh core reproject` or a newly installed framework asks for. What fails is set aside with its reason and blocks nobody.
"""

import threading
import time

from benchhub.errors import SetAsideError, StoreError
from benchhub.model.report import Report
from benchhub.server import logs
from benchhub.server.backend import Opening
from benchhub.server.metrics import Metrics
from benchhub.store.database import Database
from benchhub.store.installed import Installed
from benchhub.store.projection import open_projections, project_next
from benchhub.store.staging import drop_old_parts

LOOK_S = 1.0
"""How often it looks for what others marked; what comes here wakes it."""

AGAIN_S = 1.0
"""How long it waits when the database cannot take anything."""

HELD_VALUES_MAX = 2_000_000
"""Numbers of reports that are kept at hand from their acknowledgement to their turn: those need not be read again."""

SWEEP_S = 3_600.0


class Projector:
    """One thread with a database of its own."""

    def __init__(self, open_database: Opening, installed: Installed, metrics: Metrics) -> None:
        self._open = open_database
        self._installed = installed
        self._metrics = metrics
        self._held: dict[int, Report] = {}
        self._acknowledged_at: dict[int, float] = {}
        self._held_values = 0
        self._guard = threading.Lock()
        self._news = threading.Event()
        self._is_ending = False
        self._swept_at = -SWEEP_S
        self._thread = threading.Thread(target=self._work, name="projector", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def offer(self, report_id: int, report: Report) -> None:
        """Say that a report was acknowledged just now."""
        values = len(report.body.lines.said_values)
        with self._guard:
            if self._held_values + values <= HELD_VALUES_MAX:
                self._held[report_id] = report
                self._acknowledged_at[report_id] = time.monotonic()
                self._held_values += values
        self._news.set()

    def stop(self) -> None:
        """End behind the report that is being projected; what waits is there at the next start."""
        self._is_ending = True
        self._news.set()
        self._thread.join()

    @property
    def is_alive(self) -> bool:
        """Whether it works."""
        return self._thread.is_alive()

    def _work(self) -> None:
        with self._open() as database:
            while not self._is_ending:
                self._news.clear()
                try:
                    self._sweep(database)
                    is_idle = not self._project_next(database)
                    if is_idle:
                        self._count(database)
                except StoreError as error:
                    # It is there, and stays `todo`: a full disk or another process's lock must not lose the thread.
                    logs.tell(40, "the database cannot take tables now", why=error.what, hint=error.hint)
                    self._news.wait(AGAIN_S)
                    continue
                except Exception:  # noqa: BLE001 -- told with its traceback
                    # The outermost loop of a worker: whatever happens to one report, the next one has its turn.
                    logs.LOG.exception("the projector failed, and goes on")
                    self._news.wait(AGAIN_S)
                    continue
                if is_idle:
                    self._news.wait(LOOK_S)

    def _project_next(self, database: Database) -> bool:
        """Make the tables of the oldest report that waits; tell whether there was one."""
        try:
            report_id = project_next(database, self._take, installed=self._installed)
        except SetAsideError as error:
            self._metrics.projected.labels("failed").inc()
            logs.tell(40, "a report was set aside", why=error.what)
            return True
        if report_id is None:
            self._let_go()
            return False
        self._metrics.projected.labels("done").inc()
        acknowledged_at = self._acknowledged_at.pop(report_id, None)
        if acknowledged_at is not None:
            self._metrics.visible_seconds.observe(time.monotonic() - acknowledged_at)
        return True

    def _take(self, report_id: int) -> Report | None:
        """Return a report that is at hand, which it is once."""
        with self._guard:
            report = self._held.pop(report_id, None)
            if report is not None:
                self._held_values -= len(report.body.lines.said_values)
            return report

    def _let_go(self) -> None:
        """Keep nothing at hand when nothing waits: another process may have projected it."""
        with self._guard:
            self._held.clear()
            self._held_values = 0
            self._acknowledged_at.clear()

    def _count(self, database: Database) -> None:
        for state, count in open_projections(database).items():
            self._metrics.waiting.labels(state).set(count)

    def _sweep(self, database: Database) -> None:
        """Forget, from time to time, what can no longer become a report."""
        if time.monotonic() - self._swept_at < SWEEP_S:
            return
        self._swept_at = time.monotonic()
        dropped = drop_old_parts(database)
        if dropped:
            logs.tell(30, "reports that were never finished are dropped", reports=dropped)
