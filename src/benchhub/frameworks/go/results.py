"""The result lines of one package: which lines are results, and whose.

A line is a result when Go's own layout says so and the name is that of the benchmark that runs; what a program printed
to look like one is refused. Results are held until their names can be read: with an announcement that is when the next
benchmark begins, without any it is when the package ends.
"""

import re
from collections.abc import Callable, Collection, Iterable
from math import isfinite
from typing import Any, NamedTuple

import msgspec

from benchhub.frameworks.go.names import bench_case, procs_of, suffixes_of
from benchhub.frameworks.go.units import Units
from benchhub.model.case import Case
from benchhub.model.record import Record, Result
from benchhub.model.unit import SaidUnit

HELD_MAX = 100_000
"""Results without announcements that are held before their names are read."""

ITERATIONS_WIDTH = 8
TAB = "\t"
METRIC_WIDTH = 7
"""The least that Go pads numbers to. Source: BenchmarkResult.String in Go's testing: ``%8d``, ``%7.2f MB/s``."""

_NAME = re.compile(r"(Benchmark\S*) *\t")
_NUMBERS = re.compile(r"(?P<before>.*?)(?P<numbers> *\d+\t *[^\t ]+ [^\t ]+(?:\t *[^\t ]+ [^\t ]+)*)", re.DOTALL)

Doubt = Callable[[str, str, str], None]
"""Says a problem: kind, where, text."""


_Held = tuple[str, int, list[float], tuple[SaidUnit, ...], bool]
"""A result whose name is not read yet: name, iterations, values, units, and whether it is padded as Go does it.

A plain tuple, since there are as many as lines.
"""


_Place = tuple[Case, dict[str, Any]]
"""Case and native facts of a result."""


class _Shape(NamedTuple):
    """Units that are printed together.

    Attributes:
        width: The least length of Go's own line behind the name and its tab.
    """

    units: tuple[SaidUnit, ...]
    width: int


class Results:
    """The results of one package.

    Attributes:
        suite: The package's name.
        announced: The benchmark that runs; ``None`` while none was announced.
        has_result: The announced benchmark has given a number.
        procs_seen: The values of GOMAXPROCS of the results so far.
        cpu_is_given: GOMAXPROCS makes cases; ``None`` while that is not known.
    """

    def __init__(
        self,
        suite: str,
        units: Units,
        records: list[Record],
        doubt: Doubt,
        *,
        cpu_is_given: bool | None,
    ) -> None:
        self.suite = suite
        self.announced: str | None = None
        self.has_result = False
        self.procs_seen: set[int] = set()
        self._units = units
        self._records = records
        self._doubt = doubt
        self.cpu_is_given = cpu_is_given
        self._open_names: list[str] = []
        self._names: dict[str, tuple[str, int]] = {}
        self._held: list[_Held] = []
        self._ready: list[Result] = []
        # Of the results that are ready, by the name as printed: as long as these wait, it is read in one way.
        self._printed: dict[str, _Place] = {}
        self._unpadded: list[Result] = []
        self._waiting_name: str | None = None
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._cases: dict[tuple[str, int | None], Case] = {}
        self._facts: dict[int, dict[str, Any]] = {}

    def announce(self, name: str, *, is_certain: bool = True) -> None:
        """Say that a benchmark begins.

        Args:
            name: Without a suffix.
            is_certain: An event says so; a name on a line of its own may have been printed by anybody.
        """
        if self._ready or self._unpadded:
            self._say_ready()
        if self._held:
            self.flush()
        if not is_certain:
            if self.announced is not None and not self.has_result:
                self._open_names.append(self.announced)
            self._names.clear()
        self.announced = name
        self.has_result = False
        self._waiting_name = None

    # -- lines -------------------------------------------------------------------------------------------------------

    def take(self, text: str) -> bool:
        """Take a line as a result, or as the beginning of one, where no event announces; return whether it is.

        Args:
            text: Without its end.
        """
        announced = self.announced
        if announced is None:
            return self._take_quiet(text)
        if not text.startswith("Benchmark"):
            at = text.rfind(announced)  # A print without a line end stands before it.
            if at < 0:
                return False
            text = text[at:]
        words = text.split()
        held = self._result(text, words)
        if held is None or self._read_name(words[0]) is None:
            return False
        self.has_result = True
        self._held.append(held)
        return True

    def take_lines(self, lines: list[str]) -> list[str]:
        """Take the results among the lines that were printed while a benchmark runs, and return the others."""
        announced = self.announced or ""
        left: list[str] = []
        for line in lines:
            if line.startswith(announced):
                if line != announced and not self._take_line(line):
                    left.append(line)
            # An event has said what runs; behind a print without a line end stands a result.
            elif line[:8] != "=== RUN " and (
                announced not in line or not self._take_line(line[line.rfind(announced) :])
            ):
                left.append(line)
        return left

    def _take_line(self, line: str) -> bool:
        words = line.split()
        said = tuple(words[3::2])
        shape = self._shapes.get(said) or self._new_shape(said)
        if shape is None or len(words) != 2 * len(said) + 2:
            return False
        is_finite = True
        try:
            iterations = int(words[1])
            try:
                values = _decode_numbers(f"[{','.join(words[2::2])}]")
            except msgspec.MsgspecError:
                values = [float(word) for word in words[2::2]]  # NaN and +Inf are no JSON.
                is_finite = False
        except ValueError:
            return False
        units, width = shape
        if len(values) != len(units):
            return False
        name = words[0]
        is_padded = len(line) - len(name) > width and line.count(TAB) == len(said) + 1
        ready = self._ready if is_padded else self._unpadded
        place = self._printed.get(name) if is_padded else None
        if place is None:
            procs = procs_of(name, self.announced or "")
            if procs is None:
                return False
            place = self._place(procs, ready)
            if is_padded:
                self._printed[name] = place
        case, facts = place
        if not is_finite:
            self._doubt_values(case.said_name, values, units)
        ready.append(Result(case, units, values, iterations, facts))
        self.has_result = True
        return True

    def _place(self, procs: int, before: list[Result]) -> _Place:
        """Return case and native facts of a result of the announced benchmark that follows others."""
        facts = self._facts.get(procs) or self._facts_of(procs)
        if self.cpu_is_given is None and before and before[-1].facts is not facts:
            self._make_cpu_a_parameter()
        return self.case(str(self.announced), procs if self.cpu_is_given else None), facts

    def _make_cpu_a_parameter(self) -> None:
        """One benchmark shows several values of GOMAXPROCS: ``-cpu`` was given, and each makes a case."""
        self.cpu_is_given = True
        self._printed.clear()
        for results in (self._ready, self._unpadded):
            results[:] = [
                msgspec.structs.replace(result, case=self.case(str(self.announced), int((result.facts or {})["procs"])))
                for result in results
            ]

    def _facts_of(self, procs: int) -> dict[str, Any]:
        facts = self._facts.get(procs)
        if facts is None:
            facts = self._facts[procs] = {"procs": procs}
            self.procs_seen.add(procs)
        return facts

    def _doubt_values(self, name: str, values: list[float], units: tuple[SaidUnit, ...]) -> None:
        odd = [f"{value} {unit.said}" for value, unit in zip(values, units, strict=True) if not isfinite(value)]
        if odd:
            self._doubt("non-finite", name, ", ".join(odd))

    def _take_quiet(self, text: str) -> bool:
        """Take a line of output without announcements: of `go test` without ``-json`` and ``-v``, or made by hand.

        There the name comes first, then what the benchmark prints, then the numbers.
        """
        match = self._quiet_name(text)
        if match is None and not text.startswith("Benchmark"):
            return False
        whole = text if match is None else text[match.start() :]
        words = whole.split()
        held = self._result(whole, words)
        if match is None and held is None:
            return False
        if len(words) == 2 and words[1].isdigit() and whole.startswith(words[0]):  # noqa: PLR2004 -- no metric at all
            return True
        if self._waiting_name is not None:
            # Nobody's result can come before the one that is awaited.
            self._doubt("imitated-result", self._waiting_name, text)
            return True
        self._waiting_name = None if match is None else words[0]
        is_whole = held is not None and held[4]
        if held is not None and (is_whole or not self.take_numbers(whole[len(words[0]) :])):
            self._hold(held)
        elif held is None:
            self.take_numbers(whole[len(words[0]) :])
        return True

    def _quiet_name(self, text: str) -> re.Match[str] | None:
        """Return where a name stands in a line: the last one that numbers follow, else the first."""
        found = list(_NAME.finditer(text))
        for match in reversed(found[1:]):
            held = self._result(text[match.start() :], text[match.start() :].split())
            if held is not None and held[4]:
                return match
        return found[0] if found else None

    def take_numbers(self, text: str) -> bool:
        """Take a line that ends in numbers as the result of the name that waits for them; return whether it is one."""
        if self._waiting_name is None or "\t" not in text:
            return False
        match = _NUMBERS.fullmatch(text)
        if match is None:
            return False
        line = f"{self._waiting_name}\t{match['numbers']}"
        held = self._result(line, line.split())
        if held is None or not held[4]:
            return False
        self._hold(held)
        return True

    def wait_no_longer(self) -> str | None:
        """Return the name that was printed and for which no numbers come: that benchmark failed."""
        name, self._waiting_name = self._waiting_name, None
        return name

    @property
    def is_waiting(self) -> bool:
        """Whether a name was printed whose numbers have not come."""
        return self._waiting_name is not None

    def _read_name(self, printed: str) -> tuple[str, int] | None:
        """Return a printed name without its suffix, and GOMAXPROCS; ``None`` when it is not the announced one's.

        A name on a line of its own may be a print: then a benchmark before it is still running.
        """
        if printed in self._names:
            return self._names[printed]
        bases = [str(self.announced), *reversed(self._open_names)]
        found = ((base, procs_of(printed, base)) for base in bases)
        read = next(((base, procs) for base, procs in found if procs is not None), None)
        if read is not None:
            self._names[printed] = read
            self.announced = read[0]
        return read

    def _result(self, text: str, words: list[str]) -> _Held | None:
        """Return the words of a line as a result, ``None`` when they are none."""
        count = len(words)
        if count < 4 or count % 2 or not words[1].isdigit():  # noqa: PLR2004 -- name, iterations, value, unit
            return None
        said = tuple(words[3::2])
        shape = self._shapes.get(said) or self._new_shape(said)
        if shape is None:
            return None
        is_padded = len(text) - len(words[0]) > shape.width and text.count(TAB) * 2 == count
        try:
            return (words[0], int(words[1]), [float(word) for word in words[2::2]], shape.units, is_padded)
        except ValueError:
            return None

    def _new_shape(self, said: tuple[str, ...]) -> _Shape | None:
        if not said or len(set(said)) < len(said):
            return None
        width = ITERATIONS_WIDTH + sum(1 + METRIC_WIDTH + 1 + len(unit) for unit in said)
        shape = self._shapes[said] = _Shape(self._units.shape(said), width)
        return shape

    def _hold(self, held: _Held) -> None:
        self._waiting_name = None
        self._held.append(held)
        if len(self._held) >= HELD_MAX:
            self.flush()

    def forget_shapes(self) -> None:
        """Read units anew: a ``Unit`` line said what one means."""
        self._shapes.clear()

    # -- names -------------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Say the results that are held."""
        if self._ready or self._unpadded:
            self._say_ready()
        held, self._held = self._held, []
        if not held:
            return
        if len({is_padded for *_, is_padded in held}) > 1:
            held = self._refuse_imitations(held)
        places = self._places({one[0]: None for one in held})
        for name, iterations, values, units, _ in held:
            case, facts = places[name]
            if not isfinite(sum(values)):
                self._doubt_values(case.said_name, values, units)
            self._records.append(Result(case, units, values, iterations, facts))

    def _say_ready(self) -> None:
        """Say the results of the announced benchmark; beside lines in the layout of Go, others are prints."""
        ready, unpadded, self._ready, self._unpadded = self._ready, self._unpadded, [], []
        self._printed.clear()
        for result in unpadded if ready else ():
            self._doubt("imitated-result", result.case.said_name, f"{result.iterations} …: not in the layout of Go")
        self._records += ready or unpadded

    def _refuse_imitations(self, held: list[_Held]) -> list[_Held]:
        """Return the results in the layout of Go; where some are, the others were printed by a program."""
        for name, iterations, _, _, is_padded in held:
            if not is_padded:
                self._doubt("imitated-result", "", f"{name} {iterations} …: not in the layout of Go")
        return [one for one in held if one[4]]

    def _places(self, printed: Iterable[str]) -> dict[str, _Place]:
        """Return case and native facts of each printed name."""
        names = self._read(list(printed))
        is_flag = self._is_cpu_list(names.values())
        places: dict[str, _Place] = {}
        for name, (said_name, procs) in names.items():
            places[name] = (self.case(said_name, procs if is_flag else None), self._facts_of(procs))
        return places

    def _read(self, printed: list[str]) -> dict[str, tuple[str, int]]:
        """Return each printed name without its suffix, and GOMAXPROCS."""
        if self.announced is not None:
            return {name: self._names.get(name) or (name, 1) for name in printed}
        suffixes = suffixes_of(printed)
        if suffixes.is_ambiguous:
            self._doubt("ambiguous-suffix", "", ", ".join(sorted(printed)[:10]))
        return {name: suffixes.split(name) for name in printed}

    def _is_cpu_list(self, names: Collection[tuple[str, int]]) -> bool:
        """Return whether GOMAXPROCS makes cases: ``-cpu`` was given, or one benchmark shows several values."""
        if self.cpu_is_given is None and len(names) > 1:
            procs: dict[str, int] = {}
            if any(procs.setdefault(name, value) != value for name, value in names):
                self.cpu_is_given = True
        return bool(self.cpu_is_given)

    def case(self, said_name: str, cpu: int | None = None) -> Case:
        """Return the case of a benchmark; the same object for the same name."""
        case = self._cases.get((said_name, cpu))
        if case is None:
            case = self._cases[said_name, cpu] = bench_case(self.suite, said_name, cpu=cpu)
        return case

    def without_suffix(self, name: str) -> str:
        """Return a name that nobody announced without the suffix that the results have."""
        if self.announced is None and len(self.procs_seen) == 1:
            return name.removesuffix(f"-{next(iter(self.procs_seen))}")
        return name


# Decoding the numbers of a line together, as JSON, takes half the time of ``float`` for each; both round correctly.
_decode_numbers = msgspec.json.Decoder(list[float]).decode


def looks_like_result(text: str) -> bool:
    """Return whether a line could be taken for a benchmark's result."""
    words = text.split()
    if len(words) < 4 or len(words) % 2 or not words[1].isdigit():  # noqa: PLR2004 -- name, iterations, value, unit
        return False
    try:
        return all(isinstance(float(word), float) for word in words[2::2])
    except ValueError:
        return False
