"""The user: by the name that git knows, else the CI system, else the operating system."""

import os
from collections.abc import Mapping

from benchhub.model.circumstance import User

_CI_NAMES = (
    "GITHUB_ACTOR",
    "GITLAB_USER_LOGIN",
    "BUILDKITE_BUILD_CREATOR",
    "CIRCLE_USERNAME",
    "BUILD_REQUESTEDFOR",
    "CHANGE_AUTHOR",
)


def learn_user(config: Mapping[str, str], environ: Mapping[str, str], *, keep_email: bool = True) -> User:
    """Return who runs this.

    Args:
        config: Of git.
        environ: The variables.
        keep_email: Else the address is left out.
    """
    name = environ.get("GIT_AUTHOR_NAME") or config.get("user.name")
    email = environ.get("GIT_AUTHOR_EMAIL") or config.get("user.email") or None
    if not name:
        # An address without a name belongs to git's user, and may be another person than CI's.
        name, email = next((environ[one] for one in _CI_NAMES if environ.get(one)), None) or _login(environ), None
    return User(name, email if keep_email else None)


def _login(environ: Mapping[str, str]) -> str:
    """Return the name of the account; containers run under numbers that have none."""
    import pwd  # noqa: PLC0415 -- git mostly knows

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return environ.get("USER") or environ.get("LOGNAME") or f"uid {os.getuid()}"
