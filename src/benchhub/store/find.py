"""What the verbs ask: one function per question, rows as plain dictionaries."""

import re
from collections.abc import Sequence
from typing import Any, Self

import msgspec

from benchhub.errors import NothingMatchedError
from benchhub.model.case import case_hash
from benchhub.model.identity import canonical_json
from benchhub.model.rename import Names
from benchhub.model.report import Envelope, Report
from benchhub.store.database import Database
from benchhub.store.dimensions import find_project, names_of

Rows = list[dict[str, Any]]

RUN_DIGITS_MAX = 12

RUNS_LOOKED_BACK = 64
"""How far back a previous value is looked for."""

_PARAM = r" ([^ =]+)=([^ ]*)|/([^ /=]+)=([^ /]*)"
"""`` size=1000`` as we write it, ``/size=1000`` as Go does."""


class FoundRun(msgspec.Struct, frozen=True):
    """A run that somebody named."""

    run_id: int
    uid: str
    report_id: int


def find_run(database: Database, reference: str, *, is_strict: bool = False) -> FoundRun:
    """Return the run that ``reference`` names.

    Args:
        database: Where to look.
        reference: ``latest``, ``-2`` (one before it), a number, or the unique beginning of a uid.
        is_strict: Digits that are one run's number and begin another one's uid name nothing.

    Raises:
        NothingMatchedError: There is none, or several.
    """
    if reference == "latest":
        rows = database.all("run_from_end", back=0)
    elif reference.startswith("-") and _is_number(reference[1:]):
        rows = database.all("run_from_end", back=max(int(reference[1:]) - 1, 0))
    elif _is_number(reference):
        rows = database.all("run_by_id", id=int(reference))
        if not rows or is_strict:
            rows = list(dict.fromkeys([*rows, *_by_uid(database, reference)]))
    else:
        rows = _by_uid(database, reference)
    if len(rows) > 1:
        what = f"several runs begin with `{reference}`, or have it as their number"
        raise NothingMatchedError(what, hint="write more of the id, or the run's number")
    if not rows:
        what = f"no run `{reference}`"
        raise NothingMatchedError(what, hint=_removed_hint(database, reference) or "`bh runs` lists them")
    return FoundRun(*rows[0])


def _removed_hint(database: Database, reference: str) -> str | None:
    """Return how to get a run back that somebody removed."""
    row = database.one("removal_of_report", report_id=int(reference)) if _is_number(reference) else None
    return f"it was removed; `bh rm --undo {row[0]}` brings it back" if row else None


def _is_number(text: str) -> bool:
    """Tell whether ``text`` is a number of a run; longer digits are the beginning of a uid."""
    return text.isascii() and text.isdigit() and len(text) <= RUN_DIGITS_MAX


def _by_uid(database: Database, beginning: str) -> list[Any]:
    beginning = beginning.lower()
    return database.all("run_by_uid", low=beginning, high=beginning + "g")


def rows_of(database: Database, statement: str, /, **parameters: Any) -> Rows:  # noqa: ANN401 -- what SQL takes
    """Return the rows of a named statement, each as a dictionary in the order of its columns."""
    cursor = database.cursor(statement, **parameters)
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor]


def recent_runs(
    database: Database,
    *,
    count: int,
    project: str | None = None,
    target: str | None = None,
    status: str | None = None,
    tag: str | None = None,
) -> Rows:
    """Return the last runs, newest first: the columns of view ``runs`` that people read, and how much each holds."""
    return rows_of(database, "recent_runs", count=count, project=project, target=target, status=status, tag=tag)


def newest_start_ms(database: Database) -> int | None:
    """Return when the last run began by the clocks of those who ran, in milliseconds since 1970; ``None`` for none."""
    (started_at_ms,) = database.one("newest_start")
    return None if started_at_ms is None else int(started_at_ms)


def names_beginning(database: Database, kind: str, beginning: str, *, count: int) -> list[str]:
    """Return the names that begin so, sorted, at most ``count``.

    Args:
        database: Where to look.
        kind: ``cases``, ``labels``, ``metrics`` or ``projects``.
        beginning: Upper and lower case are told apart.
        count: How many at most.
    """
    rows = database.all(f"names_of_{kind}", low=beginning, high=beginning + chr(0x10FFFF), count=count)
    return [str(row[0]) for row in rows]


def run_whole(database: Database, run_id: int) -> dict[str, Any]:
    """Return all that the views say of one run: ``run``, ``tags``, ``notes``, ``results``, ``tests``, ``suites``, …."""
    return {
        "run": rows_of(database, "run_row", run_id=run_id)[0],
        "tags": rows_of(database, "run_tags", run_id=run_id),
        "notes": rows_of(database, "run_notes", run_id=run_id),
        "results": rows_of(database, "run_results", run_id=run_id),
        "resources": rows_of(database, "run_resources", run_id=run_id),
        "tests": rows_of(database, "run_tests", run_id=run_id),
        "suites": rows_of(database, "run_suites", run_id=run_id),
        "context": rows_of(database, "run_contexts", run_id=run_id),
        "problems": rows_of(database, "run_problems", run_id=run_id),
        "unread": rows_of(database, "run_unread", run_id=run_id),
    }


class CaseWords(msgspec.Struct, frozen=True):
    """What somebody wrote to name cases: ``BenchmarkSort size=1000``, or ``BenchmarkSort/size=1000`` as Go has it.

    Attributes:
        name: All of it.
        bare: Without parameters; may begin with the suite and a dot, ``*`` and ``?`` match.
        params: Those that a case must have; others may stand beside them.
    """

    name: str
    bare: str
    params: dict[str, str]

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the words of ``text``."""
        params = {found[1] or found[3]: found[2] or found[4] or "" for found in re.finditer(_PARAM, text)}
        return cls(text, re.sub(_PARAM, "", text), params)

    def parameters(self) -> dict[str, str]:
        """Return what the statements take."""
        return {"name": self.name, "bare": self.bare, "params": canonical_json(self.params).decode()}


def find_benchmarks(database: Database, name: str, *, project: str | None = None, metric: str | None = None) -> Rows:
    """Return the series whose case is called ``name``, over all parameters that it does not say, and all metrics."""
    return rows_of(database, "find_benchmarks", **CaseWords.of(name).parameters(), project=project, metric=metric)


def series_history(database: Database, series_id: int) -> Rows:
    """Return the values of a series in the order of history: by commit, then by start."""
    return rows_of(database, "series_history", series_id=series_id)


RUNS_LOOKED_AT_MAX = 10_000
"""Whoever wants older values asks for one case."""


def newest_lines(database: Database, *, project: str | None = None, metric: str | None = None, values_max: int) -> Rows:
    """Return the newest value of each series on the lane of its newest run, and the ``values`` that led to it.

    ``values`` are those of the last ``values_max`` runs of its target on its lane, in the order of history, ``None``
    for a run that has none. Cases come by name, their metrics in the order printed.
    """
    lines = rows_of(database, "newest_lines", project=project, metric=metric)
    recent = database.all(
        "recent_values",
        lane_ids=canonical_json(sorted({line["lane_id"] for line in lines})).decode(),
        series_ids=canonical_json([line["series_id"] for line in lines]).decode(),
        looked_at=RUNS_LOOKED_AT_MAX,
        count=values_max,
    )
    runs: dict[tuple[int, int], dict[int, None]] = {}
    place_of: dict[int, tuple[int, int]] = {}
    values: dict[tuple[int, int], float] = {}
    for lane_id, target_id, run_id, series_id, value in recent:
        place_of[run_id] = (lane_id, target_id)
        runs.setdefault((lane_id, target_id), {})[run_id] = None
        values[run_id, series_id] = value
    for line in lines:
        place = place_of.get(line["run_id"])
        line["values"] = [values.get((run_id, line["series_id"])) for run_id in runs[place]] if place else []
    return lines


def runs_without_value(database: Database, run_ids: Sequence[int]) -> Rows:
    """Return the runs that were asked for the same as some of these, on a lane of theirs, and are not among them.

    Of a case whose runs these are: its runs that gave no value.
    """
    return rows_of(database, "runs_without_value", run_ids=canonical_json(list(run_ids)).decode())


def outcome_history(database: Database, name: str, *, project: str | None = None, count: int = 50) -> Rows:
    """Return the newest outcomes of the cases called ``name``, by the tool's own name too."""
    return rows_of(database, "test_history", **CaseWords.of(name).parameters(), project=project, count=count)


def lane_facts(database: Database, lane_ids: Sequence[int]) -> Rows:
    """Return what each lane's runs have in common and what may set it apart from others.

    ``lane_id``, ``project``, its ``place`` (repository and path), ``branch``, ``dirty``, ``subject``, ``toolchain``;
    ``machine_class`` and ``environment_class`` are dictionaries of facts.
    """
    rows = rows_of(database, "lane_facts", lane_ids=canonical_json(list(lane_ids)).decode())
    rows.sort(key=lambda row: lane_ids.index(row["lane_id"]))
    classes = ("machine_class", "environment_class")
    return [{**row, **{name: msgspec.json.decode(row[name], type=dict[str, Any]) for name in classes}} for row in rows]


def values_before(database: Database, run_id: int, first_run_id: int) -> dict[int, float]:
    """Return, by series, the last value before ``first_run_id`` of the run's own lane and target.

    Looks back ``RUNS_LOOKED_BACK`` runs; a series that none of them has is left out.
    """
    rows = database.all("values_before", run_id=run_id, first_run_id=first_run_id, runs=RUNS_LOOKED_BACK)
    return {series_id: value for series_id, value in rows if value is not None}


def case_values_before(
    database: Database, run_id: int, first_run_id: int, report: Report
) -> dict[tuple[bytes, str, str], float]:
    """Return the last values on the run's own lane before ``first_run_id``, for who knows cases and no series.

    The key is the hash of a case (see ``case_hash``) by the name that the run's report says, and name and unit of a
    metric.
    """
    before = values_before(database, run_id, first_run_id)
    said = _said_hashes(database, run_id, report)
    return {
        (said.get(digest, digest), metric, unit): before[series_id]
        for series_id, digest, metric, unit in database.all("series_names_of_run", run_id=run_id)
        if series_id in before
    }


def names_of_run(database: Database, run_id: int, report: Report) -> Names:
    """Return what the names that the report of a run says mean today."""
    _, project_id, _, _ = database.one("run_of_report", report_id=run_id)
    return names_of(database, project_id, run_id, report.envelope.started_at_ms)


def _said_hashes(database: Database, run_id: int, report: Report) -> dict[bytes, bytes]:
    """Return, by the hash of a renamed case today, its hash by the name that the report says."""
    names = names_of_run(database, run_id, report)
    if not names.renames:
        return {}
    framework, cases = report.envelope.framework.name, report.catalog.cases
    return {
        case_hash(framework, now): case_hash(framework, case)
        for case, now in zip(cases, names.cases(cases), strict=True)
    }


class LastTime(msgspec.Struct, frozen=True):
    """What the newest earlier run of a cell tells about one that begins.

    Attributes:
        cases: How many gave a number or an outcome; ``None`` when there was no run.
        values: The last value of each line, by hash of case, and name and unit of metric. A case that was renamed has
            its name of today: whoever still says the old one finds nothing.
    """

    cases: int | None = None
    values: dict[tuple[bytes, str, str], float] = {}


def last_time(database: Database, envelope: Envelope) -> LastTime:
    """Return what the newest run of the same cell on the same lane tells; empty when there is none."""
    project_id = find_project(database, envelope.project)
    if project_id is None:
        return LastTime()
    revision, subject, fork = envelope.revision, envelope.subject, envelope.project.fork
    branch = (revision.branch or "") if revision else ""
    found = database.one(
        "last_run_like",
        project_id=project_id,
        target=envelope.label,
        cell=canonical_json(envelope.spec.cell).decode(),
        machine_class=envelope.machine.machine_class.hash(),
        environment_class=envelope.environment.class_hash(),
        subject=subject.name if subject else "",
        branch=f"fork:{fork.host}/{fork.owner}/{fork.name}:{branch}" if fork else branch,
        dirty=bool(revision and revision.is_dirty),
    )
    if found is None:
        return LastTime()
    run_id, cases = found
    before = values_before(database, run_id, run_id + 1)
    names = database.all("series_names_of_run", run_id=run_id)
    return LastTime(cases, {(digest, name, unit): before[one] for one, digest, name, unit in names if one in before})
