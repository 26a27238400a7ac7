"""Numbers for people: four digits and a unit that fits."""

import re
from math import isfinite, isnan

_TIMES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_BYTES = ((1024.0**4, "TiB"), (1024.0**3, "GiB"), (1024.0**2, "MiB"), (1024.0, "KiB"), (1.0, "B"))
_RATES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B"))
_COUNTS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1.0, ""))

_SECONDS = frozenset({"s", "sec", "second"})
_NUMERATOR = re.compile(r"([-*])")

_LARGE = 1e6
"""Seven digits are hard to read."""
_OF_LARGEST = {"s": 1e9, "B": 1024.0}
"""So many of the largest unit are written with an exponent; 1 000 where nothing is said."""
_OF_SMALLEST = 1e-3
"""So little of the smallest unit likewise."""


def human(value: float | None, unit: str) -> str:
    """Return a value in base units as people read it: ``1.234 µs``, ``4 KiB``, ``12``, ``12 p99-ns/op``.

    Time and bytes are scaled wherever they stand in a unit, above its slash and once; all else keeps its unit, and a
    size without a name has an exponent.
    """
    if value is None:
        return ""
    if not isfinite(value):
        return non_finite(value)
    if value == 0:
        return "0" if unit == "1" else f"0 {unit}"
    numerator, slash, denominator = unit.partition("/")
    words = _NUMERATOR.split(numerator)
    places = [place for place, word in enumerate(words) if word in {"s", "B"}]
    if len(places) == 1:
        base = words[places[0]]
        scales = _TIMES if base == "s" else _RATES if denominator in _SECONDS else _BYTES
        number, words[places[0]] = _scaled(value, scales, base)
        return f"{number} {''.join(words)}{slash}{denominator}"
    number, size = _scaled(value, _COUNTS, "") if abs(value) >= _LARGE else (digits(value), "")
    return f"{number}{size}" if unit == "1" else f"{number}{size} {unit}"


def _scaled(value: float, scales: tuple[tuple[float, str], ...], base: str) -> tuple[str, str]:
    """Return a number and the name of the size that fits; beyond the last of them, the base with an exponent."""
    largest, smallest = scales[0][0], scales[-1][0]
    if abs(value) >= largest * _OF_LARGEST.get(base, 1000.0) or abs(value) < smallest * _OF_SMALLEST:
        return f"{value:.4g}", base
    size, name = next((scale for scale in scales if abs(value) >= scale[0]), scales[-1])
    return digits(value / size), name


def non_finite(value: float) -> str:
    """Return the word for a number that is none, the same wherever BenchHub prints: ``NaN``, ``-Infinity``."""
    return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"


def digits(value: float) -> str:
    """Return four significant digits, no exponent for the sizes that people meet, whole numbers whole."""
    if abs(value) < _LARGE and value == int(value):
        return str(int(value))
    text = f"{value:.4g}"
    return f"{value:.0f}" if "e+" in text and abs(value) < _LARGE else text


def human_seconds(value: float | None) -> str:
    """Return a duration of milliseconds to hours: ``1.4ms``, ``3.35s``, ``2m05s``."""
    if value is None:
        return ""
    if 0 < value < 1:
        return f"{digits(float(f'{value * 1000:.2g}'))}ms"
    if value < 60:  # noqa: PLR2004 -- a minute
        return f"{value:.2f}s"
    minutes, seconds = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m{seconds:02}s"


def plural(count: int, noun: str) -> str:
    """Return ``1 sample``, ``2 samples``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
