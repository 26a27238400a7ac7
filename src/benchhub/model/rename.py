"""Renames: reports keep the names that tools said, and what a name means is read through the renames.

A name has a time. What ran before a rename meant the old names, whenever it arrives: it follows every rename since.
What ran after it means the new ones, also where two have swapped theirs; only a name that nobody was given again still
leads to what it was the name of, since old branches go on saying it.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from benchhub.model.case import Case

RenameKind = Literal["case", "suite", "target", "project"]


class Rename(msgspec.Struct, frozen=True):
    """One thing got another name; what is below it, behind a ``/``, moves along.

    Attributes:
        suite: Of a case; ``""`` for anything else.
    """

    kind: RenameKind
    suite: str
    old: str
    new: str


class _Name(msgspec.Struct, frozen=True):
    """A target's label, or a suite, or a case in a suite."""

    target: str = ""
    suite: str = ""
    case: str = ""


class Names(msgspec.Struct, frozen=True):
    """What the names of one run mean today.

    Attributes:
        renames: Of its project, in the order in which they were said.
        before: How many of them the run came after.
    """

    renames: tuple[Rename, ...] = ()
    before: int = 0

    def target(self, label: str) -> str:
        """Return the label of a target today."""
        return self._today(_Name(target=label)).target

    def suite(self, suite: str) -> str:
        """Return the name of a suite today."""
        return self._today(_Name(suite=suite)).suite

    def cases(self, cases: Sequence[Case]) -> Sequence[Case]:
        """Return cases of one run with the names that they have today, in the same order.

        A name that was given away is a thing of its own where the run says the new name too.
        """
        if not self.renames:
            return cases
        as_said = [
            self._case(case, self._followed(_Name(suite=case.suite, case=case.name), self.before)) for case in cases
        ]
        taken = {case.key() for case in as_said}
        today = [self._case(case, self._today(_Name(suite=case.suite, case=case.name))) for case in cases]
        return [
            said if now.key() != said.key() and now.key() in taken else now
            for said, now in zip(as_said, today, strict=True)
        ]

    def as_said(self, word: str) -> str:
        """Return what a case was called at first that is called ``word`` today: by what a person writes, any suite."""
        for rename in reversed(self.renames):
            if rename.kind == "case" and is_below(word, rename.new):
                word = rename.old + word[len(rename.new) :]
        return word

    def _case(self, case: Case, name: _Name) -> Case:
        if (case.suite, case.name) == (name.suite, name.case):
            return case
        said_name = renamed_text(case.said_name, case.name, name.case)
        return msgspec.structs.replace(case, suite=name.suite, name=name.case, said_name=said_name)

    def _today(self, name: _Name) -> _Name:
        """Return what a name means today."""
        for at in reversed(range(self.before)):
            given, left = _below(name, self.renames[at], "new"), _below(name, self.renames[at], "old")
            if given > left:
                break  # It has this name since then.
            if left:
                return self._followed(name, at)
        return self._followed(name, self.before)

    def _followed(self, name: _Name, start: int) -> _Name:
        """Return what a name became by the renames from ``start`` on."""
        for rename in self.renames[start:]:
            name = _renamed(name, rename)
        return name


NAMES_AS_SAID = Names()


def renamed_text(text: str, old: str, new: str) -> str:
    """Return a tool's own spelling of a case, such as ``BenchmarkSort/size=1``, with another name in it."""
    if text.startswith(old):
        return new + text[len(old) :]
    head, found, tail = text.rpartition(old)
    return head + new + tail if found else text


def is_below(text: str, name: str) -> bool:
    """Tell whether ``text`` is ``name`` or a part of it: ``TestX/empty`` is a part of ``TestX``."""
    return text == name or text.startswith(f"{name}/")


def _place(name: _Name, rename: Rename) -> str | None:
    """Return the part of a name that a rename might concern."""
    if rename.kind == "case":
        return name.case if name.suite == rename.suite and name.case else None
    return {"suite": name.suite, "target": name.target, "project": ""}[rename.kind] or None


def _below(name: _Name, rename: Rename, side: Literal["old", "new"]) -> int:
    """Return how much of a name is what the rename took or gave: 0 when it is another thing."""
    text, word = _place(name, rename), rename.old if side == "old" else rename.new
    if text is None:
        return 0
    return len(word) if (text == word if rename.kind == "target" else is_below(text, word)) else 0


def _renamed(name: _Name, rename: Rename) -> _Name:
    if not _below(name, rename, "old"):
        return name
    if rename.kind == "case":
        return msgspec.structs.replace(name, case=rename.new + name.case[len(rename.old) :])
    if rename.kind == "suite":
        return msgspec.structs.replace(name, suite=rename.new + name.suite[len(rename.old) :])
    return msgspec.structs.replace(name, target=rename.new)
