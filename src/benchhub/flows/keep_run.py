"""A finished run goes to the database; what a dead process left behind goes there too.

The report is written into the run's folder first. If the database cannot take it, the folder stays: the next command
tries again, and nothing is counted twice, since a run's uid is kept once.
"""

import contextlib
from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from typing import Protocol

import msgspec

from benchhub.errors import ConflictError, RemovedError, SetAsideError, StoreError
from benchhub.flows.collect import collect
from benchhub.flows.result_files import problems_of
from benchhub.flows.spool import RunSpool, Unfinished, abandoned, artifacts_in, streams_in
from benchhub.model.report import Report
from benchhub.plugin.contract import Captured, Framework


class Keeper(Protocol):
    """A database that takes reports."""

    def keep(self, report: Report) -> int | None:
        """Make a report durable, project it, and return the run's number.

        Raises ``StoreError``; a ``SetAsideError`` when the report is durable, but no tables could be made of it.
        """


def keep_run(report: Report, spool: RunSpool, database: Callable[[], Keeper]) -> int | None:
    """Keep a finished run and remove its folder.

    Args:
        report: Written into the folder first: whatever happens to the database, the run had ended.
        spool: The folder.
        database: Opens it.

    Raises:
        SetAsideError: The database has it, but could make no tables of it; the folder goes.
        StoreError: The database could not; the folder stays.
    """
    with contextlib.suppress(OSError):  # The spool's disk is full; the database may still have room.
        spool.keep(report)
    try:
        run_id = database().keep(report)
    except SetAsideError:
        spool.discard()
        raise
    except StoreError:
        spool.settle()
        spool.close()
        raise
    spool.discard()
    return run_id


class Recovered(msgspec.Struct, frozen=True):
    """A run that an earlier process left behind.

    Attributes:
        path: Of its folder, which is gone when it is kept.
        was_finished: It had ended, only the database had not taken it.
        unread_because: Why it could not be read and stays where it is; ``None`` when it is kept.
        removed_because: It was removed before, and stays so; its folder is gone.
    """

    path: Path
    label: str
    was_finished: bool
    unread_because: str | None = None
    removed_because: str | None = None


def recover(spool: Path, database: Keeper, frameworks: Mapping[str, Framework]) -> list[Recovered]:
    """Keep every run whose owner is gone; what is unfinished is kept as interrupted.

    Raises:
        StoreError: The database cannot take them now; they stay.
    """
    recovered: list[Recovered] = []
    for run in abandoned(spool):
        try:
            report, was_finished = _report_in(run, frameworks)
        except msgspec.DecodeError as error:
            # Damaged, or written by a newer BenchHub that will know what it means: it stays.
            recovered.append(Recovered(run.path, "", was_finished=False, unread_because=str(error)))
            continue
        if report is None:
            run.discard()
            continue
        try:
            database.keep(report)
        except RemovedError as error:
            run.discard()
            removed = Recovered(run.path, report.envelope.label, was_finished, removed_because=error.what)
            recovered.append(removed)
            continue
        except SetAsideError:
            pass  # The database has it; `bh db check` lists what could not be projected.
        except ConflictError:
            # Another process kept this run between its report and its folder's end, with the same bytes or better.
            run.path.rename(run.path.with_name(f".conflict-{run.path.name}"))
            continue
        run.discard()
        recovered.append(Recovered(run.path, report.envelope.label, was_finished))
    return recovered


def _report_in(run: RunSpool, frameworks: Mapping[str, Framework]) -> tuple[Report | None, bool]:
    whole = run.path / "report.json"
    if whole.exists() and whole.stat().st_size:  # An empty one is what a power cut left of it.
        return msgspec.json.decode(whole.read_bytes(), type=Report), True
    begun = run.path / "run.json"
    if not begun.exists():
        return None, False  # Killed before anything was started.
    return _interrupted(run, msgspec.json.decode(begun.read_bytes(), type=Unfinished), frameworks), False


def _interrupted(run: RunSpool, unfinished: Unfinished, frameworks: Mapping[str, Framework]) -> Report:
    """Read what had arrived when the process died."""
    envelope = unfinished.envelope
    captured = Captured(
        streams=streams_in(run.path, unfinished.files),
        options=unfinished.options,
        arguments=unfinished.arguments,
        label=envelope.project.label_within(envelope.label),
        case_name=unfinished.case_name,
    )
    framework = frameworks.get(envelope.framework.name)
    read = framework.read(captured) if framework else ()
    missing = problems_of(run.path, unfinished.files, is_killed=True)
    collected = collect(chain(read, missing), cell=envelope.spec.cell)
    return Report(
        envelope=msgspec.structs.replace(envelope, status="interrupted"),
        catalog=collected.catalog,
        body=collected.body,
        artifacts=artifacts_in(run.path, unfinished.files),
    )
