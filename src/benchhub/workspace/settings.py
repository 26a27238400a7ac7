"""Settings: what flags, variables and files say about the user's own machine and database.

The first that says something wins: flag, variable ``BH_…``, ``bh.toml``, ``pyproject.toml``, the user's own file,
default. Two settings differ: what is off anywhere is off, and allow-lists add up.

A repository says nothing about where results are kept or what this machine is called: whoever checks out a stranger's
code must not find their database elsewhere.
"""

import os
from collections.abc import Iterable, Mapping

import msgspec

from benchhub.errors import UserError
from benchhub.workspace.config import (
    Config,
    EnvironmentConfig,
    PrivacyConfig,
    decode_struct,
    parse_toml,
    source_of,
)
from benchhub.workspace.near import did_you_mean

FOLDER = "benchhub"
USER_FILE = "config.toml"
DATABASE_FILE = "bench.db"
SERVER_SCHEMES = ("postgresql://", "postgres://")


class Setting(msgspec.Struct, frozen=True):
    """One row of the reference.

    Attributes:
        name: The field of ``Settings``.
        flag: ``None`` where there is none; the same for the other places.
        variable: Of the environment.
        project_key: In ``bh.toml``, and below ``[tool.benchhub]`` in ``pyproject.toml``.
        user_key: In the user's own file.
        default: In words.
        meaning: One sentence.
    """

    name: str
    variable: str
    meaning: str
    default: str
    flag: str | None = None
    project_key: str | None = None
    user_key: str | None = None

    @property
    def key(self) -> str:
        """What people call it: as in the files that may hold it."""
        return self.user_key or self.project_key or self.name


SETTINGS = (
    Setting(
        "database_path",
        "BH_DB",
        "The database: a file, beside which its spool and large artifacts lie, or `postgresql://user@host/name`.",
        "`benchhub/bench.db` in `XDG_DATA_HOME`, else in `~/.local/share`",
        flag="--db",
        user_key="database",
    ),
    Setting("machine", "BH_MACHINE", "The name of this machine.", "the host name", user_key="machine"),
    Setting(
        "runner",
        "BH_RUNNER",
        "What kind of machine this is, where the hardware does not tell; part of the machine class.",
        "what the CI system says of its runner",
        user_key="runner",
    ),
    Setting(
        "project",
        "BH_PROJECT",
        "Whose results these are: `host/owner/name`, or `host/owner/name//path`.",
        "the remote, and the nearest `bh.toml` that names a project",
    ),
    Setting(
        "keep_hostname",
        "BH_PRIVACY_HOSTNAME",
        "Whether the name of the machine is kept; off anywhere is off.",
        "true",
        project_key="privacy.hostname",
        user_key="privacy.hostname",
    ),
    Setting(
        "keep_email",
        "BH_PRIVACY_EMAIL",
        "Whether the user's e-mail address is kept; off anywhere is off.",
        "true",
        project_key="privacy.email",
        user_key="privacy.email",
    ),
    Setting(
        "allow",
        "BH_ENVIRONMENT_ALLOW",
        "Variables whose values are kept with a run (by comma in the variable); all lists add up.",
        "none but those that are known to change results",
        project_key="environment.allow",
        user_key="environment.allow",
    ),
)


class UserConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The user's own file, ``benchhub/config.toml`` in ``XDG_CONFIG_HOME``, else in ``~/.config``.

    Attributes:
        database: Path of the database, relative to the file, ``~`` is the home directory; or ``postgresql://…``.
        machine: Name of this machine.
        runner: What kind of machine this is.
    """

    database: str | None = None
    machine: str | None = None
    runner: str | None = None
    privacy: PrivacyConfig = PrivacyConfig()
    environment: EnvironmentConfig = EnvironmentConfig()


class Settings(msgspec.Struct, frozen=True):
    """What holds for this command.

    Attributes:
        database_path: Absolute, or the address of a server, which may hold a password.
        machine: ``None`` for the host name.
        runner: ``None`` for what the CI system says.
        project: ``None`` to be found out.
        keep_hostname: Whether a machine's name is kept.
        keep_email: Whether a user's e-mail address is kept.
        allow: Variables to keep beside those that are kept anyway.
    """

    database_path: str
    machine: str | None = None
    runner: str | None = None
    project: str | None = None
    keep_hostname: bool = True
    keep_email: bool = True
    allow: tuple[str, ...] = ()

    @property
    def is_server(self) -> bool:
        """Whether the database is on a server, not in a file."""
        return self.database_path.startswith(SERVER_SCHEMES)

    @property
    def database_name(self) -> str:
        """The database for people: without a password."""
        if not self.is_server:
            return self.database_path
        from benchhub.model.address import without_password  # noqa: PLC0415 -- start-up counts

        return without_password(self.database_path)

    def within(self, configs: Iterable[Config]) -> "Settings":
        """Return the settings with what the files of a workspace add."""
        found = list(configs)
        allowed = (name for config in found for name in config.environment.allow)
        return msgspec.structs.replace(
            self,
            keep_hostname=self.keep_hostname and all(config.privacy.hostname for config in found),
            keep_email=self.keep_email and all(config.privacy.email for config in found),
            allow=tuple(dict.fromkeys([*self.allow, *allowed])),
        )


def read_settings(environ: Mapping[str, str], *, database: str | None = None) -> Settings:
    """Return what a flag, the variables and the user's own file say.

    Args:
        environ: The variables.
        database: The value of ``--db``.

    Raises:
        UserError: A variable has a value that makes no sense, or the file is wrong; names the line.
    """
    path = user_file(environ)
    folder = os.path.dirname(path)  # noqa: PTH120 -- start-up counts
    user = _read_user_file(path)
    here = database or environ.get("BH_DB")
    return Settings(
        database_path=_absolute(here, ".") if here else _database_of(user, folder, environ),
        machine=environ.get("BH_MACHINE") or user.machine,
        runner=environ.get("BH_RUNNER") or user.runner,
        project=environ.get("BH_PROJECT") or None,
        keep_hostname=is_on(environ, "BH_PRIVACY_HOSTNAME") and user.privacy.hostname,
        keep_email=is_on(environ, "BH_PRIVACY_EMAIL") and user.privacy.email,
        allow=(*_words(environ.get("BH_ENVIRONMENT_ALLOW", "")), *user.environment.allow),
    )


def user_file(environ: Mapping[str, str]) -> str:
    """Return the path of the user's own file, whether or not it is there."""
    return os.path.join(_xdg(environ, "XDG_CONFIG_HOME", ".config"), USER_FILE)  # noqa: PTH118 -- start-up counts


def state_folder(environ: Mapping[str, str]) -> str:
    """Return our folder for what a program remembers between starts."""
    return _xdg(environ, "XDG_STATE_HOME", ".local/state")


def _read_user_file(path: str) -> UserConfig:
    text = text_of_user_file(path)
    return decode_struct(parse_toml(text, path), UserConfig, source_of(text, path)) if text else UserConfig()


def text_of_user_file(path: str) -> str:
    """Return what the user's own file says; nothing when it is not there.

    Raises:
        UserError: It cannot be read.
    """
    try:
        with open(path, encoding="utf-8-sig") as file:  # noqa: PTH123 -- start-up counts
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        what = f"`{path}` cannot be read: {error}"
        raise UserError(what) from error


def _database_of(user: UserConfig, folder: str, environ: Mapping[str, str]) -> str:
    if user.database:
        return _absolute(user.database, folder)
    return os.path.join(_xdg(environ, "XDG_DATA_HOME", ".local/share"), DATABASE_FILE)  # noqa: PTH118


def _absolute(path: str, above: str) -> str:
    if path.startswith(SERVER_SCHEMES):
        return path
    return os.path.abspath(os.path.join(above, os.path.expanduser(path)))  # noqa: PTH100, PTH111, PTH118 -- start-up counts


def _xdg(environ: Mapping[str, str], variable: str, below_home: str) -> str:
    """Return our folder; a relative path in the variable is to be ignored.

    Source: XDG Base Directory Specification 0.8.
    """
    said = environ.get(variable, "")
    home = environ.get("HOME") or os.path.expanduser("~")  # noqa: PTH111
    return os.path.join(said if os.path.isabs(said) else os.path.join(home, below_home), FOLDER)  # noqa: PTH117, PTH118 -- start-up counts


_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"0", "false", "no", "off"})


def is_on(environ: Mapping[str, str], variable: str) -> bool:
    """Return what a variable says that is on or off; on when it says nothing.

    Raises:
        UserError: It says something else.
    """
    said = environ.get(variable, "").strip().lower()
    if said and said not in _ON | _OFF:
        what = f"`{variable}={environ[variable]}` is neither on nor off{did_you_mean(said, _ON | _OFF)}"
        raise UserError(what, hint="1, true, yes, on; 0, false, no, off")
    return said not in _OFF


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").split() if word]
