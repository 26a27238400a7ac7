"""Asking git: few calls, side by side, and never a change to the user's index, files or objects."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from benchhub.workspace.mask import mask_text

if TYPE_CHECKING:
    import subprocess

GIT_TIMEOUT_S = 20.0
GIT_MISSING = 127

# A hook or an alias of git sets these, and they would make us speak about another repository.
_LEAKS = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_LITERAL_PATHSPECS",
    "GIT_TRACE",
)
_SETTINGS = {
    "GIT_OPTIONAL_LOCKS": "0",  # `git status` must not refresh the user's index
    "GIT_NO_LAZY_FETCH": "1",  # nor may a partial clone go to the network
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_OPTIONS = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "log.showSignature=false")


class Answer(msgspec.Struct, frozen=True):
    """What git said.

    Attributes:
        exit_code: ``GIT_MISSING`` when git could not be started.
        why: The first line of its complaint, credentials masked; ``""`` when it had none.
    """

    exit_code: int
    out: bytes = b""
    why: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether git ended with 0."""
        return self.exit_code == 0

    def text(self) -> str:
        """Return the output without its last line end; bytes that are no UTF-8 survive as surrogates."""
        return self.out.decode("utf-8", "surrogateescape").rstrip("\n")


class Git:
    """Git in one directory. Answers are kept: nobody asks twice within a command."""

    def __init__(self, directory: str, environ: Mapping[str, str] | None = None) -> None:
        """Speak about the repository around ``directory``; nothing is started yet."""
        self.directory = directory
        self._environ = clean_environ(os.environ if environ is None else environ)
        self._answers: dict[tuple[str, ...], Answer] = {}
        self._waiting: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}
        self._program: str | None = None

    def begin(self, *words: str) -> None:
        """Start a question whose answer will be asked for later; questions run side by side."""
        if words not in self._answers and words not in self._waiting:
            started = self._start(words, {})
            if isinstance(started, Answer):
                self._answers[words] = started
            else:
                self._waiting[words] = started

    def ask(self, *words: str) -> Answer:
        """Return the answer to ``git WORDS…``; never raises."""
        self.begin(*words)
        if words in self._waiting:
            self._answers[words] = _finish(self._waiting.pop(words), GIT_TIMEOUT_S)
        return self._answers[words]

    def close(self) -> None:
        """End the questions that nobody asked the answer of."""
        for process in self._waiting.values():
            process.kill()
            process.communicate()
        self._waiting.clear()

    def do(self, *words: str, environ: Mapping[str, str], timeout_s: float) -> Answer:
        """Run ``git WORDS…`` now with more variables, and do not keep the answer."""
        started = self._start(words, environ)
        return started if isinstance(started, Answer) else _finish(started, timeout_s)

    def _start(self, words: tuple[str, ...], environ: Mapping[str, str]) -> "subprocess.Popen[bytes] | Answer":
        import subprocess  # noqa: PLC0415 -- only where git is asked

        if self._program is None:
            self._program = _find_git(self._environ)
        try:
            return subprocess.Popen(
                [self._program, *_OPTIONS, *words],
                cwd=self.directory,
                env={**self._environ, **environ},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except FileNotFoundError:
            return Answer(GIT_MISSING, why="git is not installed")
        except OSError as error:
            return Answer(GIT_MISSING, why=f"git could not be started: {error.strerror}")


def _find_git(environ: Mapping[str, str]) -> str:
    """Return the user's git; looked for once, since each start would try every folder of a long ``PATH`` in vain."""
    import shutil  # noqa: PLC0415

    found = shutil.which("git", path=environ.get("PATH", os.defpath))
    # A relative folder is relative to where git will run.
    return found if found and os.path.isabs(found) else "git"  # noqa: PTH117 -- start-up counts


def _finish(process: "subprocess.Popen[bytes]", timeout_s: float) -> Answer:
    import subprocess  # noqa: PLC0415

    with process:
        try:
            out, err = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            return Answer(GIT_MISSING, why=f"git took longer than {timeout_s:g} s")
    complaint = err.decode("utf-8", "replace").strip().partition("\n")[0]
    return Answer(process.returncode, out, mask_text(complaint.removeprefix("fatal: ")))


def clean_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Return ``environ`` without the variables that point git at another repository."""
    kept = {name: value for name, value in environ.items() if name not in _LEAKS}
    return {**kept, **_SETTINGS}
