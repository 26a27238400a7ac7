"""`bh import`: output that was made elsewhere becomes a run like any other.

What the files do not say stays unknown: there is no exit code; machine and revision are this workspace's only when the
user says so.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from benchhub.flows.collect import Collected, collect, status_of
from benchhub.flows.parse_output import recognise, streams_of
from benchhub.flows.run_target import Chosen
from benchhub.flows.spool import artifact_of
from benchhub.model.circumstance import Environment, Machine, MachineClass
from benchhub.model.identity import new_run_uid
from benchhub.model.place import Spec
from benchhub.model.report import Envelope, FrameworkFacts, Report
from benchhub.plugin.contract import Framework


def import_files(
    paths: Sequence[Path],
    chosen: Chosen,
    frameworks: Mapping[str, Framework],
    *,
    framework: str | None = None,
    argv: tuple[str, ...] = (),
    is_from_here: bool = False,
) -> tuple[Report, Collected]:
    """Return the report of one run whose output lies in files.

    Args:
        paths: The files of one run, or directories of them.
        chosen: Where the run belongs; a target without a name is called as what recognises the files.
        frameworks: By name.
        framework: Who reads the files; recognised by content when ``None``.
        argv: What the user typed.
        is_from_here: The output was made on this machine at the revision that is checked out. Else neither is
            assumed: numbers from an unknown machine must not lie on this machine's line.

    Raises:
        UserError: A file cannot be read, or nobody recognises it.
    """
    reader, captured = recognise(streams_of(paths), frameworks, framework=framework)
    label = f"//{chosen.target.dir}:{chosen.target.name or reader.name}"
    captured = msgspec.structs.replace(captured, label=chosen.project.label_within(label))
    collected = collect(reader.read(captured), cell=chosen.cell.identity)
    files = [(stream.name, Path(stream.path)) for stream in captured.streams if stream.path]
    finished_at_ms = max(int(file.stat().st_mtime * 1000) for _, file in files)
    envelope = Envelope(
        uid=new_run_uid(),
        label=label,
        project=chosen.project,
        spec=Spec(target=label, framework=reader.name, cell=chosen.cell.identity),
        framework=FrameworkFacts(reader.name, "", reader.version),
        user=chosen.user,
        machine=chosen.machine if is_from_here else Machine(None, _machine_class(collected)),
        environment=chosen.environment(None, {}) if is_from_here else Environment(),
        revision=chosen.revision if is_from_here else None,
        started_at_ms=finished_at_ms,
        finished_at_ms=finished_at_ms,
        status=status_of(collected, exit_code=None, is_timed_out=False, is_interrupted=False),
        argv=argv,
        native=reader.tables,
        origin="import",
    )
    artifacts = tuple(artifact_of(file, name, "output") for name, file in files)
    return Report(envelope, collected.catalog, collected.body, artifacts), collected


def _machine_class(collected: Collected) -> MachineClass:
    """Return what the output itself tells of the machine, e.g. Go's ``goarch`` and ``cpu`` lines."""
    facts = {context.key: context.value for context in collected.body.context}
    return MachineClass(architecture=facts.get("goarch", "unknown"), cpu_model_name=facts.get("cpu"), runner="imported")
