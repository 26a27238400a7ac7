"""`bh explain`: what would run; nothing runs but the tool's own answers to questions such as its version."""

import argparse
import shlex

import msgspec

from benchhub.cli.choosing import add_choosing, add_running, choose
from benchhub.cli.desk import Desk
from benchhub.cli.pipes import print_json
from benchhub.flows.prepare import Prepared, mask_step, plan_target
from benchhub.flows.run_target import Chosen
from benchhub.model.service import Service
from benchhub.plugin.contract import Plan, Step
from benchhub.workspace.mask import mask_variables

EPILOG = """\
--json prints an array with an object for each cell: label, framework, cell, runs, build, steps with argv, cwd and
env, services, files that the tool is expected to write, and what is known of project, subject, options and
toolchain. Credentials are masked here as they are in the database.

examples:
  bh explain :gobench --runs 10    what `bh run` with the same words would start
  bh explain //... --json          as JSON
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    add_choosing(parser)
    add_running(parser)


def run(args: argparse.Namespace) -> int:
    """Print the commands of every cell."""
    with Desk.open(args) as desk:
        chosen, arguments = choose(args, desk)
        explained: list[tuple[Chosen, Prepared, int]] = []
        for one in chosen:
            runs = args.runs or one.target.runs or 1
            prepared = plan_target(
                one.target,
                one.cell,
                desk.frameworks[one.target.framework],
                desk.runtime,
                directory=one.directory,
                runs=runs,
                arguments=arguments,
                scratch=str(desk.scratch),
            )
            shown = msgspec.structs.replace(prepared, plan=_without_credentials(prepared.plan))
            explained.append((one, shown, runs))
    if args.json:
        print_json([_document(*item) for item in explained])
    else:
        for item in explained:
            _print(*item)
    return 0


def _without_credentials(plan: Plan) -> Plan:
    return msgspec.structs.replace(
        plan,
        build=tuple(mask_step(step) for step in plan.build),
        steps=tuple(mask_step(step) for step in plan.steps),
        class_facts=mask_variables(plan.class_facts),
    )


def _document(one: Chosen, prepared: Prepared, runs: int) -> dict[str, object]:
    plan = prepared.plan
    return {
        "label": one.target.label,
        "framework": one.target.framework,
        "cell": one.cell.values,
        "runs": runs,
        "toolchain": plan.toolchain,
        "class_facts": plan.class_facts,
        "options": prepared.options,
        "spec": prepared.spec,
        "project": one.project,
        "subject": one.subject,
        "build": [*prepared.spec.build, *([*step.argv] for step in plan.build)],
        "services": _services(prepared),
        "steps": plan.steps,
        "files": plan.files,
        "note": plan.note,
    }


def _print(one: Chosen, prepared: Prepared, runs: int) -> None:
    plan = prepared.plan
    cell = " ".join(f"{name}={value}" for name, value in one.cell.values.items())
    print(f"{one.target.label} {cell}".rstrip())
    print(f"  framework  {one.target.framework}")
    if one.subject:
        configured = f"(configuration {one.subject.configuration[:10]})" if one.subject.configuration else ""
        print(f"  subject    {one.subject.name} {one.subject.version} {configured}".rstrip())
    print(f"  toolchain  {plan.toolchain or 'unknown'}")
    print(f"  runs       {runs}{' (' + plan.note + ')' if plan.note else ''}")
    for argv in prepared.spec.build:
        print(f"  build      {shlex.join(argv)}")
    for step in plan.build:
        print(f"  build      {_command(step)}")
    for name, service in _services(prepared).items():
        print(f"  {'service':<10} {name}: {shlex.join(service.argv)}")
    for step in plan.steps:
        print(f"  {step.role:<10} {_command(step)}")
    for file in plan.files:
        where = "{results}/" if file.place == "results" else ""
        print(f"  {'optional' if file.is_optional else 'expects':<10} {where}{file.name}")
    for directory in dict.fromkeys(step.cwd for step in plan.steps):
        print(f"  in         {directory}")


def _services(prepared: Prepared) -> dict[str, Service]:
    return prepared.spec.services or {}


def _command(step: Step) -> str:
    variables = [f"{name}={shlex.quote(value)}" for name, value in step.env.items() if name != "PATH"]
    return " ".join([*variables, shlex.join(step.argv)])
