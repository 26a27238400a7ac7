"""The status line: what runs, how far it is, and for how long, in one line."""

from collections.abc import Iterator

from benchhub.cli.colour import Paint, Style
from benchhub.cli.fit import cut, shortened, width
from benchhub.cli.progress.watched import Watched

NAME_COLUMNS_MIN = 18
"""A name of a case that is cut shorter says nothing any more: other parts go before it."""

_DOT = " · "
_PAIRS = (("run", "label"), ("cases", "case"), ("value", "change"))
"""Parts that are joined by a space when both are there."""
_STYLES: dict[str, Style] = {"failures": "red", "time": "dim", "value": "bold", "change": "bold"}


def status_line(watched: Watched, now: float, columns: int, paint: Paint) -> str:
    """Return the status in at most ``columns`` columns.

    Where there is little room the case's name is shortened first, then parts are left out, the least important first.

    Args:
        watched: What is known.
        now: On the monotonic clock.
        columns: Of the terminal.
        paint: For its colours.
    """
    if not watched.label:
        return ""
    failures = f"{watched.failures} failed" if watched.failures else ""
    parts = {
        "run": _run(watched),
        "label": watched.label,
        "cases": _cases(watched),
        "case": watched.case,
        "value": watched.value,
        "change": f"{watched.change} on before" if watched.change else "",
        "failures": failures,
        "time": _time(watched, now),
    }
    told = _fitting({name: text for name, text in parts.items() if text}, columns)
    for name, style in _STYLES.items():
        if name in told:
            told[name] = paint(told[name], style)
    for first, second in _PAIRS:
        if first in told and second in told:
            told[first] = f"{told[first]} {told.pop(second)}"
    return _DOT.join(told.values())


def _run(watched: Watched) -> str:
    if watched.doing == "build":
        return "build"
    return f"run {watched.number}/{watched.count}"


def _cases(watched: Watched) -> str:
    """Return how many cases have ended, of how many there were the last time, if there were not fewer."""
    expected = watched.expected.cases
    if expected and watched.done <= expected and (watched.done or watched.case):
        return f"{watched.done}/{expected}"
    return f"{watched.done} done" if watched.done else ""


def _time(watched: Watched, now: float) -> str:
    left_s = watched.left_s(now)
    left = f", {clock(left_s)} left" if left_s and left_s >= 1 else ""
    return clock(now - watched.started_at) + left


def clock(seconds: float) -> str:
    """Return whole seconds for eyes: ``7s``, ``2m05s``, ``1h03m``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m{rest:02}s" if minutes else f"{rest}s"


_LEFT_OUT = ("change", "value", "case", "cases")
"""What goes where there is no room, in this order."""


def _variants(parts: dict[str, str]) -> Iterator[dict[str, str]]:
    """Yield the parts, then always less of them."""
    yield parts
    parts = {**parts, "change": parts["change"].partition(" ")[0]} if "change" in parts else parts
    for name in _LEFT_OUT:
        yield parts
        parts = {key: text for key, text in parts.items() if key != name}
    yield parts


def _fitting(parts: dict[str, str], columns: int) -> dict[str, str]:
    """Return the parts that fit, one name of them shortened."""
    for kept in _variants(parts):
        name = "case" if "case" in kept else "label"
        room = columns - _size({**kept, name: ""})
        if room >= min(NAME_COLUMNS_MIN, width(kept[name])):
            return {**kept, name: shortened(kept[name], room)}
    return {"time": cut(parts["time"], columns)}


def _size(parts: dict[str, str]) -> int:
    """Return the columns that the parts take together."""
    joints = len(_DOT) * (len(parts) - 1)
    joints -= sum(len(_DOT) - 1 for pair in _PAIRS if all(name in parts for name in pair))
    return sum(map(width, parts.values())) + joints
