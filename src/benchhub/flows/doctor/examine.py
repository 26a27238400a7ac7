"""The examination, from the tools to the permissions.

1. tools        each framework plans what it would run here, and so asks its tool for a version
2. git          is it there, does it speak about this repository, is history whole
3. database     can it be read and written, is it sound, is there room
4. places       may we write where we write
5. machine      what makes numbers noisy, now and always
6. permissions  what the kernel lets us count
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from benchhub.flows.doctor.database import look_at_database
from benchhub.flows.doctor.diagnosis import Diagnosis
from benchhub.flows.doctor.machine import look_at_machine
from benchhub.flows.doctor.permissions import look_at_permissions
from benchhub.flows.doctor.places import look_at_places
from benchhub.flows.doctor.repository import look_at_git
from benchhub.flows.doctor.tools import look_at_tools
from benchhub.plugin.contract import Framework, Runtime
from benchhub.plugin.registry import Plugins
from benchhub.probes.machine import moment
from benchhub.workspace.settings import Settings


class Patient(msgspec.Struct, frozen=True):
    """Who is examined.

    Attributes:
        directory: Where `bh run` would be typed.
        environ: The variables.
    """

    directory: Path
    settings: Settings
    environ: Mapping[str, str]
    frameworks: Plugins[Framework]
    runtime: Runtime
    spool: Path


def examine(patient: Patient) -> Iterator[Diagnosis]:
    """Yield what was found, section by section."""
    # What the hypervisor takes away is seen between two looks, and the tools need a while to answer.
    before = moment()
    yield from look_at_tools(patient.directory, patient.frameworks, patient.runtime)
    yield from look_at_git(patient.directory, patient.environ)
    yield from look_at_database(patient.settings, patient.spool)
    yield from look_at_places(patient.environ)
    yield from look_at_machine(patient.settings, patient.environ, since=before)
    yield from look_at_permissions(patient.runtime)
