"""The registry of a server: applied before it listens, and again whenever its files change.

Files that are wrong at the start end it. Files that become wrong later change nothing: what held goes on to hold, and
the log says with file and line what is wrong.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchhub.errors import BenchHubError
from benchhub.flows.keep_registry import Applied, apply_registry
from benchhub.model.circumstance import User
from benchhub.server import logs
from benchhub.server.backend import Opening
from benchhub.workspace.registry import registry_changed

LOOK_S = 2.0
"""How often the files are looked at: a few kilobytes."""


class RegistryWatch:
    """Keeps the database as the files of a registry declare it.

    Args:
        open_database: For writing.
        directory: The registry.
        person: Who operates the server, and so applies it.
    """

    def __init__(self, open_database: Opening, directory: Path, person: User) -> None:
        self._open = open_database
        self._directory = directory
        self._person = person
        self._seen: str | None = None
        self._is_ending = threading.Event()

    def apply(self) -> Applied | None:
        """Make the files hold; ``None`` when they are as they were.

        Raises:
            UserError: They are wrong.
            StoreError: The database cannot take them now.
        """
        changed = registry_changed(self._directory, self._seen)
        if changed is None:
            return None
        with self._open() as database:
            done = apply_registry(database, self._directory, user=self._person)
        self._seen = changed
        return done

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at the files again and again while the block runs."""
        thread = threading.Thread(target=self._work, name="registry", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._is_ending.set()
            thread.join()

    def _work(self) -> None:
        said = ""
        while not self._is_ending.wait(LOOK_S):
            try:
                done = self.apply()
            except BenchHubError as error:
                if error.what != said:  # Once, not every time that somebody looks.
                    logs.tell(40, "the registry is not applied", why=error.what, hint=error.hint)
                said = error.what
                continue
            said = ""
            if done is not None:
                logs.tell(20, "the registry was applied", files=len(done.files), changes=len(done.changes))
