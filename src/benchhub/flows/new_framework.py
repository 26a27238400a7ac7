"""`bh new-framework`: a package of its own, which works as it is and waits to be made somebody's.

The template is a framework for a tool called `mytool`, the one that docs/writing-a-framework.md explains; its files end
in ``.txt`` so that nobody takes them for ours.
"""

import keyword
import os
import re
from collections.abc import Collection
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from benchhub.errors import UserError
from benchhub.store.reference import tables, views

NAME = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*")
TEMPLATE = "framework_template"
ENDING = ".txt"
EXAMPLE = "tests/captured/two-rounds/stdout.txt"


_TO_REPLACE = re.compile("MyTool|MyOptions|MYTOOL|mytool")


class Package(msgspec.Struct, frozen=True):
    """A package that is not written yet.

    Attributes:
        folder: Where it belongs.
        texts: By path in the folder.
    """

    folder: str
    texts: dict[str, str]


def draft_framework(name: str, folder: Path, *, taken: Collection[str]) -> Package:
    """Return a package for a framework; nothing is written.

    Args:
        name: Of the framework, as in labels and configuration.
        folder: Where it shall lie.
        taken: Names of frameworks that are installed.

    Raises:
        UserError: The name cannot be one, or is taken.
    """
    _check(name, taken)
    template = dict(_texts(files("benchhub.flows") / TEMPLATE))
    words = _words(name, template.values())
    return Package(
        str(folder), {_replaced(path, words): _replaced(text, words) for path, text in sorted(template.items())}
    )


def _check(name: str, taken: Collection[str]) -> None:
    if not NAME.fullmatch(name):
        what = f"`{name}` cannot be the name of a framework: it stands in labels, tables and file names"
        raise UserError(what, hint="small letters, digits, and `-` or `_` between them, e.g. `mytool`")
    if name in taken:
        what = f"there is a framework `{name}` already"
        raise UserError(what, hint="`bh doctor` lists those that are installed; choose another name")
    table = f"{name.replace('-', '_')}_result"
    if table in {one.name for one in tables()} or f"{table}s" in {one.name for one in views()}:
        what = f"a framework `{name}` would have a table `{table}`, which is one of BenchHub's own"
        raise UserError(what, hint="choose another name")


def _texts(folder: Traversable, above: str = "") -> list[tuple[str, str]]:
    """Return path and text of every file of the template."""
    found: list[tuple[str, str]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _texts(entry, f"{above}{entry.name}/")
        elif entry.name.endswith(ENDING):
            found.append((above + entry.name.removesuffix(ENDING), entry.read_text(encoding="utf-8")))
    return found


def _words(name: str, texts: Collection[str]) -> dict[str, str]:
    """Return what stands for each word of the template, the longer ones first."""
    module = name.replace("-", "_")
    class_name = "".join(part.capitalize() for part in module.split("_"))
    while keyword.iskeyword(class_name) or _is_used(class_name, texts):
        class_name += "Tool"
    constant = module.upper()
    while constant == class_name or _is_used(constant, texts):
        constant += "_TOOL"
    return {
        "benchhub_mytool": f"benchhub_{module}",
        "test_mytool": f"test_{module}",
        "mytool_result": f"{module}_result",
        "MyOptions": f"{class_name}Options",
        "MyTool": class_name,
        "MYTOOL": constant,
        "mytool": name,
    }


def _is_used(word: str, texts: Collection[str]) -> bool:
    """Tell whether the code says the word already, be it a name that it imports."""
    return any(re.search(rf"\b{word}(?:Options)?\b", _TO_REPLACE.sub("", text)) for text in texts)


def _replaced(text: str, words: dict[str, str]) -> str:
    return re.sub("|".join(words), lambda match: words[match[0]], text)


def write_framework(package: Package) -> None:
    """Write all files into a folder that is not there yet, or is empty.

    Raises:
        UserError: There is something already, or the folder cannot be written.
    """
    folder = Path(package.folder)
    try:
        if folder.exists() and any(folder.iterdir()):
            what = f"`{folder}` is not empty"
            raise UserError(what, hint="name another folder: bh new-framework NAME DIR")
        for path, text in package.texts.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        where = os.fspath(error.filename or folder)
        what = f"`{where}` cannot be written: {error.strerror}"
        raise UserError(what, hint="name another folder: bh new-framework NAME DIR") from error
