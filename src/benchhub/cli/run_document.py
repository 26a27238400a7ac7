"""What `bh run --json` and `bh import --json` print: one object."""

from collections.abc import Sequence

import msgspec

from benchhub.flows.events import RunFinished, TargetFailed
from benchhub.flows.parse_output import Parsed, parsed_of
from benchhub.plugin.contract import Captured


class OneRun(Parsed, frozen=True, kw_only=True):
    """One run in ``bh run --json``: what its output says, and how it ran.

    Attributes:
        run_id: Its number in the database; ``null`` when it could not be kept there and waits in the spool.
        not_kept_because: Why, then.
        uid: Its id everywhere.
        label: Of its target.
        cell: Axis to value, without axes at their default.
        exit_code: Of the first program that did not end well, else 0; ``null`` for imported output.
        started_at_ms: Milliseconds since 1970, UTC.
        finished_at_ms: Likewise; ``null`` for a run that was killed.
    """

    run_id: int | None
    not_kept_because: str | None
    uid: str
    label: str
    cell: dict[str, str]
    exit_code: int | None
    started_at_ms: int
    finished_at_ms: int | None


class RunDocument(msgspec.Struct, frozen=True):
    """What ``bh run --json`` and ``bh import --json`` print.

    Attributes:
        exit_code: What ``bh run`` ends with.
        runs: In the order in which they ended.
        failed_targets: Those that could not be built or started.
    """

    exit_code: int
    runs: list[OneRun]
    failed_targets: list[TargetFailed]


def json_of(exit_code: int, finished: Sequence[RunFinished], failed: list[TargetFailed]) -> bytes:
    """Return a ``RunDocument`` as JSON."""
    return msgspec.json.encode(RunDocument(exit_code, [_document_of(event) for event in finished], failed))


def _document_of(event: RunFinished) -> OneRun:
    envelope = event.report.envelope
    captured = Captured(exit_code=envelope.exit_code, is_timed_out=any(e.is_timed_out for e in envelope.executions))
    parsed = parsed_of(envelope.framework.name, event.collected, captured)
    return OneRun(
        run_id=event.run_id,
        not_kept_because=event.not_kept_because,
        uid=envelope.uid,
        label=envelope.label,
        cell=envelope.spec.cell,
        exit_code=envelope.exit_code,
        started_at_ms=envelope.started_at_ms,
        finished_at_ms=envelope.finished_at_ms,
        **(msgspec.structs.asdict(parsed) | {"run_status": envelope.status}),
    )
