"""The backend: the database as the event loop sees it, which must never wait for it.

Each thread has a connection of its own. Reading goes on beside everything; SQLite takes one writer at a time, so those
of this process wait for each other at one lock instead of asking the file again and again.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from benchhub.store.database import Database

READERS = 4
"""Questions that are answered at a time; more wait."""

ASKERS = 2
"""People's questions in SQL at a time, which may take long: apart, so that nothing else waits for them."""


class Opening(Protocol):
    """Opens the database, for writing or for reading alone."""

    def __call__(self, *, readonly: bool = False) -> Database:
        """Return a new connection."""


P = ParamSpec("P")
T = TypeVar("T")


class Backend:
    """A database and the threads that use it, each of which opens it once."""

    def __init__(self, open_database: Opening) -> None:
        self._open = open_database
        self._mine = threading.local()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="read")
        self._askers = ThreadPoolExecutor(ASKERS, thread_name_prefix="ask")

    async def read(self, question: Callable[Concatenate[Database, P], T], *args: P.args, **words: P.kwargs) -> T:
        """Return what ``question`` answers, asked in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, lambda: question(self._database("reading"), *args, **words))

    async def ask(self, question: Callable[[Database], T]) -> T:
        """Return what a question answers that may take long."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._askers, lambda: question(self._database("reading")))

    async def write(self, change: Callable[Concatenate[Database, P], T], *args: P.args, **words: P.kwargs) -> T:
        """Return what ``change`` returns, done in the thread that writes, one after the other."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, lambda: change(self._database("writing"), *args, **words))

    def _database(self, how: str) -> Database:
        found: Database | None = getattr(self._mine, "database", None)
        if found is None:
            found = self._mine.database = self._open(readonly=how == "reading")
        return found

    def close(self) -> None:
        """Wait for what is under way, then close the connections, each in its thread."""
        for threads, count in ((self._writer, 1), (self._readers, READERS), (self._askers, ASKERS)):
            # Each thread takes one of these, since none of them ends before all have begun.
            everybody = threading.Barrier(count)
            for _ in range(count):
                threads.submit(self._close_mine, everybody)
            threads.shutdown(wait=True)

    def _close_mine(self, everybody: threading.Barrier) -> None:
        everybody.wait()
        found: Database | None = getattr(self._mine, "database", None)
        if found is not None:
            found.close()
