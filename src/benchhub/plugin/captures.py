"""Captures: what real tools wrote, kept in folders, and ways to damage it.

::

    captured/<case>/
      stdout.txt      or stdout.jsonl, …: the stream is named after what stands before the first dot
      stderr.txt
      results.json    any other file is a result file under its own name
      cmd.json        optional: {"argv", "exit_code", "is_timed_out", "options", "label", "case_name", "executions"}
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from benchhub.model.run import Execution
from benchhub.plugin.contract import Captured, Stream

WINDOW_BYTES = 1 << 15
"""Damaged captures are cut to a window of this size, so that thousands of them are read in seconds."""


class CaptureFacts(msgspec.Struct, frozen=True):
    """What ``cmd.json`` may say; everything else in it is for people."""

    exit_code: int | None = None
    is_timed_out: bool = False
    options: dict[str, Any] = {}
    label: str = "//:captured"
    case_name: str = "captured"
    executions: tuple[Execution, ...] = ()


class Capture(msgspec.Struct, frozen=True):
    """One captured run.

    Attributes:
        name: Of its folder.
        data: The bytes of each stream, by the stream's name, standard output and standard error first.
    """

    name: str
    data: dict[str, bytes] = {}
    facts: CaptureFacts = CaptureFacts()

    def captured(self, *, chunk_bytes: int = 1 << 18, data: Mapping[str, bytes] | None = None) -> Captured:
        """Return it as a reader gets it.

        Args:
            chunk_bytes: How the bytes are cut.
            data: Other bytes in place of the captured ones.
        """
        return Captured(
            streams=tuple(
                Stream.of_bytes(name, content, chunk_bytes=chunk_bytes)
                for name, content in (self.data if data is None else data).items()
            ),
            executions=self.facts.executions,
            exit_code=self.facts.exit_code,
            is_timed_out=self.facts.is_timed_out,
            options=self.facts.options,
            label=self.facts.label,
            case_name=self.facts.case_name,
        )


def load_captures(folder: Path) -> list[Capture]:
    """Return the captures in a folder of folders, by name; none when there is no such folder."""
    folders = sorted(child for child in folder.iterdir() if child.is_dir()) if folder.is_dir() else []
    return [load_capture(child) for child in folders]


def load_capture(folder: Path) -> Capture:
    """Return the capture in one folder."""
    data: dict[str, bytes] = {}
    facts = CaptureFacts()
    for file in sorted(folder.iterdir(), key=lambda file: (not file.name.startswith("stdout"), file.name)):
        if file.name == "cmd.json":
            facts = msgspec.json.decode(file.read_bytes(), type=CaptureFacts)
        elif file.is_file():
            stem = file.name.partition(".")[0]
            data[stem if stem in {"stdout", "stderr"} else file.name] = file.read_bytes()
    order = sorted(data, key=lambda name: ("stdout", "stderr").index(name) if name in {"stdout", "stderr"} else 2)
    return Capture(folder.name, {name: data[name] for name in order}, facts)


# -- damage --------------------------------------------------------------------------------------------------------

TOKENS = (
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\r\n",
    b"\r",
    b"\n\n",
    b"\x1b[31m",
    b"\xe2\x80\xa8",
    b"\t",
    b" ",
    b"-",
    b"{",
    b"}",
    b"[" * 500,
    b'{"a":' * 200,
    b'"',
    b"\\u0000",
    b"\\ud800",
    b"null",
    b"true",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"-0",
    b"9" * 400,
    b"0x",
    b"\xd9\xa3",  # A digit to str.isdigit, none to a tool.
    b"<?xml version='1.0'?>",
    b"A" * 5000,
)

Damage = Callable[[random.Random, bytes], bytes]


def damaged(dice: random.Random, data: bytes) -> bytes:
    """Return a window of ``data`` with one to four damages."""
    if len(data) > WINDOW_BYTES:
        start = dice.choice((0, dice.randrange(len(data)), len(data) - WINDOW_BYTES))
        data = data[start : start + WINDOW_BYTES]
    for _ in range(dice.randint(1, 4)):
        data = dice.choice(_DAMAGES)(dice, data)
    return data


def _flip(dice: random.Random, data: bytes) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]


def _remove(dice: random.Random, data: bytes) -> bytes:
    start, end = _span(dice, data)
    return data[:start] + data[end:]


def _repeat(dice: random.Random, data: bytes) -> bytes:
    start, end = _span(dice, data)
    return data[:end] + data[start:end] + data[end:]


def _insert(dice: random.Random, data: bytes) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.choice(TOKENS) + data[at:]


def _replace_word(dice: random.Random, data: bytes) -> bytes:
    words = data.split(b" ")
    words[dice.randrange(len(words))] = dice.choice(TOKENS)
    return b" ".join(words)


def _truncate(dice: random.Random, data: bytes) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def _behead(dice: random.Random, data: bytes) -> bytes:
    return data[dice.randrange(len(data) + 1) :]


def _shuffle_lines(dice: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    for _ in range(dice.randint(1, 5)):
        one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _drop_lines(dice: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    del lines[dice.randrange(len(lines)) :: dice.randint(1, 7)]
    return b"\n".join(lines)


def _mix_lines(dice: random.Random, data: bytes) -> bytes:
    """Put the beginning of one line before another, as two writers on one pipe do."""
    lines = data.split(b"\n")
    one, other = dice.choice(lines), dice.randrange(len(lines))
    lines[other] = one[: dice.randrange(len(one) + 1)] + lines[other]
    return b"\n".join(lines)


def _span(dice: random.Random, data: bytes) -> tuple[int, int]:
    start = dice.randrange(len(data) + 1)
    return start, min(len(data), start + dice.choice((1, 2, 8, 64, 1024)))


_DAMAGES: tuple[Damage, ...] = (
    _flip,
    _remove,
    _repeat,
    _insert,
    _replace_word,
    _truncate,
    _behead,
    _shuffle_lines,
    _drop_lines,
    _mix_lines,
)


# -- an odd workspace ----------------------------------------------------------------------------------------------


class MemoryTree:
    """A ``Tree`` of files in memory, which remembers what it was asked for.

    Attributes:
        asked_names: File names and suffixes.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = dict(files)
        self.asked_names: set[str] = set()

    def directories_with(self, file_name: str) -> Iterable[str]:
        """Yield the directories that hold ``file_name``, sorted."""
        self.asked_names.add(file_name)
        folders = ((path.rpartition("/")[0], path.rpartition("/")[2]) for path in self._files)
        return sorted(folder for folder, name in folders if name == file_name)

    def files_below(self, directory: str, suffix: str) -> Iterable[str]:
        """Yield the paths below ``directory`` that end in ``suffix``, sorted."""
        self.asked_names.add(suffix)
        above = f"{directory}/" if directory else ""
        return sorted(path for path in self._files if path.startswith(above) and path.endswith(suffix))

    def read(self, path: str) -> bytes:
        """Return a file's bytes; empty when there is none."""
        return self._files.get(path, b"")


ODD_FOLDERS = ("", "a", "a/b/c/d/e/f/g/h", "with space", "ünïcode/日本", "-dash", "dot.dir", "a:b", "{x}", "*", "'\"")
ODD_CONTENTS = (
    b"",
    b"\x00\xff\xfe",
    b"module\n",
    b"[[[[",
    b'{"a":',
    b"<a>",
    b"\n" * 1000,
    b"(" * 10_000,
    b"module \xff",
)


def odd_trees(look: Callable[[MemoryTree], object]) -> Iterator[MemoryTree]:
    """Yield trees that hold, in odd folders and with odd contents, the files that ``look`` asks for."""
    names: set[str] = set()
    for _ in range(3):  # What is found may lead to further questions.
        tree = MemoryTree(_odd_files(names, 0))
        look(tree)
        names |= tree.asked_names
    yield MemoryTree({})
    for shift in range(len(ODD_CONTENTS)):
        yield MemoryTree(_odd_files(names, shift))


def _odd_files(names: set[str], shift: int) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for index, folder in enumerate(ODD_FOLDERS):
        for name in sorted(names):
            for stem in ("", "x", "x y", "ünï"):
                files["/".join(part for part in (folder, stem + name) if part)] = ODD_CONTENTS[
                    (index + shift) % len(ODD_CONTENTS)
                ]
    return files
