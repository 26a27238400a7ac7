"""Settings: which place wins."""

from pathlib import Path

import msgspec
import pytest

from benchhub.errors import UserError
from benchhub.workspace.config import Config, decode_config
from benchhub.workspace.settings import SETTINGS, Settings, UserConfig, read_settings


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}


def write(environ: dict[str, str], text: str) -> None:
    folder = Path(environ["XDG_CONFIG_HOME"]) / "benchhub"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text)


def config(text: str) -> Config:
    decoded = decode_config(text, "bh.toml")
    assert decoded is not None
    return decoded


def test_without_any_word_the_defaults_hold(environ: dict[str, str], tmp_path: Path) -> None:
    assert read_settings(environ) == Settings(str(tmp_path / ".local/share/benchhub/bench.db"))


def test_the_database_is_that_of_flag_variable_file_and_data_home_in_this_order(
    environ: dict[str, str], tmp_path: Path
) -> None:
    environ["XDG_DATA_HOME"] = str(tmp_path / "data")
    assert read_settings(environ).database_path == str(tmp_path / "data/benchhub/bench.db")
    write(environ, 'database = "mine.db"')
    assert read_settings(environ).database_path == str(tmp_path / "config/benchhub/mine.db")
    environ["BH_DB"] = "/variable.db"
    assert read_settings(environ).database_path == "/variable.db"
    assert read_settings(environ, database="/flag.db").database_path == "/flag.db"


def test_a_relative_flag_is_relative_to_the_current_directory(environ: dict[str, str]) -> None:
    assert read_settings(environ, database="x/y.db").database_path == str(Path.cwd() / "x/y.db")


def test_a_relative_data_home_is_ignored(environ: dict[str, str], tmp_path: Path) -> None:
    environ["XDG_DATA_HOME"] = "relative"
    assert read_settings(environ).database_path == str(tmp_path / ".local/share/benchhub/bench.db")


def test_variables_go_before_the_users_file(environ: dict[str, str]) -> None:
    write(environ, 'machine = "file"\nrunner = "file"\n')
    assert (read_settings(environ).machine, read_settings(environ).runner) == ("file", "file")
    environ |= {"BH_MACHINE": "variable", "BH_RUNNER": "variable"}
    assert (read_settings(environ).machine, read_settings(environ).runner) == ("variable", "variable")


@pytest.mark.parametrize("off", ["file", "variable", "bh.toml"])
def test_what_is_off_anywhere_is_off(environ: dict[str, str], off: str) -> None:
    write(environ, f"[privacy]\nhostname = {'false' if off == 'file' else 'true'}\n")
    environ["BH_PRIVACY_HOSTNAME"] = "no" if off == "variable" else "yes"
    configs = [config(f"[privacy]\nhostname = {'false' if off == 'bh.toml' else 'true'}"), Config()]
    settings = read_settings(environ).within(configs)
    assert (settings.keep_hostname, settings.keep_email) == (False, True)


def test_allow_lists_add_up(environ: dict[str, str]) -> None:
    write(environ, '[environment]\nallow = ["FILE", "TWICE"]\n')
    environ["BH_ENVIRONMENT_ALLOW"] = "VARIABLE, TWICE"
    settings = read_settings(environ).within([config('[environment]\nallow = ["PROJECT"]')])
    assert settings.allow == ("VARIABLE", "TWICE", "FILE", "PROJECT")


def test_a_repository_cannot_say_where_results_go() -> None:
    with pytest.raises(UserError, match="unknown key `database`"):
        decode_config('database = "x.db"', "bh.toml")


def test_an_unknown_key_of_the_users_file_names_its_line(environ: dict[str, str]) -> None:
    write(environ, "# mine\n[privacy]\nhostnam = false\n")
    with pytest.raises(UserError, match=r"config.toml:3: unknown key `hostnam` in \[privacy\]; did you mean"):
        read_settings(environ)


def test_a_switch_that_is_neither_on_nor_off_is_an_error(environ: dict[str, str]) -> None:
    environ["BH_PRIVACY_EMAIL"] = "fasle"
    with pytest.raises(UserError, match="`BH_PRIVACY_EMAIL=fasle` is neither on nor off; did you mean `false`"):
        read_settings(environ)


def test_a_file_that_is_a_directory_says_so(environ: dict[str, str]) -> None:
    (Path(environ["XDG_CONFIG_HOME"]) / "benchhub" / "config.toml").mkdir(parents=True)
    with pytest.raises(UserError, match="cannot be read"):
        read_settings(environ)


# -- the reference is made from the table ------------------------------------------------------------------------------


def keys_of(struct: type[msgspec.Struct], above: str = "") -> set[str]:
    keys: set[str] = set()
    for field in msgspec.structs.fields(struct):
        is_table = isinstance(field.type, type) and issubclass(field.type, msgspec.Struct)
        keys |= keys_of(field.type, f"{field.encode_name}.") if is_table else {above + field.encode_name}
    return keys


def test_every_setting_and_every_key_of_the_users_file_is_in_the_table() -> None:
    assert [setting.name for setting in SETTINGS] == list(Settings.__struct_fields__)
    assert {setting.user_key for setting in SETTINGS} - {None} == keys_of(UserConfig)
    assert {setting.project_key for setting in SETTINGS} - {None} <= keys_of(Config)
    assert all(setting.meaning and setting.default for setting in SETTINGS)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_variable_of_the_table_is_obeyed(setting: object, environ: dict[str, str]) -> None:
    before = read_settings(environ)
    environ[setting.variable] = "off" if "PRIVACY" in setting.variable else "/said"  # type: ignore[attr-defined]
    after = read_settings(environ)
    name = setting.name  # type: ignore[attr-defined]
    assert getattr(after, name) != getattr(before, name)


def test_the_address_of_a_server_stays_as_it_is_and_is_shown_without_its_password() -> None:
    settings = read_settings({"BH_DB": "postgresql://ada:s3cret@host/bench"})
    assert settings.is_server
    assert settings.database_path == "postgresql://ada:s3cret@host/bench"
    assert settings.database_name == "postgresql://ada@host/bench"
