"""`bh init`: what is detected becomes a small `bh.toml` that says the same, ready to be edited.

The targets of the folder itself are written out, with the label that they have without the file, so that no history is
torn. What lies in folders below has labels of its own there: it is left to detection, and named in a comment.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchhub.errors import UserError
from benchhub.model.place import Target
from benchhub.plugin.contract import Framework
from benchhub.workspace.config import CONFIG_NAME, CONFIG_VERSION, PYPROJECT_NAME
from benchhub.workspace.label import is_within
from benchhub.workspace.opening import detect, line_of_table
from benchhub.workspace.toml_text import toml_key, toml_value

SCHEMA_NAME = "bh.schema.json"
BELOW_NAMED_MAX = 12
"""Labels named in the comment; a repository may have hundreds."""
KEYS_SHOWN_MAX = 3


class Draft(msgspec.Struct, frozen=True):
    """A configuration that is not written yet.

    Attributes:
        path: Where it belongs.
        text: Of the whole file.
        targets: Labels of those that it writes out.
        below: Labels of those that it leaves to detection.
        instead_of: ``pyproject.toml:12``, the table of ours whose place the file would take; ``None`` without one.
    """

    path: str
    text: str
    targets: tuple[str, ...]
    below: tuple[str, ...]
    instead_of: str | None = None


def draft_config(directory: Path, frameworks: Mapping[str, Framework]) -> Draft:
    """Return a configuration for a directory; nothing is written.

    Raises:
        UserError: The directory belongs to a workspace that the file would tear it out of.
    """
    found = detect(directory, frameworks)
    if found.is_by_manifest and found.here:
        what = f"`{directory}` belongs to `{found.root}`; a file here would hide what lies above"
        raise UserError(what, hint=f"cd {found.root} && bh init")
    here = [target for target in found.targets if target.dir == found.here]
    below = [target for target in found.targets if target.dir != found.here and is_within(target.dir, found.here)]
    written = _written_out(here)
    left = [target.label for target in (*here, *below) if target not in written]
    line = line_of_table(directory / PYPROJECT_NAME)
    return Draft(
        path=str(directory / CONFIG_NAME),
        text=_text(directory, written, left, frameworks),
        targets=tuple(target.label for target in written),
        below=tuple(left),
        instead_of=None if line is None else f"{PYPROJECT_NAME}:{line}",
    )


def _written_out(targets: Sequence[Target]) -> list[Target]:
    """Return those of a directory that a configuration can say: all of a framework, or none of them.

    A target that is written out takes the place of all that its framework detects in the directory.
    """
    names = [target.name for target in targets]
    odd = {target.framework for target in targets if names.count(target.name) > 1 or not _can_be_said(target)}
    return [target for target in targets if target.framework not in odd]


def _can_be_said(target: Target) -> bool:
    plain = Target(target.name, target.dir, target.framework, options=target.options, is_detected=True)
    return target == plain


def write_draft(draft: Draft, *, is_forced: bool = False) -> None:
    """Write the file, whole or not at all.

    Args:
        draft: What to write.
        is_forced: Replace a file that is there, and take the place of a table in ``pyproject.toml``.

    Raises:
        UserError: It is there already, something else says the same, or the folder cannot be written.
    """
    if not is_forced:
        _refuse_to_replace(draft)
    beside = f"{draft.path}.{os.getpid()}"
    try:
        with open(beside, "x", encoding="utf-8") as file:  # noqa: PTH123 -- a new file, whole before it has its name
            file.write(draft.text)
        try:
            os.replace(beside, draft.path)  # noqa: PTH105 -- start-up counts
        except OSError:
            os.unlink(beside)  # noqa: PTH108 -- start-up counts
            raise
    except OSError as error:
        what = f"`{draft.path}` cannot be written: {error.strerror}"
        raise UserError(what, hint="`bh init --print` prints what belongs there") from error


def _refuse_to_replace(draft: Draft) -> None:
    if os.path.lexists(draft.path):
        what = f"`{CONFIG_NAME}` is there already"
        hint = "edit it, or see with --print what would be written; --force writes it anew"
        raise UserError(what, hint=hint, where=draft.path)
    if draft.instead_of is not None:
        what = f"{draft.instead_of}: [tool.benchhub] configures this folder already, and a `{CONFIG_NAME}` hides it"
        raise UserError(
            what, hint=f"edit that table, or move it into a `{CONFIG_NAME}`; --force writes one all the same"
        )


# -- the text ------------------------------------------------------------------------------------------------------


def _text(directory: Path, written: list[Target], left: list[str], frameworks: Mapping[str, Framework]) -> str:
    blocks = [_head(directory.resolve().name)]
    blocks += [_target(target, frameworks[target.framework]) for target in written]
    if left:
        blocks.append(_left(left))
    blocks.append(MATRIX)
    if not written or "command" not in {target.framework for target in written}:
        blocks.append(COMMAND if written or left else NOTHING_DETECTED + COMMAND)
    blocks.append(_suite(written[0].name if written else "prog"))
    return "\n".join(blocks)


def _head(name: str) -> str:
    return f"""\
#:schema ./{SCHEMA_NAME}
# What bh runs here. Nothing in it is needed: what is left out is detected, and `bh list //...` shows all.
# For editors that check it and complete its keys: bh config --schema > {SCHEMA_NAME}
version = {CONFIG_VERSION}

# A name of its own makes this folder a project of its own: its results are kept apart from the repository's.
# project = {toml_value(name)}
"""


MATRIX = """\
# One target, many cells: it varies over the axes that it names as {axis} in env, with or build.
# [matrix]
# size = [100, 1_000]
# and in a target: env = { SIZE = "{size}" }
"""
NOTHING_DETECTED = "# Nothing was detected here.\n"
COMMAND = """\
# Any program is a target, too:
# [target.prog]
# use  = "command"
# with = { argv = ["./prog", "--flag"], count = 5, warmup = 1 }
"""


def _target(target: Target, framework: Framework) -> str:
    lines = [f"[target.{toml_key(target.name)}]  # {target.label}", f"use = {toml_value(target.framework)}"]
    if target.options:
        lines.append(f"with = {toml_value(target.options)}")
    else:
        lines.append(f"# with = {toml_value(_examples(framework))}")
    keys = ", ".join(framework.options.__struct_encode_fields__)
    lines += [f"#   its keys: {keys}", "# runs = 5  # processes for each cell", ""]
    return "\n".join(lines)


def _examples(framework: Framework) -> dict[str, Any]:
    """Return a few options of a framework, at their defaults."""
    defaults = msgspec.to_builtins(framework.options())
    plain = {key: value for key, value in defaults.items() if type(value) in {int, str}}
    return dict(list((plain or defaults).items())[:KEYS_SHOWN_MAX])


def _left(labels: Sequence[str]) -> str:
    shown = labels[:BELOW_NAMED_MAX]
    more = [f"#   … and {len(labels) - len(shown)} more"] if len(labels) > len(shown) else []
    return "\n".join(["# Detected, and left to detection:", *(f"#   {label}" for label in shown), *more, ""])


def _suite(name: str) -> str:
    return f"""\
# A name for several targets: bh run :quick
# [suite]
# quick = [{toml_value(f":{name}")}]
"""
