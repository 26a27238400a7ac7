"""Why a program could not be started, in words that help."""

import errno
import os

from benchhub.errors import ToolError
from benchhub.plugin.contract import Step


def refusal(step: Step, error: OSError | ValueError) -> ToolError:
    """Return what to tell a person whose program could not be started."""
    program = step.argv[0]
    about_folder = _folder_trouble(step.cwd)
    if about_folder:
        return ToolError(about_folder, hint=f"`{program}` was to run there")
    if isinstance(error, ValueError):  # A NUL in an argument, a `=` in a variable's name.
        return ToolError(f"`{program}` cannot be started: {error}", where=step.cwd)
    found = _find(step)
    what, hint = _words(program, found, error)
    return ToolError(what, hint=hint, where=step.cwd)


def _folder_trouble(folder: str) -> str | None:
    if not os.path.exists(folder):  # noqa: PTH110 -- pathlib is not needed to start a program
        return f"the folder `{folder}` does not exist"
    if not os.path.isdir(folder):  # noqa: PTH112 -- start-up counts
        return f"`{folder}` is not a folder"
    if not os.access(folder, os.X_OK):
        return f"the folder `{folder}` may not be entered"
    return None


def _find(step: Step) -> str | None:
    """Return the first file of the program's name, whether or not it may be executed."""
    program = step.argv[0]
    environment = {**os.environ, **step.env}
    folders = [""] if "/" in program else os.get_exec_path(environment)
    places = (os.path.join(step.cwd, folder, program) for folder in folders)  # noqa: PTH118 -- start-up counts
    return next((place for place in places if os.path.lexists(place)), None)


def _words(program: str, found: str | None, error: OSError) -> tuple[str, str | None]:
    """Return what is wrong and what to do about it."""
    if found is None:
        is_path = "/" in program
        hint = (
            "a path is relative to the target's folder" if is_path else f"`{program}` is not installed or not on PATH"
        )
        return f"no program `{program}`", hint
    if os.path.isdir(found):  # noqa: PTH112
        return f"`{program}` is a folder, not a program", None
    if error.errno == errno.ENOENT:
        return _words_about_loader(program, found)
    if error.errno == errno.EACCES:
        return f"`{program}` may not be executed", f"chmod +x {found}"
    if error.errno == errno.ENOEXEC:
        hint = "a script needs a first line such as `#!/bin/sh`; a binary must be built for this machine"
        return f"`{program}` is not a program that this system can execute", hint
    return f"`{program}` cannot be started: {os.strerror(error.errno or 0)}", None


def _words_about_loader(program: str, found: str) -> tuple[str, str]:
    """Return what is wrong with a file that exists and is said not to."""
    interpreter = _interpreter(found)
    if interpreter is None:
        return f"`{program}` cannot be started: its loader is missing", f"it was found as `{found}`"
    return f"`{program}` wants the interpreter `{interpreter}`, which does not exist", f"see line 1 of `{found}`"


def _interpreter(path: str) -> str | None:
    """Return the interpreter that a script's first line names."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- start-up counts
            line = file.readline(256)
    except OSError:
        return None
    words = line[2:].split()
    return os.fsdecode(words[0]) if line.startswith(b"#!") and words else None
