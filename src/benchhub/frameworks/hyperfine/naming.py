"""What a case is called: the command without its parameters where we know how it was written."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from benchhub.frameworks.hyperfine.options import HyperfineOptions
from benchhub.model.case import Case, Param
from benchhub.plugin.contract import Captured

_FIELD = re.compile(r"\{([^{}]*)\}")


class Naming:
    """Makes the cases of one run.

    hyperfine prints ``seq 100`` and ``n=100``. The options of our own runs say that it was ``seq {n}``, which is the
    case's name; of output made elsewhere nobody can tell which ``100`` was meant, so the command stays whole.
    """

    def __init__(self, captured: Captured) -> None:
        self._suite = captured.label
        self._options = options_of(captured)

    def case(self, said: str, params: Mapping[str, str]) -> Case:
        """Return the case of a command, or of a name, that hyperfine printed with its parameters."""
        written = next((one for one in self._written() if _filled(one, params) == said), said)
        return self._case(written, params, said)

    def case_of_command(self, command: str) -> Case:
        """Return the case of a command whose parameters hyperfine did not print, since it failed."""
        for index, written in enumerate(self._options.commands):
            match = self._pattern(written).fullmatch(command)
            if match:
                params = {name: match[f"g{at}"] for at, name in enumerate(self._names()) if f"{{{name}}}" in written}
                name = self._name_of(index) or written
                return self._case(name, params, _filled(name, params))
        return self.case(command, {})

    def _case(self, written: str, params: Mapping[str, str], said: str) -> Case:
        kept = {name: Param(value, "tool") for name, value in params.items()}
        return Case(self._suite, written, kept, "bench", said)

    def _written(self) -> Sequence[str]:
        return [*self._options.names, *self._options.commands]

    def _name_of(self, index: int) -> str:
        names = self._options.names
        return names[0] if len(names) == 1 else names[index] if index < len(names) else ""

    def _names(self) -> list[str]:
        return [*self._options.parameters, *self._options.scan]

    def _pattern(self, written: str) -> re.Pattern[str]:
        """Return what a command may look like when its parameters are filled in."""
        names, seen, pattern = self._names(), set[str](), ""
        for at, part in enumerate(_FIELD.split(written)):
            if at % 2 == 0:
                pattern += re.escape(part)
            elif part not in names:
                pattern += re.escape(f"{{{part}}}")
            elif part in seen:
                pattern += f"(?P=g{names.index(part)})"
            else:
                seen.add(part)
                pattern += f"(?P<g{names.index(part)}>{self._values(part)})"
        return re.compile(pattern, re.DOTALL)

    def _values(self, name: str) -> str:
        values = self._options.parameters.get(name)
        return "|".join(re.escape(str(value)) for value in values) if values else r"-?\d+(?:\.\d+)?"


def options_of(captured: Captured) -> HyperfineOptions:
    """Return the options of our own run; the defaults for output that was made elsewhere."""
    try:
        return msgspec.convert(captured.options, HyperfineOptions, strict=False)
    except msgspec.ValidationError:
        return HyperfineOptions()


def _filled(written: str, params: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda field: params.get(field[1], field[0]), written)
