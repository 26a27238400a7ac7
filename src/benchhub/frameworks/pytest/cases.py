"""Tests by name: pytest's node ids become cases with parameters."""

from collections.abc import Sequence
from typing import Any

import msgspec

from benchhub.frameworks.pytest.events import Part, Subtest
from benchhub.model.case import Case, Kind, Param


class Cases:
    """The cases of one session, by node id.

    Parameters leave a name only while no two tests fall together: else the second keeps its whole name.
    """

    def __init__(self) -> None:
        self.nodes: list[str] = []
        """Collected, in the order in which they should run; empty when workers collect."""
        self.benchmarks: set[str] = set()
        self._parts: dict[str, Sequence[Part]] = {}
        self._cases: dict[str, Case] = {}
        self._owners: dict[tuple[Any, ...], str] = {}

    def learn(self, node: str, parts: Sequence[Part] | None) -> None:
        """Take note of a test's parameters, before it is first asked for."""
        if parts:
            self._parts.setdefault(node, parts)

    def of(self, node: str) -> Case:
        """Return the case of a test."""
        found = self._cases.get(node)
        if found is None:
            kind: Kind = "bench" if node in self.benchmarks else "test"
            found = case_of(node, self._parts.get(node, ()), kind)
            if self._owners.setdefault(found.key(), node) != node:
                found = case_of(node, (), kind)
            self._cases[node] = found
        return found


def suite_of(node: str) -> str:
    """Return the file of a node."""
    return node.partition("::")[0]


def case_of(node: str, parts: Sequence[Part], kind: Kind) -> Case:
    """Return the case of a node id; ``parts`` are what stands between its brackets, when that is known."""
    suite, separator, said_name = node.partition("::")
    if not separator:
        suite, said_name = "", node
    brackets = f"[{'-'.join(text for text, _, _ in parts)}]"
    if not parts or not said_name.endswith(brackets):
        return Case(suite, said_name, {}, kind, said_name)
    params: dict[str, Param] = {}
    left: list[str] = []
    for text, names, values in parts:
        if values is None or len(values) != len(names) or params.keys() & set(names):
            left.append(text)
        else:
            params |= {name: Param(value, "tool") for name, value in zip(names, values, strict=True)}
    name = said_name[: -len(brackets)] + (f"[{'-'.join(left)}]" if left else "")
    return Case(suite, name, params, kind, said_name)


def subtest_case(case: Case, subtest: Subtest) -> Case:
    """Return the case of a sub-test, ``test_evens [even] (i=1)``: what it was given by name are parameters."""
    title = f" [{subtest.message}]" if subtest.message is not None else "" if subtest.kwargs else " [<subtest>]"
    given = ", ".join(f"{name}={value}" for name, value in subtest.kwargs)
    params = {**case.params}
    for name, value in subtest.kwargs:
        params[f"subtest.{name}" if name in params else name] = Param(value, "tool")
    # Without a title the name alone would be its parent's, should that have such parameters, too.
    name = case.name + (title or " [<subtest>]")
    said_name = f"{case.said_name}{title}" + (f" ({given})" if given else "")
    return msgspec.structs.replace(case, name=name, params=params, said_name=said_name)
