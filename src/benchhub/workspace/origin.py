"""Where a setting comes from: flag, variable, file and line, or nowhere.

``read_settings`` says what holds; here is who said it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

import msgspec

from benchhub.workspace.config import Source
from benchhub.workspace.opening import Package
from benchhub.workspace.settings import (
    SETTINGS,
    Setting,
    Settings,
    is_on,
    text_of_user_file,
    user_file,
)


class Origin(msgspec.Struct, frozen=True):
    """Who said it.

    Attributes:
        place: ``flag``, ``variable``, ``bh.toml``, ``pyproject.toml``, ``user file``, ``default``.
        where: ``--db``, ``BH_DB``, ``sort/bh.toml:4``; of a default, what it is in words.
    """

    place: str
    where: str


class Held(msgspec.Struct, frozen=True):
    """A setting as it holds.

    Attributes:
        key: As in the files that may hold it; the field of ``Settings`` where none may.
        value: ``None`` where it is said nowhere and its default is to be found out.
        origins: Whoever said this value, by precedence; several where they add up, never empty.
        meaning: One sentence.
    """

    key: str
    value: str | bool | tuple[str, ...] | None
    origins: tuple[Origin, ...]
    meaning: str


class _Said(msgspec.Struct, frozen=True):
    """What one place says; ``None`` in the user's own file: it comes last, so what nobody said before is its word."""

    origin: Origin
    value: Any


def holding(
    settings: Settings, environ: Mapping[str, str], *, database: str | None, packages: Sequence[Package]
) -> list[Held]:
    """Return every setting with its origin.

    Args:
        settings: As they hold, those of the packages included.
        environ: The variables.
        database: The value of ``--db``.
        packages: The files of the workspace, the nearest first.

    Raises:
        UserError: The user's own file cannot be read.
    """
    path = user_file(environ)
    own = Source(path, text_of_user_file(path))
    held: list[Held] = []
    for setting in SETTINGS:
        value = getattr(settings, setting.name)
        said = [
            *_by_flag(setting, database),
            *_by_variable(setting, environ, is_switch=isinstance(value, bool)),
            *_by_packages(setting, packages),
            *_by_file(setting.user_key, own, "user file", None),
        ]
        origins = _who_said(value, said) or (Origin("default", setting.default.replace("`", "")),)
        shown = settings.database_name if setting.name == "database_path" else value
        held.append(Held(setting.key, shown, origins, setting.meaning))
    return held


def _who_said(value: Any, said: list[_Said]) -> tuple[Origin, ...]:  # noqa: ANN401 -- of any setting
    """Return those of all who say something who decided: the first, the first who said no, or all who added."""
    if isinstance(value, tuple):
        return tuple(one.origin for one in said)
    if isinstance(value, bool):
        said = [one for one in said if one.value is None or one.value == value]
    return tuple(one.origin for one in said[:1])


def _by_flag(setting: Setting, database: str | None) -> Iterable[_Said]:
    return [_Said(Origin("flag", setting.flag), database)] if setting.flag and database else []


def _by_variable(setting: Setting, environ: Mapping[str, str], *, is_switch: bool) -> Iterable[_Said]:
    said = environ.get(setting.variable, "")
    if not said.strip():
        return []
    return [_Said(Origin("variable", setting.variable), is_on(environ, setting.variable) if is_switch else said)]


def _by_packages(setting: Setting, packages: Sequence[Package]) -> Iterator[_Said]:
    for package in packages:
        place = package.source.name.rpartition("/")[2]
        yield from _by_file(setting.project_key, package.source, place, package.config)


def _by_file(key: str | None, source: Source, place: str, config: msgspec.Struct | None) -> Iterator[_Said]:
    if key is None:
        return
    path = tuple(key.split("."))
    line = source.line_of(path)
    if line is not None:
        value = None if config is None else reduce(getattr, path, config)
        yield _Said(Origin(place, f"{source.name}:{line}"), value)
