"""The envelope: who ran what, where, when, and how it ended."""

from collections.abc import Sequence

import msgspec

from benchhub.model.circumstance import User
from benchhub.model.identity import RunUid, is_run_uid, is_sha256
from benchhub.model.report import ArtifactRef, Column, Envelope, NativeTable
from benchhub.model.run import Execution
from benchhub.rpc.convert import circumstances as move
from benchhub.rpc.convert.flat import fields_of, flat, without_nul
from benchhub.rpc.convert.refusal import Allowance, each, name, refuse
from benchhub.rpc.convert.words import RUN_STATUSES
from benchhub.rpc.v1 import report_pb2

_ROWS = ("results", "outcomes")
_TYPES = ("integer", "real", "text", "json")


def envelope_message(envelope: Envelope) -> report_pb2.Envelope:
    """Return an envelope as a message; its id and its programs travel apart."""
    revision, subject = envelope.revision, envelope.subject
    return report_pb2.Envelope(
        label=envelope.label,
        project=move.project_message(envelope.project),
        spec=move.spec_message(envelope.spec),
        framework=move.framework_message(envelope.framework),
        user=move.user_message(envelope.user),
        machine=move.machine_message(envelope.machine),
        environment=move.environment_message(envelope.environment),
        revision=None if revision is None else move.revision_message(revision),
        subject=None if subject is None else move.subject_message(subject),
        started_at_ms=envelope.started_at_ms,
        finished_at_ms=envelope.finished_at_ms,
        exit_code=envelope.exit_code,
        status=RUN_STATUSES.number(envelope.status),
        argv=envelope.argv,
        native=map(_native_message, envelope.native),
        origin=envelope.origin,
    )


def envelope_of(
    message: report_pb2.Envelope,
    uid: str,
    executions: Sequence[Execution],
    allowance: Allowance,
    *,
    reporter: str | None = None,
) -> Envelope:
    """Return an envelope.

    Args:
        message: The message.
        uid: Of the run.
        executions: Of all parts.
        allowance: How much may be looked at.
        reporter: Who ran it, where the message does not say.

    Raises:
        MessageError: Something in it cannot be, or is missing.
    """
    said = flat(message, "envelope")
    label = name(message.label, "envelope.label")
    framework = move.framework_of(message.framework, "envelope.framework")
    if "started_at_ms" not in said:
        raise refuse("envelope.started_at_ms", "is missing", hint="milliseconds since 1970, UTC")
    is_said, native = message.HasField, _native_of(message, allowance)
    return Envelope(
        uid=RunUid(_checked_uid(uid)),
        label=label,
        project=move.project_of(message.project, "envelope.project"),
        spec=move.spec_of(message.spec, allowance, "envelope.spec", label=label, framework=framework.name),
        framework=framework,
        user=_user_of(message, reporter),
        machine=move.machine_of(message.machine, "envelope.machine"),
        environment=move.environment_of(message.environment, allowance, "envelope.environment"),
        revision=move.revision_of(message.revision, "envelope.revision") if is_said("revision") else None,
        subject=move.subject_of(message.subject, "envelope.subject") if is_said("subject") else None,
        started_at_ms=said["started_at_ms"],
        finished_at_ms=said.get("finished_at_ms"),
        exit_code=said.get("exit_code"),
        status=RUN_STATUSES.word(message.status, "envelope.status"),
        executions=tuple(executions),
        argv=said["argv"],
        native=native,
        origin=said.get("origin", "run"),
    )


def _user_of(message: report_pb2.Envelope, reporter: str | None) -> User:
    if reporter is not None and not message.HasField("user"):
        return User(reporter)
    return move.user_of(message.user, "envelope.user")


def _checked_uid(uid: str) -> str:
    if not is_run_uid(uid):
        raise refuse("report_uid", "is no id of a run", hint="a UUIDv7 as 36 lower-case characters, made by who ran it")
    return uid


def _native_message(table: NativeTable) -> report_pb2.NativeTable:
    columns = [report_pb2.NativeColumn(**fields_of(column)) for column in table.columns]
    return report_pb2.NativeTable(**fields_of(table, "columns"), columns=columns)


def _native_of(message: report_pb2.Envelope, allowance: Allowance) -> tuple[NativeTable, ...]:
    allowance.take("envelope.native", message.native)
    return each(message.native, lambda table: _table_of(table, allowance), "envelope.native")


def _table_of(message: report_pb2.NativeTable, allowance: Allowance) -> NativeTable:
    allowance.take("columns", message.columns)
    if message.rows not in _ROWS:
        raise refuse("rows", f"is `{message.rows}`", hint=f"one of {', '.join(_ROWS)}")
    columns = each(message.columns, _column_of, "columns")
    return msgspec.convert({**flat(message), "columns": columns}, NativeTable)


def _column_of(message: report_pb2.NativeColumn) -> Column:
    if message.type not in _TYPES:
        raise refuse("type", f"is `{message.type}`", hint=f"one of {', '.join(_TYPES)}")
    return Column(**flat(message))


def artifact_message(artifact: ArtifactRef) -> report_pb2.ArtifactRef:
    """Return what names bytes as a message; where they lie here is nobody else's concern."""
    return report_pb2.ArtifactRef(**fields_of(artifact, "path"))


def artifact_of(message: report_pb2.ArtifactRef) -> ArtifactRef:
    """Return what names bytes.

    Raises:
        MessageError: Its name is missing, or its digest is none.
    """
    if not is_sha256(message.sha256):
        raise refuse("sha256", "is no digest", hint="64 hexadecimal digits in lower case")
    if message.size_bytes < 0:
        raise refuse("size_bytes", f"is {message.size_bytes}")
    kind = without_nul(message.kind, "kind")
    return ArtifactRef(name(message.name, "name"), kind, message.sha256, message.size_bytes)
