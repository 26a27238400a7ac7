"""Options become one call of hyperfine."""

from collections.abc import Iterator

from benchhub.errors import UserError
from benchhub.frameworks.hyperfine.options import HyperfineOptions
from benchhub.plugin.contract import Plan, PlanRequest, ResultFile, Step

EXPORT = "hyperfine.json"
SCAN_LENGTHS = (2, 3)


def plan(request: PlanRequest) -> Plan:
    """Return the plan; see ``Hyperfine.plan``."""
    options: HyperfineOptions = request.options
    _check(request.target.label, options, request.arguments)
    version = _version(request.answers.get("version", b""))
    argv = (
        options.program,
        "--style=basic",
        f"--export-json={{results}}/{EXPORT}",
        *_flags(options),
        *request.arguments,
        *(("--", *options.commands) if options.commands else ()),
    )
    env = request.target.env
    return Plan(
        asks={"version": Step((options.program, "--version"), request.directory, env=env)},
        steps=(Step(argv, request.directory, env=env, title=" | ".join(options.commands)),),
        files=(ResultFile(EXPORT),),
        class_facts={"shell": _shell(options, version)},
        tool_version=f"hyperfine {version}".strip(),
    )


def _check(label: str, options: HyperfineOptions, arguments: tuple[str, ...]) -> None:
    if not options.commands and not arguments:
        what = f"`{label}` names no command"
        raise UserError(what, hint='with = { commands = ["./prog --flag", "./other"] }')
    if options.parameters and options.scan:
        what = f"`{label}`: `parameters` and `scan` exclude each other"
        raise UserError(what, hint="hyperfine takes the one or the other")
    if len(options.scan) > 1 or any(len(values) not in SCAN_LENGTHS for values in options.scan.values()):
        what = f"`{label}`: `scan` is one parameter with `[from, to]` or `[from, to, step]`"
        raise UserError(what, hint="scan = { threads = [1, 8] }")
    empty = next((name for name, values in options.parameters.items() if not values), None)
    if empty is not None:
        what = f"`{label}`: `parameters.{empty}` has no values"
        raise UserError(what, hint=f"parameters = {{ {empty} = [1, 2] }}")


def _flags(options: HyperfineOptions) -> Iterator[str]:
    """Yield the flags; a value stands in the same word, so that one that begins with a dash is none."""
    single = {
        "warmup": options.warmup,
        "runs": options.runs,
        "min-runs": options.min_runs,
        "max-runs": options.max_runs,
        "shell": options.shell or None,
        "setup": options.setup or None,
        "cleanup": options.cleanup or None,
        "input": options.input or None,
        "output": options.output or None,
    }
    yield from (f"--{name}={value}" for name, value in single.items() if value is not None)
    for flag, values in (
        ("prepare", options.prepare),
        ("conclude", options.conclude),
        ("command-name", options.names),
    ):
        yield from (f"--{flag}={value}" for value in values)
    if options.ignore_failure is not False and options.ignore_failure != []:
        yield "--ignore-failure"
    for name, scalars in options.parameters.items():
        yield from ("--parameter-list", name, ",".join(_escaped(str(value)) for value in scalars))
    for name, ends in options.scan.items():
        first, last, *step = map(str, ends)
        yield from ("--parameter-scan", name, first, last)
        yield from (f"--parameter-step-size={size}" for size in step)
    yield from options.flags


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(",", "\\,")


def _version(answer: bytes) -> str:
    words = answer.decode(errors="replace").split()
    return words[1] if words[:1] == ["hyperfine"] and len(words) > 1 else ""


def _shell(options: HyperfineOptions, version: str) -> str:
    """Return what starts the commands: it changes what is measured."""
    if options.shell:
        return options.shell
    if not version:
        return "unknown"
    return "default" if version.startswith(("0.", "1.")) else "none"
