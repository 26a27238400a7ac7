"""Which server is meant, and the token that it wants."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from benchhub.errors import UserError
from benchhub.model.address import LOOPBACK
from benchhub.workspace.settings import state_folder

SUFFIX = ".token"


class ServerPlace(msgspec.Struct, frozen=True):
    """A server and the token for it."""

    url: str
    token: str


def server_place(environ: Mapping[str, str]) -> ServerPlace:
    """Return the server that `BH_SERVER` names, else the one that this person runs on this machine.

    Its token is `BH_TOKEN`, else the one that a server on this machine shows to the person who started it.

    Raises:
        UserError: There is none, or no token for it.
    """
    url = environ.get("BH_SERVER", "").strip() or _own(environ)
    place = urlsplit(url)
    if place.scheme not in {"http", "https"} or not place.hostname:
        what = f"`BH_SERVER={url}` is no address of a server"
        raise UserError(what, hint="such as https://bench.example.com")
    token = environ.get("BH_TOKEN", "").strip() or _shown(environ, url)
    if not token:
        what = f"no token for the server `{url}`"
        raise UserError(what, hint="BH_TOKEN holds one; `bh token create` makes it, with the scope sql for questions")
    return ServerPlace(url, token)


def token_file(state: Path, name: str) -> Path:
    """Return where the token of a server of this person lies: ``name`` is its port, while it runs."""
    return state / "servers" / f"{name}{SUFFIX}"


def _own(environ: Mapping[str, str]) -> str:
    """Return the address of the one server that this person runs here."""
    files = token_file(Path(state_folder(environ)), "*")
    ports = sorted(file.stem for file in files.parent.glob(files.name) if file.stem.isdigit())
    if len(ports) != 1:
        what = "you run no server on this machine" if not ports else f"you run servers on ports {', '.join(ports)}"
        raise UserError(what, hint="BH_SERVER says which one is meant: BH_SERVER=https://bench.example.com")
    return f"http://127.0.0.1:{ports[0]}"


def _shown(environ: Mapping[str, str], url: str) -> str:
    place = urlsplit(url)
    if place.hostname not in LOOPBACK:
        return ""
    try:
        return token_file(Path(state_folder(environ)), str(place.port or 80)).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
