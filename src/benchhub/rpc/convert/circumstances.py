"""Who, where, on which code, asked for what: the envelope without its programs."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from benchhub.model.circumstance import Commit, Environment, Machine, MachineClass, Revision, Subject, User
from benchhub.model.place import Project, Repository, Spec
from benchhub.model.report import FrameworkFacts
from benchhub.model.service import Readiness, Service
from benchhub.rpc.convert.flat import fields_of, flat, without_nul
from benchhub.rpc.convert.refusal import Allowance, name, refuse
from benchhub.rpc.v1 import circumstance_pb2, place_pb2, report_pb2

CHAIN_MAX = 1000


def texts_message(texts: dict[str, str]) -> list[circumstance_pb2.NamedText]:
    """Return named texts as messages."""
    return [circumstance_pb2.NamedText(name=key, value=value) for key, value in texts.items()]


def texts_of(messages: Sequence[circumstance_pb2.NamedText], allowance: Allowance, where: str) -> dict[str, str]:
    """Return named texts.

    Raises:
        MessageError: Two have one name, or NUL is in one.
    """
    allowance.take(where, messages)
    texts = {
        without_nul(one.name, f"{where}[{at}].name"): without_nul(one.value, f"{where}[{at}].value")
        for at, one in enumerate(messages)
    }
    if len(texts) != len(messages):
        raise refuse(where, "has two of one name")
    return texts


def project_message(project: Project) -> place_pb2.Project:
    """Return a project as a message."""
    fork = _repository_message(project.fork) if project.fork else None
    repository = _repository_message(project.repository)
    return place_pb2.Project(repository=repository, path=project.path, name=project.name, fork=fork)


def project_of(message: place_pb2.Project, where: str) -> Project:
    """Return a project.

    Raises:
        MessageError: It says too little.
    """
    repository = _repository_of(message.repository, f"{where}.repository")
    fork = _repository_of(message.fork, f"{where}.fork") if message.HasField("fork") else None
    said = {"path": ".", "name": repository.name, **flat(message, where)}
    return Project(repository, name(said["path"], f"{where}.path"), said["name"], fork)


def _repository_message(repository: Repository) -> place_pb2.Repository:
    return place_pb2.Repository(**fields_of(repository))


def _repository_of(message: place_pb2.Repository, where: str) -> Repository:
    name(message.host, f"{where}.host")
    name(message.name, f"{where}.name")
    return Repository(**flat(message, where))


def user_message(user: User) -> circumstance_pb2.User:
    """Return a person as a message."""
    return circumstance_pb2.User(**fields_of(user))


def user_of(message: circumstance_pb2.User, where: str) -> User:
    """Return a person.

    Raises:
        MessageError: Nobody is named.
    """
    name(message.name, f"{where}.name")
    return User(**flat(message, where))


def framework_message(framework: FrameworkFacts) -> report_pb2.FrameworkFacts:
    """Return which tool and reader as a message."""
    return report_pb2.FrameworkFacts(**fields_of(framework))


def framework_of(message: report_pb2.FrameworkFacts, where: str) -> FrameworkFacts:
    """Return which tool and reader.

    Raises:
        MessageError: None is named.
    """
    name(message.name, f"{where}.name")
    return FrameworkFacts(**flat(message, where))


def machine_message(machine: Machine) -> circumstance_pb2.Machine:
    """Return a machine as a message."""
    machine_class = circumstance_pb2.MachineClass(**fields_of(machine.machine_class))
    return circumstance_pb2.Machine(name=machine.name, machine_class=machine_class)


def machine_of(message: circumstance_pb2.Machine, where: str) -> Machine:
    """Return a machine.

    Raises:
        MessageError: Something in it cannot be.
    """
    facts = flat(message.machine_class, f"{where}.machine_class")
    return Machine(**{"name": None, **flat(message, where)}, machine_class=MachineClass(**facts))


def environment_message(environment: Environment) -> circumstance_pb2.Environment:
    """Return software facts as a message."""
    return circumstance_pb2.Environment(
        os=environment.os,
        toolchain=environment.toolchain,
        class_facts=texts_message(environment.class_facts),
        facts=texts_message(environment.facts),
    )


def environment_of(message: circumstance_pb2.Environment, allowance: Allowance, where: str) -> Environment:
    """Return software facts.

    Raises:
        MessageError: Something in them cannot be.
    """
    return Environment(
        **flat(message, where),
        class_facts=texts_of(message.class_facts, allowance, f"{where}.class_facts"),
        facts=texts_of(message.facts, allowance, f"{where}.facts"),
    )


def revision_message(revision: Revision) -> circumstance_pb2.Revision:
    """Return the state of the code as a message."""
    commit = circumstance_pb2.Commit(**fields_of(revision.commit))
    return circumstance_pb2.Revision(commit=commit, **fields_of(revision, "commit"))


def revision_of(message: circumstance_pb2.Revision, where: str) -> Revision:
    """Return the state of the code.

    Raises:
        MessageError: Something in it cannot be.
    """
    name(message.commit.sha, f"{where}.commit.sha")
    if len(message.chain) > CHAIN_MAX:
        raise refuse(f"{where}.chain", f"has {len(message.chain)} commits, at most {CHAIN_MAX} are kept")
    return Revision(commit=Commit(**flat(message.commit, f"{where}.commit")), **flat(message, where))


def subject_message(subject: Subject) -> circumstance_pb2.Subject:
    """Return a measured system as a message."""
    return circumstance_pb2.Subject(**fields_of(subject))


def subject_of(message: circumstance_pb2.Subject, where: str) -> Subject:
    """Return a measured system.

    Raises:
        MessageError: Something in it cannot be.
    """
    return Subject(**flat(message, where))


def spec_message(spec: Spec) -> place_pb2.Spec:
    """Return what was asked for as a message."""
    services = {} if spec.services is msgspec.UNSET else spec.services
    return place_pb2.Spec(
        target=spec.target,
        framework=spec.framework,
        options_json=msgspec.json.encode(spec.options).decode() if spec.options else None,
        env=texts_message(spec.env),
        cell=texts_message(spec.cell),
        build=[place_pb2.BuildCommand(argv=argv) for argv in spec.build],
        filters=spec.filters,
        timeout_s=spec.timeout_s,
        services=[place_pb2.NamedService(name=key, service=_service_message(one)) for key, one in services.items()],
        has_services=spec.services is not msgspec.UNSET,
    )


def spec_of(message: place_pb2.Spec, allowance: Allowance, where: str, *, label: str, framework: str) -> Spec:
    """Return what was asked for; where nothing is said, the target and the framework that ran.

    Raises:
        MessageError: Something in it cannot be.
    """
    said = flat(message, where)
    allowance.take(where, message.build, message.services)
    services = _services_of(message.services, allowance, f"{where}.services")
    return Spec(
        target=said.get("target", label),
        framework=said.get("framework", framework),
        options=_options_of(said.get("options_json", "{}"), f"{where}.options_json"),
        env=texts_of(message.env, allowance, f"{where}.env"),
        cell=texts_of(message.cell, allowance, f"{where}.cell"),
        build=[list(flat(one, f"{where}.build[{at}]")["argv"]) for at, one in enumerate(message.build)],
        filters=said["filters"],
        timeout_s=said.get("timeout_s"),
        services=services if services or message.has_services else msgspec.UNSET,
    )


def _options_of(text: str, where: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise refuse(where, f"is no JSON object: {error}") from error


def _service_message(service: Service) -> place_pb2.Service:
    ready = service.ready
    return place_pb2.Service(
        **fields_of(service, "env", "ready"),
        env=texts_message(service.env),
        ready=None
        if ready is None
        else place_pb2.Readiness(
            port=None if isinstance(ready.port, bool) else ready.port,  # type: ignore[arg-type]  # None is not set
            own_port=ready.port if isinstance(ready.port, bool) else None,  # type: ignore[arg-type]  # likewise
            http=ready.http,
            command=ready.command,
        ),
    )


def _services_of(messages: Iterable[place_pb2.NamedService], allowance: Allowance, where: str) -> dict[str, Service]:
    services: dict[str, Service] = {}
    for at, one in enumerate(messages):
        if one.name in services:
            raise refuse(f"{where}[{at}].name", "is another service's, too")
        place = f"{where}[{at}].service"
        env = texts_of(one.service.env, allowance, f"{place}.env")
        said = {**flat(one.service, place), "env": env, "ready": _ready_of(one.service, f"{place}.ready")}
        try:
            services[without_nul(one.name, f"{where}[{at}].name")] = msgspec.convert(said, Service)
        except msgspec.ValidationError as error:
            raise refuse(place, f"cannot be a service: {error}") from error
    return services


def _ready_of(service: place_pb2.Service, where: str) -> dict[str, Any] | None:
    if not service.HasField("ready"):
        return None
    said = flat(service.ready, where)
    own_port = said.pop("own_port", None)
    said = {"port": own_port, **said, "command": said["command"] or None}
    return {key: said[key] for key in Readiness.__struct_fields__ if key in said}
