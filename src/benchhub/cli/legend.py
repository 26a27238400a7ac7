"""What sets the lines of a history apart, and what they share."""

from collections.abc import Callable
from typing import Any

from benchhub.cli.human import human, plural
from benchhub.store.find import Rows

_TOLD = (
    "project",
    "branch",
    "dirty",
    "cpu_model_name",
    "cores",
    "memory_bytes",
    "runner",
    "subject",
    "toolchain",
    "build_flags",
)
"""Facts that are worth a word when all lines share them; all others are named where lines differ in them."""


def legend(lanes: Rows) -> tuple[str, list[str]]:
    """Return what all lanes share, and for each of them what differs from another one; of one lane, all is shared.

    Args:
        lanes: As ``store.find.lane_facts`` has them.
    """
    facts = [_facts(lane) for lane in lanes]
    names = dict.fromkeys(name for lane in facts for name in lane)
    apart = [name for name in names if any(lane.get(name) != facts[0].get(name) for lane in facts)]
    shared = [name for name in _TOLD if name not in apart and facts[0].get(name) not in {None, ""}]
    if "dirty" in shared and not facts[0]["branch"] and not facts[0]["dirty"]:
        shared.remove("dirty")  # Where no repository is known, nobody can say that the tree was clean.
    return ", ".join(_said(name, facts[0][name]) for name in shared), [
        ", ".join(filter(None, (_said(name, lane.get(name)) for name in apart))) or "none of these" for lane in facts
    ]


def _facts(lane: dict[str, Any]) -> dict[str, Any]:
    """Return all facts of a lane by name, the important ones first."""
    own = {name: lane[name] for name in ("project", "branch", "dirty", "subject", "toolchain")}
    found = {**lane["machine_class"], **own, **lane["environment_class"]}
    return {**{name: found[name] for name in _TOLD if name in found}, **found}


def _said(name: str, value: Any) -> str:  # noqa: ANN401 -- a fact
    """Return a fact as people say it; nothing for one that is not there and need not be."""
    if value is None or value == "":
        return f"{_ALWAYS_THERE[name]} unknown" if name in _ALWAYS_THERE else ""
    say = _SAYING.get(name, f"{name}={{}}".format)
    return say(value)


_SAYING: dict[str, Callable[[Any], str]] = {
    **{name: f"{name} {{}}".format for name in ("project", "branch", "subject", "runner")},
    **dict.fromkeys(("cpu_model_name", "toolchain", "build_flags"), str),
    "dirty": lambda is_dirty: "dirty" if is_dirty else "clean",
    "cores": lambda count: plural(count, "CPU"),
    "memory_bytes": lambda size: f"{human(size, 'B')} memory",
}


_ALWAYS_THERE = {
    "branch": "branch",
    "toolchain": "toolchain",
    "cpu_model_name": "CPU model",
    "cores": "CPU count",
    "memory_bytes": "memory",
}
