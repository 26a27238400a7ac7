"""What the values of options and places are: told by the name of the place, asked of the workspace or the database."""

import argparse
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchhub.errors import BenchHubError

if TYPE_CHECKING:
    from benchhub.plugin.contract import Framework
    from benchhub.plugin.registry import Plugins
    from benchhub.store.database import Database
    from benchhub.workspace.opening import Workspace

NAMES_MAX = 200
"""More help nobody; a longer beginning finds the rest."""
RUNS_MAX = 30


class Candidate(NamedTuple):
    """A word that could stand at the cursor, and what it is, for shells that show it."""

    word: str
    what: str = ""


class Values:
    """Answers for one line."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words

    def of(self, action: argparse.Action, current: str) -> list[Candidate] | None:
        """Return the values of a place or an option that begin as ``current`` does, ``None`` for names of files."""
        if action.choices is not None:
            return [Candidate(str(one)) for one in action.choices if str(one).startswith(current)]
        metavar = action.metavar if isinstance(action.metavar, str) else ""
        if metavar.partition("|")[0] in {"FILE", "PATH", "DIR"}:
            return None
        kind = _BY_DEST.get(action.dest) or _BY_METAVAR.get(metavar.partition("|")[0])
        if kind is None:
            return []
        try:
            found = kind(self, current)
            return [one for one in found if one.word.startswith(current)]
        except BenchHubError:
            return []  # Who runs the verb is told what is wrong.

    # -- of the workspace

    @cached_property
    def _frameworks(self) -> "Plugins[Framework]":
        from benchhub.plugin.registry import frameworks  # noqa: PLC0415 -- start-up counts

        return frameworks()

    @contextmanager
    def _workspace(self) -> "Iterator[Workspace]":
        from benchhub.workspace.opening import open_workspace  # noqa: PLC0415

        workspace = open_workspace(Path.cwd(), self._frameworks)
        try:
            yield workspace
        finally:
            if workspace.git:
                workspace.git.close()

    def labels(self, current: str) -> Iterator[Candidate]:
        """Yield targets and suites: by label behind ``//``, else as seen from this folder."""
        with self._workspace() as workspace:
            here = workspace.relative(Path.cwd())
            whats = {target.label: target.framework for target in workspace.targets}
            whats |= dict.fromkeys(workspace.suites(), "suite")
        relative = {label: _from_here(label, here) for label in whats}
        for label, what in whats.items():
            shorter = relative[label]
            if shorter is not None and not current.startswith("/"):
                yield Candidate(shorter, what)
            elif current.startswith("/") or not any(relative.values()):
                yield Candidate(label, what)

    def axes(self, _current: str) -> Iterator[Candidate]:
        """Yield ``axis=value`` of all targets here."""
        with self._workspace() as workspace:
            values = {
                f"{axis}={value}": target.label
                for target in workspace.targets
                for axis, several in target.matrix.items()
                for value in several
            }
        yield from map(Candidate, values, values.values())

    def options(self, _current: str) -> Iterator[Candidate]:
        """Yield the keys of ``with`` of all frameworks."""
        keys: dict[str, list[str]] = {}
        for name, framework in self._frameworks.items():
            for key in framework.options.__struct_encode_fields__:
                keys.setdefault(f"{key}=", []).append(name)
        yield from (Candidate(key, ", ".join(names)) for key, names in keys.items())

    def framework_names(self, _current: str) -> Iterator[Candidate]:
        """Yield the names of the frameworks that are installed; none is imported."""
        yield from map(Candidate, self._frameworks.names)

    def settings(self, _current: str) -> Iterator[Candidate]:
        """Yield the keys of settings."""
        from benchhub.workspace.settings import SETTINGS  # noqa: PLC0415

        yield from (Candidate(one.key, one.meaning) for one in SETTINGS)

    # -- of the database

    @contextmanager
    def _database(self) -> "Iterator[Database | None]":
        """Give the database for reading; ``None`` where there is none yet. What waits for it goes on waiting."""
        from benchhub.store.database import open_database  # noqa: PLC0415
        from benchhub.workspace.settings import read_settings  # noqa: PLC0415

        settings = read_settings(os.environ, database=_said_database(self._words))
        place = settings.database_path if settings.is_server else Path(settings.database_path)
        if isinstance(place, Path) and not place.exists():
            yield None
            return
        with open_database(place, readonly=True) as database:
            yield database

    def runs(self, _current: str) -> Iterator[Candidate]:
        """Yield the newest runs."""
        from benchhub.store.find import recent_runs  # noqa: PLC0415

        yield Candidate("latest", "the newest run")
        with self._database() as database:
            for row in recent_runs(database, count=RUNS_MAX) if database else []:
                yield Candidate(str(row["run_id"]), f"{row['target']} {row['status']} {row['started_at']}")

    def _kept(kind: str) -> "Callable[[Values, str], Iterator[Candidate]]":  # type: ignore[misc]  # noqa: N805 -- makes one
        """Return who yields the names of a kind that the database knows."""

        def names(self: "Values", current: str) -> Iterator[Candidate]:
            from benchhub.store.find import names_beginning  # noqa: PLC0415

            with self._database() as database:
                if database is not None:
                    yield from map(Candidate, names_beginning(database, kind, current, count=NAMES_MAX))

        return names

    cases = _kept("cases")
    projects = _kept("projects")
    metrics = _kept("metrics")
    kept_labels = _kept("labels")

    def views(self, _current: str) -> Iterator[Candidate]:
        """Yield the views that people may ask."""
        from benchhub.store.query import names_of_views  # noqa: PLC0415

        with self._database() as database:
            yield from (Candidate(name, "view") for name in (names_of_views(database) if database else []))

    def questions(self, current: str) -> Iterator[Candidate]:
        """Yield the question so far with each view in place of its last word."""
        begun = re.split(r"[\s(,]", current)[-1]
        before = current[: len(current) - len(begun)]
        yield from (Candidate(before + name, what) for name, what in self.views(current))


_BY_METAVAR: "dict[str, Callable[[Values, str], Iterator[Candidate]]]" = {
    "PATTERN": Values.labels,
    "RUN": Values.runs,
    "CASE": Values.cases,
    "LABEL": Values.kept_labels,
    "SQL": Values.questions,
}
_BY_DEST: "dict[str, Callable[[Values, str], Iterator[Candidate]]]" = {
    "benchmark": Values.cases,
    "framework": Values.framework_names,
    "key": Values.settings,
    "metric": Values.metrics,
    "options": Values.options,
    "param": Values.axes,
    "project": Values.projects,
    "sql": Values.questions,
    "view": Values.views,
}


def _from_here(label: str, here: str) -> str | None:
    """Return a label as a pattern from a folder, ``None`` where the target lies elsewhere."""
    path, _, name = label[2:].partition(":")
    if path == here:
        return f":{name}"
    below = f"{here}/" if here else ""
    return f"{path.removeprefix(below)}:{name}" if path.startswith(below) else None


def _said_database(words: Sequence[str]) -> str | None:
    for at, word in enumerate(words):
        if word == "--db" and at + 1 < len(words):
            return words[at + 1]
        if word.startswith("--db="):
            return word.removeprefix("--db=")
    return None
