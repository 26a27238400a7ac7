"""Targets times matrix: which cells a target has, and the target of one cell.

1. The axes of a target are those of its file that it names, and its own, which override by name.
2. A name in braces that is no axis is an error, and so is an axis of its own that it does not name.
3. The cells are the product in the order of the axes, the last axis fastest, without the excluded ones.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import msgspec

from benchhub.errors import UserError
from benchhub.model.place import Cell, Target
from benchhub.workspace.config import Config, Scalar, Source, TargetConfig
from benchhub.workspace.near import did_you_mean
from benchhub.workspace.placeholder import RESERVED, filled, names_in, scalar_text, unclosed_in
from benchhub.workspace.services import OWN_PORT, filled_service, texts_of

CELLS_MAX = 10_000


def axes_of(
    name: str, target: TargetConfig, config: Config, source: Source
) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    """Return the matrix of a target and the defaults of its axes.

    Raises:
        UserError: A name in braces is no axis, an axis of its own is not named, or a default or an exclusion names
            what is not there.
    """
    offered = {**config.matrix, **target.matrix}
    here = ("target", name)
    named = _named(target, offered, source, here)
    for axis in target.matrix:
        if axis not in named:
            what = f"[target.{name}] has an axis `{axis}` and does not name it"
            raise source.error((*here, "matrix", axis), what, hint=f"write `{{{axis}}}` in env, with or build")
    matrix = {axis: values for axis, values in offered.items() if axis in named}
    _check_axes(matrix, target, source, here)
    return matrix, _defaults(matrix, target, config, source, here)


def _named(
    target: TargetConfig, offered: Mapping[str, list[Any]], source: Source, here: tuple[str, ...]
) -> dict[str, None]:
    """Return the axes that a target names, in the order in which it does."""
    named: dict[str, None] = {}
    for path, value in _texts(target):
        for word in unclosed_in(value):
            what = f"`{path[-1]}` in [{'.'.join((*here, *path[:-1]))}]: `{word}` is not closed"
            raise source.error((*here, *path), what, hint=_BRACE_HINT)
        for word in names_in(value):
            if path[0] == "services" and word == OWN_PORT:
                continue
            if word not in offered:
                what = f"[{'.'.join(here)}] names `{{{word}}}`, and there is no such axis{did_you_mean(word, offered)}"
                raise source.error((*here, *path), what, hint=_BRACE_HINT)
            named[word] = None
    return named


_BRACE_HINT = "a brace that is meant is written `{{`"


def _texts(target: TargetConfig) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield all that may name axes, with its path below the target."""
    yield from ((("env", key), value) for key, value in target.env.items())
    yield from ((("with", key), value) for key, value in target.options.items())
    yield ("build",), target.build
    for name, service in target.services.items():
        yield from ((("services", name, key), value) for key, value in texts_of(service).items())


def check_shared(config: Config, source: Source) -> None:
    """Check the matrix and the defaults of a whole file."""
    for axis, value in config.default.items():
        if axis not in config.matrix:
            what = f"[default] names `{axis}`, and [matrix] has no such axis{did_you_mean(axis, config.matrix)}"
            raise source.error(("default", axis), what)
        _check_value(axis, value, config.matrix[axis], source, ("default", axis))
    _check_values(config.matrix, source, ("matrix",))


def _check_axes(matrix: Mapping[str, list[Any]], target: TargetConfig, source: Source, here: tuple[str, ...]) -> None:
    _check_values(target.matrix, source, (*here, "matrix"))
    for entry in target.exclude:
        for axis, value in entry.items():
            if axis not in matrix:
                what = f"`exclude` in [{'.'.join(here)}] names `{axis}`, which is none of its axes"
                raise source.error((*here, "exclude"), what + did_you_mean(axis, matrix))
            _check_value(axis, value, matrix[axis], source, (*here, "exclude"))


def _check_values(matrix: Mapping[str, list[Any]], source: Source, above: tuple[str, ...]) -> None:
    for axis, values in matrix.items():
        if axis in RESERVED:
            what = f"an axis cannot be called `{axis}`: `{{{axis}}}` is the run's result directory"
            raise source.error((*above, axis), what)
        texts = [scalar_text(value) for value in values]
        twice = next((text for text in texts if texts.count(text) > 1), None)
        if twice is not None:
            what = f"axis `{axis}` has the value `{twice}` twice"
            raise source.error((*above, axis), what)


def _check_value(axis: str, value: Scalar, values: list[Any], source: Source, path: tuple[str, ...]) -> None:
    texts = [scalar_text(one) for one in values]
    text = scalar_text(value)
    if text not in texts:
        what = f"axis `{axis}` has no value `{text}`{did_you_mean(text, texts)}"
        raise source.error(path, what, hint="its values are " + ", ".join(f"`{one}`" for one in texts))


def _defaults(
    matrix: Mapping[str, list[Any]], target: TargetConfig, config: Config, source: Source, here: tuple[str, ...]
) -> dict[str, Any]:
    for axis, value in target.default.items():
        if axis not in matrix:
            what = f"`default` in [{'.'.join(here)}] names `{axis}`, which is none of its axes"
            raise source.error((*here, "default", axis), what + did_you_mean(axis, matrix))
        _check_value(axis, value, matrix[axis], source, (*here, "default", axis))
    # A default of the file holds for the file's own axis, not for one that the target put in its place.
    shared = {axis: value for axis, value in config.default.items() if axis not in target.matrix}
    return {axis: value for axis, value in {**shared, **target.default}.items() if axis in matrix}


def cells(target: Target) -> list[Cell]:
    """Return the cells of a target, at least one, always in the same order.

    Raises:
        UserError: Everything is excluded, or there are more than ``CELLS_MAX``.
    """
    axes = {axis: [scalar_text(value) for value in values] for axis, values in target.matrix.items()}
    count = 1
    for values in axes.values():
        count *= len(values)
    if count > CELLS_MAX:
        what = f"the matrix of `{target.label}` has {count} cells; the limit is {CELLS_MAX}"
        raise UserError(what, hint="name fewer axes, or split the target")
    defaults = {axis: scalar_text(value) for axis, value in target.defaults.items()}
    excluded = [{axis: scalar_text(value) for axis, value in entry.items()} for entry in target.exclude]
    points = (dict(zip(axes, values, strict=True)) for values in product(*axes.values()))
    found = [
        _cell(point, defaults) for point in points if not any(entry.items() <= point.items() for entry in excluded)
    ]
    if not found:
        what = f"`exclude` leaves no cell of `{target.label}`"
        raise UserError(what)
    return found


def _cell(values: dict[str, str], defaults: Mapping[str, str]) -> Cell:
    identity = {axis: value for axis, value in values.items() if defaults.get(axis) != value}
    return Cell(values, identity)


def fill(target: Target, cell: Cell) -> Target:
    """Return ``target`` with ``{axis}`` replaced in ``env``, ``with``, ``build`` and ``services``.

    A detected target comes back as it is: nobody wrote braces into it for us. To be done once: ``{{`` becomes a brace.
    """
    if target.is_detected:
        return target
    return msgspec.structs.replace(
        target,
        options=filled(target.options, cell.values),
        env=filled(target.env, cell.values),
        build=filled(target.build, cell.values),
        services={name: filled_service(service, cell.values) for name, service in target.services.items()},
    )
