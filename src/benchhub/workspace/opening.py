"""A path becomes a workspace: its root, its configuration files, and its targets.

1. root      the repository's, else the topmost folder with a configuration, else the nearest manifest's, else the path
2. files     listed once, for detection and for nested ``bh.toml`` files
3. packages  each configuration file is a package of its own; nothing is inherited
4. targets   the configured ones, then what the frameworks detect and no configuration declares
"""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from benchhub.errors import UserError
from benchhub.model.place import Target
from benchhub.plugin.contract import Framework
from benchhub.workspace.absent import Absent
from benchhub.workspace.config import (
    CONFIG_NAME,
    PYPROJECT_NAME,
    Config,
    Source,
    SubjectConfig,
    TargetConfig,
    decode_config,
    decode_struct,
    source_of,
)
from benchhub.workspace.git import Git
from benchhub.workspace.label import NAME_HINT, is_name
from benchhub.workspace.matrix import axes_of, check_shared
from benchhub.workspace.near import did_you_mean
from benchhub.workspace.placeholder import names_in
from benchhub.workspace.services import mistakes
from benchhub.workspace.tree import FileTree, walked

MANIFESTS = ("go.mod", "Cargo.toml", "pyproject.toml", "package.json", "pom.xml", "build.gradle", "CMakeLists.txt")
_LIST_FILES = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")


class Package(msgspec.Struct, frozen=True):
    """A configuration file and its directory.

    Attributes:
        dir: Relative to the workspace, ``""`` for its root.
    """

    dir: str
    config: Config
    source: Source


class ConfiguredSubject(msgspec.Struct, frozen=True):
    """A subject, and where it was said.

    Attributes:
        directory: Absolute; its files and its program are relative to that.
        path: Of its table in the file.
    """

    config: SubjectConfig
    directory: str
    source: Source
    path: tuple[str, ...]


class Workspace:
    """The tree that labels are relative to.

    Attributes:
        root: Absolute, without links.
        git: Of the repository; ``None`` outside one.
        packages: By directory.
        targets: Configured and detected, sorted by label; braces not yet filled in.
        coverable: Labels of targets that stand for everything below their directory, so that a pattern below it
            chooses them with a filter.
        absent: What could not be learned so far, and why.
    """

    def __init__(self, root: str, tree: FileTree, git: Git | None, packages: Mapping[str, Package]) -> None:
        self.root = root
        self.tree = tree
        self.git = git
        self.packages = packages
        self.targets: tuple[Target, ...] = ()
        self.coverable: frozenset[str] = frozenset()
        self.absent: list[Absent] = []

    def relative(self, path: Path) -> str:
        """Return a directory relative to the root with ``/``, ``""`` for the root and for what lies outside."""
        relative = os.path.relpath(os.path.realpath(path), self.root).replace(os.sep, "/")
        return "" if relative == "." or relative.startswith("../") or relative == ".." else relative

    def directory_of(self, target: Target) -> str:
        """Return the absolute directory that a target runs in."""
        return os.path.join(self.root, target.dir) if target.dir else self.root  # noqa: PTH118 -- start-up counts

    def package_above(self, directory: str) -> Package | None:
        """Return the nearest package at or above a relative directory."""
        return next((self.packages[one] for one in upwards(directory) if one in self.packages), None)

    def subject_of(self, target: Target) -> ConfiguredSubject | None:
        """Return what the configuration says about the system that a target measures; its own word goes first."""
        package = self.package_above(target.dir if target.package is None else target.package)
        if package is None:
            return None
        configured = None if target.is_detected else package.config.target.get(target.name)
        if configured and configured.subject:
            path = ("target", target.name, "subject")
            return ConfiguredSubject(configured.subject, self.directory_of(target), package.source, path)
        if package.config.subject:
            directory = os.path.join(self.root, package.dir) if package.dir else self.root  # noqa: PTH118
            return ConfiguredSubject(package.config.subject, directory, package.source, ("subject",))
        return None

    def suites(self) -> dict[str, list[str]]:
        """Return the patterns of every suite by its label."""
        return {
            f"//{package.dir}:{name}": patterns
            for package in self.packages.values()
            for name, patterns in package.config.suite.items()
        }


def upwards(directory: str) -> Iterable[str]:
    """Yield ``a/b``, ``a`` and ``""``."""
    while directory:
        yield directory
        directory = directory.rpartition("/")[0]
    yield ""


Ahead = Callable[[str], Iterable[tuple[str, ...]]]
"""From the root of a repository to questions whose answers will be asked for later: git works while we read files."""


def open_workspace(
    start: Path,
    frameworks: Mapping[str, Framework],
    *,
    environ: Mapping[str, str] | None = None,
    ahead: Ahead | None = None,
) -> Workspace:
    """Return the workspace around ``start``.

    Args:
        start: A directory.
        frameworks: By name; each is asked once what it detects.
        environ: For git; ``os.environ`` when not given.
        ahead: What to ask git before the files are listed.

    Raises:
        UserError: A configuration file is wrong, or ``start`` is no directory.
    """
    return _opened(start, environ, ahead, frameworks)


def open_place(start: Path, *, environ: Mapping[str, str] | None = None, ahead: Ahead | None = None) -> Workspace:
    """Return the workspace around ``start`` without its targets: no file is listed, only those above are read.

    Raises:
        UserError: A configuration file is wrong, or ``start`` is no directory.
    """
    return _opened(start, environ, ahead, None)


class Detected(msgspec.Struct, frozen=True):
    """What the frameworks find in a workspace, whatever its configuration says.

    Attributes:
        root: Of the workspace, absolute.
        here: Where the question was asked, relative to the root.
        targets: In the order of frameworks and directories.
        is_by_manifest: Only a manifest above makes the root one: a configuration below it would have a workspace of
            its own.
    """

    root: str
    here: str
    targets: tuple[Target, ...]
    is_by_manifest: bool


def detect(start: Path, frameworks: Mapping[str, Framework]) -> Detected:
    """Return what is detected around ``start``; no configuration is read, so that none can be wrong.

    Raises:
        UserError: ``start`` is no directory.
    """
    directory = _existing(start)
    root, is_repository = find_root(directory)
    git = Git(root) if is_repository else None
    tree = _list_files(root, git, [])
    here = os.path.relpath(directory, root).replace(os.sep, "/")
    return Detected(
        root=root,
        here="" if here == "." else here,
        targets=tuple(target for name in sorted(frameworks) for target in frameworks[name].detect(tree)),
        is_by_manifest=not is_repository and not _has_configuration(root),
    )


def _existing(start: Path) -> str:
    directory = os.path.realpath(start)
    if not os.path.isdir(directory):  # noqa: PTH112 -- start-up counts
        what = f"`{start}` is not a directory"
        raise UserError(what)
    return directory


def _opened(
    start: Path, environ: Mapping[str, str] | None, ahead: Ahead | None, frameworks: Mapping[str, Framework] | None
) -> Workspace:
    directory = _existing(start)
    root, is_repository = find_root(directory)
    git = Git(root, environ) if is_repository else None
    try:
        if git and ahead:
            for question in ahead(root):
                git.begin(*question)
        if git and frameworks is not None:
            git.begin(*_LIST_FILES)
            list(frameworks)  # Loads them, while git lists the files.
        absent: list[Absent] = []
        tree = FileTree(root, ()) if frameworks is None else _list_files(root, git, absent)
        workspace = Workspace(root, tree, git, _packages(root, tree, directory))
        workspace.absent = absent
        if frameworks is not None:
            _find_targets(workspace, frameworks)
    except BaseException:
        if git:
            git.close()
        raise
    return workspace


def _find_targets(workspace: Workspace, frameworks: Mapping[str, Framework]) -> None:
    root, tree, packages = workspace.root, workspace.tree, workspace.packages
    detected = [target for name in sorted(frameworks) for target in frameworks[name].detect(tree)]
    configured = [
        target for package in packages.values() for target in _configured(package, detected, frameworks, root)
    ]
    declared = {(target.framework, target.dir) for target in configured}
    shown = [target for target in detected if (target.framework, target.dir) not in declared]
    found = {(target.framework, target.dir) for target in detected}
    covering = [*shown, *(target for target in configured if (target.framework, target.dir) in found)]
    workspace.targets = tuple(sorted([*configured, *shown], key=lambda target: _sort_key(target.label)))
    workspace.coverable = frozenset(target.label for target in covering)


def _sort_key(label: str) -> tuple[list[str], str]:
    path, _, name = label[2:].partition(":")
    return path.split("/") if path else [], name


# -- the root ------------------------------------------------------------------------------------------------------


def find_root(directory: str) -> tuple[str, bool]:
    """Return the root of the workspace around an absolute directory, and whether it is a repository's."""
    above = list(_upwards_absolute(directory))
    for one in above:
        if os.path.exists(os.path.join(one, ".git")):  # noqa: PTH110, PTH118 -- a file in worktrees and submodules
            return one, True
    configured = [one for one in above if _has_configuration(one)]
    if configured:
        return configured[-1], False
    with_manifest = (one for one in above if any(os.path.exists(os.path.join(one, name)) for name in MANIFESTS))  # noqa: PTH110, PTH118
    return next(with_manifest, directory), False


def _upwards_absolute(directory: str) -> Iterable[str]:
    while True:
        yield directory
        above = os.path.dirname(directory)  # noqa: PTH120 -- start-up counts
        if above == directory:
            return
        directory = above


def _has_configuration(directory: str) -> bool:
    if os.path.lexists(os.path.join(directory, CONFIG_NAME)):  # noqa: PTH118
        return True
    return _may_hold_configuration(_read(os.path.join(directory, PYPROJECT_NAME)))  # noqa: PTH118


def line_of_table(pyproject: Path) -> int | None:
    """Return the line on which a ``pyproject.toml`` begins to speak about BenchHub; ``None`` where it does not."""
    data = _read(str(pyproject))
    if not _may_hold_configuration(data):
        return None
    return next(line for line, text in enumerate(data.splitlines(), 1) if _says_benchhub(text))


def _may_hold_configuration(pyproject: bytes) -> bool:
    return b"benchhub" in pyproject and b"[tool" in pyproject and _says_benchhub(pyproject)


def _says_benchhub(pyproject: bytes) -> bool:
    """Tell whether a line begins our table; a broken file of somebody else's tool must not stop us."""
    compact = (line.replace(b" ", b"").lstrip(b"[") for line in pyproject.splitlines())
    return any(line.startswith((b"tool.benchhub]", b"tool.benchhub.")) for line in compact)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- start-up counts
            return file.read()
    except OSError:
        return b""


# -- files and packages --------------------------------------------------------------------------------------------


def _list_files(root: str, git: Git | None, absent: list[Absent]) -> FileTree:
    if git is not None:
        answer = git.ask(*_LIST_FILES)
        if answer.is_ok:
            return FileTree(root, answer.out.decode("utf-8", "surrogateescape").split("\0")[:-1])
        absent.append(Absent("ignored files", answer.why))
    tree = walked(root)
    if tree.is_cut:
        absent.append(Absent("targets", f"`{root}` holds too many files; a git repository or a `bh.toml` sets a root"))
    return tree


def _packages(root: str, tree: FileTree, start: str) -> dict[str, Package]:
    """Read every configuration file; also those above ``start`` that git ignores."""
    relative = os.path.relpath(start, root).replace(os.sep, "/")
    on_the_way = [] if relative == "." else list(upwards(relative))
    listed = [*tree.directories_naming(CONFIG_NAME), *tree.directories_with(PYPROJECT_NAME)]
    found = (_package(root, directory) for directory in sorted({*listed, *on_the_way, ""}))
    return {package.dir: package for package in found if package}


def _package(root: str, directory: str) -> Package | None:
    for file_name in (CONFIG_NAME, PYPROJECT_NAME):
        name = f"{directory}/{file_name}" if directory else file_name
        path = os.path.join(root, name)  # noqa: PTH118
        data = _read_configuration(path, name) if file_name == CONFIG_NAME else _read(path)
        if not data or (file_name == PYPROJECT_NAME and not _may_hold_configuration(data)):
            continue
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            where = f"{name}:{line}"
            what = f"{where}: not UTF-8"
            raise UserError(what, where=where) from error
        config = decode_config(text, name)
        if config is not None:
            package = Package(directory, config, source_of(text, name))
            check_shared(config, package.source)
            return package
    return None


def _read_configuration(path: str, name: str) -> bytes:
    """Return the bytes of a `bh.toml`; empty when there is none. One that cannot be read is not as good as none."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    except OSError as error:
        if not os.path.lexists(path):
            return b""
        is_link = isinstance(error, FileNotFoundError) and os.path.islink(path)  # noqa: PTH114 -- start-up counts
        why = f"the link leads to `{os.readlink(path)}`, which is not there" if is_link else error.strerror  # noqa: PTH115 -- start-up counts
        what = f"{name}: cannot be read: {why}"
        raise UserError(what, where=name) from error


# -- targets -------------------------------------------------------------------------------------------------------


def _configured(
    package: Package, detected: list[Target], frameworks: Mapping[str, Framework], root: str
) -> Iterable[Target]:
    for name, target in package.config.target.items():
        yield _target(name, target, package, detected, frameworks, root)
    for suite in package.config.suite:
        if suite in package.config.target:
            what = f"`{suite}` is a target and a suite"
            raise package.source.error(("suite", suite), what, hint="they share their labels: rename one of them")
        if not is_name(suite):
            what = f"`{suite}` is no name for a suite: a label must be able to say it"
            raise package.source.error(("suite", suite), what, hint=NAME_HINT)


def _target(
    name: str,
    target: TargetConfig,
    package: Package,
    detected: list[Target],
    frameworks: Mapping[str, Framework],
    root: str,
) -> Target:
    source, here = package.source, ("target", name)
    if not is_name(name):
        what = f"`{name}` is no name for a target: a label must be able to say it"
        raise source.error(here, what, hint=NAME_HINT)
    directory = _directory(name, target, package, root)
    matrix, defaults = axes_of(name, target, package.config, source)
    framework = _framework(name, target, directory, package, detected, frameworks)
    _check_options(name, target, frameworks[framework], source)
    for path, what, hint in mistakes(target.services, [target.options, target.env, target.build]):
        message = f"[target.{name}]: {what}"
        raise source.error((*here, *path), message, hint=hint)
    return Target(
        name=name,
        dir=directory,
        framework=framework,
        options=target.options,
        env=target.env,
        matrix=matrix,
        defaults=defaults,
        exclude=target.exclude,
        build=target.build,
        services=target.services,
        timeout_s=target.timeout_s,
        runs=target.runs,
        package=None if package.dir == directory else package.dir,
    )


def _directory(name: str, target: TargetConfig, package: Package, root: str) -> str:
    joined = os.path.normpath(os.path.join(root, package.dir, target.dir))  # noqa: PTH118
    relative = os.path.relpath(joined, root).replace(os.sep, "/")
    path = ("target", name, "dir")
    if relative == ".." or relative.startswith("../"):
        what = f"`dir` of [target.{name}] leads out of the workspace"
        raise package.source.error(path, what)
    if not os.path.isdir(joined):  # noqa: PTH112
        what = f"`dir` of [target.{name}]: there is no directory `{target.dir}`"
        raise package.source.error(path, what)
    return "" if relative == "." else relative


def _framework(
    name: str,
    target: TargetConfig,
    directory: str,
    package: Package,
    detected: list[Target],
    frameworks: Mapping[str, Framework],
) -> str:
    """Return the framework that a target says, or the only one that is detected there and knows its keys."""
    if target.use is not None:
        if target.use not in frameworks:
            what = f"no framework `{target.use}`{did_you_mean(target.use, frameworks)}"
            raise package.source.error(("target", name, "use"), what, hint=_listed("installed are", frameworks))
        return target.use
    here = [one.framework for one in detected if one.dir == directory]
    fitting = [one for one in here if all(key in _keys(frameworks[one]) for key in target.options)]
    if name in fitting:
        return name
    if len(fitting) == 1:
        return fitting[0]
    what = f"[target.{name}] needs `use`"
    raise package.source.error(("target", name), what, hint=_listed("it could be", fitting or frameworks))


def _check_options(name: str, target: TargetConfig, framework: Framework, source: Source) -> None:
    known = _keys(framework)
    here = ("target", name, "with")
    for key, value in target.options.items():
        if key not in known:
            what = f"unknown key `{key}` in [target.{name}.with]{did_you_mean(key, known)}"
            raise source.error((*here, key), what, hint=_listed(f"`{framework.name}` knows", known))
        # What names an axis is known when the axis has a value.
        if not any(names_in(value)):
            decode_struct({key: value}, framework.options, source, above=here, strict=False)


def _keys(framework: Framework) -> tuple[str, ...]:
    return framework.options.__struct_encode_fields__


def _listed(words: str, names: Iterable[str]) -> str:
    return f"{words} " + ", ".join(f"`{name}`" for name in names)
