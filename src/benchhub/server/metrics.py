"""Metrics for Prometheus, in a registry of the server's own."""

import asyncio
import time
from collections import deque

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

LAG_STEP_S = 0.02
"""How often the event loop is asked whether it is late."""

LAG_KEPT = 3_000
"""Looks that the greatest lag is told of: a minute."""

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """What the server counts of itself."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("benchhub_requests", "Requests answered.", ("rpc", "code"), registry=self.registry)
        self.seconds = Histogram(
            "benchhub_request_seconds", "Time to answer.", ("rpc",), buckets=_SECONDS, registry=self.registry
        )
        self.reports = Counter(
            "benchhub_reports", "Reports offered, by what became of them.", ("outcome",), registry=self.registry
        )
        self.projected = Counter(
            "benchhub_projections", "Reports whose tables were made, or not.", ("outcome",), registry=self.registry
        )
        self.visible_seconds = Histogram(
            "benchhub_visible_seconds",
            "From the acknowledgement of a report until its tables are there.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.waiting = Gauge("benchhub_projections_open", "Reports without tables.", ("state",), registry=self.registry)
        self.lag = Histogram(
            "benchhub_event_loop_lag_seconds",
            "How late the event loop was.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.lag_max = Gauge(
            "benchhub_event_loop_lag_seconds_max", "The latest that it was within a minute.", registry=self.registry
        )
        self.cpu = Gauge("benchhub_cpu_seconds", "CPU time that this process used.", registry=self.registry)
        self.cpu.set_function(time.process_time)
        self._lags: deque[float] = deque(maxlen=LAG_KEPT)

    async def watch_the_loop(self) -> None:
        """Look again and again how late the event loop is; ends when it is cancelled."""
        while True:
            before = time.perf_counter()
            await asyncio.sleep(LAG_STEP_S)
            late = max(time.perf_counter() - before - LAG_STEP_S, 0.0)
            self.lag.observe(late)
            self._lags.append(late)

    def text(self) -> bytes:
        """Return all of it as Prometheus reads it."""
        self.lag_max.set(max(self._lags, default=0.0))
        return generate_latest(self.registry)
