"""`bh run`: the main job, told as a story.

1. prepare  every cell: plan, ask the tool, build once
2. run      round by round, so that the runs of all cells are spread alike over the time they take
3. read     the bytes of each run
4. keep     the report; if that fails, the run is shown all the same and waits in the spool
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

import msgspec

from benchhub.errors import StoreError, ToolError
from benchhub.flows import result_files, services
from benchhub.flows.collect import Collected, collect, status_of
from benchhub.flows.events import BuildStarted, RunFinished, RunStarted, TargetFailed, Watcher
from benchhub.flows.follow import Following, reader_for
from benchhub.flows.keep_run import Keeper, keep_run
from benchhub.flows.prepare import Built, Prepared, build, plan_target
from benchhub.flows.resources import LEFT_RUNNING, disturbed_by, resource_facts, resources_of, without_details
from benchhub.flows.result_files import collect_files, note
from benchhub.flows.services import Services, filled
from benchhub.flows.spool import SERVICES, RunSpool, Unfinished, artifacts_in, open_run_spool, streams_in
from benchhub.model.circumstance import Environment, Machine, Revision, Subject, User
from benchhub.model.identity import new_run_uid
from benchhub.model.place import Cell, Project, Target
from benchhub.model.record import DISTURBANCE, OWN_FACTS, Context, Problem, Record
from benchhub.model.report import Body, Envelope, FrameworkFacts, Report
from benchhub.model.run import Execution
from benchhub.plugin.contract import Captured, Framework, Measuring, Runtime, Sink, Step
from benchhub.probes.machine import disturbances_between, moment
from benchhub.workspace.environment import disturbances

PROBLEM_KINDS = {
    "output-lost": "The disk was full while a program printed: what came after is missing.",
    **result_files.PROBLEM_KINDS,
    LEFT_RUNNING: "A process of the run lives on although its program ended.",
    **services.PROBLEM_KINDS,
}
"""Doubts of our own, beside those of the frameworks."""


class Chosen(msgspec.Struct, frozen=True):
    """A cell to run, and all that a path told about it.

    Attributes:
        target: With the cell's values filled in.
        directory: Of the target, absolute.
        environment: From a toolchain and the facts that change results to the whole environment.
    """

    target: Target
    cell: Cell
    directory: str
    project: Project
    user: User
    machine: Machine
    environment: Callable[[str | None, dict[str, str]], Environment]
    revision: Revision | None = None
    subject: Subject | None = None
    case_name: str = ""


class RunRequest(msgspec.Struct, frozen=True):
    """How to run what was chosen.

    Attributes:
        runs: Of each cell; ``None`` for what the target says, else one.
        arguments: For the tool, as written after ``--``.
        timeout_s: For each program; ``None`` for what the target says.
        argv: What the user typed, credentials masked.
        mask: Hides credentials in a command line.
        environ: Variables that the programs inherit.
        scratch: For binaries that the runs share.
        spool: Beside the database.
        measuring: What to measure beside time.
    """

    mask: Callable[[tuple[str, ...]], tuple[str, ...]]
    scratch: Path
    spool: Path
    environ: Mapping[str, str] = {}
    runs: int | None = None
    arguments: tuple[str, ...] = ()
    timeout_s: float | None = None
    argv: tuple[str, ...] = ()
    measuring: Measuring = Measuring()


class Ready(msgspec.Struct, frozen=True):
    """A cell that is built."""

    chosen: Chosen
    prepared: Prepared
    environment: Environment
    runs: int
    built: Built = Built()

    def without_builds(self) -> "Ready":
        """Return the same for later runs: the first alone tells of the builds that all of them share."""
        return msgspec.structs.replace(self, built=msgspec.structs.replace(self.built, done=()))


def run_targets(
    chosen: list[Chosen],
    request: RunRequest,
    *,
    frameworks: Mapping[str, Framework],
    runtime: Runtime,
    database: Callable[[], Keeper],
    watcher: Watcher,
) -> None:
    """Run every chosen cell as often as asked, and keep each run as it ends.

    Args:
        chosen: In the order in which the runs of a round follow each other.
        request: How.
        frameworks: By name.
        runtime: Where.
        database: Opens the database; called only between programs.
        watcher: Learns everything, failures included.

    Raises:
        KeyboardInterrupt: The user stopped; what had run is kept.
    """
    ready = [
        made
        for index, one in enumerate(chosen)
        if (made := _prepare(one, index, request, frameworks[one.target.framework], runtime, watcher))
    ]
    count = sum(one.runs for one in ready)
    number = 0
    given_up: set[int] = set()
    for round_index in range(max((one.runs for one in ready), default=0)):
        for index, one in enumerate(ready):
            if round_index >= one.runs or index in given_up:
                continue
            number += 1
            now = one if round_index == 0 else one.without_builds()
            if not _run_once(now, request, runtime, database, _Numbered(watcher, number, count)):
                given_up.add(index)  # What could not be started now will not start in the next round.


def _prepare(
    one: Chosen, index: int, request: RunRequest, framework: Framework, runtime: Runtime, watcher: Watcher
) -> Ready | None:
    runs = request.runs or one.target.runs or 1
    built = Built()
    scratch = request.scratch / str(index)
    scratch.mkdir(parents=True, exist_ok=True)
    try:
        prepared = plan_target(
            one.target,
            one.cell,
            framework,
            runtime,
            directory=one.directory,
            runs=runs,
            arguments=request.arguments,
            scratch=str(scratch),
            is_counting_instructions=request.measuring.instructions,
        )
        if prepared.plan.build or one.target.build:
            watcher.on(BuildStarted(one.target.label, prepared.plan.note))
            built = build(prepared, runtime, directory=one.directory, listen=_listening(watcher))
    except ToolError as error:
        watcher.on(TargetFailed(one.target.label, one.cell.values, error.what, error.hint))
        return None
    set_here = {name: request.environ[name] for name in prepared.plan.variables if name in request.environ}
    # Nothing that is counted in callgrind may be compared with what was not.
    slowed = {"measure": "instructions"} if request.measuring.instructions else {}
    environment = one.environment(prepared.plan.toolchain, {**set_here, **prepared.plan.class_facts, **slowed})
    return Ready(one, prepared, environment, runs, built)


class _Numbered(msgspec.Struct, frozen=True):
    """A watcher, and which run of how many it hears of."""

    watcher: Watcher
    number: int
    count: int


def _run_once(one: Ready, request: RunRequest, runtime: Runtime, database: Callable[[], Keeper], to: _Numbered) -> bool:
    """Run a cell once, and tell whether it could be started."""
    envelope = _envelope(one, request)
    case_name = one.chosen.case_name or one.prepared.case_name
    files = one.prepared.plan.files
    unfinished = Unfinished(envelope, one.prepared.options, one.prepared.arguments, case_name, files)
    spool = open_run_spool(request.spool, unfinished)
    to.watcher.on(RunStarted(envelope.uid, envelope.label, one.chosen.cell.values, to.number, to.count, envelope))
    directory = Path(one.chosen.directory)
    noted = note(directory, files)
    began = moment()
    before = disturbances()
    serving = Services(one.chosen.target.services, one.chosen.directory, spool.path / SERVICES, runtime)
    steps: tuple[Execution, ...] = ()
    is_stopped = False
    try:
        with serving:
            steps = _execute(one, request, runtime, spool, to.watcher, serving.words)
    except ToolError as error:
        spool.discard()
        to.watcher.on(TargetFailed(envelope.label, one.chosen.cell.values, error.what, error.hint))
        return False
    except KeyboardInterrupt:
        if not steps:
            raise  # The next command finds what there is.
        is_stopped = True  # While the services were ended: the run is whole.
    executions = (*steps, *_masked(serving.executions, request))
    facts: tuple[Context | Problem, ...] = (
        *_disturbances("before", before),
        *_disturbances("during", disturbances_between(began, moment(), _cpu_s(executions))),
        # Nothing was asked while a program ran: the question would have disturbed it, too.
        *_disturbances("after", disturbances()),
        *collect_files(spool.path, directory, files, noted),
        *serving.problems,
    )
    report, collected = read_run(spool, unfinished, one.prepared.framework, executions, facts)
    run_id, why_not = None, None
    try:
        run_id = keep_run(report, spool, database)
    except StoreError as error:
        why_not = f"{error.what}: {error.hint}" if error.hint else error.what
    disturbed = tuple(disturbed_by(report.body.resources, {fact.key: fact.value for fact in report.body.context}))
    to.watcher.on(RunFinished(report, collected, to.number, to.count, run_id, why_not, disturbed))
    if is_stopped or any(execution.is_interrupted for execution in executions):
        raise KeyboardInterrupt
    return True


def _masked(executions: Iterable[Execution], request: RunRequest) -> Iterator[Execution]:
    return (msgspec.structs.replace(execution, argv=request.mask(execution.argv)) for execution in executions)


def _disturbances(when: str, found: dict[str, str]) -> tuple[Context, ...]:
    return tuple(Context(f"{DISTURBANCE}{when}.{name}", value) for name, value in found.items())


def _cpu_s(executions: tuple[Execution, ...]) -> float:
    """Return the CPU time of what ran in a run; its builds came before."""
    usages = [execution.usage for execution in executions if execution.role != "build"]
    return sum((usage.user_s or 0) + (usage.system_s or 0) for usage in usages)


def _envelope(one: Ready, request: RunRequest) -> Envelope:
    chosen, prepared = one.chosen, one.prepared
    framework = prepared.framework
    return Envelope(
        uid=new_run_uid(),
        label=chosen.target.label,
        project=chosen.project,
        spec=prepared.spec,
        framework=FrameworkFacts(framework.name, prepared.plan.tool_version, framework.version),
        user=chosen.user,
        machine=chosen.machine,
        environment=one.environment,
        revision=chosen.revision,
        subject=chosen.subject,
        started_at_ms=time.time_ns() // 1_000_000,
        status="interrupted",
        argv=request.argv,
        native=framework.tables,
    )


def _execute(
    one: Ready, request: RunRequest, runtime: Runtime, spool: RunSpool, watcher: Watcher, words: Mapping[str, str]
) -> tuple[Execution, ...]:
    """Run the steps of one run in order, until one is ended from outside."""
    executions = [msgspec.structs.replace(execution, argv=request.mask(execution.argv)) for execution in one.built.done]
    nowhere = _listening(watcher)(_Nowhere())
    following = _following(one, spool, watcher)
    for execution, said in one.built.failed:
        spool.write("stdout", bytes(said.stdout))
        spool.write("stderr", bytes(said.stderr))
        executions.append(msgspec.structs.replace(execution, argv=request.mask(execution.argv)))
    results = {"{results}": str(spool.results)} if one.prepared.plan.files else {}
    for step in one.prepared.plan.steps:
        resolved = _resolved(step, {**words, **results})
        timeout_s = request.timeout_s or step.timeout_s or one.chosen.target.timeout_s
        sink = nowhere if step.role == "warmup" else following or spool
        execution = runtime.execute(resolved, sink, timeout_s=timeout_s, measuring=request.measuring)
        if following is not None:
            following.tell()
        executions.append(msgspec.structs.replace(execution, argv=request.mask(execution.argv)))
        if execution.is_interrupted:
            break
    if following is not None:
        following.close()
    return tuple(executions)


def _following(one: Ready, spool: RunSpool, watcher: Watcher) -> Following | None:
    """Return a sink that tells what the run writes; ``None`` when nobody wants to know."""
    if watcher.pace_s is None:
        return None
    chosen, prepared = one.chosen, one.prepared
    known = Captured(
        options=prepared.options,
        arguments=prepared.arguments,
        label=chosen.project.label_within(chosen.target.label),
        case_name=chosen.case_name or prepared.case_name,
    )
    files = {file.name: spool.results / file.name for file in prepared.plan.files if file.is_followed}
    return Following(spool, watcher, reader=reader_for(prepared.framework, known), files=files)


def _listening(watcher: Watcher) -> Callable[[Sink], Sink]:
    """Return what makes a sink tell that time passes, for programs whose output nobody needs to see."""
    return lambda sink: sink if watcher.pace_s is None else Following(sink, watcher, is_told=False)


class _Nowhere:
    """Where the output of a warm-up goes."""

    def write(self, stream: str, data: bytes) -> None:
        """Forget ``data``."""


def _resolved(step: Step, words: Mapping[str, str]) -> Step:
    """Return a step that says what is known only now: the result directory, the ports of services."""
    if not words:
        return step
    return msgspec.structs.replace(
        step,
        argv=tuple(filled(word, words) for word in step.argv),
        env={name: filled(value, words) for name, value in step.env.items()},
    )


def read_run(
    spool: RunSpool,
    unfinished: Unfinished,
    framework: Framework,
    executions: tuple[Execution, ...],
    facts: tuple[Context | Problem, ...] = (),
) -> tuple[Report, Collected]:
    """Read what a run left in its folder, and return its whole report.

    Args:
        spool: The folder.
        unfinished: Who ran what.
        framework: Whose output it is.
        executions: The programs, in order.
        facts: What we learned ourselves while it ran.
    """
    envelope = unfinished.envelope
    exit_code = exit_code_of(executions)
    captured = Captured(
        streams=streams_in(spool.path, unfinished.files),
        executions=executions,
        exit_code=exit_code,
        is_timed_out=any(execution.is_timed_out for execution in executions),
        options=unfinished.options,
        arguments=unfinished.arguments,
        label=envelope.project.label_within(envelope.label),
        case_name=unfinished.case_name,
    )
    lost = (Problem("output-lost", "", f"{spool.trouble}: what came after is missing"),) if spool.trouble else ()
    own = chain(lost, facts, resource_facts(executions))
    collected = collect(chain(framework.read(captured), own), cell=envelope.spec.cell)
    status = status_of(
        collected,
        exit_code=exit_code,
        is_timed_out=captured.is_timed_out,
        is_interrupted=any(execution.is_interrupted for execution in executions),
    )
    ended = msgspec.structs.replace(
        envelope,
        status=status,
        exit_code=exit_code,
        executions=tuple(without_details(execution) for execution in executions),
        finished_at_ms=_finished_at_ms(envelope.started_at_ms, executions),
    )
    body = msgspec.structs.replace(collected.body, resources=resources_of(executions, captured.label))
    collected = Collected(collected.catalog, body)
    report = Report(ended, collected.catalog, body, artifacts_in(spool.path, unfinished.files))
    return report, collected


def _finished_at_ms(started_at_ms: int, executions: tuple[Execution, ...]) -> int:
    """Return when a run ended: now, unless the clock was set back meanwhile."""
    took_ms = sum(int(execution.wall_s * 1000) for execution in executions if execution.role != "build")
    return max(time.time_ns() // 1_000_000, started_at_ms + took_ms)


def own_records(body: Body) -> Iterator[Record]:
    """Yield what we said of a run ourselves: its bytes do not say it again."""
    yield from (problem for problem in body.problems if problem.kind in PROBLEM_KINDS)
    yield from (context for context in body.context if context.key.startswith(OWN_FACTS))


def exit_code_of(executions: tuple[Execution, ...]) -> int | None:
    """Return the code of the first program that did not end well, as a shell would say it, else 0.

    Services do not count: they are ended by us.
    """
    for execution in executions:
        if execution.role == "service":
            continue
        if execution.signal is not None:
            return 128 + execution.signal
        if execution.exit_code:
            return execution.exit_code
    return 0 if executions else None
