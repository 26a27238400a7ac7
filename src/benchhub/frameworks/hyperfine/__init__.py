"""hyperfine: the times of whole commands; every run is a sample.

1. plan   one call of hyperfine for all commands and parameters, which exports JSON into the run's own directory
2. read   that JSON (1.x or 2.x), or a CSV of statistics, and what hyperfine said on standard error

``parameters`` fill ``{name}`` in commands inside hyperfine; in ``bh.toml``, where ``{name}`` is an axis of the matrix,
they are written ``{{name}``.
"""

from collections.abc import Iterable, Iterator
from typing import ClassVar

import msgspec

from benchhub.frameworks.hyperfine.options import HyperfineOptions
from benchhub.frameworks.hyperfine.planning import plan
from benchhub.frameworks.hyperfine.reader import read, sniff
from benchhub.model.place import Target
from benchhub.model.record import Record
from benchhub.model.report import Column, NativeTable
from benchhub.plugin.contract import Captured, Framework, Plan, PlanRequest, Tree

TABLE = NativeTable(
    "hyperfine_result",
    "results",
    (
        Column("wall_s", "real", "unit:time_wall_clock", "Seconds of one run; a shell's start is subtracted."),
        Column(
            "user_s", "real", "unit:time_user", "CPU seconds in user mode; NULL before hyperfine 2, which has means."
        ),
        Column("system_s", "real", "unit:time_system", "CPU seconds in the kernel; NULL before hyperfine 2."),
        Column("memory_bytes", "real", "unit:memory_peak_resident", "Peak of resident memory; NULL before 1.20."),
        Column("exit_code", "integer", "fact:exit_code", "Of this run; 128 and the signal when one ended it."),
        Column("extra", "json", "other-units", "All other metrics by hyperfine's names."),
    ),
    suite_name="target",
    case_name="command",
)


class Hyperfine:
    """Reads what hyperfine 1 and 2 export."""

    name: ClassVar[str] = "hyperfine"
    version: ClassVar[int] = 1
    format: ClassVar[str] = "hyperfine-json"
    options: ClassVar[type[msgspec.Struct]] = HyperfineOptions
    tables: ClassVar[tuple[NativeTable, ...]] = (TABLE,)

    def detect(self, tree: Tree) -> Iterable[Target]:  # noqa: ARG002 -- any program might be measured, none asks for it
        """Yield nothing: which commands to measure is somebody's wish."""
        return ()

    def plan(self, request: PlanRequest) -> Plan:
        """Return one call of hyperfine.

        Raises:
            UserError: There is no command, or options exclude each other.
        """
        return plan(request)

    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:
        """Yield a result for every run, an outcome for every command, and what hyperfine warned of."""
        return read(captured, logs=logs)

    def sniff(self, head: bytes, name: str) -> float:  # noqa: ARG002 -- the content is clear
        """Return how sure it is that a file is an export of hyperfine."""
        return sniff(head)


HYPERFINE: Framework = Hyperfine()
