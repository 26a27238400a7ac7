"""What the programs of a run used becomes metrics of the run and of its parts; and who disturbed it."""

from collections.abc import Iterator

import msgspec

from benchhub.model.record import COUNTED_BY, DISTURBANCE, Context, Problem, Record
from benchhub.model.run import Execution, ResourceUse, Usage
from benchhub.probes.parts import rest_of, sum_of

LEFT_RUNNING = "left-running"

OTHER_CPUS_MAX = 0.2
STOLEN_CPUS_MAX = 0.05
WAITED_SHARE_MAX = 0.1
THROTTLED_SHARE_MAX = 0.01
"""From here on a disturbance is shown: it may have moved the numbers by more than they are mostly compared for."""


def resources_of(executions: tuple[Execution, ...], label: str) -> tuple[ResourceUse, ...]:
    """Return what a run used, then its parts, then what was no part's.

    Args:
        executions: All of the run.
        label: Of its target, within the project.
    """
    measured = [execution for execution in executions if execution.role == "measure"]
    if not measured:
        return ()
    series = tuple(execution.series for execution in measured if execution.series is not None)
    wall_s = sum(execution.wall_s for execution in measured)
    whole = sum_of(execution.usage for execution in measured)
    by_name: dict[str, list[Usage]] = {}
    for execution in measured:
        for name, usage in execution.parts.items():
            by_name.setdefault(name, []).append(usage)
    parts = {name: sum_of(usages) for name, usages in by_name.items()}
    used = [ResourceUse("run", label, whole, wall_s, series)]
    used += [ResourceUse("part", name, usage) for name, usage in parts.items()]
    if parts:
        used.append(ResourceUse("rest", label, rest_of(whole, parts.values())))
    return tuple(used)


def without_details(execution: Execution) -> Execution:
    """Return an execution as the envelope keeps it: what it used in detail stands in the body."""
    return msgspec.structs.replace(execution, parts={}, series=None)


def resource_facts(executions: tuple[Execution, ...]) -> Iterator[Record]:
    """Yield how the numbers were counted, and who lived on when the programs had ended."""
    measured = [execution for execution in executions if execution.role == "measure"]
    for counted in sorted({execution.usage.counted for execution in measured}):
        yield Context(COUNTED_BY, counted)
    for left in dict.fromkeys(name for execution in measured for name in execution.left_running):
        yield Problem(LEFT_RUNNING, left, "it lives on; what it uses from now on is not counted")


def disturbed_by(resources: tuple[ResourceUse, ...], facts: dict[str, str]) -> list[str]:
    """Return, in words, what may have moved the numbers of a run; nothing when it was quiet enough.

    Args:
        resources: Of the run.
        facts: By key: those that begin with ``disturbance.during.``.
    """
    during = {key.removeprefix(f"{DISTURBANCE}during."): value for key, value in facts.items()}
    words: list[str] = []
    other, stolen = (float(during.get(name, "0")) for name in ("other_cpus", "stolen_cpus"))
    if other >= OTHER_CPUS_MAX:
        words.append(f"others used {other:.1f} CPUs")
    if stolen >= STOLEN_CPUS_MAX:
        words.append(f"the host took {stolen:.1f} CPUs away")
    for used in resources[:1]:
        words += _slowed(used.usage, used.wall_s or 0.0)
    return words


def _slowed(usage: Usage, wall_s: float) -> list[str]:
    words: list[str] = []
    if wall_s and (usage.memory_stall_s or 0) / wall_s >= WAITED_SHARE_MAX:
        words.append(f"it waited {usage.memory_stall_s:.1f} s for memory")
    if wall_s and (usage.throttled_s or 0) / wall_s >= THROTTLED_SHARE_MAX:
        words.append(f"its CPU limit stopped it for {usage.throttled_s:.1f} s")
    return words
