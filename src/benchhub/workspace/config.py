"""`bh.toml`, decoded strictly: an unknown key or a wrong type is an error that names the table and the line.

An axis gets its default from a table beside the matrix, so that there is one form of matrix only, a table of axis to
values::

    [matrix]
    size = [10, 100, 1_000]

    [default]
    size = 100  # cells with size=100 are the same cases as before the axis was there

A target may have ``matrix`` and ``default`` of its own, which add to those of the file or override them by axis.
"""

import re
from typing import Annotated, Any, TypeVar

import msgspec

from benchhub.errors import UserError
from benchhub.model.service import Service
from benchhub.workspace.near import did_you_mean

CONFIG_VERSION = 1
CONFIG_NAME = "bh.toml"
PYPROJECT_NAME = "pyproject.toml"

Scalar = str | int | float | bool
Values = Annotated[list[Scalar], msgspec.Meta(min_length=1)]
Command = Annotated[list[str], msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Seconds = Annotated[float, msgspec.Meta(gt=0)]


class SubjectConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The system that is measured when it is not the repository itself.

    Attributes:
        name: E.g. ``postgres``.
        version: As text.
        version_command: A program that prints the version on its first line; instead of ``version``.
        configuration: Files whose bytes tell configurations apart, relative to the target's directory, in which
            ``version_command`` runs, too; for a subject of the whole file, to the directory of the file.
    """

    name: str
    version: str | None = None
    version_command: Command | None = None
    configuration: list[str] = []


class TargetConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ``[target.NAME]``.

    Attributes:
        use: The framework; may be left out where detection finds exactly one that fits.
        dir: Relative to the file.
        env: Set for the program; ``{axis}`` is replaced.
        options: The framework's own keys (``with``); ``{axis}`` is replaced.
        build: Programs to run before the target, once per distinct value of the axes that they name.
        matrix: Axes of its own; the target must name them.
        exclude: Cells to leave out: those that have all the values of one entry.
        default: Axis to the value that is left out of every identity.
        timeout_s: For each program.
        runs: Of each cell, when the command line does not say.
        subject: What is measured, when it is not the repository itself.
        services: Programs that must run meanwhile, by name, started in this order for each run.
    """

    use: str | None = None
    dir: str = "."
    env: dict[str, str] = {}
    options: dict[str, Any] = msgspec.field(default_factory=dict, name="with")
    build: list[Command] = []
    matrix: dict[str, Values] = {}
    exclude: list[dict[str, Scalar]] = []
    default: dict[str, Scalar] = {}
    timeout_s: Seconds | None = None
    runs: Count | None = None
    subject: SubjectConfig | None = None
    services: dict[str, Service] = {}


class PrivacyConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept of people and machines; what is off anywhere is off.

    Attributes:
        hostname: Keep the name of the machine.
        email: Keep the user's e-mail address.
    """

    hostname: bool = True
    email: bool = True


class EnvironmentConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which variables are kept with a run.

    Attributes:
        allow: Names, beside those that are kept anyway.
    """

    allow: list[str] = []


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole ``bh.toml``, or ``[tool.benchhub]`` of a ``pyproject.toml``.

    Attributes:
        version: Of this format.
        project: Names what is kept together; the directory of the file becomes a project of its own.
        matrix: Axis to values, shared by the targets that name the axis.
        default: Axis to the value that is left out of every identity.
        subject: What all targets of the file measure that do not say otherwise, detected ones included.
        target: By name.
        suite: Name to labels.
        privacy: What is kept of people and machines.
        environment: Which variables are kept.
    """

    version: int = CONFIG_VERSION
    project: str | None = None
    matrix: dict[str, Values] = {}
    default: dict[str, Scalar] = {}
    subject: SubjectConfig | None = None
    target: dict[str, TargetConfig] = {}
    suite: dict[str, list[str]] = {}
    privacy: PrivacyConfig = PrivacyConfig()
    environment: EnvironmentConfig = EnvironmentConfig()


class Source(msgspec.Struct, frozen=True):
    """A configuration file, kept for its line numbers.

    Attributes:
        name: As shown to people, relative to the workspace.
        text: The whole file.
        prefix: Where our keys are: ``()``, or ``("tool", "benchhub")``.
    """

    name: str
    text: str = ""
    prefix: tuple[str, ...] = ()

    def line_of(self, path: tuple[str, ...]) -> int | None:
        """Return the line of the key at ``path``, ``None`` where the file does not say it."""
        from benchhub.workspace.toml_lines import key_lines  # noqa: PLC0415 -- few ask for lines

        return key_lines(self.text).get((*self.prefix, *path))

    def error(self, path: tuple[str, ...], what: str, *, hint: str | None = None) -> UserError:
        """Return an error that names the line of the key at ``path``, or of the nearest table around it."""
        from benchhub.workspace.toml_lines import key_lines  # noqa: PLC0415

        lines = key_lines(self.text)
        full = (*self.prefix, *path)
        line = next((lines[full[:end]] for end in range(len(full), 0, -1) if full[:end] in lines), None)
        where = self.name if line is None else f"{self.name}:{line}"
        return UserError(f"{where}: {what}", hint=hint, where=where)


def decode_config(text: str, name: str) -> Config | None:
    """Return the configuration in ``text``; ``None`` when a ``pyproject.toml`` holds none.

    Raises:
        UserError: Names file, line, table and what was expected.
    """
    document = parse_toml(text, name)
    source = source_of(text, name)
    for key in source.prefix:
        if key not in document:
            return None
        document = document[key]
    version = document.get("version", CONFIG_VERSION)
    if type(version) is int and version != CONFIG_VERSION:
        what = f"version {version} of the configuration is not known"
        raise source.error(("version",), what, hint=f"this `bh` reads version {CONFIG_VERSION}")
    return decode_struct(document, Config, source)


def source_of(text: str, name: str) -> Source:
    """Return the source of a file: in a ``pyproject.toml``, ours is ``[tool.benchhub]``."""
    return Source(name, text, ("tool", "benchhub") if name.rpartition("/")[2] == PYPROJECT_NAME else ())


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """Return the document; raises ``UserError`` with the line of a syntax error."""
    import tomllib  # noqa: PLC0415 -- most repositories have no configuration

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        at = re.search(r" \(at line (\d+), column \d+\)$", said)
        # At the end of the document the parser gives no number: it is the last line.
        line = int(at[1]) if at else text.count("\n") + 1
        what = said[: at.start()] if at else said.removesuffix(" (at end of document)")
        where = f"{name}:{line}"
        message = f"{where}: not TOML: {what[:1].lower()}{what[1:]}"
        raise UserError(message, where=where) from error


T = TypeVar("T", bound=msgspec.Struct)


def decode_struct(
    document: Any,  # noqa: ANN401 -- what TOML holds
    struct: type[T],
    source: Source,
    *,
    above: tuple[str, ...] = (),
    strict: bool = True,
) -> T:
    """Return a table as ``struct``.

    Args:
        document: The table.
        struct: What it should be.
        source: Where it stands.
        above: The path of the table in its file.
        strict: Else a text that says a number is one.

    Raises:
        UserError: It is something else; names table and line.
    """
    try:
        return msgspec.convert(document, struct, strict=strict)
    except msgspec.ValidationError as error:
        path, said = _offender(document, struct, str(error), strict=strict)
        raise _explained(path, said, struct, source, above) from error


def what_is_wrong(document: Any, struct: type[msgspec.Struct], error: msgspec.ValidationError) -> tuple[str, str]:  # noqa: ANN401
    """Return where in a leniently decoded table the mistake is, e.g. ``tags[0]``, and what it is, in people's words."""
    path, said = _offender(document, struct, str(error), strict=False)
    return _dotted(path), _in_words(said)


# Patterns are compiled where they are used first, which is when something is wrong.
_SAID = r"(?s)^(?P<what>.*?)(?: - at `(?P<key>key in )?\$(?P<path>[^`]*)`)?$"


def _offender(
    document: Any,  # noqa: ANN401
    struct: type[msgspec.Struct],
    said: str,
    *,
    strict: bool,
) -> tuple[tuple[str, ...], str]:
    """Return the path of what is wrong, keys of tables included, and what is wrong with it.

    msgspec names fields but not the keys of a table (``$.target[...]``), so each key is tried alone.
    """
    match = re.match(_SAID, said)
    what, steps = (match["what"], match["path"] or "") if match else (said, "")
    path: list[str] = []
    for step in re.findall(r"\.([^.\[]+)|\[(\.\.\.|\d+)\]", steps):
        name, index = step
        if index == "...":
            table = _at(document, path)
            name = next(key for key in table if _fails(document, path, key, struct, strict=strict))
            document = _replaced(document, path, {name: table[name]})
        if name:
            path.append(name)
        else:
            path.append(f"[{index}]")
    return tuple(path), what


def _at(document: Any, path: list[str]) -> Any:  # noqa: ANN401
    for step in path:
        document = document[int(step[1:-1])] if step.startswith("[") else document[step]
    return document


def _replaced(document: Any, path: list[str], value: Any) -> Any:  # noqa: ANN401
    """Return a copy of ``document`` with ``value`` at ``path``; an array keeps the element on the path only."""
    if not path:
        return value
    step, *rest = path
    if step.startswith("["):
        inner = document[int(step[1:-1])]
        return [_replaced(inner, rest, value)]
    return {**document, step: _replaced(document[step], rest, value)}


def _fails(document: Any, path: list[str], key: str, struct: type[msgspec.Struct], *, strict: bool) -> bool:  # noqa: ANN401
    alone = _replaced(document, path, {key: _at(document, path)[key]})
    try:
        msgspec.convert(alone, struct, strict=strict)
    except msgspec.ValidationError:
        return True
    return False


_UNKNOWN = r"(?s)Object contains unknown field `(.*)`$"
_NO_SUCH_WORD = r"(?s)Invalid enum value '(.*)'$"
_MISSING = r"(?s)Object missing required field `(.*)`$"


def _explained(
    path: tuple[str, ...], said: str, struct: type[msgspec.Struct], source: Source, above: tuple[str, ...]
) -> UserError:
    if unknown := re.match(_UNKNOWN, said):
        known = _fields_at(struct, path)
        meant = did_you_mean(unknown[1], known)
        hint = None if meant else "known are " + ", ".join(f"`{key}`" for key in known)
        table = _table_name((*above, *path), source)
        return source.error((*above, *path, unknown[1]), f"unknown key `{unknown[1]}` in {table}{meant}", hint=hint)
    if missing := re.match(_MISSING, said):
        return source.error((*above, *path), f"{_table_name((*above, *path), source)} needs `{missing[1]}`")
    if word := re.match(_NO_SUCH_WORD, said):
        known = _words_at(struct, path)
        meant = did_you_mean(word[1], known)
        said += meant
        hint = None if meant else "known are " + ", ".join(f"`{one}`" for one in known)
    else:
        hint = next((_HINTS[step] for step in path if step in _HINTS), None)
    keys = [at for at, step in enumerate(path) if not step.startswith("[")]
    last = keys[-1] if keys else 0
    table = _table_name((*above, *path[:last]), source)
    what = f"`{_dotted(path[last:])}` in {table}: {_in_words(said)}"
    return source.error((*above, *path), what, hint=hint)


_HINTS = {
    "build": 'each command is an array of words: `build = [["make", "all"]]`',
    "older_than": "e.g. 12h, 90d, 8w or 2y",
}


def _dotted(path: tuple[str, ...]) -> str:
    """Return ``with.argv[0]``."""
    return ".".join(path).replace(".[", "[")


_KINDS = {
    "str": "text",
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "array": "an array",
    "object": "a table",
    "datetime": "a date and time",
    "date": "a date",
    "time": "a time of day",
}
_KIND = r"`([a-z]+(?: \| [a-z]+)*)`"


def _in_words(said: str) -> str:
    """Return what msgspec said in the words of the reference: text, integer, number, true or false."""
    return re.sub(_KIND, _kinds, said[:1].lower() + said[1:])


def _kinds(match: re.Match[str]) -> str:
    kinds = [_KINDS.get(name, f"`{name}`") for name in match[1].split(" | ") if name != "null"]
    *before, last = kinds or ["nothing"]
    return f"{', '.join(before)} or {last}" if before else last


def _table_name(path: tuple[str, ...], source: Source) -> str:
    """Return ``[target.cpp]``; the top of a file is ``the top table``."""
    full = ".".join(step for step in (*source.prefix, *path) if not step.startswith("["))
    return f"[{full}]" if full else "the top table"


def _fields_at(struct: type[msgspec.Struct], path: tuple[str, ...]) -> list[str]:
    """Return the keys that the struct at ``path`` knows."""
    from msgspec import inspect  # noqa: PLC0415 -- only an error needs it

    here = _type_at(struct, path)
    return [field.encode_name for field in here.fields] if isinstance(here, inspect.StructType) else []


def _words_at(struct: type[msgspec.Struct], path: tuple[str, ...]) -> list[str]:
    """Return the words that may stand at ``path``."""
    from msgspec import inspect  # noqa: PLC0415 -- only an error needs it

    here = _type_at(struct, path)
    return [str(value) for value in here.values] if isinstance(here, inspect.LiteralType) else []


def _type_at(struct: type[msgspec.Struct], path: tuple[str, ...]) -> Any:  # noqa: ANN401 -- what msgspec knows of a type
    from msgspec import inspect  # noqa: PLC0415 -- only an error needs it

    here: Any = inspect.type_info(struct)
    for step in path:
        if isinstance(here, inspect.StructType):
            here = next(field.type for field in here.fields if field.encode_name == step)
        elif isinstance(here, inspect.DictType):
            here = here.value_type
        elif isinstance(here, inspect.ListType | inspect.VarTupleType):
            here = here.item_type
        if isinstance(here, inspect.UnionType):
            here = next(kind for kind in here.types if not isinstance(kind, inspect.NoneType))
    return here
