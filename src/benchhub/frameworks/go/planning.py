"""A target becomes commands of `go`.

One run is ``go test -json``. Several runs are built once: ``go test -c`` makes a binary per package, and each run
starts the binaries through ``go tool test2json``, which is what `go test -json` does inside.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from benchhub.errors import UserError
from benchhub.frameworks.go.flags import Flags, sort_flags
from benchhub.plugin.contract import Plan, PlanRequest, Step

ENVIRONMENT = ("GOVERSION", "GOOS", "GOARCH", "GOFLAGS", "GOEXPERIMENT", "CGO_ENABLED", "GOAMD64", "GOARM64", "GOARM")
"""What decides how code is compiled, as `go env` knows it."""

RUNTIME_VARIABLES = ("GOGC", "GOMEMLIMIT", "GOMAXPROCS", "GODEBUG")
"""What decides how compiled code runs."""

BENCHTIME_COUNTED = "100x"
"""Iterations of a benchmark whose instructions are counted."""

MANY_PACKAGES_SINCE = (1, 21)
"""From here on one `go test -c` builds many packages."""

MARKED_FRAMES_SINCE = (1, 20)
"""From here on test binaries mark their frames, so that no print can imitate them."""

Count = Annotated[int, msgspec.Meta(ge=1)]


class GoTestOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ``with`` keys of ``gotest``.

    Attributes:
        packages: Patterns of packages, relative to the target's directory.
        run: Only tests that match this expression.
        skip: Not the tests that match this one (Go 1.20).
        count: How often each test runs.
        short: Tell long tests to be short.
        race: Build with the race detector.
        tags: Build tags.
        timeout: Go's own limit for each package, e.g. ``5m``; Go's default is ten minutes.
        flags: More flags of `go test`, as on its command line.
    """

    packages: list[str] = msgspec.field(default_factory=lambda: ["./..."])
    run: str | None = None
    skip: str | None = None
    count: Count = 1
    short: bool = False
    race: bool = False
    tags: list[str] = []
    timeout: str | None = None
    flags: list[str] = []


class GoBenchOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ``with`` keys of ``gobench``.

    Attributes:
        packages: Patterns of packages, relative to the target's directory.
        bench: Benchmarks that match this expression.
        skip: Not the benchmarks that match this one (Go 1.20).
        count: Samples of each benchmark in one run.
        benchtime: How long each sample takes (``1s``), or how many iterations (``100x``).
        benchmem: Also count allocations.
        cpu: Values of GOMAXPROCS, e.g. ``1,2,4``; each makes cases of its own.
        race: Build with the race detector.
        tags: Build tags.
        flags: More flags of `go test`, as on its command line.
    """

    packages: list[str] = msgspec.field(default_factory=lambda: ["./..."])
    bench: str = "."
    skip: str | None = None
    count: Count = 1
    benchtime: str | None = None
    benchmem: bool = True
    cpu: str | None = None
    race: bool = False
    tags: list[str] = []
    flags: list[str] = []


def test_flags(options: GoTestOptions) -> list[str]:
    """Return the options of ``gotest`` as flags; ``-count`` also keeps Go from answering out of its cache."""
    words = [f"-count={options.count}"]
    words += [f"-run={options.run}"] if options.run is not None else []
    words += [f"-skip={options.skip}"] if options.skip is not None else []
    words += ["-short"] if options.short else []
    words += [f"-timeout={options.timeout}"] if options.timeout is not None else []
    return [*words, *_build_flags(options.race, options.tags), *options.flags]


def bench_flags(options: GoBenchOptions, *, is_counting_instructions: bool = False) -> list[str]:
    """Return the options of ``gobench`` as flags; Go's own time limit, which does not hold for benchmarks, is off.

    Args:
        options: The ``with`` keys.
        is_counting_instructions: Go must not choose how often a benchmark runs, for then no count is like another.
    """
    if is_counting_instructions and options.benchtime is None:
        options = msgspec.structs.replace(options, benchtime=BENCHTIME_COUNTED)
    words = ["-run=^$", f"-bench={options.bench}", f"-count={options.count}", "-timeout=0"]
    words += [f"-skip={options.skip}"] if options.skip is not None else []
    words += [f"-benchtime={options.benchtime}"] if options.benchtime is not None else []
    words += ["-benchmem"] if options.benchmem else []
    words += [f"-cpu={options.cpu}"] if options.cpu is not None else []
    return [*words, *_build_flags(options.race, options.tags), *options.flags]


def _build_flags(race: bool, tags: Sequence[str]) -> list[str]:  # noqa: FBT001 -- two options that both have
    return [*(["-race"] if race else []), *([f"-tags={','.join(tags)}"] if tags else [])]


def cpu_is_given(options: Mapping[str, Any], arguments: Sequence[str]) -> bool | None:
    """Return whether ``-cpu`` was given; ``None`` when the command is not known."""
    if not options and not arguments:
        return None
    more = options.get("flags")
    words = [*(more if isinstance(more, list) else []), *arguments]
    return bool(options.get("cpu")) or sort_flags([str(word) for word in words]).value_of("cpu") is not None


def plan(request: PlanRequest, flags: Sequence[str]) -> Plan:
    """Return the commands of a target.

    Args:
        request: Of the core.
        flags: What the options say, as flags; arguments of the user come after them and so win.
    """
    words = sort_flags([*flags, *request.arguments])
    asks = {
        "environment": _go(request, "env", "-json", *ENVIRONMENT),
        "modules": _go(request, "list", "-m", "-f", "{{.Path}}\t{{.Dir}}"),
    }
    facts = _environment(request.answers.get("environment", b""))
    if "environment" in request.answers and not facts.get("GOVERSION"):
        what = f"`go env` does not answer in `{request.directory}`"
        raise UserError(what, hint="is Go installed, and does its version fit the go.mod? `go env GOVERSION` tells")
    patterns = list(words.packages) or _patterns(request)
    if request.runs > 1 or any(one.startswith("-") for one in request.target.filters):
        asks["packages"] = _go(request, "list", "-e", "-json=ImportPath,Dir,TestGoFiles,XTestGoFiles,Module", *patterns)
    made = Plan(
        asks=asks,
        toolchain=facts.get("GOVERSION"),
        tool_version=facts.get("GOVERSION", "").removeprefix("go"),
        class_facts=_class_facts(facts, words, request),
        variables=RUNTIME_VARIABLES,
    )
    if asks.keys() - request.answers.keys():
        return made
    if "packages" not in asks:
        return msgspec.structs.replace(made, steps=(_go_test(request, words, patterns, facts),))
    packages = _listed(request.answers["packages"], request)
    if not packages:
        what = f"no package of `{request.target.label}` has tests: {' '.join(patterns)}"
        raise UserError(what, hint="`go list` says which packages there are")
    if request.runs == 1:
        return msgspec.structs.replace(made, steps=(_go_test(request, words, [one.path for one in packages], facts),))
    build, steps = _built_once(request, words, packages, _version(facts["GOVERSION"]))
    return msgspec.structs.replace(made, build=build, steps=steps, note="binaries are built once")


def _go(request: PlanRequest, *words: str) -> Step:
    # Go's runtime does other work on each number of processors: one, so that counts are alike.
    alike = {"GOMAXPROCS": "1"} if request.is_counting_instructions else {}
    return Step(("go", *words), request.directory, env={**alike, **request.target.env})


def _go_test(request: PlanRequest, flags: Flags, packages: Sequence[str], facts: Mapping[str, str]) -> Step:
    binary = (f"-{word.removeprefix('-test.')}" for word in flags.binary)
    own = ("-args", *flags.own) if flags.own else ()
    has_launcher = any(word.startswith("-exec=") for word in flags.build) or "-exec" in facts.get("GOFLAGS", "")
    apart = () if has_launcher else ("-exec={part}",)
    step = _go(request, "test", "-json", *apart, *flags.build, *binary, *packages, *own)
    return msgspec.structs.replace(step, parts=_modules(request.answers.get("modules", b"")))


def _modules(answer: bytes) -> dict[str, str]:
    """Return the names of modules by their folders: a test binary is started in its package's folder."""
    pairs = (line.partition("\t") for line in answer.decode("utf-8", "replace").splitlines())
    return {folder: path for path, _, folder in pairs if folder}


# -- packages ------------------------------------------------------------------------------------------------------


class _Listed(msgspec.Struct):
    """A package, as `go list` says."""

    path: str = msgspec.field(default="", name="ImportPath")
    directory: str = msgspec.field(default="", name="Dir")
    tests: list[str] = msgspec.field(default=[], name="TestGoFiles")
    outer_tests: list[str] = msgspec.field(default=[], name="XTestGoFiles")

    @property
    def has_tests(self) -> bool:
        return bool(self.tests or self.outer_tests)


def _patterns(request: PlanRequest) -> list[str]:
    """Return the patterns of packages that the target and the user's path mean."""
    wanted = [one for one in request.target.filters if not one.startswith("-")]
    return wanted or list(request.options.packages)


def _listed(answer: bytes, request: PlanRequest) -> list[_Listed]:
    """Return the packages that have tests, without those that the user took away, in the order of `go list`."""
    import json  # noqa: PLC0415 -- for one object after the other; msgspec wants a single one

    packages: list[_Listed] = []
    decoder = json.JSONDecoder()
    text = answer.decode("utf-8", "replace")
    at = 0
    while (at := text.find("{", at)) >= 0:
        try:
            document, at = decoder.raw_decode(text, at)
            packages.append(msgspec.convert(document, _Listed))
        except (ValueError, RecursionError):
            break
    gone = [one[1:] for one in request.target.filters if one.startswith("-")]
    return [
        package
        for package in packages
        if package.has_tests and not any(_is_below(package.directory, request.directory, one) for one in gone)
    ]


def _is_below(directory: str, root: str, pattern: str) -> bool:
    """Tell whether a pattern (``./slow``, ``./slow/...``) takes in a directory."""
    place = f"{root}/{pattern.removeprefix('./')}"
    above = place.removesuffix("/...")
    return directory == above or (place.endswith("/...") and directory.startswith(above + "/"))


# -- built once ----------------------------------------------------------------------------------------------------


def _built_once(
    request: PlanRequest, flags: Flags, packages: Sequence[_Listed], version: tuple[int, ...]
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Return what builds the binaries, and what runs each of them in its package's directory, as `go test` does."""
    build: list[Step] = []
    steps: list[Step] = []
    compile_flags = [
        word for word in flags.build if not word.startswith("-o=")
    ]  # The binaries have places of their own.
    verbose = "-test.v=test2json" if version >= MARKED_FRAMES_SINCE else "-test.v=true"
    many = version >= MANY_PACKAGES_SINCE
    for number, batch in enumerate(_batches(packages, many=many)):
        folder = f"{request.scratch}/{number}"
        place = f"{folder}/" if many else f"{folder}.test"
        words = ("test", "-c", *compile_flags, "-o", place, *(package.path for package in batch))
        # What does not compile is told in every run, beside the results of the others.
        build.append(msgspec.structs.replace(_go(request, *words), role="build", may_fail=True))
        for package in batch:
            binary = f"{folder}/{_binary_name(package.path)}.test" if many else place
            argv = ("tool", "test2json", "-t", "-p", package.path, "{part}", binary, "-test.paniconexit0", verbose)
            own = flags.binary if flags.value_of("timeout") else ("-test.timeout=10m", *flags.binary)
            step = _go(request, *argv, *own, *flags.own)
            parts = {package.directory: package.path}
            steps.append(msgspec.structs.replace(step, cwd=package.directory, title=package.path, parts=parts))
    return tuple(build), tuple(steps)


def _batches(packages: Sequence[_Listed], *, many: bool) -> list[list[_Listed]]:
    """Return groups of packages that one command can build: the names of their binaries differ."""
    batches: list[list[_Listed]] = []
    names: list[set[str]] = []
    for package in packages:
        name = _binary_name(package.path)
        place = next((at for at, taken in enumerate(names) if many and name not in taken), len(batches))
        if place == len(batches):
            batches.append([])
            names.append(set())
        batches[place].append(package)
        names[place].add(name)
    return batches


def _binary_name(path: str) -> str:
    """Return the name of a package's test binary, without ``.test``.

    Source: ``load.DefaultExecName`` of cmd/go: the last element of the path, the one before it for ``…/v2``.
    """
    *above, name = path.split("/")
    is_version = len(name) > 1 and name[0] == "v" and name[1:].isdigit() and name[1] != "0" and name != "v1"
    return above[-1] if is_version and above else name


# -- facts ---------------------------------------------------------------------------------------------------------


def _environment(answer: bytes) -> dict[str, str]:
    try:
        return msgspec.json.decode(answer, type=dict[str, str])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}


def _class_facts(facts: Mapping[str, str], flags: Flags, request: PlanRequest) -> dict[str, str]:
    """Return what changes results: how code was compiled. Variables that change how it runs are named in the plan."""
    said = {name: value for name, value in facts.items() if name != "GOVERSION" and value}
    changing = [word for word in flags.build if not word.startswith("-o=")]
    if changing:
        said["build_flags"] = " ".join(changing)
    set_here = {name: value for name, value in request.target.env.items() if name in RUNTIME_VARIABLES}
    return {**said, **set_here}


def _version(said: str) -> tuple[int, ...]:
    numbers = said.removeprefix("go").partition("-")[0].split(" ")[0].split(".")
    return tuple(int(number) for number in numbers[:2] if number.isdigit())
