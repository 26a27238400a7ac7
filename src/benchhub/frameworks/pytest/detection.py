"""Finds projects with tests for pytest, and with benchmarks; nothing runs."""

import re
from collections.abc import Callable, Iterable, Iterator

from benchhub.model.place import Target
from benchhub.plugin.contract import Tree

CONFIGURATION = {
    "pytest.ini": re.compile(rb"^\[pytest\]", re.MULTILINE),
    "pytest.toml": re.compile(rb"^\[pytest", re.MULTILINE),
    "pyproject.toml": re.compile(rb"^\[tool\.pytest", re.MULTILINE),
    "tox.ini": re.compile(rb"^\[pytest\]", re.MULTILINE),
    "setup.cfg": re.compile(rb"^\[tool:pytest\]", re.MULTILINE),
}
"""Files in which pytest is configured, and what shows that it is."""

PACKAGES = ("pyproject.toml", "setup.py", "setup.cfg", "tox.ini")
"""What lies at the root of a project, where pytest is not configured."""

FILES_MAX = 2_000
"""Of one project, at most this many test files are looked into."""

_TEST = re.compile(rb"^([ \t]*)(?:async[ \t]+)?def[ \t]+test\w*[ \t]*\(([^)]*)", re.MULTILINE)
_BENCHMARK = re.compile(rb"^[ \t]*(?:async[ \t]+)?def[ \t]+\w+[ \t]*\([^)]*\bbenchmark\b", re.MULTILINE)


def projects_with_tests(tree: Tree, framework: str) -> Iterator[Target]:
    """Yield a target for each project that has tests which are no benchmarks."""
    return _projects(tree, framework, _has_tests)


def projects_with_benchmarks(tree: Tree, framework: str) -> Iterator[Target]:
    """Yield a target for each project in which a function asks for the fixture ``benchmark``."""
    return _projects(tree, framework, _has_benchmarks)


def _projects(tree: Tree, framework: str, has_some: Callable[[bytes], bool]) -> Iterator[Target]:
    configured = {
        root
        for name, mark in CONFIGURATION.items()
        for root in tree.directories_with(name)
        if mark.search(tree.read(f"{root}/{name}" if root else name))
    }
    packages = {root for name in PACKAGES for root in tree.directories_with(name)}
    conftests = set(tree.directories_with("conftest.py"))
    files: dict[str, list[str]] = {}
    for path in _test_files(tree):
        files.setdefault(_root_of(path, configured, packages), []).append(path)
    for root, paths in sorted(files.items()):
        is_pytest = root in configured or any(folder in conftests for path in paths for folder in _above(path))
        # Where there are benchmarks, their files are often called so.
        looked_into = sorted(paths, key=lambda path: "bench" not in path)[:FILES_MAX]
        contents = (tree.read(path) for path in looked_into)
        if any(has_some(content) and (is_pytest or _is_pytest(content)) for content in contents):
            folders = sorted({path.rpartition("/")[0] for path in paths})
            yield Target(framework, root, framework, is_detected=True, folders=tuple(folders))


def _is_pytest(content: bytes) -> bool:
    """Tell whether a file of tests is written for pytest: a test that is no method is none of `unittest`."""
    return b"pytest" in content or any(not match[1] for match in _TEST.finditer(content))


def _has_tests(content: bytes) -> bool:
    return any(b"benchmark" not in match[2] for match in _TEST.finditer(content))


def _has_benchmarks(content: bytes) -> bool:
    return b"benchmark" in content and _BENCHMARK.search(content) is not None


def _test_files(tree: Tree) -> Iterable[str]:
    for path in tree.files_below("", ".py"):
        name = path.rpartition("/")[2]
        if name.startswith("test_") or name.endswith("_test.py"):
            yield path


def _root_of(path: str, configured: set[str], packages: set[str]) -> str:
    """Return the project of a test file: the nearest directory where pytest is configured, else the nearest package."""
    above = list(_above(path))
    for roots in (configured, packages):
        for folder in above:
            if folder in roots:
                return folder
    return ""


def _above(path: str) -> Iterator[str]:
    while path:
        path = path.rpartition("/")[0]
        yield path
