"""Programs that a program starts apart: which they were, and what each used.

A framework writes ``{part}`` where the words belong that start a program apart, and says which folder means which name.
"""

import os
import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from benchhub.model.run import Usage
from benchhub.probes.group import Group, GroupCounts, counts_of

PLACE = "{part}"
LAUNCHER = ("/bin/sh", os.path.join(os.path.dirname(__file__), "part.sh"))  # noqa: PTH118, PTH120 -- start-up counts

_TIMES = r"(\d+)m([\d.]+)s\s+(\d+)m([\d.]+)s\s*"
_COLLECTED = rb"Collected : (\d+)"
_PARENT = rb"Parent PID: (\d+)"


def argv_without_parts(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Return a command line as a person would type it, without what starts programs apart."""
    return tuple(word for word in argv if PLACE not in word)


def argv_with_parts(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Return a command line in which ``{part}`` is what starts a program apart."""
    words: list[str] = []
    for word in argv:
        # Inside a word the tool splits it again, as a shell would.
        words += LAUNCHER if word == PLACE else [word.replace(PLACE, shlex.join(LAUNCHER))]
    return tuple(words)


class Parts:
    """The notes of the programs that one program starts apart."""

    def __init__(self, group: Group | None, *, is_counting_instructions: bool) -> None:
        self._group = group
        self._is_counting_instructions = is_counting_instructions
        import tempfile  # noqa: PLC0415 -- few programs have parts

        self._folder = Path(tempfile.mkdtemp(prefix="benchhub-parts-"))

    @property
    def environment(self) -> dict[str, str]:
        """What the launcher needs to know."""
        group = self._group
        groups = [folder for folder in (group.folder, group.memory_folder) if folder] if group else []
        return {
            "BENCHHUB_PARTS": str(self._folder),
            "BENCHHUB_GROUPS": "\n".join(groups),
            "BENCHHUB_MEASURE": "instructions" if self._is_counting_instructions else "",
        }

    def usages(self, names: Mapping[str, str]) -> dict[str, Usage]:
        """Return what each part used; several programs of one name are added up.

        Args:
            names: By folder; what lies below one adds its own path to the name.
        """
        instructions = self._instructions()
        by_name: dict[str, list[Usage]] = {}
        for note in sorted(self._folder.glob("*.folder")):
            name = _name_of(note.read_text(errors="replace").removesuffix("\n"), names)
            usage = self._usage(note.stem)
            counted = instructions.get(note.stem, 0) or None
            by_name.setdefault(name, []).append(msgspec.structs.replace(usage, instructions=counted))
        return {name: sum_of(usages) for name, usages in by_name.items()}

    @property
    def instructions(self) -> int | None:
        """Those of all programs; ``None`` when nobody counted."""
        return sum(self._instructions().values()) or None

    def close(self) -> None:
        """Remove the notes."""
        import shutil  # noqa: PLC0415

        shutil.rmtree(self._folder, ignore_errors=True)

    def _usage(self, pid: str) -> Usage:
        times = self._folder / f"{pid}.times"
        if times.exists():
            return _usage_of_times(times.read_text(errors="replace"))
        if self._group is None:
            return Usage(counted="times")  # It never ended, or took the shell along.
        memory = self._group.memory_folder
        counts = counts_of(f"{self._group.folder}/part-{pid}", memory and f"{memory}/part-{pid}")
        return usage_of_counts(counts)

    def _instructions(self) -> dict[str, int]:
        """Return instructions by the pid of the launcher; what a part starts itself is the part's."""
        counted: dict[str, int] = {}
        parents: dict[str, str] = {}
        for log in self._folder.glob("*.callgrind"):
            text = log.read_bytes()
            counted[log.stem] = sum(map(int, re.findall(_COLLECTED, text)))
            if parent := re.search(_PARENT, text):
                parents[log.stem] = parent[1].decode()
        found: dict[str, int] = {}
        for pid, count in counted.items():
            root = pid
            while not (self._folder / f"{root}.folder").exists() and parents.get(root) in counted:
                root = parents[root]
            found[root] = found.get(root, 0) + count
        return found


def usage_of_counts(counts: GroupCounts) -> Usage:
    """Return what a group counted."""
    return Usage(
        user_s=counts.user_s,
        system_s=counts.system_s,
        tree_memory_bytes_max=counts.memory_bytes_max,
        read_bytes=counts.read_bytes,
        written_bytes=counts.written_bytes,
        cpu_stall_s=counts.cpu_stall_s,
        memory_stall_s=counts.memory_stall_s,
        io_stall_s=counts.io_stall_s,
        throttled_s=counts.throttled_s,
        counted="cgroup",
    )


def sum_of(usages: Iterable[Usage]) -> Usage:
    """Return what several programs used that ran one after the other; peaks are the highest of them."""
    known = [msgspec.structs.asdict(usage) for usage in usages]
    total: dict[str, object] = {}
    for field in Usage.__struct_fields__:
        values = [one[field] for one in known if one[field] is not None]
        if field == "counted":
            total[field] = values[0] if len(set(values)) == 1 else "wait4"
        elif values:
            total[field] = max(values) if field.endswith("_max") else sum(values)
    return msgspec.convert(total, Usage)


def rest_of(whole: Usage, parts: Iterable[Usage]) -> Usage:
    """Return the CPU time that was no part's."""
    of_parts = sum_of(parts)
    return Usage(
        user_s=_less(whole.user_s, of_parts.user_s),
        system_s=_less(whole.system_s, of_parts.system_s),
        counted=whole.counted,
    )


def _less(whole: float | None, part: float | None) -> float | None:
    return None if whole is None or part is None else max(0.0, whole - part)


def _usage_of_times(text: str) -> Usage:
    """Return what a shell says of the programs that it waited for: the second line. Source: times(1p)."""
    matches = list(re.finditer(_TIMES, text))
    if len(matches) < 2:  # noqa: PLR2004 -- the shell itself, its children
        return Usage(counted="times")
    user_min, user_s, system_min, system_s = matches[1].groups()
    return Usage(
        user_s=int(user_min) * 60 + float(user_s), system_s=int(system_min) * 60 + float(system_s), counted="times"
    )


def _name_of(folder: str, names: Mapping[str, str]) -> str:
    for root, name in sorted(names.items(), key=lambda pair: -len(pair[0])):
        real = os.path.realpath(root)
        if folder == real:
            return name
        if folder.startswith(real.rstrip("/") + "/"):
            return f"{name}/{folder[len(real.rstrip('/')) + 1 :]}"
    return folder
