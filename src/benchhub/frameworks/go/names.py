"""Names of benchmarks: parameters, the GOMAXPROCS suffix, cases."""

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from benchhub.model.case import Case, Param

_KEY = re.compile(r"[^\W\d][\w.\-]*")
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_SUFFIX = re.compile(r"(.+)-([1-9][0-9]{0,5})", re.DOTALL)


def bench_case(suite: str, said_name: str, *, cpu: int | None = None) -> Case:
    """Return the case of a benchmark: ``key=value`` segments of its name become parameters.

    Args:
        suite: The package.
        said_name: Without the GOMAXPROCS suffix.
        cpu: GOMAXPROCS, where ``-cpu`` makes cases of it.
    """
    name, params = _split(said_name)
    if cpu is not None:
        # A parameter of the same name that the tool prints is another thing.
        params = {"tool.cpu" if key == "cpu" else key: param for key, param in params.items()}
        params["cpu"] = Param(str(cpu), "flag")
    return Case(suite, name, params, "bench", said_name)


@lru_cache(maxsize=4096)
def _split(said_name: str) -> tuple[str, dict[str, Param]]:
    """Return a name without its parameters, and these."""
    if "=" not in said_name:
        return said_name, {}
    first, *segments = said_name.split("/")
    kept = [first]
    params: dict[str, Param] = {}
    for segment in segments:
        key, equals, value = segment.partition("=")
        if equals and key not in params and _KEY.fullmatch(key):
            params[key] = Param(value, "tool")
        else:
            kept.append(segment)
    return "/".join(kept), params


def procs_of(printed: str, announced: str) -> int | None:
    """Return GOMAXPROCS of a result line, by the name that was announced before it.

    Go appends ``-N`` unless N is 1. Only the announced name tells whether the end of ``quick-2`` is that suffix.

    Returns:
        ``None`` when the line is not the announced benchmark's.
    """
    return _procs_by_suffix(printed[len(announced) :]) if printed.startswith(announced) else None


@lru_cache(maxsize=1024)
def _procs_by_suffix(suffix: str) -> int | None:
    """Return what ``-8`` says, 1 for nothing, ``None`` when it is no suffix of Go's."""
    if not suffix:
        return 1
    digits = suffix[1:]
    if suffix[0] != "-" or not _NUMBER.fullmatch(digits) or digits == "1":
        return None
    return int(digits)


class Suffixes(msgspec.Struct, frozen=True):
    """How the names of one package are to be read.

    Attributes:
        procs: The values of GOMAXPROCS that occur as suffixes; 1 has none.
        bases: Names that may be left when a suffix is taken away; ``None`` for any.
        is_ambiguous: The names alone do not tell.
    """

    procs: frozenset[int]
    bases: frozenset[str] | None = None
    is_ambiguous: bool = False

    def split(self, printed: str) -> tuple[str, int]:
        """Return a printed name without its suffix, and GOMAXPROCS."""
        match = _SUFFIX.fullmatch(printed)
        if match and int(match[2]) in self.procs and (self.bases is None or match[1] in self.bases):
            return match[1], int(match[2])
        return printed, 1


def suffixes_of(printed: Iterable[str]) -> Suffixes:
    """Return how names without announcements are to be read: all names of a package together decide.

    Every benchmark runs once for each value of ``-cpu``, so one set of suffixes fits every name; and a name without a
    suffix means that GOMAXPROCS was 1 at least once, so that other values show as ``X-N`` beside ``X``.
    """
    names = frozenset(printed)
    numbers: dict[str, set[int]] = {}
    is_bare = False
    for name in names:
        match = _SUFFIX.fullmatch(name)
        if match:
            numbers.setdefault(match[1], set()).add(int(match[2]))
        else:
            is_bare = True
    if is_bare:
        paired = frozenset().union(*(found for base, found in numbers.items() if base in names))
        return Suffixes(paired, names)
    common = frozenset(set.intersection(*numbers.values())) if numbers else frozenset[int]()
    if not common:
        # `size-16`, `len-32`: numbers of the benchmarks' own, on one processor.
        return Suffixes(frozenset(), is_ambiguous=bool(numbers))
    return Suffixes(common, is_ambiguous=len(common) > 1 or any(found != common for found in numbers.values()))
