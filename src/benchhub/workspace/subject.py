"""The subject: the system that a target measures when it is not the repository itself."""

import os
from collections.abc import Iterable

from benchhub.model.circumstance import Subject
from benchhub.model.identity import new_run_uid
from benchhub.model.place import Target
from benchhub.model.sha256 import file_sha256, sha256
from benchhub.workspace.absent import Absent
from benchhub.workspace.opening import ConfiguredSubject, Workspace

VERSION_TIMEOUT_S = 20.0
VERSION_BYTES_MAX = 1 << 16
VERSION_CHARACTERS_MAX = 200


def learn_subjects(workspace: Workspace, targets: Iterable[Target]) -> dict[str, Subject | None]:
    """Return what each target measures, by its label; ``None`` for the repository itself.

    A program is asked its version once, however many targets measure it. One that does not tell leaves it unknown,
    with a warning in ``workspace.absent``. What is unknown equals nothing, not even another unknown: such a version is
    made up afresh, so that no two of them are one subject.

    Raises:
        UserError: A configuration file of the subject cannot be read: configurations would be mixed.
    """
    known: dict[tuple[str, tuple[str, ...]], Subject] = {}
    subjects: dict[str, Subject | None] = {}
    for target in targets:
        said = workspace.subject_of(target)
        if said is None:
            subjects[target.label] = None
            continue
        place = (said.source.name, said.path)
        if place not in known:
            known[place] = _learned(workspace, said)
        subjects[target.label] = known[place]
    return subjects


def _learned(workspace: Workspace, said: ConfiguredSubject) -> Subject:
    config = said.config
    version = config.version or ""
    if not version and config.version_command:
        version, why = _ask(config.version_command, said.directory)
        if why:
            version = f"unknown {new_run_uid()}"
            workspace.absent.append(Absent(f"version of `{config.name}`", why, is_warning=True))
    return Subject(config.name, version, _configuration(said))


def _ask(command: list[str], directory: str) -> tuple[str, str]:
    """Return the first line that the program prints, and why there is none."""
    import subprocess  # noqa: PLC0415 -- few targets have a subject
    import threading  # noqa: PLC0415

    try:
        asked = subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        return "", f"`{command[0]}` could not be started: {error.strerror}"
    with asked:
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            _end(asked.pid)

        timer = threading.Timer(VERSION_TIMEOUT_S, end)
        timer.start()
        try:
            assert asked.stdout is not None  # noqa: S101 -- a pipe
            out = asked.stdout.read(VERSION_BYTES_MAX)
            is_long = len(out) == VERSION_BYTES_MAX
            if is_long:
                _end(asked.pid)
            code = asked.wait()
        finally:
            timer.cancel()
            _end(asked.pid)
    if is_late.is_set():
        return "", f"`{command[0]}` took longer than {VERSION_TIMEOUT_S:g} s"
    lines = out.decode("utf-8", "replace").strip().splitlines()
    if (code != 0 and not is_long) or not lines:
        return "", f"`{command[0]}` ended with {code} and printed {'nothing' if not lines else 'an error'}"
    return lines[0].strip()[:VERSION_CHARACTERS_MAX], ""


def _end(group: int) -> None:
    """Kill all that the program started, so that nobody holds its output open."""
    import contextlib  # noqa: PLC0415 -- as above
    import signal  # noqa: PLC0415

    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _configuration(said: ConfiguredSubject) -> str:
    """Return a digest over the files, in the order given; their names do not count."""
    if not said.config.configuration:
        return ""
    each: list[bytes] = []
    for name in said.config.configuration:
        try:
            with open(os.path.join(said.directory, name), "rb") as file:  # noqa: PTH118, PTH123 -- start-up counts
                each.append(file_sha256(file))
        except OSError as error:
            path = (*said.path, "configuration")
            what = f"`configuration` of [{'.'.join(said.path)}]: `{name}` cannot be read: {error.strerror}"
            raise said.source.error(path, what) from error
    return sha256(b"".join(each)).hex()[:32]
