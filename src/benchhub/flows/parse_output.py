"""`bh parse`: read output files and say what they say; touches no database.

1. sort the files of one run into streams
2. recognise the framework by content, unless it is given
3. read, and put the records into one documented object
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from benchhub.errors import UserError
from benchhub.flows.collect import Collected, collect, status_of
from benchhub.model.case import Case, Kind, Origin
from benchhub.model.record import CaseStatus, Problem, SuiteResult
from benchhub.model.run import RunStatus
from benchhub.model.unit import Better, SaidUnit
from benchhub.plugin.contract import Captured, Framework, Stream
from benchhub.stats.summary import summarise

CONFIDENCE_MIN = 0.2
"""Below this nobody claims a file."""

NonFinite = Literal["NaN", "Infinity", "-Infinity"]


class ParsedParam(msgspec.Struct, frozen=True):
    """A parameter of a case.

    Attributes:
        value: As text, exactly as it was written.
        origin: `tool`: part of the name that the tool printed; `cell`: an axis of the target's matrix; `flag`: a flag
            of the tool that makes cases of its own, such as Go's `-cpu`.
    """

    value: str
    origin: Origin


class ParsedMeasurement(msgspec.Struct, frozen=True):
    """The numbers of one metric of one case.

    Attributes:
        metric: ``time``, ``allocated``, ``allocations``, ``throughput``, or the tool's own word.
        unit: The base unit: ``s``, ``B``, ``B/s``, ``1``, or the tool's own.
        better: Which way is better; ``null`` when nobody said.
        statistic: ``median`` of the samples, or the statistic that the tool computed itself.
        n: How many finite samples.
        value: In ``unit``; the word of a non-finite number when no sample is finite.
        samples: In ``unit``, in the order printed.
        iterations: How many operations each sample averages over, parallel to ``samples``; ``null`` where the tool did
            not say.
        said_unit: As printed, e.g. ``ns/op``.
        said_values: As printed, in ``said_unit``, parallel to ``samples``.
    """

    metric: str
    unit: str
    better: Better | None
    statistic: str
    n: int
    value: float | NonFinite | None
    samples: list[float | NonFinite]
    iterations: list[int | None]
    said_unit: str
    said_values: list[float | NonFinite]


class ParsedCase(msgspec.Struct, frozen=True):
    """A test or benchmark, once per attempt.

    Attributes:
        suite: Package, module, class or binary; the label for ``command``.
        name: The tool's name without the parameters that were read out of it.
        said_name: As the tool wrote it, parameters included.
        kind: A benchmark or a test.
        params: By name, in the order in which they were written.
        attempt: From 1; a case that ran again (``-count``, a retry) counts on.
        status: ``null`` when neither an outcome nor a number was seen.
        raw_status: The tool's own word; ``null`` when it said none (Go says nothing of a benchmark that passed).
        flags: Facts worth filtering by: ``panic``, ``race``, ``fuzz``, ``parallel``, ``non-finite``, ….
        duration_s: ``null`` when the tool did not say.
        message: Why it did not pass; ``null`` when it did.
        measurements: One per metric, in the order printed; all of them with the first attempt.
    """

    suite: str
    name: str
    said_name: str
    kind: Kind
    params: dict[str, ParsedParam]
    attempt: int
    status: CaseStatus | None
    raw_status: str | None
    flags: list[str]
    duration_s: float | None
    message: str | None
    measurements: list[ParsedMeasurement]


class ParsedUnread(msgspec.Struct, frozen=True):
    """Output that nobody understood.

    Attributes:
        line: From 1.
        why: A short stable word, listed below.
        text: Cut to 1 000 characters.
        stream: Which stream or file.
    """

    line: int
    why: str
    text: str
    stream: str


class Parsed(msgspec.Struct, frozen=True):
    """What ``bh parse --json`` prints.

    Attributes:
        framework: Who read it.
        run_status: How the run ended, by the output alone; for a run of ours, also by its exit code and time limit.
        context: Facts the tool told, by key; where suites differ, by suite below the key.
        cases: In the order in which the tool first gave a number or an outcome for them; once for each attempt.
        suites: How each package, module or binary ended.
        problems: What was understood and casts doubt.
        unread: The first places that nobody understood.
        unread_count: How many there were.
    """

    framework: str
    run_status: RunStatus
    context: dict[str, str | dict[str, str]]
    cases: list[ParsedCase]
    suites: list[SuiteResult]
    problems: list[Problem]
    unread: list[ParsedUnread]
    unread_count: int


def parse_output(paths: Sequence[Path], frameworks: Mapping[str, Framework], *, framework: str | None = None) -> Parsed:
    """Return what the files of one run say.

    Raises:
        UserError: A file cannot be read, or nobody recognises it.
    """
    return parse_streams(streams_of(paths), frameworks, framework=framework)


def parse_streams(streams: Sequence[Stream], frameworks: Mapping[str, Framework], *, framework: str | None) -> Parsed:
    """Return what the streams of one run say."""
    chosen, captured = recognise(streams, frameworks, framework=framework)
    collected = collect(chosen.read(captured))
    return parsed_of(chosen.name, collected, captured)


def streams_of(paths: Sequence[Path]) -> list[Stream]:
    """Return one stream per file, in the order given; a directory stands for its files, sorted."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(child for child in path.iterdir() if child.is_file())
        elif path.exists():
            files.append(path)
        else:
            what = f"no such file: `{path}`"
            raise UserError(what, hint="`bh parse -` reads standard input")
    if not files:
        what = "no files to read in " + ", ".join(f"`{path}`" for path in paths)
        raise UserError(what)
    return [Stream.of_file(file.name, file) for file in files]


def recognise(
    streams: Sequence[Stream], frameworks: Mapping[str, Framework], *, framework: str | None
) -> tuple[Framework, Captured]:
    """Return who reads the streams, and the streams in their roles.

    The stream that is recognised best is the tool's output; one whose name says ``stderr`` is its standard error; the
    others go along under their own names.

    Raises:
        UserError: Nobody recognises any of them.
    """
    candidates = {framework: frameworks[framework]} if framework else frameworks
    heads = [stream.head() for stream in streams]
    scores = [
        (candidate.sniff(head, stream.name), -index, name)
        for index, (stream, head) in enumerate(zip(streams, heads, strict=True))
        for name, candidate in candidates.items()
        if framework or "stderr" not in stream.name
    ]
    confidence, minus_index, name = max(scores, default=(0.0, 0, ""))
    if confidence < CONFIDENCE_MIN and not framework:
        names = ", ".join(f"`{stream.name}`" for stream in streams)
        what = f"nobody recognises {names}"
        raise UserError(what, hint=f"say which tool wrote it: --framework {'|'.join(sorted(frameworks))}")
    chosen = candidates[name]
    roles = tuple(
        msgspec.structs.replace(stream, name="stdout" if index == -minus_index else _role(stream.name))
        for index, stream in enumerate(streams)
    )
    return chosen, Captured(streams=tuple(sorted(roles, key=lambda stream: stream.name != "stdout")))


def _role(name: str) -> str:
    return "stderr" if "stderr" in name else name


def parsed_of(framework: str, collected: Collected, captured: Captured) -> Parsed:
    """Return the documented object for what was collected."""
    body = collected.body
    return Parsed(
        framework=framework,
        run_status=status_of(
            collected, exit_code=captured.exit_code, is_timed_out=captured.is_timed_out, is_interrupted=False
        ),
        context=_context(collected),
        cases=list(parsed_cases(collected)),
        suites=list(body.suites),
        problems=list(body.problems),
        unread=[ParsedUnread(unread.line, unread.why, unread.text, unread.stream) for unread in body.unread],
        unread_count=body.unread_count,
    )


def _context(collected: Collected) -> dict[str, str | dict[str, str]]:
    by_key: dict[str, dict[str, str]] = {}
    for context in collected.body.context:
        by_key.setdefault(context.key, {})[context.suite] = context.value
    return {
        key: next(iter(values.values())) if len(set(values.values())) == 1 else values for key, values in by_key.items()
    }


def parsed_cases(collected: Collected) -> list[ParsedCase]:
    """Return the cases in the order in which the tool first gave a number or an outcome for them."""
    measurements = _measurements(collected)
    outcomes = collected.body.outcomes
    rows_by_case: dict[int, list[int]] = {}
    for row, case_index in enumerate(outcomes.case):
        rows_by_case.setdefault(case_index, []).append(row)
    parsed: list[ParsedCase] = []
    for index, case in enumerate(collected.catalog.cases):
        found = measurements.get(index, [])
        rows = rows_by_case.get(index)
        if not rows:
            # A number without an outcome: the tool says nothing of what passed, and prints no number for what failed.
            parsed.append(_parsed_case(case, found, status="passed" if found else None))
            continue
        for position, row in enumerate(rows):
            parsed.append(
                _parsed_case(
                    case,
                    found if position == 0 else [],
                    status=outcomes.status[row],
                    raw_status=outcomes.raw_status[row],
                    attempt=outcomes.attempt[row],
                    flags=outcomes.flags[row],
                    duration_s=outcomes.duration_s[row],
                    message=outcomes.message[row],
                )
            )
    return parsed


def _parsed_case(  # noqa: PLR0913 -- the fields of an outcome
    case: Case,
    measurements: list[ParsedMeasurement],
    *,
    status: CaseStatus | None,
    raw_status: str | None = None,
    attempt: int = 1,
    flags: tuple[str, ...] = (),
    duration_s: float | None = None,
    message: str | None = None,
) -> ParsedCase:
    is_odd = any(m.n < len(m.samples) for m in measurements)
    return ParsedCase(
        suite=case.suite,
        name=case.name,
        said_name=case.said_name or case.name,
        kind=case.kind,
        params={name: ParsedParam(param.value, param.origin) for name, param in case.params.items()},
        attempt=attempt,
        status=status,
        raw_status=raw_status,
        flags=[*flags, *(["non-finite"] if is_odd else [])],
        duration_s=duration_s,
        message=message,
        measurements=measurements,
    )


class _Samples(msgspec.Struct):
    """The samples of one unit of one case, as they come."""

    unit: SaidUnit
    said_values: list[float | NonFinite]
    iterations: list[int | None]


def _measurements(collected: Collected) -> dict[int, list[ParsedMeasurement]]:
    """Return the measurements of each case, by its index, in the order in which the tool first printed the unit."""
    by_case: dict[int, dict[str, _Samples]] = {}
    position = 0
    lines, shapes = collected.body.lines, collected.catalog.shapes
    for case, shape, iterations in zip(lines.case, lines.shape, lines.iterations, strict=True):
        samples_by_unit = by_case.setdefault(case, {})
        for unit in shapes[shape]:
            samples = samples_by_unit.get(unit.said)
            if samples is None:
                samples = samples_by_unit[unit.said] = _Samples(unit, [], [])
            samples.said_values.append(lines.said_values[position])  # type: ignore[arg-type]  # the words of JSON
            samples.iterations.append(iterations)
            position += 1
    parsed = {case: [_measured(samples) for samples in units.values()] for case, units in by_case.items()}
    for statistic in collected.body.statistics:
        parsed.setdefault(collected.catalog.cases.index(statistic.case), []).append(
            ParsedMeasurement(
                metric=statistic.unit.metric.name,
                unit=statistic.unit.metric.unit,
                better=statistic.unit.metric.better,
                statistic=statistic.statistic,
                n=statistic.n or 0,
                value=statistic.unit.base(statistic.said_value),
                samples=[],
                iterations=[],
                said_unit=statistic.unit.said,
                said_values=[statistic.said_value],
            )
        )
    return parsed


def _measured(samples: _Samples) -> ParsedMeasurement:
    unit = samples.unit
    values = [said if isinstance(said, str) else unit.base(said) for said in samples.said_values]
    finite = [value for value in values if not isinstance(value, str)]
    return ParsedMeasurement(
        metric=unit.metric.name,
        unit=unit.metric.unit,
        better=unit.metric.better,
        statistic="median",
        n=len(finite),
        value=summarise(finite).value if finite else values[0],
        samples=values,
        iterations=samples.iterations,
        said_unit=unit.said,
        said_values=samples.said_values,
    )
