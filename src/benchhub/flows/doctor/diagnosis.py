"""One line of `bh doctor`."""

from typing import Literal

import msgspec

from benchhub.errors import BenchHubError

State = Literal["ok", "advice", "problem", "unknown"]


class Diagnosis(msgspec.Struct, frozen=True):
    """What was found of one thing.

    Attributes:
        section: ``tools``, ``git``, ``database``, ``places``, ``machine``, ``permissions``.
        name: Of the thing, within its section.
        state: ``advice`` is worth a change, a ``problem`` keeps `bh run` from working here, ``unknown`` could not be
            learned.
        what: What is so; of an ``unknown``, why it could not be learned.
        why: Why it matters; ``""`` where all is well.
        todo: What to do about it; ``""`` where nothing can be done.
        exit_code: Of a problem: what `bh run` ends with because of it.
    """

    section: str
    name: str
    state: State
    what: str
    why: str = ""
    todo: str = ""
    exit_code: int = 0


def problem_of(section: str, name: str, error: BenchHubError, why: str) -> Diagnosis:
    """Return the problem that an error is, with the code that it ends a command with."""
    return Diagnosis(section, name, "problem", error.what, why, error.hint or "", error.exit_code)
