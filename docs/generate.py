"""Writes docs/reference: every page is made from the code that it describes, and a test compares.

::

    python -m docs.generate        (make docs)
"""
# ruff: noqa: INP001 -- a folder of pages, no package

import argparse
import importlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchhub.cli import exit_codes
from benchhub.cli.entry import COMMON_OPTIONS, VERBS, module_of
from benchhub.cli.parser import parser_of
from benchhub.cli.run_document import OneRun, RunDocument
from benchhub.flows import run_target
from benchhub.flows.events import TargetFailed
from benchhub.flows.parse_output import Parsed, ParsedCase, ParsedMeasurement, ParsedParam, ParsedUnread
from benchhub.model.record import Problem, SuiteResult
from benchhub.model.registry import (
    HostEntry,
    MachineClassEntry,
    OrganisationEntry,
    ProjectEntry,
    Retention,
    UserEntry,
)
from benchhub.model.report import NativeTable
from benchhub.model.service import Readiness, Service
from benchhub.plugin.contract import Framework
from benchhub.plugin.registry import frameworks
from benchhub.store.reference import tables, views
from benchhub.workspace.config import Config, EnvironmentConfig, PrivacyConfig, SubjectConfig, TargetConfig
from benchhub.workspace.environment import ALLOWED
from benchhub.workspace.registry import RegistryFile
from benchhub.workspace.schema import config_schema, registry_schema
from benchhub.workspace.settings import SETTINGS, UserConfig

DOCS = Path(__file__).parent
REFERENCE = DOCS / "reference"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
BUILT_IN = ("command", "gobench", "gotest", "hyperfine", "junit", "pytest", "pytest-benchmark")
"""The reference is of what ships, whatever else is installed where it is made."""


def pages() -> dict[str, str]:
    """Return the text of every page that is made, by its path in docs."""
    return {
        "reference/README.md": _index(),
        "reference/cli.md": _cli(),
        "reference/configuration.md": _configuration(),
        "reference/exit-codes.md": _exit_codes(),
        "reference/parse.md": _parse(),
        "reference/schema.md": _schema(),
        "reference/registry.md": _registry(),
        "reference/registry.schema.json": _json(registry_schema()),
        "reference/bh.schema.json": _json(_bh_schema()),
        "reference/parse.schema.json": _json(parse_schema()),
        "reference/run.schema.json": _json(run_schema()),
        "decisions/README.md": _decisions(),
    }


def main() -> None:
    """Write every page, and remove those of the reference that nobody makes any more."""
    REFERENCE.mkdir(exist_ok=True)
    made = pages()
    for path in REFERENCE.iterdir():
        if f"reference/{path.name}" not in made:
            path.unlink()
    for name, text in made.items():
        (DOCS / name).write_text(text, encoding="utf-8")


def _made(title: str, source: str) -> str:
    return f"<!-- Made by `make docs` from {source}. -->\n# {title}\n"


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _index() -> str:
    return _made("Reference", "docs/generate.py") + (
        "\n"
        "- [Command line](cli.md): every verb and its words\n"
        "- [Exit codes](exit-codes.md)\n"
        "- [Configuration](configuration.md): `bh.toml`, settings, environment variables, the keys of each framework\n"
        "- [Registry](registry.md): the files that declare users, projects and machines\n"
        "- [Database](schema.md): every view, table and column\n"
        "- [JSON of `bh parse` and `bh run`](parse.md): what the objects hold, kinds of problems\n"
        "- JSON Schemas: [`bh.toml`](bh.schema.json), [the registry](registry.schema.json), "
        "[`bh parse --json`](parse.schema.json), [`bh run --json`](run.schema.json)\n"
    )


# -- the command line ----------------------------------------------------------------------------------------------


def _cli() -> str:
    text = _made("Command line", "src/benchhub/cli")
    text += (
        "\n`bh VERB …`; `bh --help` lists the verbs, `bh VERB --help` the words of one, `bh --version` the version.\n"
    )
    text += "With `--json`, standard output is JSON and nothing else; progress and warnings go to standard error.\n"
    text += "How `bh` ends: [exit codes](exit-codes.md).\n\n## Options of every verb\n\n"
    text += _rows(("option", "what"), _options(parser_of("VERB", "x"), wanted=set(COMMON_OPTIONS)))
    text += "\nThey may also stand before the verb: `bh --json runs`.\n"
    for verb, what in VERBS.items():
        text += _verb(verb, what)
    return text


def _verb(verb: str, what: str) -> str:
    parser = parser_of(verb, what)
    importlib.import_module(module_of(verb)).configure(parser)
    positionals = [action for action in _actions(parser) if not action.option_strings]
    usage = " ".join([f"bh {verb}", "[OPTION…]", *map(_usage_of, positionals)])
    text = f"\n## bh {verb}\n\n{parser.description}\n\n```\n{usage}\n```\n\n"
    rows = [(f"`{_metavar(action)}`", _help(action)) for action in positionals]
    rows += _options(parser, unwanted={*COMMON_OPTIONS, "--help"})
    text += _rows(("word", "what"), rows)
    if parser.epilog:
        text += f"\n```\n{parser.epilog.strip()}\n```\n"
    return text


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return parser._actions  # noqa: SLF001 -- argparse tells nowhere else


def _options(
    parser: argparse.ArgumentParser, *, wanted: set[str] | None = None, unwanted: Iterable[str] = ()
) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for action in _actions(parser):
        names = set(action.option_strings)
        if not names or names & set(unwanted) or (wanted is not None and not names & wanted):
            continue
        metavar = "" if action.nargs == 0 else f" {_metavar(action)}"
        rows.append((f"`{', '.join(action.option_strings)}{metavar}`", _help(action)))
    return rows


def _usage_of(action: argparse.Action) -> str:
    name = _metavar(action)
    return {"*": f"[{name} …]", "+": f"{name} …", "?": f"[{name}]"}.get(str(action.nargs), name)


def _metavar(action: argparse.Action) -> str:
    if action.choices is not None:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return str(action.metavar or action.dest.upper())


def _help(action: argparse.Action) -> str:
    if not action.help:
        what = f"{action.option_strings or action.dest} has no help"
        raise UndocumentedError(what)
    return action.help.replace("%%", "%")


class UndocumentedError(Exception):
    """Something that people can see has no description."""


# -- exit codes ----------------------------------------------------------------------------------------------------


def _exit_codes() -> str:
    rows = [(f"`{code}`", meaning) for code, meaning in exit_codes.MEANINGS.items()]
    order = ", ".join(str(code) for code in exit_codes.PRECEDENCE)
    return (
        _made("Exit codes", "src/benchhub/cli/exit_codes.py")
        + "\n"
        + _rows(("code", "meaning"), rows)
        + f"\nWhen several hold, the first of {order}. A script that must not turn red because of the database treats "
        "4 as a warning. Code 3, a regression, is reserved for `bh check`.\n"
    )


# -- configuration -------------------------------------------------------------------------------------------------


def _configuration() -> str:
    text = _made("Configuration", "src/benchhub/workspace and the frameworks")
    text += CONFIGURATION_INTRO
    titled: dict[type[msgspec.Struct], str] = {
        Config: "Top of the file",
        TargetConfig: "`[target.NAME]`",
        SubjectConfig: "`[target.NAME.subject]`",
        Service: "`[target.NAME.services.SERVICE]`",
        Readiness: "`[target.NAME.services.SERVICE.ready]`",
        PrivacyConfig: "`[privacy]`",
        EnvironmentConfig: "`[environment]`",
    }
    for struct, title in titled.items():
        text += f"\n### {title}\n\n{_summary(struct)}\n\n" + _fields(struct, titles=titled)
    text += "\n## Keys of the frameworks (`with`)\n"
    for name, framework in _built_in().items():
        text += f"\n### {name}\n\n" + _fields(framework.options)
    return text + _settings()


CONFIGURATION_INTRO = """
Nothing needs to be configured: targets are detected. What `bh.toml` says adds to that, or takes its place where both
name the same framework and directory.

`bh.toml` lies in the directory that its labels are relative to; `[tool.benchhub]` of a `pyproject.toml` holds the same
keys. It is decoded strictly: an unknown key or a wrong type is an error that names the line. Editors check it with
`#:schema ./bh.schema.json` on the first line, a file that `bh config --schema` prints with the keys of all frameworks
that are installed; that of ours is [here](bh.schema.json).

```toml
version = 1
project = "mergesort"

[matrix]
size = [100, 1_000]

[target.go]
use  = "gobench"
dir  = "go"
env  = { BH_SIZE = "{size}" }
with = { bench = "MergeSort", count = 10 }

[suite]
all = [":go"]
```

A target varies over the axes that it names as `{axis}` in `env`, `with` or `build`; `{{` is a brace. An axis with a
`default` leaves that value out of every identity, so that adding an axis orphans no history.

What must run meanwhile is a service:

```toml
[target.load]
use = "hyperfine"
env = { PORT = "{port.web}" }
with = { commands = ["./ask"] }

[target.load.services.web]
argv  = ["./server", "--port", "{port}"]
ready = { http = "http://localhost:{port}/health" }
```

It is started afresh for each run, after the build; `{port}` is a port that nobody uses, `{port.web}` the same one for
the target and for other services. It stays in the foreground. When the run has ended, whatever happened, it is asked to
end, and killed 5 s later, with all that it started. Its output is kept (`bh log RUN --service web`), and so is what it
used. A service that does not get ready ends its target (exit code 6); the others go on.

What is measured may be another system than the repository:

```toml
[subject]
name            = "postgres"
version_command = ["postgres", "--version"]
configuration   = ["postgresql.conf"]
```

Numbers of two subjects never lie on one line; versions and configurations of one subject do, and every run says which
it had. A version that cannot be learned equals no other.

## `bh.toml`
"""


def _built_in() -> dict[str, Framework]:
    found = frameworks()
    return {name: found[name] for name in BUILT_IN}


def _bh_schema() -> dict[str, Any]:
    return config_schema({name: framework.options for name, framework in _built_in().items()})


def _settings() -> str:
    columns = ("what", "flag", "variable", "`bh.toml`", "your own file", "default")
    rows = [
        (one.meaning, *map(_code, (one.flag, one.variable, one.project_key, one.user_key)), one.default)
        for one in SETTINGS
    ]
    allowed = ", ".join(f"`{name}`" for name in ALLOWED)
    return f"""
## Settings

The first that says something wins: flag, variable, `bh.toml`, `pyproject.toml`, your own file, default. What is off
anywhere is off, and lists of variables add up. A repository says nothing about where results are kept or what a machine
is called. {_summary(UserConfig)}

{_rows(columns, rows)}
These variables are kept with a run when they are set, and no others: {allowed}. Credentials in values, in arguments and
in URLs are masked.
"""


def _code(word: str | None) -> str:
    return f"`{word}`" if word else ""


# -- the registry --------------------------------------------------------------------------------------------------


def _registry() -> str:
    text = _made("Registry", "src/benchhub/model/registry.py") + REGISTRY_INTRO
    structs = (RegistryFile, UserEntry, OrganisationEntry, HostEntry, ProjectEntry, Retention, MachineClassEntry)
    titled: dict[type[msgspec.Struct], str] = {
        struct: found[1] if (found := re.search(r"`(\[.+?\])`", struct.__doc__ or "")) else "Top of a file"
        for struct in structs
    }
    for struct, title in titled.items():
        text += f"\n### {title}\n\n{_summary(struct)}\n\n" + _fields(struct, titles=titled)
    return text


REGISTRY_INTRO = """
`bh registry check|apply|export DIR`; how to begin is in the [guide](../guides/registry.md). Every `*.toml` file below
the directory counts, however things are divided among them; what begins with a dot does not. It is decoded strictly: an
unknown key, a wrong type, a name that is declared twice or not at all is an error that names the line. Editors check it
with `#:schema ./registry.schema.json` on the first line, a file that `bh registry schema` prints; it is
[here](registry.schema.json).

## Files
"""


# -- what `bh parse` and `bh run` print ------------------------------------------------------------------------------


def parse_schema() -> dict[str, Any]:
    """Return the JSON Schema of what ``bh parse --json`` prints."""
    return _schema_of(Parsed, "bh parse --json")


def run_schema() -> dict[str, Any]:
    """Return the JSON Schema of what ``bh run --json`` and ``bh import --json`` print."""
    return _schema_of(RunDocument, "bh run --json")


def _schema_of(struct: type[msgspec.Struct], title: str) -> dict[str, Any]:
    (root,), definitions = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    return {"$schema": DRAFT, "title": title, **root, "$defs": definitions}


def _parse() -> str:
    text = _made("What `bh parse --json` and `bh run --json` print", "src/benchhub/flows/parse_output.py")
    text += PARSE_INTRO
    read: tuple[type[msgspec.Struct], ...] = (
        Parsed,
        ParsedCase,
        ParsedParam,
        ParsedMeasurement,
        SuiteResult,
        Problem,
        ParsedUnread,
    )
    for struct in read:
        text += f"\n### {struct.__name__}\n\n{_summary(struct)}\n\n" + _fields(struct)
    text += "\n## What `bh run --json` and `bh import --json` print\n\nSchema: [run.schema.json](run.schema.json).\n"
    printed: tuple[type[msgspec.Struct], ...] = (RunDocument, OneRun, TargetFailed)
    for struct in printed:
        own = tuple(
            name for name in struct.__struct_fields__ if struct is not OneRun or name not in Parsed.__struct_fields__
        )
        more = "\nand all fields of [Parsed](#parsed).\n" if struct is OneRun else ""
        text += f"\n### {struct.__name__}\n\n{_summary(struct)}\n\n" + _fields(struct, only=own) + more
    text += "\n## Kinds of problems\n\nSomething was understood and casts doubt.\n\n"
    text += _rows(("kind", "what"), [(f"`{kind}`", what) for kind, what in sorted(problem_kinds().items())])
    text += "\n## Why a line is unread\n\nNobody understood it; it is kept, counted and shown, never dropped.\n\n"
    text += _rows(("why", "what"), [(f"`{kind}`", what) for kind, what in sorted(unread_kinds().items())])
    return text


PARSE_INTRO = """
One object for the output of one run. Numbers are in base units (`s`, `B`, `B/s`, `1`); beside them stands what the tool
printed. JSON has no NaN and no infinities: such numbers are the strings `"NaN"`, `"Infinity"`, `"-Infinity"`; they are
kept, and never counted. Schema: [parse.schema.json](parse.schema.json).

## The object
"""


def problem_kinds() -> dict[str, str]:
    """Return every kind of problem that BenchHub or a framework of ours reports, and what it means."""
    return _kinds("PROBLEM_KINDS") | run_target.PROBLEM_KINDS


def unread_kinds() -> dict[str, str]:
    """Return every reason for which a reader of ours leaves a line unread, and what it means."""
    return _kinds("UNREAD_KINDS")


def _kinds(table: str) -> dict[str, str]:
    """Return the tables of that name in the frameworks' modules, joined."""
    kinds: dict[str, str] = {}
    root = Path(importlib.import_module("benchhub.frameworks").__path__[0])
    for path in sorted(root.rglob("*.py")):
        module = ".".join(["benchhub.frameworks", *path.relative_to(root).with_suffix("").parts]).removesuffix(
            ".__init__"
        )
        kinds |= getattr(importlib.import_module(module), table, {})
    return kinds


# -- the database --------------------------------------------------------------------------------------------------


def _schema() -> str:
    text = _made("Database", "src/benchhub/store/schema.sql, views.sql and the frameworks")
    text += SCHEMA_INTRO
    for view in views():
        text += _relation(view.name, view.doc, [(column.name, column.doc) for column in view.columns])
    text += "\n## Views of the frameworks\n\nEach framework keeps its own words and units beside the common ones.\n"
    for framework in _built_in().values():
        for table in framework.tables:
            text += _native_view(framework.name, table)
    text += "\n## Tables\n\nTables are BenchHub's own and any migration may change them: ask the views.\n"
    for relation in tables():
        columns = [(column.name, column.type.lower(), column.doc) for column in relation.columns]
        text += _relation(relation.name, relation.doc, columns)
    return text


SCHEMA_INTRO = """
One SQLite file, `bh db path`. Views are the stable contract: a released column never changes its meaning; a changed
column means a new view. Times in views are UTC text, `YYYY-MM-DD HH:MM:SS`. Values are in base units: `s`, `B`, `B/s`,
`1`. Flags are 0 and 1. What is not known is NULL, never 0.

```sh
bh sql "SELECT benchmark, param_text, value, unit FROM results WHERE metric = 'time' AND unit = 's' AND run_id = 1"
bh sql "SELECT run_id, value FROM history WHERE benchmark = 'BenchmarkX' AND metric = 'time' AND unit = 's' AND trunk"
```

## Views
"""


def _relation(name: str, doc: str, columns: Sequence[tuple[str, ...]]) -> str:
    head = ("column", "type", "what") if columns and len(columns[0]) > len(("column", "what")) else ("column", "what")
    return f"\n### {name}\n\n{doc}\n\n" + _rows(head, [(f"`{column}`", *rest) for column, *rest in columns])


def _native_view(framework: str, table: NativeTable) -> str:
    rows = {"results": "printed line of numbers", "outcomes": "case and attempt"}[table.rows]
    columns = [
        ("project", "Name of the project."),
        (table.suite_name, "Suite, in the framework's word."),
        (table.case_name, "Name of the case without its parameters."),
        ("params", "Its parameters, a JSON object of strings."),
        ("param_text", "The same for people."),
        ("seq", "Place in the output, from 0."),
        *((column.name, column.doc) for column in table.columns),
        ("branch", "Branch."),
        ("started_at", "Start of the run, UTC."),
        ("run_id", "Run."),
        ("case_id", "Case."),
    ]
    return _relation(f"{table.name}s", f"One row per {rows} of `{framework}`.", columns)


# -- decisions -----------------------------------------------------------------------------------------------------


def _decisions() -> str:
    text = _made("Decisions", "the pages beside it")
    text += "\nWhat could have been otherwise, why it is as it is, and the roads not taken.\n\n"
    for path in sorted((DOCS / "decisions").glob("[0-9]*.md")):
        title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        text += f"- [{title}]({path.name})\n"
    return text


# -- structs and tables --------------------------------------------------------------------------------------------


def _summary(struct: type[msgspec.Struct]) -> str:
    return _prose((struct.__doc__ or "").partition("\n    Attributes:")[0])


def _prose(text: str) -> str:
    """Return a docstring's text as one line of Markdown."""
    return " ".join(text.replace("``", "`").replace("\\\\", "").split())


def _attributes(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Return what the docstrings of a struct and its bases say of each field."""
    told: dict[str, str] = {}
    for base in reversed(struct.__mro__):
        section = (vars(base).get("__doc__") or "").partition("Attributes:\n")[2]
        for name, text in re.findall(r"^ {8}(\w+): (.*(?:\n {12}.*|\n(?= *\n {12}))*)", section, re.MULTILINE):
            told[name] = _prose(text)
    return told


def _fields(
    struct: type[msgspec.Struct], *, only: Sequence[str] | None = None, titles: Mapping[type, str] | None = None
) -> str:
    """Return a table of a struct's fields: name, type, default, what it is.

    Raises:
        UndocumentedError: A field is not described in the docstring.
    """
    (_, definitions) = msgspec.json.schema_components([struct], ref_template="{name}")
    properties = definitions[struct.__name__].get("properties", {})
    required = definitions[struct.__name__].get("required", [])
    told = _attributes(struct)
    names = {title.__name__: text for title, text in (titles or {}).items()}
    rows: list[tuple[str, ...]] = []
    has_defaults = any("default" in field for field in properties.values())
    for field, name in zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True):
        if only is not None and field not in only:
            continue
        if field not in told:
            what = f"{struct.__module__}.{struct.__name__}.{field} is not described under `Attributes:`"
            raise UndocumentedError(what)
        schema = properties[name]
        default = "required" if name in required else _default(schema)
        rows.append((f"`{name}`", _type(schema, names), *((default,) if has_defaults else ()), told[field]))
    return _rows(("field", "type", *(("default",) if has_defaults else ()), "what"), rows)


def _default(schema: Mapping[str, Any]) -> str:
    default = schema.get("default")
    return "" if default is None or default in ({}, []) or isinstance(default, dict) else f"`{json.dumps(default)}`"


def _type(schema: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return a JSON Schema in words."""
    if "$ref" in schema:
        name = str(schema["$ref"])
        return names.get(name) or f"[{name}](#{name.lower()})"
    if "enum" in schema:
        return " or ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(one, names) for one in schema["anyOf"]))
    kind = schema.get("type")
    if kind == "array":
        return f"array of {_type(schema['items'], names)}" if schema.get("items") else "array"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"object of {_type(inner, names)}" if isinstance(inner, dict) and inner else "object"
    words = {"string": "text", "integer": "integer", "number": "number", "boolean": "true or false", "null": "null"}
    least = {"minimum": "at least {}", "exclusiveMinimum": "more than {}"}
    limits = [text.format(f"{schema[key]:g}") for key, text in least.items() if key in schema]
    return " ".join([words.get(str(kind), "anything"), *limits])


def _rows(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
