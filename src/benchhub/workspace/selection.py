"""Patterns become targets and cells.

1. Each pattern chooses whole targets; a path below a target that stands for everything below its directory (a Go
   module) chooses that target with a filter. No pattern is ``...``.
2. A suite stands for its patterns.
3. ``--skip`` takes away targets, filters or cells.
4. Cells in braces and ``-p`` choose among the cells: values of one axis are alternatives, axes must all agree.
"""

import os
from collections.abc import Iterable, Sequence

import msgspec

from benchhub.errors import NothingMatchedError, UserError
from benchhub.model.place import Cell, Target
from benchhub.workspace.label import Pattern, is_within, parse_params, parse_pattern
from benchhub.workspace.matrix import cells, fill
from benchhub.workspace.near import did_you_mean
from benchhub.workspace.opening import Workspace

SUITE_DEPTH_MAX = 10


class Selected(msgspec.Struct, frozen=True):
    """What will run.

    Attributes:
        target: With the cell's values filled in, and with the filters that the patterns asked for.
    """

    target: Target
    cell: Cell


class _Choice(msgspec.Struct, frozen=True):
    """A target that a pattern chose.

    Attributes:
        filter: Of the target's directory, ``""`` for all of it.
        cell: Axes that the pattern fixed.
    """

    target: Target
    filter: str = ""
    cell: dict[str, str] = {}


def select(
    workspace: Workspace,
    patterns: Sequence[str],
    *,
    skip: Sequence[str] = (),
    params: Sequence[str] = (),
    here: str = "",
) -> list[Selected]:
    """Return what the words choose: in the order of labels, cells in the order of the matrix, nothing twice.

    Args:
        workspace: Where.
        patterns: Of targets and suites; empty for ``...``.
        skip: Patterns of what to leave out.
        params: ``axis=value`` words.
        here: The current directory, relative to the workspace.

    Raises:
        UserError: A word is no pattern, or names a directory, target, axis or value that does not exist; or a suite of
            a configuration does.
        NothingMatchedError: Nothing is left.
    """
    _check_suites(workspace)
    wanted = [choice for text in patterns or ["..."] for choice in _chosen(workspace, text, here)]
    unwanted = [choice for text in skip for choice in _chosen(workspace, text, here, is_skip=True)]
    values = parse_params(params)
    _check_params(values, [choice.target for choice in wanted])
    mine, taken = _by_label(wanted), _by_label(unwanted)
    found: list[Selected] = []
    for target in workspace.targets:
        found += _cells_of(target, mine.get(target.label, []), taken.get(target.label, []), values)
    if not found:
        words = " ".join(patterns or ["..."])
        what = f"nothing to run in `{words}`" if not (skip or params) else f"nothing is left of `{words}`"
        raise NothingMatchedError(what, hint=_whats_here(workspace))
    return found


def _by_label(choices: list[_Choice]) -> dict[str, list[_Choice]]:
    found: dict[str, list[_Choice]] = {}
    for choice in choices:
        found.setdefault(choice.target.label, []).append(choice)
    return found


def _whats_here(workspace: Workspace) -> str:
    if not workspace.targets:
        return "nothing was detected here: say it in a `bh.toml`, or time a program with `bh run -- CMD`"
    return "`bh list //...` shows what can be run"


def _check_suites(workspace: Workspace) -> None:
    """Refuse a suite with a word that names nothing: what it should have run would be missed by nobody."""
    for package in workspace.packages.values():
        for name, words in package.config.suite.items():
            for word in words:
                try:
                    for choice in _chosen(workspace, word, package.dir):
                        _check_cells(choice.target, [choice])
                except UserError as error:
                    raise package.source.error(
                        ("suite", name), f"suite `{name}`: {error.what}", hint=error.hint
                    ) from error


# -- patterns ------------------------------------------------------------------------------------------------------


def _chosen(workspace: Workspace, text: str, here: str, *, is_skip: bool = False, depth: int = 0) -> list[_Choice]:
    pattern = parse_pattern(text, here=here, root=workspace.root)
    suite = workspace.suites().get(f"//{pattern.path}:{pattern.name}") if pattern.name else None
    if suite is not None and not pattern.is_recursive:
        return _of_suite(workspace, pattern, suite, is_skip=is_skip, depth=depth)
    _check_path(workspace, pattern, here)
    choices = [*_at(workspace, pattern), *_around(workspace, pattern)]
    if not choices and not is_skip:
        raise _nothing(workspace, pattern)
    fitting = [choice for choice in choices if pattern.cell.keys() <= choice.target.matrix.keys()]
    if choices and not fitting:
        axes = sorted({axis for choice in choices for axis in choice.target.matrix})
        axis = next(axis for axis in pattern.cell if axis not in axes)
        what = f"`{text}`: there is no axis `{axis}`{did_you_mean(axis, axes)}"
        raise UserError(what)
    return fitting


def _of_suite(workspace: Workspace, pattern: Pattern, words: list[str], *, is_skip: bool, depth: int) -> list[_Choice]:
    if depth >= SUITE_DEPTH_MAX:
        what = f"suite `{pattern.label}` contains itself"
        raise UserError(what)
    choices = [
        choice for word in words for choice in _chosen(workspace, word, pattern.path, is_skip=is_skip, depth=depth + 1)
    ]
    return [msgspec.structs.replace(choice, cell={**choice.cell, **pattern.cell}) for choice in choices]


def _at(workspace: Workspace, pattern: Pattern) -> list[_Choice]:
    """Return the targets whose label or directory the pattern names."""
    return [
        _Choice(target, "", pattern.cell)
        for target in workspace.targets
        if pattern.name in {None, target.name} and _is_at(target, pattern)
    ]


def _is_at(target: Target, pattern: Pattern) -> bool:
    places = {target.dir, target.dir if target.package is None else target.package}
    if pattern.is_recursive:
        return any(is_within(place, pattern.path) for place in places)
    return pattern.path in places


def _around(workspace: Workspace, pattern: Pattern) -> list[_Choice]:
    """Return the nearest targets above the path that stand for it, each with a filter."""
    standing = [
        target
        for target in workspace.targets
        if target.label in workspace.coverable and is_within(pattern.path, target.dir)
    ]
    return [
        _Choice(target, _filter(target, pattern), pattern.cell)
        for target in standing
        if target.dir != pattern.path
        and pattern.name in {None, target.name}
        and _holds_some(target, pattern)
        and not any(_hides(nearer, target, standing) for nearer in standing)
    ]


def _holds_some(target: Target, pattern: Pattern) -> bool:
    """Tell whether there is something of a target at a path, as far as somebody has looked."""
    return not target.folders or any(is_within(folder, pattern.path) for folder in target.folders)


def _hides(nearer: Target, target: Target, standing: list[Target]) -> bool:
    """Tell whether the directory of ``nearer`` is no longer part of ``target``.

    A Go module within another is none of its packages, whether or not it has benchmarks of its own. Frameworks that
    are found side by side in one directory belong together; of others, none hides another.
    """
    is_nearer = len(nearer.dir) > len(target.dir)
    return is_nearer and any(one.dir == target.dir and one.framework == nearer.framework for one in standing)


def _filter(target: Target, pattern: Pattern) -> str:
    below = pattern.path[len(target.dir) + 1 :] if target.dir else pattern.path
    return f"./{below}/..." if pattern.is_recursive else f"./{below}"


def _check_path(workspace: Workspace, pattern: Pattern, here: str) -> None:
    path = os.path.join(workspace.root, pattern.path)  # noqa: PTH118 -- start-up counts
    if os.path.isdir(path):  # noqa: PTH112 -- start-up counts
        return
    if os.path.isfile(path):  # noqa: PTH113 -- start-up counts
        above = pattern.path.rpartition("/")[0]
        what = f"`{pattern.text}` is a file"
        raise UserError(what, hint=f"patterns name directories: `//{above}`")
    names = {target.name for target in workspace.targets if target.dir == here}
    if pattern.text in names:
        what = f"no directory `{pattern.text}`; did you mean `:{pattern.text}`?"
        raise UserError(what)
    meant = did_you_mean(pattern.path, workspace.tree.directories())
    what = f"no directory `{pattern.path}`{meant.replace('`', '`//', 1)}"
    raise UserError(what, hint="`bh list //...` shows what can be run")


def _nothing(workspace: Workspace, pattern: Pattern) -> UserError:
    what = f"nothing to run matches `{pattern.text}`"
    labels = [*(target.label for target in workspace.targets), *workspace.suites()]
    if pattern.name is not None:
        label = f"//{pattern.path}:{pattern.name}"
        what = f"no target `{pattern.text}`{did_you_mean(label, labels)}"
    return NothingMatchedError(what, hint=_whats_here(workspace))


# -- cells ---------------------------------------------------------------------------------------------------------


def _check_params(values: dict[str, list[str]], targets: list[Target]) -> None:
    for axis, wanted in values.items():
        known = {one: None for target in targets for one in target.matrix}
        if axis not in known:
            what = f"no chosen target has an axis `{axis}`{did_you_mean(axis, known)}"
            raise NothingMatchedError(what)
        texts = {cell.values[axis] for target in targets if axis in target.matrix for cell in cells(target)}
        for value in wanted:
            if value not in texts:
                what = f"axis `{axis}` has no value `{value}`{did_you_mean(value, texts)}"
                raise NothingMatchedError(what)


def _cells_of(
    target: Target, wanted: list[_Choice], unwanted: list[_Choice], values: dict[str, list[str]]
) -> Iterable[Selected]:
    if not wanted:
        return
    _check_cells(target, wanted)
    for cell in cells(target):
        if any(cell.values.get(axis) not in one_of for axis, one_of in values.items()):
            continue
        here = [choice for choice in wanted if choice.cell.items() <= cell.values.items()]
        gone = {choice.filter for choice in unwanted if choice.cell.items() <= cell.values.items()}
        filters = _filters([choice.filter for choice in here], gone)
        if filters is not None:
            filled = fill(target, cell)
            yield Selected(msgspec.structs.replace(filled, filters=filters) if filters else filled, cell)


def _check_cells(target: Target, wanted: list[_Choice]) -> None:
    for choice in wanted:
        for axis, value in choice.cell.items():
            texts = {cell.values[axis] for cell in cells(target)}
            if value not in texts:
                what = f"axis `{axis}` of `{target.label}` has no value `{value}`{did_you_mean(value, texts)}"
                raise NothingMatchedError(what)


def _filters(wanted: list[str], gone: set[str]) -> tuple[str, ...] | None:
    """Return the filters that are left; empty for the whole target, ``None`` for nothing."""
    if not wanted or "" in gone:
        return None
    if "" in wanted:
        return _without(gone) if gone else ()
    kept = [one for one in dict.fromkeys(wanted) if not _is_gone(one, gone)]
    if not kept:
        return None
    inside = {one for one in gone if any(_covers(outer, one) for outer in kept)}
    return (*_shortest(kept), *_without(inside)) if inside else tuple(_shortest(kept))


def _is_gone(one: str, gone: set[str]) -> bool:
    return any(_covers(outer, one) for outer in gone)


def _covers(outer: str, inner: str) -> bool:
    """Tell whether the filter ``outer`` takes in all of ``inner``."""
    if outer == inner:
        return True
    below = outer.removesuffix("/...")
    return outer.endswith("/...") and is_within(inner.removesuffix("/..."), below)


def _shortest(filters: list[str]) -> list[str]:
    """Return the filters without those that another one takes in."""
    return [one for one in filters if not any(other != one and _covers(other, one) for other in filters)]


def _without(gone: set[str]) -> tuple[str, ...]:
    """Return filters that take away: ``-./slow/...``."""
    return tuple(f"-{one}" for one in sorted(gone))
