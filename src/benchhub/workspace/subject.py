"""The subject: the system that a target measures when it is not the repository itself."""

import hashlib
import os

from benchhub.model.circumstance import Subject
from benchhub.model.identity import new_run_uid
from benchhub.model.place import Target
from benchhub.workspace.absent import Absent
from benchhub.workspace.config import SubjectConfig
from benchhub.workspace.opening import Workspace

VERSION_TIMEOUT_S = 20.0
VERSION_CHARACTERS_MAX = 200


def learn_subject(workspace: Workspace, target: Target) -> Subject | None:
    """Return what a target measures; ``None`` for the repository itself.

    A program that does not tell its version leaves it unknown, with a warning in ``workspace.absent``. What is unknown
    equals nothing, not even another unknown: such a version is made up afresh, so that no two of them are one subject.

    Raises:
        UserError: A configuration file of the subject cannot be read: configurations would be mixed.
    """
    config = workspace.subject_config(target)
    if config is None:
        return None
    directory = workspace.directory_of(target)
    version = config.version or ""
    if not version and config.version_command:
        version, why = _ask(config.version_command, directory)
        if why:
            version = f"unknown {new_run_uid()}"
            workspace.absent.append(Absent(f"version of `{config.name}`", why, is_warning=True))
    return Subject(config.name, version, _configuration(workspace, target, config, directory))


def _ask(command: list[str], directory: str) -> tuple[str, str]:
    """Return the first line that the program prints, and why there is none."""
    import subprocess  # noqa: PLC0415 -- few targets have a subject

    try:
        done = subprocess.run(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=VERSION_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", f"`{command[0]}` took longer than {VERSION_TIMEOUT_S:g} s"
    except OSError as error:
        return "", f"`{command[0]}` could not be started: {error.strerror}"
    lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
    if done.returncode != 0 or not lines:
        return "", f"`{command[0]}` ended with {done.returncode} and printed {'nothing' if not lines else 'an error'}"
    return lines[0].strip()[:VERSION_CHARACTERS_MAX], ""


def _configuration(workspace: Workspace, target: Target, config: SubjectConfig, directory: str) -> str:
    """Return a digest over the files, in the order given; their names do not count."""
    if not config.configuration:
        return ""
    whole = hashlib.sha256()
    for name in config.configuration:
        try:
            with open(os.path.join(directory, name), "rb") as file:  # noqa: PTH118, PTH123
                whole.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            package = workspace.packages[target.dir if target.package is None else target.package]
            path = ("target", target.name, "subject", "configuration")
            what = f"`configuration` of [target.{target.name}.subject]: `{name}` cannot be read: {error.strerror}"
            raise package.source.error(path, what) from error
    return whole.hexdigest()[:32]
