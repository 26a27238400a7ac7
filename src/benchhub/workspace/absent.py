"""Why a fact is absent: collected for people, never an error."""

import msgspec


class Absent(msgspec.Struct, frozen=True):
    """A fact that could not be learned.

    Attributes:
        fact: What is missing, e.g. ``revision``.
        why: For people, e.g. ``git is not installed``.
        is_warning: Something that was asked for depends on it: it is told unasked.
    """

    fact: str
    why: str
    is_warning: bool = False
