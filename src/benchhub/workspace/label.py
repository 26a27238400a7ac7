"""Labels and patterns: the little language in which people say what to run.

::

    //path:name      a target; `//:name` at the root
    //path           every target of a directory
    //path/...       every target of a directory and below; `//...` is all
    path:name  :name  ./path  path/...  ...     the same, from the current directory
    //path/...:name  every target of that name
    //:name{size=1000,flags=-O2}                only these cells

A value in braces ends at a comma or at the last brace; a value that holds a comma is said by ``-p``.
"""

import posixpath
from collections.abc import Sequence

import msgspec

from benchhub.errors import UserError

NAME_HINT = "a name holds no space and none of `/:{},=`"


class Pattern(msgspec.Struct, frozen=True):
    """A pattern, relative to the workspace.

    Attributes:
        text: As the user wrote it.
        path: Of the directory, ``""`` for the root.
        is_recursive: Whether it ended in ``...``.
        name: Of the target; ``None`` for all.
        cell: Axis to value, as text.
    """

    text: str
    path: str
    is_recursive: bool = False
    name: str | None = None
    cell: dict[str, str] = {}

    @property
    def label(self) -> str:
        """The pattern in full: parsing it from anywhere gives the same pattern."""
        path = "/".join(part for part in (self.path, "..." if self.is_recursive else "") if part)
        name = "" if self.name is None else f":{self.name}"
        cell = ",".join(f"{axis}={value}" for axis, value in self.cell.items())
        return f"//{path}{name}" + (f"{{{cell}}}" if cell else "")


def parse_pattern(text: str, *, here: str = "", root: str | None = None) -> Pattern:
    """Return the pattern that ``text`` says.

    Args:
        text: As the user wrote it.
        here: The current directory, relative to the workspace, ``""`` for its root.
        root: The workspace's absolute path, so that absolute paths are understood.

    Raises:
        UserError: It is no pattern, or leads out of the workspace.
    """
    rest, cell = _split_cell(text)
    path, colon, name = rest.partition(":")
    if colon and (not name or "/" in name):
        raise _no_pattern(text, "a target's name follows the colon" if not name else "a name holds no `/`")
    path, is_recursive = _split_dots(path)
    if not (rest or is_recursive):
        raise _no_pattern(text, "it names no directory and no target")
    return Pattern(text, _resolved(path, here, root, text), is_recursive, name or None, cell)


def _split_cell(text: str) -> tuple[str, dict[str, str]]:
    if not text.endswith("}") or "{" not in text:
        return text, {}
    rest, _, inside = text[:-1].partition("{")
    return rest, dict(parse_param(word, text) for word in inside.split(","))


def parse_param(word: str, text: str | None = None) -> tuple[str, str]:
    """Return axis and value of ``axis=value``; raises ``UserError``."""
    axis, equals, value = word.partition("=")
    if not equals or not axis.strip():
        raise _no_pattern(text or word, f"`{word}` is not axis=value")
    return axis.strip(), value


def _split_dots(path: str) -> tuple[str, bool]:
    if path == "..." or path.endswith("/..."):
        # `//...` keeps both slashes: it is relative to the root.
        kept = path[:-3]
        return (kept if kept in {"//", ""} else kept[:-1] or "/"), True
    return path, False


def _resolved(path: str, here: str, root: str | None, text: str) -> str:
    """Return the path relative to the workspace."""
    if path.startswith("//"):
        whole = path[2:]
    elif path.startswith("/"):
        if root is None or not (path.rstrip("/") + "/").startswith(root.rstrip("/") + "/"):
            what = f"`{text}` is outside the workspace"
            raise UserError(what, hint="labels begin with `//`, paths are relative to the current directory")
        whole = path[len(root.rstrip("/")) :]
    else:
        whole = f"{here}/{path}"
    normal = posixpath.normpath(whole.strip("/") or ".")
    if normal == ".." or normal.startswith("../"):
        what = f"`{text}` leads out of the workspace"
        raise UserError(what, hint="the root of the workspace is `//`")
    return "" if normal == "." else normal


def _no_pattern(text: str, why: str) -> UserError:
    return UserError(
        f"`{text}` is no pattern: {why}", hint="e.g. `//path:name`, `:name`, `path/...`, `//:name{size=10}`"
    )


def is_name(word: str) -> bool:
    """Tell whether a target or a suite may be called so: a label must be able to say it."""
    return word not in {"", "..."} and not any(
        one in "/:{},=" or one.isspace() or not one.isprintable() for one in word
    )


def checked_name(word: str) -> str:
    """Return the name that somebody gave to a target on the command line; raises ``UserError``."""
    if not is_name(word):
        what = f"`{word}` is no name for a target: a label must be able to say it"
        raise UserError(what, hint=NAME_HINT)
    return word


def name_from(word: str) -> str:
    """Return the name of a target that is called after a program: what no label can say becomes ``-``."""
    said = "".join(one if is_name(one) else " " for one in word)
    name = "-".join(said.split())
    return name if is_name(name) else "program"


def parse_params(words: Sequence[str]) -> dict[str, list[str]]:
    """Return the values wanted of each axis, from ``axis=value`` words."""
    wanted: dict[str, list[str]] = {}
    for word in words:
        axis, value = parse_param(word)
        wanted.setdefault(axis, []).append(value)
    return wanted


def is_within(path: str, above: str) -> bool:
    """Tell whether ``path`` is ``above`` or below it."""
    return not above or path == above or path.startswith(above + "/")
