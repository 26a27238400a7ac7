"""`bh log`: the kept bytes of a run, as they were, or as the lines that its reader makes of them."""

from collections.abc import Iterable, Iterator

from benchhub.flows.spool import READ_KINDS
from benchhub.model.case import Case
from benchhub.model.record import LogLine
from benchhub.model.report import ArtifactRef, Report
from benchhub.plugin.contract import Captured, Framework, Stream
from benchhub.store.database import Database
from benchhub.store.ingest import artifact_chunks

STREAMS = ("stdout", "stderr")


def read_log(database: Database, report: Report, framework: Framework) -> Iterator[LogLine]:
    """Yield the lines of a run's output in the order of its streams, each with the case that printed it.

    Raises:
        StoreError: The bytes are gone.
    """
    captured = captured_again(database, report)
    for record in framework.read(captured, logs=True):
        if isinstance(record, LogLine):
            yield record


def captured_again(database: Database, report: Report) -> Captured:
    """Return what the run left behind, its bytes read from the database as they are asked for."""
    envelope = report.envelope
    cases = report.catalog.cases
    options = dict(envelope.spec.options)
    arguments = tuple(options.pop("arguments", ()))
    return Captured(
        streams=tuple(
            stream_again(database, artifact) for artifact in ordered(report.artifacts) if artifact.kind in READ_KINDS
        ),
        executions=envelope.executions,
        exit_code=envelope.exit_code,
        is_timed_out=any(execution.is_timed_out for execution in envelope.executions),
        options=options,
        arguments=arguments,
        label=envelope.project.label_within(envelope.label),
        case_name=cases[0].name if cases else "",
    )


def stream_again(database: Database, artifact: ArtifactRef) -> Stream:
    """Return a kept artifact as a stream."""
    return Stream(artifact.name, lambda: artifact_chunks(database, artifact.sha256))


def ordered(artifacts: tuple[ArtifactRef, ...]) -> list[ArtifactRef]:
    """Return standard output, standard error, then the files by name."""
    places = {name: place for place, name in enumerate(STREAMS)}
    return sorted(artifacts, key=lambda artifact: (places.get(artifact.name, len(places)), artifact.name))


def lines_of(lines: Iterable[LogLine], word: str) -> Iterator[LogLine]:
    """Yield the lines of the cases that ``word`` names."""
    # A log has millions of lines and thousands of names.
    known: dict[tuple[str, str, str], bool] = {}
    for line in lines:
        case = line.case
        if case is None:
            continue
        names = (case.suite, case.name, case.said_name)
        is_named = known.get(names)
        if is_named is None:
            is_named = known[names] = names_case(word, case)
        if is_named:
            yield line


def names_case(word: str, case: Case) -> bool:
    """Tell whether ``word`` names a case: by its name, with or without its suite, or by what it is a part of.

    ``TestA`` names ``TestA/sub`` too.
    """
    names = {case.name, case.said_name or case.name}
    names |= {f"{case.suite}.{name}" for name in names}
    return any(name == word or name.startswith(word + "/") for name in names)
