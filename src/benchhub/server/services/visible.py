"""Questions whose answer depends on who asks."""

from collections.abc import Callable
from typing import Any, TypeVar

from benchhub.server.access import asking
from benchhub.server.backend import Backend
from benchhub.store.database import Database
from benchhub.store.visibility import as_parameter, visible_projects

T = TypeVar("T")

Context = Any
"""What connectrpc says of a request; nobody here needs it."""


async def ask(backend: Backend, question: Callable[[Database, str | None], T]) -> T:
    """Return what ``question`` answers for the projects that who asks may see, given as statements take them."""
    who = asking()
    return await backend.read(lambda database: question(database, as_parameter(visible_projects(database, who))))
