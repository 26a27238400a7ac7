"""The plug-ins that are installed: found by entry point, imported when they are used.

Looking through the metadata of every installed package takes longer than a small benchmark, so what was found is kept
in a file, together with the modification times of the folders on ``sys.path``: installing or removing a package
changes one of them. A cache that is broken, stale or not writable is as good as none.
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Generic, TypeVar

import msgspec

from benchhub import __version__
from benchhub.errors import UserError
from benchhub.model.identity import digest
from benchhub.plugin.contract import Framework, Runtime

FRAMEWORKS = "benchhub.frameworks"
RUNTIMES = "benchhub.runtimes"

SETTLED_NS = 2_000_000_000
"""A folder that changed less than this ago may change again without a new time on it: nothing is kept."""

CACHE_FILES_MAX = 32
"""One for each set of folders (virtual environments, working directories); the oldest go."""


class PluginError(UserError, KeyError):
    """No plug-in has this name, or the one that has it cannot be used."""

    def __str__(self) -> str:  # type: ignore[explicit-override]  # typing has it from 3.12
        return self.what


class EntryPoint(msgspec.Struct, frozen=True, order=True):
    """Where a plug-in lies.

    Attributes:
        target: ``module:attribute``.
        distribution: The package that brought it, as installed.
    """

    group: str
    name: str
    target: str
    distribution: str


class Broken(msgspec.Struct, frozen=True):
    """A plug-in that is installed and cannot be used.

    Attributes:
        cause: What importing it raised, for tracebacks.
    """

    name: str
    distribution: str
    why: str
    cause: BaseException | None = None


P = TypeVar("P", Framework, Runtime)


class Plugins(Mapping[str, P], Generic[P]):
    """The plug-ins of one group by name; each is imported at its first use.

    Going through them passes over those that cannot be used: one broken package does not take the others along.
    ``broken`` then tells which those are.
    """

    def __init__(self, entry_points: list[EntryPoint], *, group: str, promises: tuple[str, ...]) -> None:
        self._noun = group.rpartition(".")[2].removesuffix("s")
        self._promises = promises
        self._entries: dict[str, list[EntryPoint]] = {}
        self._loaded: dict[str, P | Broken] = {}
        for entry in sorted(set(entry_points)):
            if entry.group == group:
                self._entries.setdefault(entry.name, []).append(entry)

    def __getitem__(self, name: str) -> P:  # type: ignore[explicit-override]  # typing has it from 3.12
        found = self._load(name)
        if isinstance(found, Broken):
            what = f"the {self._noun} `{found.name}` of `{found.distribution}` cannot be used: {found.why}"
            raise PluginError(what, hint="repair or uninstall that package") from found.cause
        return found

    def __iter__(self) -> Iterator[str]:  # type: ignore[explicit-override]  # typing has it from 3.12
        return (name for name in self._entries if not isinstance(self._load(name), Broken))

    def __len__(self) -> int:  # type: ignore[explicit-override]  # typing has it from 3.12
        return sum(1 for _ in self)

    @property
    def names(self) -> tuple[str, ...]:
        """All names, sorted, those of broken plug-ins included; imports nothing."""
        return tuple(self._entries)

    @property
    def broken(self) -> tuple[Broken, ...]:
        """The plug-ins that were tried and cannot be used."""
        return tuple(found for found in self._loaded.values() if isinstance(found, Broken))

    def _load(self, name: str) -> P | Broken:
        if name not in self._loaded:
            entries = self._entries.get(name)
            if entries is None:
                raise self._unknown(name)
            self._loaded[name] = self._import(entries)
        return self._loaded[name]

    def _unknown(self, name: str) -> PluginError:
        import difflib  # noqa: PLC0415 -- for mistakes only

        near = difflib.get_close_matches(name, self._entries, n=1)
        known = ", ".join(f"`{known}`" for known in self._entries) or "none is installed"
        hint = f"did you mean `{near[0]}`?" if near else f"known: {known}"
        return PluginError(f"no {self._noun} `{name}`", hint=hint)

    def _import(self, entries: list[EntryPoint]) -> P | Broken:
        entry = entries[0]
        if len(entries) > 1:
            who = " and ".join(f"`{each.distribution}` ({each.target})" for each in entries)
            return Broken(entry.name, entry.distribution, f"more than one package brings it: {who}")
        module, _, attribute = entry.target.partition(":")
        try:
            plugin: P = getattr(import_module(module), attribute)
        except (Exception, SystemExit) as error:  # noqa: BLE001 -- a stranger's code may do anything but end us
            return Broken(entry.name, entry.distribution, f"{type(error).__name__}: {error}", error)
        missing = [promise for promise in self._promises if not hasattr(plugin, promise)]
        if missing:
            lacks = ", ".join(f"`{promise}`" for promise in missing)
            return Broken(entry.name, entry.distribution, f"`{entry.target}` is no {self._noun}, it lacks {lacks}")
        if plugin.name != entry.name:
            return Broken(entry.name, entry.distribution, f"`{entry.target}` calls itself `{plugin.name}`")
        return plugin


def frameworks() -> Plugins[Framework]:
    """Return the frameworks that are installed."""
    return Plugins(entry_points(), group=FRAMEWORKS, promises=_promises(Framework))


def framework(name: str) -> Framework:
    """Return one framework.

    Raises:
        PluginError: Nobody has this name, or who has it cannot be used; a ``UserError``.
    """
    return frameworks()[name]


def runtimes() -> Plugins[Runtime]:
    """Return the runtimes that are installed."""
    return Plugins(entry_points(), group=RUNTIMES, promises=_promises(Runtime))


def runtime(name: str) -> Runtime:
    """Return one runtime.

    Raises:
        PluginError: Nobody has this name, or who has it cannot be used; a ``UserError``.
    """
    return runtimes()[name]


def _promises(contract: type) -> tuple[str, ...]:
    """Return the names that a protocol declares."""
    methods = (name for name, value in vars(contract).items() if callable(value) and not name.startswith("_"))
    return (*contract.__annotations__, *methods)


# -- finding -------------------------------------------------------------------------------------------------------


class _Cache(msgspec.Struct, frozen=True):
    """What was found, and the state of the folders in which it was looked for."""

    folders: list[tuple[str, int | None]]
    entry_points: list[EntryPoint]


def entry_points() -> list[EntryPoint]:
    """Return every plug-in that is installed, from the cache when nothing was installed or removed since."""
    folders = _folders()
    path = _cache_path(folders)
    cached = _read(path)
    if cached is not None and cached.folders == folders:
        return cached.entry_points
    found = _search()
    if _is_settled(folders):
        _write(path, _Cache(folders, found))
    return found


def _folders() -> list[tuple[str, int | None]]:
    """Return what is on ``sys.path``, each with its modification time in nanoseconds; ``None`` where nothing is."""
    return [(os.fsencode(entry).decode(errors="backslashreplace"), _changed_ns(entry)) for entry in sys.path]


def _changed_ns(path: str) -> int | None:
    try:
        return os.stat(path or os.curdir).st_mtime_ns  # noqa: PTH116 -- start-up counts
    except (OSError, ValueError):
        return None


def _is_settled(folders: list[tuple[str, int | None]]) -> bool:
    newest_ns = max((changed_ns for _, changed_ns in folders if changed_ns is not None), default=0)
    return newest_ns < time.time_ns() - SETTLED_NS


def _search() -> list[EntryPoint]:
    from importlib import metadata  # noqa: PLC0415 -- tens of milliseconds

    return sorted(
        EntryPoint(group, found.name, found.value.partition("[")[0].strip(), found.dist.name if found.dist else "?")
        for group in (FRAMEWORKS, RUNTIMES)
        for found in metadata.entry_points(group=group)
    )


def cache_folder() -> str:
    """Return where what was found is kept, whether or not it is there."""
    said = os.environ.get("XDG_CACHE_HOME", "")
    # Source: XDG Base Directory Specification 0.8: a relative path is to be ignored.
    home = said if os.path.isabs(said) else os.path.expanduser("~/.cache")  # noqa: PTH111, PTH117 -- start-up counts
    return os.path.join(home, "benchhub")  # noqa: PTH118 -- start-up counts


def _cache_path(folders: list[tuple[str, int | None]]) -> str:
    # A relative entry means another folder elsewhere; its time alone would tell that only most of the time.
    here = "" if all(path.startswith("/") for path, _ in folders) else _here()
    who = digest([__version__, sys.version, here, [path for path, _ in folders]]).hex()
    return os.path.join(cache_folder(), f"entry-points-{who}.json")  # noqa: PTH118


def _here() -> str:
    try:
        return os.fsencode(os.getcwd()).decode(errors="backslashreplace")  # noqa: PTH109 -- start-up counts
    except OSError:
        return ""  # The working directory was removed.


def _read(path: str) -> _Cache | None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- start-up counts
            return msgspec.json.decode(file.read(), type=_Cache)
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return None


def _write(path: str, cache: _Cache) -> None:
    """Replace the cache whole, so that whoever reads meanwhile sees the old one or the new one."""
    draft = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120 -- start-up counts
        with open(draft, "wb") as file:  # noqa: PTH123
            file.write(msgspec.json.encode(cache))
        os.replace(draft, path)  # noqa: PTH105 -- start-up counts
        _forget_oldest(os.path.dirname(path))  # noqa: PTH120
    except (OSError, UnicodeError):
        return


def _forget_oldest(folder: str) -> None:
    with os.scandir(folder) as entries:
        files = [entry for entry in entries if entry.name.startswith("entry-points-")]
    files.sort(key=lambda entry: entry.stat().st_mtime_ns, reverse=True)
    for entry in files[CACHE_FILES_MAX:]:
        os.unlink(entry.path)  # noqa: PTH108 -- start-up counts
