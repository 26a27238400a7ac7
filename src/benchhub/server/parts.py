"""The parts that a server is put together from, for whoever answers."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from benchhub.plugin.contract import Framework
from benchhub.server.backend import Backend
from benchhub.server.metrics import Metrics
from benchhub.server.projector import Projector


class Parts(msgspec.Struct, frozen=True):
    """What the application is put together from.

    Attributes:
        partials: Where artifacts lie while they arrive.
        frameworks: That are installed here.
        url: Where people reach the server, without a slash at the end.
        names: Host names that it answers to, beside those of this machine.
    """

    backend: Backend
    projector: Projector
    metrics: Metrics
    partials: Path
    frameworks: Mapping[str, Framework]
    url: str
    names: tuple[str, ...] = ()
