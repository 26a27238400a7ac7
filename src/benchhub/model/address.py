"""Addresses of database servers, as people may see them."""

from urllib.parse import urlsplit

from benchhub.errors import UserError


def without_password(address: str) -> str:
    """Return an address without its password and its options: what a message, a list or a file may hold.

    Raises:
        UserError: It makes no sense; what is wrong with it is not told, since that might be in the password.
    """
    try:
        parts = urlsplit(address)
        user = f"{parts.username}@" if parts.username else ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise senseless_address() from error
    return f"postgresql://{user}{parts.hostname or ''}{port}{parts.path}"


def senseless_address() -> UserError:
    """Return what is wrong with an address that cannot be read."""
    return UserError(
        "the database's address makes no sense",
        hint="as in postgresql://user@host:5432/bench; write special characters of a password as %40 and the like",
    )
