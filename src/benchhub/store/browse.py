"""Browsing: what the services of a server list, page by page, for somebody who may see some projects alone.

A page goes on behind the last row of the page before, by the values that it is ordered by: what arrives meanwhile
neither repeats a row nor hides one.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from benchhub.errors import NothingMatchedError
from benchhub.model.identity import canonical_json
from benchhub.store.database import Database
from benchhub.store.find import CaseWords, Rows, rows_of
from benchhub.store.remarks import now_ms

ROWS_MAX = 10_000
"""Results, or outcomes, of one run."""

ID_MAX = 2**63 - 1

Row = dict[str, Any]


class Window(msgspec.Struct, frozen=True):
    """Which rows of a list.

    Attributes:
        visible: Projects, as statements take them.
        count: How many at most; one more is asked for, which tells that there are more.
        after: What the last row before was ordered by; empty for the first page.
    """

    visible: str | None
    count: int
    after: tuple[Any, ...] = ()

    def seen_by(self, visible: str | None) -> "Window":
        """Return the same rows for who may see these projects."""
        return msgspec.structs.replace(self, visible=visible)

    def parameters(self, **first: Any) -> Row:  # noqa: ANN401 -- what SQL takes
        """Return what statements take; ``first`` is what stands before the first row."""
        after = dict(zip(first, self.after or first.values(), strict=True))
        return {"visible": self.visible, "count": self.count + 1, **after}


def users_page(database: Database, window: Window) -> Rows:
    """Return users by name."""
    words = window.parameters(name="")
    del words["visible"]
    return rows_of(database, "users_page", **words)


def repositories_page(database: Database, window: Window) -> Rows:
    """Return repositories by host, owner and name."""
    return rows_of(database, "repositories_page", **window.parameters(host="", owner="", name=""))


def commits_page(database: Database, address: str, window: Window) -> Rows:
    """Return commits of a repository, newest first.

    Raises:
        NothingMatchedError: There is no such repository.
    """
    found = database.one("repository_of_address", address=address, visible=window.visible)
    if found is None:
        what = f"no repository `{address}`"
        raise NothingMatchedError(what, hint="it is `host/owner/name`; ListRepositories lists them")
    words = window.parameters(seq=ID_MAX, committed_at=ID_MAX, id=ID_MAX)
    del words["visible"]
    return rows_of(database, "commits_page", repo_id=found[0], **words)


def projects_page(database: Database, window: Window) -> Rows:
    """Return projects by address."""
    return rows_of(database, "projects_page", id=None, **window.parameters(host="", owner="", repo="", path=""))


def project_whole(database: Database, address: str, *, visible: str | None) -> tuple[Row, list[str]]:
    """Return a project and the labels of its targets.

    Raises:
        NothingMatchedError: There is none that may be seen.
    """
    project_id = project_at(database, address, visible=visible)
    words = Window(visible, 1).parameters(host="", owner="", repo="", path="")
    (row,) = rows_of(database, "projects_page", id=project_id, **words)
    return row, [target[0] for target in database.all("targets_of_project", project_id=project_id)]


def project_at(database: Database, address: str, *, visible: str | None) -> int:
    """Return the id of a project.

    Raises:
        NothingMatchedError: There is none that may be seen.
    """
    found = database.one("project_of_address", address=address, visible=visible)
    if found is None:
        what = f"no project `{address}`"
        raise NothingMatchedError(what, hint="it is `host/owner/name`, or `host/owner/name//path`")
    return int(found[0])


def runs_page(
    database: Database,
    window: Window,
    *,
    project: str | None,
    target: str | None,
    status: str | None,
    tag: str | None,
) -> Rows:
    """Return runs, newest first, each with its ``tags``.

    Raises:
        NothingMatchedError: There is no such project that may be seen.
    """
    project_id = None if project is None else project_at(database, project, visible=window.visible)
    words = {"id": None, "project_id": project_id, "target": target, "status": status, "tag": tag}
    return _with_tags(database, rows_of(database, "runs_page", **words, **window.parameters(before=ID_MAX)))


def run_at(database: Database, reference: str, *, visible: str | None) -> Row:
    """Return the run that a number, the beginning of an id, or ``latest`` names.

    Raises:
        NothingMatchedError: There is none that may be seen, or several.
    """
    if reference == "latest":
        ids = [row[0] for row in database.all("newest_visible_run", visible=visible) if row[0] is not None]
    else:
        number = int(reference) if reference.isascii() and reference.isdigit() and len(reference) <= 12 else None  # noqa: PLR2004 -- digits of a number
        low = reference.lower()
        ids = [
            row[0] for row in database.all("visible_runs_named", id=number, low=low, high=low + "g", visible=visible)
        ]
        ids = ids if reference and low.replace("-", "").isalnum() else []
    if len(ids) != 1:
        what = f"several runs begin with `{reference}`" if ids else f"no run `{reference}`"
        raise NothingMatchedError(what, hint="a number, an id or the beginning of one; ListRuns lists them")
    words = {"id": ids[0], "project_id": None, "target": None, "status": None, "tag": None}
    rows = rows_of(database, "runs_page", **words, **Window(visible, 1).parameters(before=ID_MAX))
    return _with_tags(database, rows)[0]


def _with_tags(database: Database, rows: Rows) -> Rows:
    tags: dict[int, list[str]] = {}
    for run_id, name in database.all("tags_of_runs", run_ids=_json(row["id"] for row in rows)):
        tags.setdefault(run_id, []).append(name)
    return [{**row, "tags": tags.get(row["id"], [])} for row in rows]


def run_parts(database: Database, run_id: int) -> dict[str, Rows]:
    """Return what a run holds: ``results``, ``outcomes``, ``notes``, ``problems``."""
    return {
        "results": with_params(database, rows_of(database, "results_of_run", run_id=run_id, count=ROWS_MAX)),
        "outcomes": rows_of(database, "outcomes_of_run", run_id=run_id, count=ROWS_MAX),
        "notes": rows_of(database, "notes_of_run", run_id=run_id),
        "problems": rows_of(database, "problems_of_run", run_id=run_id),
    }


def with_params(database: Database, rows: Rows) -> Rows:
    """Return rows with the ``params`` of their cases: name, value and origin of each."""
    params: dict[int, list[Sequence[str]]] = {}
    for case_id, *param in database.all("params_of_cases", case_ids=_json({row["case_id"] for row in rows})):
        params.setdefault(case_id, []).append(param)
    return [{**row, "params": params.get(row["case_id"], [])} for row in rows]


def names_since(
    database: Database, *, visible: str | None, after_rename: int, after_note: int, tags_since_ms: int, count: int
) -> dict[str, Rows]:
    """Return what people said, the oldest first: ``renames``, ``tags``, ``notes``; of each one more than ``count``."""
    shared = {"visible": visible, "count": count + 1}
    return {
        "renames": rows_of(database, "renames_after", after=after_rename, **shared),
        "tags": rows_of(database, "tags_since", since=tags_since_ms, **shared),
        "notes": rows_of(database, "notes_after", after=after_note, **shared),
    }


def series_page(
    database: Database, window: Window, *, project: str | None, name: str | None, metric: str | None
) -> Rows:
    """Return series by project, suite, name, parameters and metric, each with its ``params``.

    Raises:
        NothingMatchedError: There is no such project that may be seen.
    """
    project_id = None if project is None else project_at(database, project, visible=window.visible)
    return _series(database, window, project_id=project_id, name=name, metric=metric)


def series_at(database: Database, series_id: int, *, visible: str | None) -> Row:
    """Return one series.

    Raises:
        NothingMatchedError: There is none that may be seen.
    """
    rows = _series(database, Window(visible, 1), series_id=series_id)
    if not rows:
        what = f"no series {series_id}"
        raise NothingMatchedError(what, hint="ListSeries lists them")
    return rows[0]


def _series(
    database: Database,
    window: Window,
    *,
    project_id: int | None = None,
    name: str | None = None,
    metric: str | None = None,
    series_id: int | None = None,
) -> Rows:
    words = CaseWords.of(name).parameters() if name is not None else {"name": None, "bare": None, "params": "{}"}
    behind = window.parameters(
        host="", owner="", repo="", path="", after_suite="", after_name="", after_params="", after_metric="", after_id=0
    )
    rows = rows_of(database, "series_page", project_id=project_id, metric=metric, id=series_id, **words, **behind)
    return with_params(database, rows)


def points_of(database: Database, series_id: int, *, count: int) -> Rows:
    """Return the newest values of a series in the order of history."""
    return rows_of(database, "points_of_series", series_id=series_id, count=count)[::-1]


def reports_by_framework(database: Database, *, visible: str | None) -> dict[str, int]:
    """Return how many runs each framework has."""
    return {name: int(count) for name, count in database.all("reports_by_framework", visible=visible)}


def known_reports(database: Database, uids: Iterable[str], *, visible: frozenset[int] | None) -> Rows:
    """Return those reports that are here, in the order asked: ``uid``, ``sha256`` and ``is_removed``.

    One of a project that may not be seen is not there, once its tables were made.
    """
    rows = rows_of(database, "known_reports", uids=_json(uids))
    if visible is None:
        return rows
    return [
        row for row in rows if (of := database.one("project_of_report", uid=row["uid"])) is None or of[0] in visible
    ]


def tokens_page(database: Database, window: Window, *, user_id: int | None, with_dead: bool) -> Rows:
    """Return tokens, newest first."""
    words = window.parameters(created_at=ID_MAX, after_id="")
    del words["visible"]
    return rows_of(database, "tokens_page", id=None, user_id=user_id, with_dead=with_dead, now=now_ms(), **words)


def token_at(database: Database, token_id: str, *, user_id: int | None) -> Row:
    """Return one token, dead or not.

    Raises:
        NothingMatchedError: There is none of that user's.
    """
    words = Window(None, 1).parameters(created_at=ID_MAX, after_id="")
    del words["visible"]
    rows = rows_of(database, "tokens_page", id=token_id, user_id=user_id, with_dead=True, now=now_ms(), **words)
    if not rows:
        what = f"no token `{token_id[:80]}`"
        raise NothingMatchedError(what, hint="ListTokens lists them")
    return rows[0]


def _json(values: Iterable[Any]) -> str:
    return canonical_json(list(values)).decode()
