"""A target becomes a command of pytest, in the Python that belongs to the project.

Two questions come first: which Python that is, and what it has. Nothing is installed into it: our plug-in is one file
on ``PYTHONPATH``, see docs/decisions on why.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from benchhub.errors import ToolError, UserError
from benchhub.plugin.contract import Plan, PlanRequest, ResultFile, Step

_T = TypeVar("_T")

INSIDE = Path(__file__).parent / "inside"
"""What runs in a Python that is not ours, and the question after it."""

EVENTS = "pytest.jsonl"
BENCHMARKS = "benchmark.json"

VARIABLES = (
    "PYTHONHASHSEED", "PYTHONOPTIMIZE", "PYTHONMALLOC", "PYTHONDEVMODE", "PYTHON_GIL", "PYTHON_JIT", "PYTEST_ADDOPTS",
)  # fmt: skip
"""What decides how Python runs."""


class PytestOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ``with`` keys of ``pytest``.

    Attributes:
        python: The program, or the words that start it, such as ``["poetry", "run", "python"]``; found when empty.
        paths: Files and directories below the target's directory, or node ids; what pytest itself is set to when empty.
        keyword: Only tests that match this expression, as with ``-k``.
        markers: Only tests with these markers, as with ``-m``.
        flags: More flags of pytest, as on its command line.
    """

    python: str | list[str] = []
    paths: list[str] = []
    keyword: str | None = None
    markers: str | None = None
    flags: list[str] = []


class PytestBenchmarkOptions(PytestOptions, frozen=True, forbid_unknown_fields=True):
    """The ``with`` keys of ``pytest-benchmark``.

    Attributes:
        min_rounds: At least this many samples of each benchmark.
        min_time: Each sample takes at least so many seconds, in as many iterations as that needs.
        max_time: A benchmark stops after about so many seconds.
        warmup: Run each benchmark for a while before its first sample.
        disable_gc: Switch the garbage collector off while a benchmark runs.
    """

    min_rounds: int | None = None
    min_time: float | None = None
    max_time: float | None = None
    warmup: bool = False
    disable_gc: bool = False


class Found(msgspec.Struct, frozen=True):
    """What ``benchhub_find_python.py`` says."""

    python: str | None = None
    why: str = ""
    env: dict[str, str] = {}
    maker: str = ""


class Facts(msgspec.Struct, frozen=True):
    """What ``benchhub_facts.py`` says; ``packages`` are versions by name, ``None`` for what is not installed."""

    executable: str
    version: str
    implementation: str
    path: str = ""
    packages: dict[str, str | None] = {}


def plan_tests(request: PlanRequest) -> Plan:
    """Return the command that runs the tests; benchmarks are left to ``pytest-benchmark``, where that is installed."""
    own = _Python(request)
    if own.facts is None:
        return own.asking()
    own.check("pytest")
    options: PytestOptions = request.options
    words = ["--benchhub-only=tests"] if own.has("pytest-benchmark") else []
    return own.plan([*words, *_flags(options, request)], files=(ResultFile(EVENTS, is_followed=True),), tool="pytest")


def plan_benchmarks(request: PlanRequest) -> Plan:
    """Return the command that runs the benchmarks, and nothing that would disturb them."""
    own = _Python(request)
    if own.facts is None:
        return own.asking()
    own.check("pytest")
    own.check("pytest-benchmark")
    options: PytestBenchmarkOptions = request.options
    words = ["--benchhub-only=benchmarks", "--benchmark-enable", f"--benchmark-json={{results}}/{BENCHMARKS}"]
    words += ["-n0"] if own.has("pytest-xdist") else []  # Benchmarks beside each other measure each other.
    words += ["--no-cov"] if own.has("pytest-cov") else []  # A program that is traced is another program.
    words += [f"--benchmark-min-rounds={options.min_rounds}"] if options.min_rounds is not None else []
    words += [f"--benchmark-min-time={options.min_time}"] if options.min_time is not None else []
    words += [f"--benchmark-max-time={options.max_time}"] if options.max_time is not None else []
    words += ["--benchmark-warmup=on"] if options.warmup else []
    words += ["--benchmark-disable-gc"] if options.disable_gc else []
    files = (ResultFile(EVENTS, is_followed=True), ResultFile(BENCHMARKS, is_optional=True))
    return own.plan([*words, *_flags(options, request)], files=files, tool="pytest-benchmark")


def _flags(options: PytestOptions, request: PlanRequest) -> list[str]:
    """Return what options, the user's path and the user's words say; the last of them wins."""
    words = [f"-k={options.keyword}"] if options.keyword is not None else []
    words += [f"-m={options.markers}"] if options.markers is not None else []
    filters = [one.removesuffix("/...") for one in request.target.filters]
    words += [f"--ignore={one[1:]}" for one in filters if one.startswith("-")]
    paths = [one for one in filters if not one.startswith("-")] or options.paths
    return [*words, *options.flags, *paths, *request.arguments]


class _Python:
    """The Python of a target, as far as the answers tell."""

    def __init__(self, request: PlanRequest) -> None:
        self._request = request
        self._given = _given(request)
        self._found = _answer(request.answers, "python", Found) or Found()
        self._asks: dict[str, Step] = {}
        self.facts: Facts | None = None
        if not self._given and "python" not in request.answers:
            finder = (sys.executable or "python3", "-I", str(INSIDE / "benchhub_find_python.py"), request.directory)
            self._asks["python"] = self._step(finder)
            return
        if not self.words:
            what = f"no Python for `{request.target.label}`: there is none on PATH and no `.venv`"
            raise ToolError(what, hint='name one: with = { python = ".venv/bin/python" }')
        if "facts" not in request.answers:
            self._asks["facts"] = self._step((*self.words, str(INSIDE / "benchhub_facts.py")))
            return
        self.facts = _answer(request.answers, "facts", Facts)
        if self.facts is None:
            what = f"`{' '.join(self.words)}` is no Python that can be asked for its version"
            raise ToolError(what, hint='name another: with = { python = ".venv/bin/python" }', where=request.directory)

    @property
    def words(self) -> tuple[str, ...]:
        """What starts it."""
        return self._given or ((self._found.python,) if self._found.python else ())

    def has(self, package: str) -> bool:
        """Tell whether a package is installed."""
        return self.facts is not None and self.facts.packages.get(package) is not None

    def check(self, package: str) -> None:
        """Raise ``ToolError`` unless a package is installed: where it is missing, and how it comes there."""
        if self.has(package) or self.facts is None:
            return
        version = f"{self.facts.implementation} {self.facts.version}"
        why = f", found by {self._found.why}" if self._found.why else ""
        what = f"{package} is not installed in `{' '.join(self.words)}` ({version}{why})"
        make = f"`{self._found.maker}`" if self._found.maker and self._found.why == "PATH" else ""
        install = make or f"`{' '.join(self.words)} -m pip install {package}`"
        raise ToolError(what, hint=f'{install}, or name another Python: with = {{ python = ".venv/bin/python" }}')

    def asking(self) -> Plan:
        """Return a plan that asks."""
        return Plan(asks=self._asks)

    def plan(self, words: list[str], *, files: tuple[ResultFile, ...], tool: str) -> Plan:
        """Return the one step that all runs repeat."""
        assert self.facts is not None  # noqa: S101 -- asked by the callers
        # Without it, names would depend on which paths are given.
        start = (*self.words, "-m", "pytest", f"--rootdir={self._request.directory}")
        events = ("-p", "benchhub_pytest", f"--benchhub-events={{results}}/{EVENTS}")
        paths = [str(INSIDE), *([self.facts.path] if self.facts.path else [])]
        step = self._step((*start, *events, *words), {"PYTHONPATH": os.pathsep.join(paths)})
        return Plan(
            steps=(step,),
            files=files,
            toolchain=f"{self.facts.implementation} {self.facts.version}",
            variables=VARIABLES,
            tool_version=self.facts.packages.get(tool) or "",
        )

    def _step(self, argv: tuple[str, ...], env: Mapping[str, str] | None = None) -> Step:
        request = self._request
        return Step(argv, request.directory, env={**self._found.env, **request.target.env, **(env or {})})


def _given(request: PlanRequest) -> tuple[str, ...]:
    """Return the words of the user that start Python, a path among them made absolute.

    Raises:
        UserError: They are empty.
    """
    said = request.options.python
    words = (said,) if isinstance(said, str) else tuple(said)
    if words and not words[0].strip():
        what = f"`python` of `{request.target.label}` is empty"
        raise UserError(what, hint='with = { python = ".venv/bin/python" }, or leave it out')
    if words and "/" in words[0]:
        return (os.path.join(request.directory, os.path.expanduser(words[0])), *words[1:])  # noqa: PTH118, PTH111 -- start-up counts
    return words


def _answer(answers: Mapping[str, bytes], name: str, kind: type[_T]) -> _T | None:
    lines = answers.get(name, b"").strip().splitlines()
    try:
        return msgspec.json.decode(lines[-1], type=kind) if lines else None
    except (msgspec.MsgspecError, UnicodeError):
        return None
