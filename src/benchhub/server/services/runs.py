"""Runs, and what people said of runs and names."""

import msgspec

from benchhub.model.identity import canonical_json
from benchhub.rpc.v1.report_pb2 import ArtifactRef, CaseStatus, Problem
from benchhub.rpc.v1.run_pb2 import RunStatus
from benchhub.rpc.v1.run_service_pb2 import (
    GetRunRequest,
    GetRunResponse,
    ListNamesRequest,
    ListNamesResponse,
    ListRunsRequest,
    ListRunsResponse,
    Note,
    Rename,
    RenameKind,
    Run,
    RunNote,
    RunOutcome,
    RunResult,
    RunTag,
)
from benchhub.server.backend import Backend
from benchhub.server.paging import ROWS_MAX, page_of, window_of
from benchhub.server.services.said import RUN_STATUSES, RUN_WORDS, Row, address_of, metric_of, params_of
from benchhub.server.services.visible import Context, ask
from benchhub.store.browse import names_since, run_at, run_parts, runs_page
from benchhub.store.database import Database
from benchhub.store.ingest import artifacts_of


class Runs:
    """``RunService``."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def list_runs(self, request: ListRunsRequest, _: Context) -> ListRunsResponse:
        """List runs, newest first."""
        window = window_of(request, int)
        status = None if request.status == RunStatus.RUN_STATUS_UNSPECIFIED else RUN_WORDS.get(request.status, "")
        found = await ask(
            self._backend,
            lambda database, visible: runs_page(
                database,
                window.seen_by(visible),
                project=request.project or None,
                target=request.target or None,
                status=status,
                tag=request.tag or None,
            ),
        )
        rows, following = page_of(found, window, "id")
        return ListRunsResponse(runs=[_run_of(row) for row in rows], next_page_token=following)

    async def get_run(self, request: GetRunRequest, _: Context) -> GetRunResponse:
        """Tell one run whole."""
        return await ask(self._backend, lambda database, visible: _whole(database, request.run, visible=visible))

    async def list_names(self, request: ListNamesRequest, _: Context) -> ListNamesResponse:
        """List what people said of names and runs."""
        count = min(request.page_size or ROWS_MAX, ROWS_MAX)
        said = await ask(
            self._backend,
            lambda database, visible: names_since(
                database,
                visible=visible,
                after_rename=request.after_rename,
                after_note=request.after_note,
                tags_since_ms=request.tags_since_ms,
                count=count,
            ),
        )
        return ListNamesResponse(
            renames=[_rename_of(row) for row in said["renames"][:count]],
            tags=[
                RunTag(run_uid=row["uid"], name=row["name"], user=row["user_name"], tagged_at_ms=row["tagged_at"])
                for row in said["tags"][:count]
            ],
            notes=[RunNote(number=row["id"], run_uid=row["uid"], note=_note_of(row)) for row in said["notes"][:count]],
            has_more=any(len(rows) > count for rows in said.values()),
        )


def _whole(database: Database, reference: str, *, visible: str | None) -> GetRunResponse:
    """Return a run whole; thousands of messages are made, hence in a thread."""
    run = run_at(database, reference, visible=visible)
    parts = run_parts(database, run["id"])
    return GetRunResponse(
        run=_run_of(run),
        results=[_result_of(row) for row in parts["results"]],
        outcomes=[_outcome_of(row) for row in parts["outcomes"]],
        notes=[_note_of(row) for row in parts["notes"]],
        problems=[Problem(kind=row["kind"], where=row["place"], text=row["text"]) for row in parts["problems"]],
        artifacts=[
            ArtifactRef(name=one.name, kind=one.kind, sha256=one.sha256, size_bytes=one.size_bytes)
            for one in artifacts_of(database, run["id"])
        ],
    )


def _run_of(row: Row) -> Run:
    cell = msgspec.json.decode(row["spec"]).get("cell", {})
    return Run(
        number=row["id"],
        uid=row["uid"],
        project=address_of(row),
        target=row["target"],
        cell_json=canonical_json(cell).decode(),
        framework=row["framework"],
        framework_version=row["framework_version"],
        user=row["user_name"],
        machine=row["machine"],
        cpu=row["cpu"],
        toolchain=row["toolchain"],
        commit_sha=row["sha"],
        branch=row["branch"],
        is_dirty=bool(row["dirty"]),
        is_trunk=bool(row["trunk"]),
        started_at_ms=row["started_at"],
        finished_at_ms=row["finished_at"],
        status=RUN_STATUSES[row["status"]],
        exit_code=row["exit_code"],
        wall_s=row["wall_s"],
        tags=row["tags"],
    )


def _result_of(row: Row) -> RunResult:
    return RunResult(
        series_id=row["series_id"],
        suite=row["suite"],
        name=row["name"],
        params=params_of(row),
        metric=metric_of(row),
        value=row["value"],
        low=row["lo"],
        high=row["hi"],
        sample_count=row["n"],
    )


def _outcome_of(row: Row) -> RunOutcome:
    return RunOutcome(
        suite=row["suite"],
        name=row["said_name"],
        status=CaseStatus.Value(f"CASE_STATUS_{row['status'].upper()}"),
        attempt=row["attempt"],
        duration_s=row["duration_s"],
        message=row["message"],
    )


def _note_of(row: Row) -> Note:
    return Note(text=row["text"], user=row["user_name"], noted_at_ms=row["noted_at"])


def _rename_of(row: Row) -> Rename:
    return Rename(
        number=row["id"],
        project=address_of(row),
        kind=RenameKind.Value(f"RENAME_KIND_{row['kind'].upper()}"),
        suite=row["suite"],
        old=row["old"],
        new=row["new"],
        user=row["user_name"],
        renamed_at_ms=row["renamed_at"],
    )
