"""The desk: where a verb finds the database, the plug-ins, and what the current directory tells.

Every part is made at its first use, and most imports happen there too: `bh list` needs no database, `bh runs` no
plug-in, and no verb waits for what another one needs.
"""

import argparse
import os
import sys
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchhub.cli.progress.watched import Expected
    from benchhub.cli.run_rows import PreviousValue
    from benchhub.errors import NothingMatchedError
    from benchhub.flows.events import RunFinished
    from benchhub.flows.run_target import Chosen
    from benchhub.model.case import Case
    from benchhub.model.circumstance import Environment, User
    from benchhub.model.place import Target
    from benchhub.model.report import Envelope, Report
    from benchhub.model.unit import Metric
    from benchhub.plugin.contract import Framework, Runtime
    from benchhub.plugin.registry import Plugins
    from benchhub.store.database import Database
    from benchhub.store.keeper import Keeper
    from benchhub.workspace.opening import Workspace
    from benchhub.workspace.selection import Selected
    from benchhub.workspace.settings import Settings

RUNTIME = "shell"


class Desk:
    """What a verb works with; a context manager that puts everything away.

    Attributes:
        settings: From flag, variables and the user's own file.
    """

    def __init__(self, settings: "Settings", words: tuple[str, ...], *, is_debugged: bool = False) -> None:
        self.settings = settings
        self._words = words
        self._is_debugged = is_debugged
        self._writing: Database | None = None
        self._reading: Database | None = None
        self._workspaces: list[Workspace] = []

    @classmethod
    def open(cls, args: argparse.Namespace) -> Self:
        """Return the desk for a command line.

        Raises:
            UserError: A setting makes no sense.
        """
        from benchhub.workspace.settings import read_settings  # noqa: PLC0415 -- start-up counts

        settings = read_settings(os.environ, database=args.db)
        return cls(settings, ("bh", *sys.argv[1:]), is_debugged=args.debug)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the databases, end git, remove the scratch directory."""
        for database in (self._writing, self._reading):
            if database is not None:
                database.close()
        for workspace in self._workspaces:
            if workspace.git is not None:
                workspace.git.close()
        if "scratch" in self.__dict__:
            from benchhub.flows.folders import remove_folder  # noqa: PLC0415

            remove_folder(self.scratch)

    # -- words and places ----------------------------------------------------------------------------------------

    @property
    def argv(self) -> tuple[str, ...]:
        """What the user typed, credentials masked."""
        return self.mask(self._words)

    def mask(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Return a command line without credentials."""
        from benchhub.workspace.mask import mask_arguments  # noqa: PLC0415

        return mask_arguments(words)

    @property
    def database_place(self) -> Path | str:
        """The database file, which need not be there yet, or the address of a database on a server."""
        return self.settings.database_path if self.settings.is_server else Path(self.settings.database_path)

    @property
    def has_database(self) -> bool:
        """Whether there is a database, or a server that may have one."""
        return self.settings.is_server or Path(self.settings.database_path).exists()

    @property
    def spool(self) -> Path:
        """Where runs lie until the database has them: beside its file; for a server, where this machine keeps state."""
        from benchhub.flows.spool import spool_of  # noqa: PLC0415

        if not self.settings.is_server:
            return spool_of(Path(self.settings.database_path))
        from benchhub.model.identity import digest  # noqa: PLC0415
        from benchhub.workspace.settings import state_folder  # noqa: PLC0415

        name = digest(self.settings.database_name).hex()[:12]
        return spool_of(Path(state_folder(os.environ), f"postgresql-{name}"))

    @cached_property
    def person(self) -> "User":
        """Who sits at this desk, by the name that git knows; without an address."""
        from benchhub.workspace.facts import learn_person  # noqa: PLC0415

        return learn_person(str(Path.cwd()), os.environ)

    @cached_property
    def scratch(self) -> Path:
        """A directory for this command alone, removed at its end."""
        from benchhub.flows.folders import fresh_folder  # noqa: PLC0415

        return fresh_folder("benchhub-")

    # -- plug-ins ------------------------------------------------------------------------------------------------

    @cached_property
    def frameworks(self) -> "Plugins[Framework]":
        """The frameworks that are installed."""
        from benchhub.plugin.registry import frameworks  # noqa: PLC0415

        return frameworks()

    @cached_property
    def runtime(self) -> "Runtime":
        """Where programs run."""
        from benchhub.plugin.registry import runtime  # noqa: PLC0415

        return runtime(RUNTIME)

    # -- the database --------------------------------------------------------------------------------------------

    def keeper(self) -> "Keeper":
        """Return who keeps reports; opens the database for writing at the first call, and makes it.

        Raises:
            StoreError: It cannot be opened.
        """
        from benchhub.store.keeper import Keeper  # noqa: PLC0415 -- so do the modules that write

        return Keeper(self._open_for_writing())

    def _open_for_writing(self) -> "Database":
        if self._writing is None:
            from benchhub.store.database import open_database  # noqa: PLC0415 -- SQLite takes its time

            self._writing = open_database(self.database_place)
        return self._writing

    def database(self) -> "Database":
        """Return the database for reading, after what dead processes left was kept.

        Raises:
            NothingMatchedError: There is none yet.
            StoreError: It cannot be opened.
        """
        self.recover()
        if self._reading is None:
            from benchhub.store.database import open_database  # noqa: PLC0415

            if not self.has_database:
                raise self._no_database()
            self._reading = open_database(self.database_place, readonly=True)
        return self._reading

    def changing(self) -> "Database":
        """Return the database for writing, which must be there; what dead processes left was kept before.

        Raises:
            NothingMatchedError: There is none yet.
            StoreError: It cannot be opened.
        """
        self.recover()
        if not self.has_database:
            raise self._no_database()
        return self._open_for_writing()

    def _no_database(self) -> "NothingMatchedError":
        from benchhub.errors import NothingMatchedError  # noqa: PLC0415

        what = f"no database yet at `{self.settings.database_name}`"
        return NothingMatchedError(what, hint="`bh run` makes it; --db or BH_DB name another")

    def recover(self) -> None:
        """Keep the runs that dead processes left, and say so; a database that cannot take them is only warned of."""
        from benchhub.flows.spool import places_of  # noqa: PLC0415

        # Where the spool could not be written, they wait elsewhere.
        places = [place for place in places_of(self.spool) if _holds_anything(place)]
        if not places:
            return
        from benchhub.errors import StoreError  # noqa: PLC0415
        from benchhub.flows.keep_run import recover  # noqa: PLC0415

        try:
            recovered = recover(self.spool, _LateKeeper(self), self.frameworks)
        except StoreError as error:
            where = " and ".join(f"`{place}`" for place in places)
            _warn(f"runs of an earlier command still wait in {where}: {error.what}")
            return
        for run in recovered:
            if run.unread_because:
                _warn(f"the waiting run `{run.path}` cannot be read: {run.unread_because}")
                continue
            if run.removed_because:
                _say(f"a run of {run.label} that an earlier command left is not kept: {run.removed_because}")
                continue
            how = "had ended" if run.was_finished else "was interrupted"
            _say(f"kept a run of {run.label} that an earlier command left; it {how}")

    def previous_values(self, finished: "list[RunFinished]") -> "PreviousValue":
        """Return a look-up of the last value on a run's own lane before this command.

        Args:
            finished: The runs of this command.
        """
        run_id_of = {event.report.envelope.uid: event.run_id for event in finished if event.run_id is not None}
        first_run_id = min(run_id_of.values(), default=0)
        known: dict[str, dict[tuple[bytes, str, str], float]] = {}

        def previous(report: "Report", case: "Case", metric: "Metric") -> float | None:
            uid = report.envelope.uid
            if uid not in run_id_of:
                return None
            from benchhub.model.case import case_hash  # noqa: PLC0415
            from benchhub.store.find import case_values_before  # noqa: PLC0415

            if uid not in known:
                known[uid] = case_values_before(self._open_for_writing(), run_id_of[uid], first_run_id, report)
            return known[uid].get((case_hash(report.envelope.framework.name, case), metric.name, metric.unit))

        return previous

    def expected(self, envelope: "Envelope") -> "Expected":
        """Return what earlier runs tell of one that begins; nothing where there is no database yet, or it is away."""
        from benchhub.cli.progress.watched import Expected  # noqa: PLC0415

        if not self.has_database:
            return Expected()
        from benchhub.errors import StoreError  # noqa: PLC0415
        from benchhub.flows.estimate import estimate  # noqa: PLC0415
        from benchhub.store.durations import Wanted, durations  # noqa: PLC0415
        from benchhub.store.find import last_time  # noqa: PLC0415

        wanted = Wanted(envelope.label, envelope.spec, envelope.machine.machine_class)
        try:
            database = self._open_for_writing()
            last = last_time(database, envelope)
            duration = estimate(durations(database, envelope.project, [wanted])[0].runs)
        except StoreError:
            return Expected()  # Whoever keeps the run will say it.
        return Expected(last.cases, last.values, duration.seconds if duration else None)

    # -- choosing ------------------------------------------------------------------------------------------------

    def choose_targets(
        self,
        patterns: "Sequence[str]",
        *,
        skip: "Sequence[str]" = (),
        params: "Sequence[str]" = (),
        options: dict[str, Any] | None = None,
        learn: bool = True,
    ) -> "list[Chosen]":
        """Return the cells that the words choose, from the current directory.

        Args:
            patterns: Of targets; empty for everything below this directory.
            skip: Patterns of what to leave out.
            params: ``axis=value`` words.
            options: For every framework that knows the key.
            learn: Ask who, what revision and which machine; else they are placeholders.

        Raises:
            UserError: The words or the configuration are wrong; ``NothingMatchedError`` when nothing is left.
        """
        from benchhub.workspace.facts import questions  # noqa: PLC0415
        from benchhub.workspace.opening import open_workspace  # noqa: PLC0415
        from benchhub.workspace.selection import select  # noqa: PLC0415

        ahead = partial(questions, self.settings) if learn else None
        workspace = self._opened(open_workspace(Path.cwd(), self.frameworks, ahead=ahead))
        for broken in self.frameworks.broken:
            _warn(f"the framework `{broken.name}` of `{broken.distribution}` cannot be used: {broken.why}")
        here = workspace.relative(Path.cwd())
        selected = select(workspace, patterns, skip=skip, params=params, here=here)
        return self._chosen(workspace, self._with_options(selected, options or {}), learn=learn)

    def choose_command(self, target: "Target", argv: tuple[str, ...]) -> "Chosen":  # noqa: ARG002 -- said in its options
        """Return a program as a target of the current directory, whose files nobody lists."""
        import msgspec  # noqa: PLC0415

        from benchhub.model.place import Cell  # noqa: PLC0415
        from benchhub.workspace.facts import questions  # noqa: PLC0415
        from benchhub.workspace.opening import open_place  # noqa: PLC0415
        from benchhub.workspace.selection import Selected  # noqa: PLC0415

        workspace = self._opened(open_place(Path.cwd(), ahead=partial(questions, self.settings)))
        here = msgspec.structs.replace(target, dir=workspace.relative(Path.cwd()))
        return self._chosen(workspace, [Selected(here, Cell())], learn=True)[0]

    def _opened(self, workspace: "Workspace") -> "Workspace":
        self._workspaces.append(workspace)
        return workspace

    def _with_options(self, selected: "list[Selected]", options: dict[str, Any]) -> "list[Selected]":
        """Return the cells with options of the command line, each where the framework knows it."""
        if not options:
            return selected
        import msgspec  # noqa: PLC0415

        knows = {one.target.framework: _keys(self.frameworks[one.target.framework]) for one in selected}
        _check_known(options, knows)
        return [
            msgspec.structs.replace(
                one,
                target=msgspec.structs.replace(
                    one.target,
                    options={
                        **one.target.options,
                        **{key: value for key, value in options.items() if key in knows[one.target.framework]},
                    },
                ),
            )
            for one in selected
        ]

    def _chosen(self, workspace: "Workspace", selected: "list[Selected]", *, learn: bool) -> "list[Chosen]":
        from benchhub.flows.run_target import Chosen  # noqa: PLC0415
        from benchhub.workspace.facts import learn_facts, unlearned  # noqa: PLC0415
        from benchhub.workspace.subject import learn_subjects  # noqa: PLC0415

        settings = self.settings.within(package.config for package in workspace.packages.values())
        facts = learn_facts(workspace, settings, os.environ) if learn else unlearned(workspace, os.environ)
        environment = partial(_environment, settings.allow)
        targets = {one.target.label: one.target for one in selected} if learn else {}
        subjects = learn_subjects(workspace, targets.values())
        chosen = [
            Chosen(
                target=one.target,
                cell=one.cell,
                directory=workspace.directory_of(one.target),
                project=facts.project_of(workspace, one.target),
                user=facts.user,
                machine=facts.machine,
                environment=environment,
                revision=facts.revision,
                subject=subjects.get(one.target.label),
            )
            for one in selected
        ]
        for absent in [*facts.absent, *workspace.absent]:
            if absent.is_warning:
                _warn(f"not known: {absent.fact}: {absent.why}")
            elif self._is_debugged:
                _say(f"not known: {absent.fact}: {absent.why}")
        return chosen


class _LateKeeper:
    """A keeper that opens the database when there is something to keep."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def keep(self, report: "Report") -> int | None:
        """Keep a report."""
        return self._desk.keeper().keep(report)


def _holds_anything(spool: Path) -> bool:
    # What somebody did not finish to make or to remove is hidden, and is to go too.
    try:
        with os.scandir(spool) as entries:
            return any(entries)
    except OSError:
        return False


def _environment(allow: "Sequence[str]", toolchain: str | None, class_facts: dict[str, str]) -> "Environment":
    from benchhub.workspace.environment import learn_environment  # noqa: PLC0415

    return learn_environment(toolchain, class_facts, environ=os.environ, allow=allow)


def _keys(framework: "Framework") -> "Sequence[str]":
    return framework.options.__struct_encode_fields__


def _check_known(options: dict[str, Any], knows: "dict[str, Sequence[str]]") -> None:
    for key in options:
        if not any(key in keys for keys in knows.values()):
            from benchhub.errors import UserError  # noqa: PLC0415
            from benchhub.workspace.near import did_you_mean  # noqa: PLC0415

            known = list(dict.fromkeys(key for keys in knows.values() for key in keys))
            what = f"no chosen framework knows the option `{key}`{did_you_mean(key, known)}"
            raise UserError(what, hint="known are " + ", ".join(f"`{one}`" for one in known))


def _say(text: str) -> None:
    print(f"bh: {text}", file=sys.stderr, flush=True)


def _warn(text: str) -> None:
    _say(f"warning: {text}")
