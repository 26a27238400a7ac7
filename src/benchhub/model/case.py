"""Cases: the tests and benchmarks that a tool named, and their parameters."""

from typing import Any, Literal

import msgspec

from benchhub.model.identity import digest

Origin = Literal["tool", "cell", "flag"]
Kind = Literal["bench", "test"]


class Param(msgspec.Struct, frozen=True, gc=False):
    """One parameter of a case.

    Attributes:
        value: As text, exactly as it was written.
        origin: ``tool``: part of the name the tool printed; ``cell``: an axis of the target's matrix;
            ``flag``: a flag of the tool that makes cases of its own, such as Go's ``-cpu``.
    """

    value: str
    origin: Origin


class Case(msgspec.Struct, frozen=True, gc=False):
    """One test or benchmark that a tool named.

    Attributes:
        suite: Package, module, class or binary; the label for `command` and load tools.
        name: The tool's name without the parameters that were read out of it.
        params: By name, in the order in which they were written.
        kind: ``bench`` or ``test``.
        said_name: The name as the tool wrote it, without a suffix that belongs to the environment.
    """

    suite: str
    name: str
    params: dict[str, Param] = {}
    kind: Kind = "bench"
    said_name: str = ""

    def key(self) -> tuple[Any, ...]:
        """Return what tells this case from the others of a run; hashable."""
        return (self.suite, self.name, tuple(sorted((k, p.value, p.origin) for k, p in self.params.items())))


def case_hash(framework: str, case: Case) -> bytes:
    """Return 16 bytes that identify ``case`` within its project.

    The project is left out on purpose: a moved project keeps its rows, and the pair (project, hash) is the key.
    Parameters are kept apart by origin, so that an axis of ours never mixes with a part of the tool's name.
    """
    by_origin: dict[str, dict[str, str]] = {}
    for name, param in case.params.items():
        by_origin.setdefault(param.origin, {})[name] = param.value
    return digest([framework, case.suite, case.name, by_origin])


def param_text(params: dict[str, Param]) -> str:
    """Return ``size=1000 alg=quick``, for people and legends."""
    return " ".join(f"{name}={param.value}" for name, param in params.items())
