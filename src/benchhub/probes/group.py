"""A control group around a program: what everybody of its tree used, waited for or not.

Version 2 counts CPU time and pressure in every group, whatever controllers are on. Memory is taken from version 2 where
its controller is on, else from version 1 where that is mounted. None of it needs more than a folder that we may make
below our own group: root has it, and so has who runs in a delegated scope (``systemd-run --user --scope``).

A child is born where its parent is. So we enter the group, start the program, and go back: no program stands between
``fork`` and ``exec``, and the time it takes lies before the program's clock. What we ourselves used in there is taken
off again.
"""

import contextlib
import os
import resource
import signal
import threading
from functools import lru_cache

import msgspec

NAME = "benchhub-"
"""How the name of a group begins: then the pid of who made it, and a number."""


class GroupCounts(msgspec.Struct, frozen=True):
    """What a group used until now; ``None`` where nobody counts."""

    user_s: float
    system_s: float
    memory_bytes: int | None = None
    memory_bytes_max: int | None = None
    anonymous_bytes: int | None = None
    read_bytes: int | None = None
    written_bytes: int | None = None
    cpu_stall_s: float | None = None
    memory_stall_s: float | None = None
    io_stall_s: float | None = None
    throttled_s: float | None = None

    @property
    def cpu_s(self) -> float:
        """User and system time."""
        return self.user_s + self.system_s


class Homes(msgspec.Struct, frozen=True):
    """Our own group in each hierarchy: where groups of programs are made.

    Attributes:
        unified: Of version 2; counts CPU time and pressure.
        memory: Of version 1, where that one has the memory controller.
    """

    unified: str
    memory: str | None


class Group:
    """One group.

    Attributes:
        folder: In version 2.
        memory_folder: In version 1; ``None`` where it is not needed or cannot be made.
    """

    def __init__(self, homes: Homes, folder: str, memory_folder: str | None) -> None:
        self.folder = folder
        self.memory_folder = memory_folder
        self._homes = homes
        self._own_s = (0.0, 0.0)
        self._entered = resource.getrusage(resource.RUSAGE_SELF)

    def enter(self) -> None:
        """Go into the group: what is started from now on is born in it.

        Raises:
            OSError: We may not; we are where we were.
        """
        for thread in _ahead:  # So that nobody is beside what is started next.
            thread.join()
        _ahead.clear()
        try:
            self._move(self.folder, self.memory_folder)
        except OSError:
            self._move(self._homes.unified, self._homes.memory)
            raise
        self._entered = resource.getrusage(resource.RUSAGE_SELF)

    def leave(self) -> None:
        """Go back; what we used meanwhile is no longer counted as the group's.

        Raises:
            OSError: The way back is closed.
        """
        left = resource.getrusage(resource.RUSAGE_SELF)
        self._move(self._homes.unified, self._homes.memory)
        self._own_s = (left.ru_utime - self._entered.ru_utime, left.ru_stime - self._entered.ru_stime)

    def _move(self, folder: str, memory_folder: str | None) -> None:
        if self.memory_folder is not None and memory_folder is not None:
            _write(f"{memory_folder}/cgroup.procs", b"0")
        _write(f"{folder}/cgroup.procs", b"0")

    def counts(self) -> GroupCounts:
        """Return what its processes used until now, ourselves taken off."""
        counted = counts_of(self.folder, self.memory_folder)
        own_user_s, own_system_s = self._own_s
        return msgspec.structs.replace(
            counted, user_s=max(0.0, counted.user_s - own_user_s), system_s=max(0.0, counted.system_s - own_system_s)
        )

    def processes(self) -> list[int]:
        """Return who is in it, or in a group below it."""
        return [pid for folder in (self.folder, *_below(self.folder)) for pid in _pids(folder)]

    def kill(self) -> None:
        """End whoever is in it, at once."""
        try:
            _write(f"{self.folder}/cgroup.kill", b"1")
        except OSError:  # Before Linux 5.14.
            for pid in self.processes():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        """Remove it; while somebody lives on in it, it stays until a later ``make_group``."""
        for folder in filter(None, (self.folder, self.memory_folder)):
            _remove(folder)


_ahead: list[threading.Thread] = []


def enter_soon() -> None:
    """Have the kernel get ready for a process that enters a group, while we do something else.

    Who enters first waits until all processors have noticed, 3 to 16 ms; who comes while they still know does not. So
    a thread of ours "moves" us to where we are. It has ended before ``Group.enter`` returns.

    Source: ``rcu_sync_enter`` in kernel/rcu/sync.c of Linux.
    """
    homes = find_homes()
    if homes is not None and os.access(homes.unified, os.W_OK):  # Else nobody will enter.
        _ahead.append(threading.Thread(target=_stay, args=(homes,), daemon=True))
        _ahead[-1].start()


def _stay(homes: Homes) -> None:
    with contextlib.suppress(OSError):  # Entering will tell.
        _write(f"{homes.unified}/cgroup.procs", b"0")


def make_group() -> Group | None:
    """Return a fresh group below our own, ``None`` where the system does not allow it."""
    homes = find_homes()
    if homes is None:
        return None
    _sweep(homes)
    name = f"{NAME}{os.getpid()}-{os.urandom(4).hex()}"
    folder = f"{homes.unified}/{name}"
    try:
        os.mkdir(folder)  # noqa: PTH102 -- start-up counts
    except OSError:
        return None
    if not os.access(f"{homes.unified}/cgroup.procs", os.W_OK):
        os.rmdir(folder)  # noqa: PTH106 -- start-up counts
        return None  # There would be no way back.
    return Group(homes, folder, _memory_folder(homes, folder, name))


def _memory_folder(homes: Homes, folder: str, name: str) -> str | None:
    if homes.memory is None or os.path.exists(f"{folder}/memory.current"):  # noqa: PTH110 -- start-up counts
        return None
    made = f"{homes.memory}/{name}"
    try:
        os.mkdir(made)  # noqa: PTH102
    except OSError:
        return None
    return made


@lru_cache(maxsize=1)
def find_homes() -> Homes | None:
    """Return our own groups, ``None`` without version 2.

    Source: cgroups(7), proc_pid_mountinfo(5).
    """
    mounts = _mounts(_read("/proc/self/mountinfo"))
    unified = memory = None
    for line in _read("/proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and "" in mounts:
            unified = f"{mounts['']}{path}".rstrip("/")
        elif "memory" in controllers.split(",") and "memory" in mounts:
            memory = f"{mounts['memory']}{path}".rstrip("/")
    return None if unified is None else Homes(unified, memory)


def _mounts(mountinfo: str) -> dict[str, str]:
    """Return mount points: ``""`` of version 2, ``memory`` of version 1's memory controller."""
    found: dict[str, str] = {}
    for line in mountinfo.splitlines():
        words, _, more = line.partition(" - ")
        point = words.split(" ")[4].replace("\\040", " ")
        kind, _, options = more.partition(" ")
        if kind == "cgroup2":
            found.setdefault("", point)
        elif kind == "cgroup" and "memory" in options.rpartition(" ")[2].split(","):
            found.setdefault("memory", point)
    return found


_swept: set[str] = set()


def _sweep(homes: Homes) -> None:
    """Remove, once, the empty groups that others left behind: of processes that were killed, or of late daemons."""
    for home in filter(None, (homes.unified, homes.memory)):
        if home in _swept:
            continue
        _swept.add(home)
        for name in _folders(home):
            if name.startswith(NAME) and not os.path.exists(f"/proc/{name[len(NAME) :].partition('-')[0]}"):  # noqa: PTH110
                _remove(f"{home}/{name}")


# -- files of the kernel -------------------------------------------------------------------------------------------


def counts_of(folder: str, memory_folder: str | None) -> GroupCounts:
    """Return what the group in a folder used until now.

    Source: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst of Linux.
    """
    cpu = _numbers(_read(f"{folder}/cpu.stat"))
    read_bytes, written_bytes = _io(_read(f"{folder}/io.stat"))
    memory = memory_folder or folder
    current, peak = (
        ("memory.usage_in_bytes", "memory.max_usage_in_bytes") if memory_folder else ("memory.current", "memory.peak")
    )
    stat = _numbers(_read(f"{memory}/memory.stat"))
    return GroupCounts(
        user_s=cpu.get("user_usec", 0) / 1e6,
        system_s=cpu.get("system_usec", 0) / 1e6,
        memory_bytes=_number(_read(f"{memory}/{current}")),
        memory_bytes_max=_number(_read(f"{memory}/{peak}")),
        anonymous_bytes=stat.get("total_rss", stat.get("anon")),
        read_bytes=read_bytes,
        written_bytes=written_bytes,
        cpu_stall_s=_stall_s(_read(f"{folder}/cpu.pressure")),
        memory_stall_s=_stall_s(_read(f"{folder}/memory.pressure")),
        io_stall_s=_stall_s(_read(f"{folder}/io.pressure")),
        throttled_s=cpu["throttled_usec"] / 1e6 if "throttled_usec" in cpu else None,
    )


def _stall_s(text: str) -> float | None:
    """Return seconds in which somebody waited. Source: Documentation/accounting/psi.rst."""
    _, found, total = text.partition("\n")[0].partition("total=")
    return int(total) / 1e6 if found else None


def _io(text: str) -> tuple[int | None, int | None]:
    """Return bytes read and written, over all devices."""
    if not text:
        return None, None
    words = [word.partition("=") for line in text.splitlines() for word in line.split()[1:]]
    return tuple(sum(int(value) for key, _, value in words if key == wanted) for wanted in ("rbytes", "wbytes"))  # type: ignore[return-value]  # of two


def _numbers(text: str) -> dict[str, int]:
    pairs = (line.split(" ") for line in text.splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}  # noqa: PLR2004 -- a name and its number


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isdigit() else None


def _read(path: str) -> str:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 -- start-up counts
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _write(path: str, data: bytes) -> None:
    with open(path, "wb", buffering=0) as file:  # noqa: PTH123
        file.write(data)


def _pids(folder: str) -> list[int]:
    return [int(word) for word in _read(f"{folder}/cgroup.procs").split()]


def _folders(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_dir()]
    except OSError:
        return []


def _below(folder: str) -> list[str]:
    return [f"{folder}/{name}" for name in _folders(folder)]


def _remove(folder: str) -> None:
    for below in (*_below(folder), folder):
        with contextlib.suppress(OSError):  # Somebody lives on in it.
            os.rmdir(below)  # noqa: PTH106
