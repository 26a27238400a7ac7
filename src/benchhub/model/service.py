"""Services: programs that must run while a target runs, such as the server that a load test asks."""

from typing import Annotated

import msgspec

Command = Annotated[list[str], msgspec.Meta(min_length=1)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class Readiness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to tell that a service can be used; one of these.

    Attributes:
        port: Something listens there on this machine; `true` for the service's own `{port}`.
        http: This URL is answered with a status below 400.
        command: This program ends with 0; it is started again and again, in the service's directory.
    """

    port: Port | bool | None = None
    http: str | None = None
    command: Command | None = None


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A program that is started afresh for each run of a target, after the build, and ended when the run has ended.

    Attributes:
        argv: The program and its arguments, never a shell line. It stays in the foreground. `{port}` is its port.
        dir: Relative to the target's directory.
        env: Set for the program; `{port}` and `{axis}` are replaced.
        port: A fixed one. Where it is not said, `{port}` is one that nobody uses.
        ready: When the run may begin. Where it is not said: when something listens on `{port}`; at once for a service
            that names no port.
        ready_timeout_s: How long that may take.
    """

    argv: Command
    dir: str = "."
    env: dict[str, str] = {}
    port: Port | None = None
    ready: Readiness | None = None
    ready_timeout_s: Annotated[float, msgspec.Meta(gt=0)] = 30.0

    @property
    def has_port(self) -> bool:
        """Whether it has a port of its own."""
        texts = [*self.argv, *self.env.values()]
        return self.port is not None or any("{port}" in text for text in texts)
