"""Finds Go modules with tests or benchmarks; nothing runs."""

import re
from collections.abc import Iterable

from benchhub.model.place import Target
from benchhub.plugin.contract import Tree

TEST = re.compile(rb"^func (?:Test|Fuzz|Example)(?:[^a-z]\w*)?\(", re.MULTILINE)
BENCHMARK = re.compile(rb"^func Benchmark(?:[^a-z]\w*)?\(\w+ \*testing\.B\)", re.MULTILINE)
_FUNCTION = {TEST: b"func ", BENCHMARK: b"func Benchmark"}
"""What stands before each: most test files have no benchmark, and plain bytes are found many times quicker."""


def modules_with(tree: Tree, function: re.Pattern[bytes], framework: str) -> Iterable[Target]:
    """Yield a target for each ``go.mod`` with a test file in which ``function`` is found.

    A module within another is none of its packages.
    """
    modules = list(tree.directories_with("go.mod"))
    for module in modules:
        within = [
            f"{other}/" for other in modules if other != module and (not module or other.startswith(module + "/"))
        ]
        paths = (path for path in tree.files_below(module, "_test.go") if not path.startswith(tuple(within)))
        if any(_has(function, tree.read(path)) for path in paths):
            yield Target(framework, module, framework, is_detected=True)


def _has(function: re.Pattern[bytes], source: bytes) -> bool:
    return _FUNCTION[function] in source and function.search(source) is not None
