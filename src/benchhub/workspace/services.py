"""The services of a target: checked when the configuration is read, long before anything starts."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from benchhub.model.service import Service
from benchhub.workspace.near import did_you_mean
from benchhub.workspace.placeholder import filled

OWN_PORT = "port"
"""What `{port}` says within a service; elsewhere a port is `{port.NAME}`."""

TEXTS = ("argv", "env", "ready")
"""Keys of a service that may hold braces."""

NAME = r"[A-Za-z][A-Za-z0-9_-]*"
PORT_OF = r"\{port\.([^{}]*)\}"


def texts_of(service: Service) -> dict[str, Any]:
    """Return all that may hold braces, by key."""
    said = msgspec.to_builtins(service)
    return {key: said[key] for key in TEXTS}


def filled_service(service: Service, values: Mapping[str, str]) -> Service:
    """Return a service with the values of the axes; its port is known only when it starts."""
    said = msgspec.to_builtins(service)
    texts = filled(texts_of(service), {**values, OWN_PORT: f"{{{OWN_PORT}}}"})
    return msgspec.convert({**said, **texts}, Service)


def mistakes(services: Mapping[str, Service], others: Any) -> Iterator[tuple[tuple[str, ...], str, str | None]]:  # noqa: ANN401 -- whatever holds texts
    """Yield what is wrong: the path below the target, what, and a hint.

    Args:
        services: By name.
        others: All other texts of the target that may name a port.
    """
    for name, service in services.items():
        here = ("services", name)
        if not re.fullmatch(NAME, name):
            yield here, f"`{name}` is no name for a service", "letters, digits, `_` and `-`"
        if service.ready is not None:
            said = [
                key
                for key, value in msgspec.to_builtins(service.ready).items()
                if value is not None and value is not False
            ]
            if len(said) != 1:
                yield (*here, "ready"), "`ready` says one of `port`, `http` and `command`", "ready = { port = true }"
            elif service.ready.port is True and not service.has_port:
                yield (*here, "ready"), f"`{name}` has no port of its own", "name `{port}` in `argv` or `env`"
    said_names = [
        *_ports_named(others),
        *(one for service in services.values() for one in _ports_named(texts_of(service))),
    ]
    for named in said_names:
        if named not in services:
            yield (), f"`{{port.{named}}}`: there is no service `{named}`{did_you_mean(named, services)}", None
        elif not services[named].has_port:
            hint = "name `{port}` in its `argv` or `env`, or set `port`"
            yield ("services", named), f"`{{port.{named}}}`: `{named}` has no port of its own", hint


def _ports_named(value: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, str):
        if "{port." in value:
            yield from re.findall(PORT_OF, value)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _ports_named(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _ports_named(inner)
