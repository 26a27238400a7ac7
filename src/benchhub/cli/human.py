"""Numbers for people: four digits and a unit that fits."""

from math import isfinite

_TIMES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_BYTES = ((1024.0**4, "TiB"), (1024.0**3, "GiB"), (1024.0**2, "MiB"), (1024.0, "KiB"))
_RATES = ((1e12, "TB/s"), (1e9, "GB/s"), (1e6, "MB/s"), (1e3, "kB/s"))
_COUNTS = ((1e12, "T"), (1e9, "G"), (1e6, "M"))

_SCALES = {"s": (_TIMES, "ns", 1e-9), "B": (_BYTES, "B", 1.0), "B/s": (_RATES, "B/s", 1.0)}
"""Unit to its prefixes, and what is written below the smallest of them."""


def human(value: float | None, unit: str) -> str:
    """Return a value in base units as people read it: ``1.234 µs``, ``4 KiB``, ``12``."""
    if value is None:
        return ""
    if not isfinite(value):
        return str(value)
    if value == 0:
        return "0" if unit == "1" else f"0 {unit}"
    if unit in _SCALES:
        scales, base, smallest = _SCALES[unit]
        return _scaled(value, scales, base, smallest=smallest)
    numerator, slash, denominator = unit.partition("/")
    if slash and numerator in _SCALES:
        return f"{human(value, numerator)}/{denominator}"
    text = _scaled(value, _COUNTS, "").replace(" ", "", 1) if abs(value) >= _COUNTS[-1][0] else digits(value)
    return text if unit == "1" else f"{text} {unit}"


def _scaled(value: float, scales: tuple[tuple[float, str], ...], base: str, *, smallest: float = 1.0) -> str:
    for size, name in scales:
        if abs(value) >= size:
            return f"{digits(value / size)} {name}"
    return f"{digits(value / smallest)} {base}"


def digits(value: float) -> str:
    """Return four significant digits, no exponent for the sizes that people meet, whole numbers whole."""
    if value == int(value) and abs(value) < 1e6:  # noqa: PLR2004 -- seven digits are hard to read
        return str(int(value))
    text = f"{value:.4g}"
    return f"{value:.0f}" if "e+" in text and abs(value) < 1e6 else text  # noqa: PLR2004


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
