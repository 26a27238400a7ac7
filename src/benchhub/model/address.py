"""Addresses: which are this machine's, and those of database servers as people may see them."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from benchhub.errors import UserError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""How this machine calls itself."""

SECRETS = frozenset({"password", "sslpassword"})


def without_password(address: str) -> str:
    """Return an address without its password: what a message, a list or the name of a folder may hold.

    Raises:
        UserError: It makes no sense; what is wrong with it is not told, since that might be in the password.
    """
    try:
        parts = urlsplit(address)
        user = f"{parts.username}@" if parts.username else ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise senseless_address() from error
    told = [(name, value) for name, value in parse_qsl(parts.query) if name not in SECRETS]
    options = f"?{urlencode(told, safe='/=-, ')}" if told else ""
    return f"postgresql://{user}{parts.hostname or ''}{port}{parts.path}{options}"


def senseless_address() -> UserError:
    """Return what is wrong with an address that cannot be read."""
    return UserError(
        "the database's address makes no sense",
        hint="as in postgresql://user@host:5432/bench; write special characters of a password as %40 and the like",
    )
