"""`bh core serve`: the server from its first check to its last answer.

1. check       the database: reachable, of this version, writable, room on its disk
2. frameworks  their tables are made or extended, columns only added
3. registry    what its files declare is made to hold, then and whenever they change
4. token       the first start makes one with all scopes, in a private file
5. serve       requests are answered until a signal asks for the end; what is under way is finished
"""

import hashlib
import socket
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import msgspec

from benchhub.errors import StoreError
from benchhub.model.access import SCOPES
from benchhub.model.circumstance import User
from benchhub.plugin.contract import Framework
from benchhub.server import logs, token_files
from benchhub.server.app import make_app
from benchhub.server.artifacts import sweep
from benchhub.server.backend import Backend
from benchhub.server.checks import Checked, check_database, check_frameworks, shown
from benchhub.server.hosts import name_of
from benchhub.server.metrics import Metrics
from benchhub.server.parts import Parts
from benchhub.server.projector import Projector
from benchhub.server.registry_watch import RegistryWatch
from benchhub.server.serve import bound_socket, serve
from benchhub.store.database import open_database
from benchhub.store.tokens import has_tokens, make_token
from benchhub.workspace.server_place import token_file


class Wishes(msgspec.Struct, frozen=True):
    """What the operator asks for.

    Attributes:
        place: Path of a file, or the address of a database server.
        port: 0 for a free one.
        url: Where people reach it, when that is not where it listens: behind a proxy.
        state: The user's folder for what programs remember.
        registry: Directory of its files; ``None`` for what the database remembers.
    """

    place: Path | str
    host: str
    port: int
    url: str | None
    state: Path
    is_verbose: bool = False
    registry: Path | None = None


class Listening(msgspec.Struct, frozen=True):
    """That requests are answered.

    Attributes:
        database: Without a password.
        token_file: Private, with a token that opens everything; ``None`` when its owner keeps it.
    """

    url: str
    port: int
    database: str
    token_file: str | None


def run_core(
    wishes: Wishes,
    frameworks: Mapping[str, Framework],
    person: User,
    *,
    tell: Callable[[Checked], None],
    when_listening: Callable[[Listening], None],
) -> None:
    """Serve until a signal asks for the end.

    Args:
        wishes: Of the operator.
        frameworks: That are installed.
        person: Whose the first token is.
        tell: Told what was checked.
        when_listening: Told once requests are answered.

    Raises:
        StoreError: The database cannot be used; says what to do.
        UserError: The address cannot be listened on, or the registry is wrong.
    """
    for checked in check_database(wishes.place):
        tell(checked)
        if checked.state == "problem":
            raise StoreError(checked.what, hint=checked.hint)
    installed, about = check_frameworks(wishes.place, frameworks)
    for checked in about:
        tell(checked)
    watch = (
        None
        if wishes.registry is None
        else RegistryWatch(partial(open_database, wishes.place), wishes.registry, person)
    )
    if watch is not None:
        tell(_registry(watch))
    token = _token(wishes, person)
    bound = bound_socket(wishes.host, wishes.port)
    with bound, token_files.shown_by_port(wishes.state, port := _port_of(bound), token):
        listening = Listening(_url(wishes, port), port, shown(wishes.place), _token_file(wishes, port, token))
        logs.set_up_logs(is_verbose=wishes.is_verbose)
        metrics = Metrics()
        partials = _partials(wishes)
        sweep(partials)
        parts = Parts(
            Backend(partial(open_database, wishes.place)),
            Projector(partial(open_database, wishes.place), installed, metrics),
            metrics,
            partials=partials,
            frameworks=frameworks,
            url=listening.url,
            names=_names(wishes),
        )
        with nullcontext() if watch is None else watch.watching():
            serve(make_app(parts), bound, lambda: when_listening(listening))


def _registry(watch: RegistryWatch) -> Checked:
    done = watch.apply()
    changes = len(done.changes) if done else 0
    return Checked("registry", "ok", f"the registry declares {done.declared if done else 0} things; {changes} changed")


def _token(wishes: Wishes, person: User) -> str | None:
    """Return the token of the private file; the first start of a server makes it."""
    file = _own_token_file(wishes)
    known = token_files.read_private(file)
    if known is not None:
        return known
    with open_database(wishes.place) as database:
        if has_tokens(database):
            return None
        token = make_token(database, person, name="first start of the server", scopes=SCOPES).text
    token_files.write_private(file, token + "\n")
    return token


def _own_token_file(wishes: Wishes) -> Path:
    if isinstance(wishes.place, Path):
        return token_files.beside(wishes.place)
    named = hashlib.sha256(str(wishes.place).encode()).hexdigest()[:16]
    return token_file(wishes.state, named)


def _token_file(wishes: Wishes, port: int, token: str | None) -> str | None:
    if token is None:
        return None
    own = _own_token_file(wishes)
    return str(own if own.exists() else token_files.by_port(wishes.state, port))


def _partials(wishes: Wishes) -> Path:
    if isinstance(wishes.place, Path):
        return wishes.place.with_name(f"{wishes.place.name}.arriving")
    return wishes.state / "arriving"


def _port_of(bound: socket.socket) -> int:
    return int(bound.getsockname()[1])


def _url(wishes: Wishes, port: int) -> str:
    if wishes.url is not None:
        return wishes.url.rstrip("/")
    host = "localhost" if wishes.host in {"0.0.0.0", "::"} else wishes.host  # noqa: S104 -- compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _names(wishes: Wishes) -> tuple[str, ...]:
    named = [wishes.host]
    if wishes.url is not None:
        named.append(name_of(wishes.url.partition("://")[2].partition("/")[0]))
    return tuple(named)
