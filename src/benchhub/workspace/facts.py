"""Facts: user, project, revision and machine, learned together from few calls of git.

The questions are begun before the files of the workspace are listed, so that git works beside us. Nothing here fails:
what cannot be learned is ``None``, and ``absent`` says why.
"""

import os
from collections.abc import Mapping, Sequence

import msgspec

from benchhub.model.circumstance import Machine, MachineClass, Revision, User
from benchhub.model.place import LOCAL_HOST, Project, Repository, Target
from benchhub.workspace.absent import Absent
from benchhub.workspace.ci import ci_facts
from benchhub.workspace.git import Git
from benchhub.workspace.hosting import CONFIG, Hosting, learn_hosting, parse_git_config, parse_project
from benchhub.workspace.layout import LAYOUT, Layout, layout_of
from benchhub.workspace.machine import learn_machine
from benchhub.workspace.opening import Workspace, upwards
from benchhub.workspace.person import learn_user
from benchhub.workspace.revision import Learned, chain_question, clean, head_question, learn_revision
from benchhub.workspace.settings import Settings
from benchhub.workspace.working_tree import status_question

OWN_FILES = ("", "-wal", "-shm", "-journal", ".spool", ".blobs")
"""What lies at and beside a database: `bh run --db ./bench.db` must not make the tree dirty."""


class Facts(msgspec.Struct, frozen=True):
    """What a path tells beyond its targets.

    Attributes:
        absent: What could not be learned beyond ``Workspace.absent``, and why.
    """

    user: User
    hosting: Hosting
    machine: Machine
    revision: Revision | None = None
    project_path: str | None = None
    absent: tuple[Absent, ...] = ()

    def project_of(self, workspace: Workspace, target: Target) -> Project:
        """Return the project of a target: the nearest configuration that names one, else the whole repository."""
        repository = self.hosting.repository
        place = target.dir if target.package is None else target.package
        packages = (workspace.packages[one] for one in upwards(place) if one in workspace.packages)
        named = next((package for package in packages if package.config.project), None)
        path = (named.dir if named else "") or "."
        name = (named.config.project if named else None) or self.hosting.title or repository.name
        return Project(repository, self.project_path or path, name, self.hosting.fork)


def questions(settings: Settings, root: str) -> tuple[tuple[str, ...], ...]:
    """Return what ``learn_facts`` will ask git in the repository at ``root``, slowest first."""
    left_out = _left_out(settings, root)
    return (status_question(left_out), chain_question(), head_question(), LAYOUT, CONFIG)


def _left_out(settings: Settings, root: str) -> Sequence[str]:
    if settings.is_server:
        return ()
    relative = os.path.relpath(os.path.realpath(settings.database_path), root)
    return () if relative.startswith("..") else [relative + ending for ending in OWN_FILES]


def learn_facts(workspace: Workspace, settings: Settings, environ: Mapping[str, str]) -> Facts:
    """Return all facts of a workspace.

    Args:
        workspace: Opened, best with ``questions`` begun ahead.
        settings: With what the files of the workspace say.
        environ: The variables.

    Raises:
        UserError: A setting makes no sense.
    """
    root = workspace.root
    # Outside a repository git still knows the user.
    git = workspace.git or Git(root, environ)
    git.begin(*CONFIG)
    machine = learn_machine(settings, environ)
    config = parse_git_config(clean(git.ask(*CONFIG).text()))
    layout = layout_of(git) if workspace.git else None
    if workspace.git:
        learned = learn_revision(git, layout, ci_facts(environ), _left_out(settings, root))
    else:
        learned = Learned(None, absent=(Absent("revision", f"`{root}` is in no git repository"),))
    hosting, project_path = _hosting(workspace, settings, learned, config, layout)
    user = learn_user({key: values[-1] for key, values in config.items()}, environ, keep_email=settings.keep_email)
    return Facts(user, hosting, machine, learned.revision, project_path, learned.absent)


def learn_person(directory: str, environ: Mapping[str, str]) -> User:
    """Return who works in a directory, without an address."""
    git = Git(directory, environ)
    config = parse_git_config(clean(git.ask(*CONFIG).text()))
    return learn_user({key: values[-1] for key, values in config.items()}, environ, keep_email=False)


def _hosting(
    workspace: Workspace, settings: Settings, learned: Learned, config: Mapping[str, list[str]], layout: Layout | None
) -> tuple[Hosting, str | None]:
    if settings.project:
        repository, path = parse_project(settings.project)
        return Hosting(repository), path
    top = workspace.packages.get("")
    hosting = learn_hosting(
        config if workspace.git else {},
        root=workspace.root,
        layout=layout,
        first_commit=learned.root,
        ci=learned.ci,
        stand_in=top.config.project if top else None,
    )
    return hosting, None


def unlearned(workspace: Workspace, environ: Mapping[str, str]) -> Facts:
    """Return what is known without asking anybody: for who only wants to see the targets."""
    name = os.path.basename(workspace.root)  # noqa: PTH119 -- start-up counts
    hosting = Hosting(Repository(LOCAL_HOST, "", name))
    return Facts(learn_user({}, environ), hosting, Machine(None, MachineClass(os.uname().machine)))
