"""`bh config`: what holds here, and who said it."""

import re
from pathlib import Path
from typing import Any

import pytest
from bh_shell import Shell

from benchhub.workspace.settings import SETTINGS


def user_file(bh: Shell, text: str) -> Path:
    path = Path(bh.env["HOME"]) / ".config" / "benchhub" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def held(bh: Shell, key: str, *words: str, **env: str) -> tuple[Any, list[str]]:
    """Return the value and its origins, as ``place where``."""
    done = bh("config", key, *words, "--json", env=env)
    assert done.code == 0, done.err
    return done.json["value"], [f"{one['place']} {one['where']}" for one in done.json["origins"]]


def test_every_setting_of_the_reference_is_told_with_its_origin(bh: Shell) -> None:
    done = bh("config", "--show-origin")
    assert done.code == 0
    assert [line.split()[0] for line in done.out.splitlines()[1:]] == [one.key for one in SETTINGS]
    assert re.search(rf"^database +{re.escape(str(bh.db))} +BH_DB$", done.out, re.MULTILINE)
    assert "origin" not in bh("config").out


def test_the_database_goes_from_flag_to_variable_to_own_file_to_default(bh: Shell) -> None:
    home = Path(bh.env["HOME"])
    assert held(bh, "database", BH_DB="")[1] == ["default benchhub/bench.db in XDG_DATA_HOME, else in ~/.local/share"]
    own = user_file(bh, '# mine\ndatabase = "mine.db"\n')
    assert held(bh, "database", BH_DB="") == (str(own.with_name("mine.db")), [f"user file {own}:2"])
    assert held(bh, "database", BH_DB="/v.db") == ("/v.db", ["variable BH_DB"])
    assert held(bh, "database", "--db", "/f.db") == ("/f.db", ["flag --db"])
    assert home.exists()


@pytest.mark.parametrize("key", ["machine", "runner"])
def test_a_variable_goes_before_the_own_file(bh: Shell, key: str) -> None:
    own = user_file(bh, f'{key} = "file"\n')
    assert held(bh, key) == ("file", [f"user file {own}:1"])
    assert held(bh, key, **{f"BH_{key.upper()}": "variable"}) == ("variable", [f"variable BH_{key.upper()}"])


def test_what_is_off_anywhere_is_off_and_who_said_so_is_told(bh: Shell) -> None:
    own = user_file(bh, "[privacy]\nemail = true\nhostname = true\n")
    assert held(bh, "privacy.email") == (True, [f"user file {own}:2"])
    (bh.work / "bh.toml").write_text("version = 1\n[privacy]\nemail = false\n")
    assert held(bh, "privacy.email") == (False, ["bh.toml bh.toml:3"])
    assert held(bh, "privacy.email", BH_PRIVACY_EMAIL="on") == (False, ["bh.toml bh.toml:3"])
    assert held(bh, "privacy.hostname", BH_PRIVACY_HOSTNAME="off") == (False, ["variable BH_PRIVACY_HOSTNAME"])
    assert held(bh, "machine", BH_PRIVACY_HOSTNAME="off")[0] is None


def test_lists_add_up_and_all_who_said_something_are_told(bh: Shell) -> None:
    own = user_file(bh, '[environment]\nallow = ["C"]\n')
    (bh.work / "pyproject.toml").write_text('[tool.benchhub.environment]\nallow = ["B"]\n')
    names, origins = held(bh, "environment.allow", BH_ENVIRONMENT_ALLOW="A")
    assert sorted(names) == ["A", "B", "C"]
    assert origins == ["variable BH_ENVIRONMENT_ALLOW", "pyproject.toml pyproject.toml:2", f"user file {own}:2"]


def test_the_project_is_found_out(bh: Shell) -> None:
    (bh.work / "sub").mkdir()
    (bh.work / "bh.toml").write_text("version = 1\n")
    (bh.work / "sub" / "bh.toml").write_text('version = 1\nproject = "sorting"\n')
    assert held(bh, "project")[1][0].startswith("default the remote")
    inside = bh.below("sub")
    value, origins = held(inside, "project")
    assert value.endswith("//sub (sorting)")
    assert origins == ["bh.toml sub/bh.toml:2"]
    said, origins = held(bh, "project", BH_PROJECT="example.com/ann/sort")
    assert (said.partition(" ")[0], origins) == ("example.com/ann/sort", ["variable BH_PROJECT"])


def test_one_value_is_printed_alone_for_scripts(bh: Shell) -> None:
    assert bh("config", "database").out == f"{bh.db}\n"
    assert bh("config", "privacy.email").out == "true\n"
    assert bh("config", "database", "--show-origin").out == f"{bh.db}  BH_DB\n"


def test_credentials_are_masked(bh: Shell) -> None:
    done = bh("config", "runner", env={"BH_RUNNER": "https://ann:secret@example.com/x"})
    assert "secret" not in done.out
    assert "example.com" in done.out


def test_a_key_that_does_not_exist_is_refused_with_the_nearest(bh: Shell) -> None:
    done = bh("config", "machien")
    assert done.code == 2
    assert "did you mean `machine`?" in done.err


def test_a_wrong_file_is_named_with_its_line(bh: Shell) -> None:
    own = user_file(bh, "machine = 3\n")
    done = bh("config")
    assert done.code == 2
    assert f"{own}:1" in done.err


def test_the_schema_holds_the_keys_of_the_frameworks(bh: Shell) -> None:
    done = bh("config", "--schema")
    assert (done.code, done.json["title"]) == (0, "bh.toml")
    assert "benchtime" in done.out
    assert bh("config", "machine", "--schema").code == 2
