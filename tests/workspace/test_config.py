"""`bh.toml` is decoded strictly, and every error names its line and its table."""

import tomllib

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest

from benchhub.errors import UserError
from benchhub.workspace.config import Config, decode_config
from benchhub.workspace.schema import config_schema

WHOLE = """\
version = 1
project = "mergesort"

[matrix]
size = [100, 1_000]

[default]
size = 100

[target.go]
use = "gobench"
dir = "go"
env = { BH_SIZE = "{size}" }
with = { bench = "MergeSort", count = 10 }
timeout_s = 60
runs = 3

[target.cpp]
use = "command"
build = [["cmake", "-B", "build"]]
matrix = { flags = ["-O2", "-O3"] }
exclude = [{ flags = "-O2" }]
subject = { name = "gcc", version_command = ["gcc", "--version"], configuration = ["x.conf"] }

[suite]
all = [":go", ":cpp"]

[privacy]
hostname = false

[environment]
allow = ["MY_FLAG"]
"""


def refused(text: str, name: str = "bh.toml") -> UserError:
    with pytest.raises(UserError) as caught:
        decode_config(text, name)
    return caught.value


def test_every_key_is_read() -> None:
    config = decode_config(WHOLE, "bh.toml")
    assert config is not None
    assert (config.project, config.matrix, config.default) == ("mergesort", {"size": [100, 1000]}, {"size": 100})
    assert config.target["go"].options == {"bench": "MergeSort", "count": 10}
    assert (config.target["go"].timeout_s, config.target["go"].runs) == (60.0, 3)
    assert config.target["cpp"].build == [["cmake", "-B", "build"]]
    subject = config.target["cpp"].subject
    assert subject is not None
    assert (subject.name, subject.version_command) == ("gcc", ["gcc", "--version"])
    assert config.suite == {"all": [":go", ":cpp"]}
    assert (config.privacy.hostname, config.privacy.email) == (False, True)
    assert config.environment.allow == ["MY_FLAG"]


def test_an_empty_file_is_a_configuration() -> None:
    assert decode_config("", "bh.toml") == Config()


def test_a_pyproject_without_our_table_holds_none() -> None:
    assert decode_config('[tool.other]\nx = 1\n[project]\nname = "x"\n', "pyproject.toml") is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("projct = 1\n", "bh.toml:1: unknown key `projct` in the top table; did you mean `project`?"),
        ("\n[target.go]\nuze = 1\n", "bh.toml:3: unknown key `uze` in [target.go]; did you mean `use`?"),
        ("[target.a]\n[target.b]\n[target.c]\nnope = 1\n", "bh.toml:4: unknown key `nope` in [target.c]"),
        ("[privacy]\nhost = false\n", "bh.toml:2: unknown key `host` in [privacy]; did you mean `hostname`?"),
        ("[target.a.subject]\nversion = '1'\n", "bh.toml:1: [target.a.subject] needs `name`"),
        ("[target.a]\nruns = 0\n", "bh.toml:2: `runs` in [target.a]: expected an integer >= 1"),
        ("[target.a]\nruns = '3'\n", "bh.toml:2: `runs` in [target.a]: expected an integer, got text"),
        ("[target.a]\ntimeout_s = -1\n", "bh.toml:2: `timeout_s` in [target.a]: expected a number > 0.0"),
        (
            "[target.a]\nbuild = ['cmake -B build']\n",
            "bh.toml:2: `build[0]` in [target.a]: expected an array, got text",
        ),
        ("[target.a]\nenv = { A = 1 }\n", "bh.toml:2: `A` in [target.a.env]: expected text, got an integer"),
        ("[matrix]\nsize = 3\n", "bh.toml:2: `size` in [matrix]: expected an array, got an integer"),
        ("[matrix]\nok = [1]\nsize = []\n", "bh.toml:3: `size` in [matrix]: expected an array of length >= 1"),
        (
            "[matrix]\nn = [[1]]\n",
            "bh.toml:2: `n[0]` in [matrix]: expected true or false, an integer, a number or text, got an array",
        ),
        ("target = 3\n", "bh.toml:1: `target` in the top table: expected a table, got an integer"),
        ("version = 2\n", "bh.toml:1: version 2 of the configuration is not known"),
        ("version = '1'\n", "bh.toml:1: `version` in the top table: expected an integer, got text"),
        ("[privacy]\nemail = 'no'\n", "bh.toml:2: `email` in [privacy]: expected true or false, got text"),
        ("project = 2026-01-02\n", "bh.toml:1: `project` in the top table: expected text, got a date"),
        ("x = \n", "bh.toml:1: not TOML: invalid value"),
        ("a = 1\n\n[target\n", "bh.toml:3: not TOML: expected ']' at the end of a table declaration"),
        ("a = 1\na = 2\n", "bh.toml:2: not TOML: cannot overwrite a value"),
    ],
)
def test_an_error_names_file_line_table_and_what_was_meant(text: str, what: str) -> None:
    error = refused(text)
    assert error.what == what
    assert error.where == what.split(": ", 1)[0]


def test_a_command_that_is_one_text_is_told_how_it_is_written() -> None:
    assert refused("[target.a]\nbuild = ['make all']\n").hint == (
        'each command is an array of words: `build = [["make", "all"]]`'
    )


def test_keys_of_pyproject_are_named_in_full() -> None:
    error = refused("[project]\nname = 'x'\n[tool.benchhub.privacy]\nmail = false\n", "sub/pyproject.toml")
    assert error.what.startswith("sub/pyproject.toml:4: unknown key `mail` in [tool.benchhub.privacy]; did you mean")


def test_where_nothing_is_near_the_known_keys_are_listed() -> None:
    error = refused("[environment]\nzzz = 1\n")
    assert error.hint == "known are `allow`"


# -- the schema for editors --------------------------------------------------------------------------------------------


class Options(msgspec.Struct):
    count: int = 1


SCHEMA = config_schema({"gobench": Options})


def test_the_schema_is_a_schema_and_takes_what_we_take() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    text = WHOLE.replace('bench = "MergeSort", ', "")
    jsonschema.validate(tomllib.loads(text), SCHEMA)


@pytest.mark.parametrize(
    "text",
    [
        "projct = 1",
        "version = 2",
        "[target.a]\nuze = 1",
        "[matrix]\nsize = []",
        "[target.a]\nruns = 0",
        "[target.a]\nuse = 'gobench'\nwith = { count = [] }",
    ],
)
def test_the_schema_refuses_what_we_refuse(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), SCHEMA)


def test_an_option_may_name_an_axis_in_the_schema() -> None:
    document = tomllib.loads("[target.a]\nuse = 'gobench'\nwith = { count = '{size}' }")
    jsonschema.validate(document, SCHEMA)
