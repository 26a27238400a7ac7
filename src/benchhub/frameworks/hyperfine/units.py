"""hyperfine's metrics, by its own names, in base units."""

from functools import lru_cache

from benchhub.model.unit import Metric, SaidUnit

WALL = "time_wall_clock"
USER = "time_user"
SYSTEM = "time_system"
MEMORY = "memory_peak_resident"

METRICS = {
    WALL: Metric("time", "s", "lower"),
    USER: Metric("user_time", "s", "lower"),
    SYSTEM: Metric("system_time", "s", "lower"),
    "time_cpu": Metric("cpu_time", "s", "lower"),
    MEMORY: Metric("memory_max", "B", "lower"),
    **{
        name: Metric(name, "1", "lower")
        for name in ("cpu_cycles", "instructions", "cache_references", "cache_misses", "branch_misses")
    },
}

FACTORS: dict[str, tuple[str, float, float]] = {
    "second": ("s", 1, 1),
    "s": ("s", 1, 1),
    "ms": ("s", 1, 1e3),
    "us": ("s", 1, 1e6),
    "µs": ("s", 1, 1e6),
    "ns": ("s", 1, 1e9),
    "min": ("s", 60, 1),
    "h": ("s", 3600, 1),
    "byte": ("B", 1, 1),
    "B": ("B", 1, 1),
    "kB": ("B", 1e3, 1),
    "MB": ("B", 1e6, 1),
    "GB": ("B", 1e9, 1),
    "TB": ("B", 1e12, 1),
    "KiB": ("B", 2**10, 1),
    "MiB": ("B", 2**20, 1),
    "GiB": ("B", 2**30, 1),
    "TiB": ("B", 2**40, 1),
    "count": ("1", 1, 1),
    "": ("1", 1, 1),
    "k": ("1", 1e3, 1),
    "M": ("1", 1e6, 1),
}
"""The unit as printed to its base unit, and what to multiply and to divide by."""


@lru_cache(maxsize=1024)
def unit_of(name: str, unit: str, said: str | None = None) -> SaidUnit:
    """Return a metric in a unit; where we know neither, both stay as they are.

    Args:
        name: hyperfine's name of the metric.
        unit: As printed.
        said: What tells the unit from others on one line; the metric's name when ``None``.
    """
    known = METRICS.get(name)
    base, multiply, divide = FACTORS.get(unit, (unit, 1, 1))
    if known is not None and unit == "B" and known.unit == "1":
        base, multiply, divide = "1", 1e9, 1  # Of a counter, `B` is a billion.
    metric = known if known is not None and known.unit == base else Metric(name, base)
    return SaidUnit(name if said is None else said, metric, multiply=multiply, divide=divide)
