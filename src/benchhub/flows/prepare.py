"""A target and a cell become commands that are ready to run."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from benchhub.errors import BenchHubError, ToolError, UserError
from benchhub.model.place import Cell, Spec, Target
from benchhub.model.run import Execution
from benchhub.model.service import Service
from benchhub.plugin.contract import Framework, Plan, PlanRequest, Runtime, Sink, Step
from benchhub.probes.parts import argv_without_parts
from benchhub.workspace.config import what_is_wrong
from benchhub.workspace.mask import mask_arguments, mask_options, mask_text, mask_variables

ASK_ROUNDS_MAX = 3
ASK_TIMEOUT_S = 120.0


class Prepared(msgspec.Struct, frozen=True):
    """A cell whose commands are known.

    Attributes:
        target: With its credentials, as the plan: they are what will run.
        options: As they may be kept and shown, credentials masked; so are ``arguments`` and ``spec``.
        arguments: What the user wrote after ``--``, for the tool.
    """

    target: Target
    cell: Cell
    framework: Framework
    plan: Plan
    spec: Spec
    options: dict[str, Any]
    arguments: tuple[str, ...]
    case_name: str


class CollectingSink(msgspec.Struct):
    """Keeps what a program writes in memory: for questions and builds, whose output is small."""

    stdout: bytearray
    stderr: bytearray

    @classmethod
    def empty(cls) -> "CollectingSink":
        """Return a sink that holds nothing yet."""
        return cls(bytearray(), bytearray())

    def write(self, stream: str, data: bytes) -> None:
        """Append to the stream of that name."""
        (self.stdout if stream == "stdout" else self.stderr).extend(data)


def plan_target(  # noqa: PLR0913 -- what a plan depends on
    target: Target,
    cell: Cell,
    framework: Framework,
    runtime: Runtime,
    *,
    directory: str,
    runs: int = 1,
    arguments: tuple[str, ...] = (),
    scratch: str = "",
    is_counting_instructions: bool = False,
) -> Prepared:
    """Return the commands of a target, after the tool has answered what the framework asks.

    Raises:
        UserError: The options make no sense.
        ToolError: The tool is not there.
    """
    options = decode_options(target, cell, framework)
    request = PlanRequest(
        target=target,
        options=options,
        directory=directory,
        runs=runs,
        arguments=arguments,
        scratch=scratch,
        is_counting_instructions=is_counting_instructions,
    )
    plan = framework.plan(request)
    for _ in range(ASK_ROUNDS_MAX):
        open_asks = {name: step for name, step in plan.asks.items() if name not in request.answers}
        if not open_asks:
            break
        answers = {name: answer(step, runtime) for name, step in open_asks.items()}
        request = msgspec.structs.replace(request, answers={**request.answers, **answers})
        plan = framework.plan(request)
    kept = mask_options(msgspec.to_builtins(options))
    return Prepared(
        target=target,
        cell=cell,
        framework=framework,
        plan=plan,
        spec=_spec(target, cell, kept, mask_arguments(arguments)),
        options=kept,
        arguments=mask_arguments(arguments),
        case_name=target.name,
    )


def decode_options(target: Target, cell: Cell, framework: Framework) -> msgspec.Struct:
    """Return a target's options as the framework's own struct.

    Raises:
        UserError: An option is unknown or of a wrong type; names the target and the cell.
    """
    try:
        # Filled-in axes are text, so numbers may come as strings.
        return msgspec.convert(target.options, framework.options, strict=False)
    except msgspec.ValidationError as error:
        where, said = what_is_wrong(target.options, framework.options, error)
        values = ",".join(f"{axis}={value}" for axis, value in cell.values.items())
        label = target.label + (f"{{{values}}}" if values else "")
        what = f"`{where}` of `{label}`: {said}" if where else f"options of `{label}`: {said}"
        known = ", ".join(f"`{field}`" for field in framework.options.__struct_fields__)
        raise UserError(what, hint=f"`{framework.name}` knows {known}") from error


def answer(step: Step, runtime: Runtime) -> bytes:
    """Return what a tool answers; nothing when it fails.

    Raises:
        ToolError: It is not there.
    """
    sink = CollectingSink.empty()
    execution = runtime.execute(step, sink, timeout_s=step.timeout_s or ASK_TIMEOUT_S)
    return bytes(sink.stdout) if execution.is_ok else b""


def spec_of(target: Target, cell: Cell, framework: Framework, arguments: tuple[str, ...] = ()) -> Spec:
    """Return what will be kept of a target, without asking its tool anything.

    Raises:
        UserError: The options make no sense.
    """
    kept = mask_options(msgspec.to_builtins(decode_options(target, cell, framework)))
    return _spec(target, cell, kept, mask_arguments(arguments))


def _spec(target: Target, cell: Cell, options: Mapping[str, Any], arguments: tuple[str, ...]) -> Spec:
    """Return what will be kept of the target: without credentials, so that two of them make no two specs."""
    return Spec(
        target=target.label,
        framework=target.framework,
        options={**options, **({"arguments": list(arguments)} if arguments else {})},
        env=mask_variables(target.env),
        cell=cell.identity,
        build=[list(mask_arguments(argv)) for argv in target.build],
        filters=target.filters,
        timeout_s=target.timeout_s,
        services={name: mask_service(service) for name, service in target.services.items()} or msgspec.UNSET,
    )


def mask_service(service: Service) -> Service:
    """Return a service as it may be shown."""
    ready = service.ready
    if ready is not None and ready.command is not None:
        ready = msgspec.structs.replace(ready, command=list(mask_arguments(ready.command)))
    return msgspec.structs.replace(
        service, argv=list(mask_arguments(service.argv)), env=mask_variables(service.env), ready=ready
    )


def mask_step(step: Step) -> Step:
    """Return a step as it may be shown."""
    return msgspec.structs.replace(
        step,
        argv=mask_arguments(argv_without_parts(step.argv)),
        env=mask_variables(step.env),
        title=mask_text(step.title),
    )


class Built(msgspec.Struct, frozen=True):
    """What the builds of a cell leave for its runs.

    Attributes:
        done: Builds that succeeded.
        failed: Builds that may fail and did, each with all that it printed.
    """

    done: tuple[Execution, ...] = ()
    failed: tuple[tuple[Execution, CollectingSink], ...] = ()


def build(
    prepared: Prepared, runtime: Runtime, *, directory: str, listen: Callable[[Sink], Sink] = lambda sink: sink
) -> Built:
    """Build what the runs of a cell share: the target's own commands, then the framework's.

    Args:
        prepared: The cell.
        runtime: Where.
        directory: Of the target, absolute.
        listen: Lets somebody know, by a sink before the given one, that time passes.

    Raises:
        ToolError: A build failed that may not; carries the end of its output.
    """
    own = [
        Step(argv=tuple(argv), cwd=directory, env=prepared.target.env, role="build") for argv in prepared.target.build
    ]
    done: list[Execution] = []
    failed: list[tuple[Execution, CollectingSink]] = []
    for step in (*own, *prepared.plan.build):
        sink = CollectingSink.empty()
        execution = runtime.execute(step, listen(sink), timeout_s=step.timeout_s)
        if execution.is_interrupted:
            raise KeyboardInterrupt
        if execution.is_ok:
            done.append(execution)
            continue
        if not step.may_fail:
            raise _build_error(prepared.target, step, execution, sink)
        failed.append((execution, sink))
    return Built(tuple(done), tuple(failed))


BUILD_LINES_SHOWN = 20


def _build_error(target: Target, step: Step, execution: Execution, sink: CollectingSink) -> BenchHubError:
    said = bytes(sink.stdout + sink.stderr).decode(errors="replace").strip().splitlines()[-BUILD_LINES_SHOWN:]
    how = "took too long" if execution.is_timed_out else f"ended with {execution.exit_code or execution.signal}"
    what = f"the build of `{target.label}` {how}: `{' '.join(mask_arguments(step.argv))}`"
    return ToolError("\n".join([what, *(f"  {line}" for line in said)]), where=step.cwd)
