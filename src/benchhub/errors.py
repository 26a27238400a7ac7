"""Everything BenchHub raises on purpose, drawn as a tree.

::

    BenchHubError
    ├── UserError            2    the words, the configuration or a file are wrong
    │   ├── NothingMatchedError  5    a pattern or filter matched nothing
    │   ├── MessageError         2    a message from elsewhere says what cannot be
    │   └── LimitError           2    what was asked for needs more time or room than it may have
    ├── StoreError           4    the database could not keep or answer
    │   ├── ConflictError    4    the same run arrived with another body
    │   └── SetAsideError    4    a report is kept, but no tables could be made of it
    │       └── RemovedError 4    a report came again of a run that somebody removed
    ├── AwayError            4    a server cannot be reached, or cannot answer now
    ├── RefusedError         4    a server does not let this in, or not do that
    │   └── UndeclaredError  4    the registry of a server does not declare what a report is of
    └── ToolError            6    the tool could not be started or built, and nothing ran

Whose fault it is decides the class, and the class owns the exit code. Whatever is raised outside this tree is
our own bug: nobody catches it, and its traceback is the report.
"""

from typing import ClassVar


class BenchHubError(Exception):
    """A failure that a person can understand and act upon.

    Attributes:
        exit_code: What ``bh`` ends with.
        what: One lower-case sentence fragment with the thing in backticks.
        hint: What to do about it, when that is known.
        where: ``file:line`` or another place, when there is one.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, hint: str | None = None, where: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.where = where


class UserError(BenchHubError):
    """The words, the configuration or a file given by the user are wrong."""

    exit_code = 2


class NothingMatchedError(UserError):
    """A pattern or filter matched nothing; zero is not success."""

    exit_code = 5


class MessageError(UserError):
    """A message from elsewhere says what cannot be.

    Attributes:
        field: Which field of the message: ``body.lines.case[7]``.
        said: What is wrong with it.
    """

    def __init__(self, field: str, said: str, *, hint: str | None = None) -> None:
        super().__init__(f"`{field}` {said}", hint=hint)
        self.field = field
        self.said = said

    def within(self, place: str) -> "MessageError":
        """Return the same of a field that lies in ``place``."""
        return MessageError(f"{place}.{self.field}" if self.field else place, self.said, hint=self.hint)


class LimitError(UserError):
    """What was asked for needs more time or room than it may have.

    Attributes:
        is_time: Of the two.
    """

    def __init__(self, what: str, *, hint: str | None = None, is_time: bool = True) -> None:
        super().__init__(what, hint=hint)
        self.is_time = is_time


class StoreError(BenchHubError):
    """The database could not keep or answer; results wait on disk."""

    exit_code = 4


class ConflictError(StoreError):
    """The same run was offered twice with two different bodies."""


class SetAsideError(StoreError):
    """A report is kept, but no tables could be made of it; it waits for a better program and blocks no other."""


class RemovedError(SetAsideError):
    """The run was removed by somebody, and stays so however often its report comes."""


class AwayError(BenchHubError):
    """A server cannot be reached, or cannot answer now; trying again later may help."""

    exit_code = 4


class RefusedError(BenchHubError):
    """Who asks is not known, or may not do this."""

    exit_code = 4


class UndeclaredError(RefusedError):
    """The registry of a server does not declare whose, or what project's, this report is."""


class ToolError(BenchHubError):
    """The tool could not be started or built, and nothing ran."""

    exit_code = 6
