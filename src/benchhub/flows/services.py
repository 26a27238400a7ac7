"""Services: what a target needs to be there while it runs.

1. ports   free ones are chosen, all before the first start
2. start   one after the other, each waited for until it is ready
3. run     the target, which is told the ports
4. stop    in the opposite order, whatever happened: TERM, then KILL, for all that a service started
"""

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from benchhub.errors import ToolError
from benchhub.flows.prepare import CollectingSink
from benchhub.model.record import Problem
from benchhub.model.run import Execution
from benchhub.model.service import Readiness, Service
from benchhub.plugin.contract import Running, Runtime, Step
from benchhub.workspace.mask import mask_arguments

POLL_S = 0.02
POLL_S_MAX = 0.25
PROBE_S_MAX = 5.0
"""How long one question whether a service is ready may take."""

LOG_LINES_SHOWN = 20
LOG_BYTES_SHOWN = 8_192
LOG_BYTES_MAX = 256 << 20
"""What is kept of a service's log: its end."""

PROBLEM_KINDS = {
    "service-ended": "A service ended before the run did: what was measured afterwards may have had nobody to ask.",
    "service-log-cut": "The log of a service was too long: only its end is kept.",
}


class Services:
    """The services of one run; a context in which they are ready.

    Args:
        services: By name, in the order in which they start.
        directory: Of the target, absolute.
        folder: For their logs; need not be there.
        runtime: Where they run.

    Attributes:
        words: What stands for what in the target's own words: ``{port.db}`` to a number.
        executions: How they went, once they have been stopped.
        problems: What was odd, likewise.
    """

    def __init__(self, services: Mapping[str, Service], directory: str, folder: Path, runtime: Runtime) -> None:
        self.words: dict[str, str] = {}
        self.executions: tuple[Execution, ...] = ()
        self.problems: tuple[Problem, ...] = ()
        self._services = services
        self._directory = Path(directory)
        self._folder = folder
        self._runtime = runtime
        self._ports: dict[str, int] = {}
        self._running: dict[str, Running] = {}
        self._ended: dict[str, Execution] = {}

    def __enter__(self) -> Self:
        """Start them, and wait until all are ready.

        Raises:
            ToolError: One cannot be started, ends, or is not ready in time; those that had been started are stopped.
        """
        if not self._services:
            return self
        self._folder.mkdir(exist_ok=True)
        self._ports = _ports(self._services)
        self.words = {f"{{port.{name}}}": str(port) for name, port in self._ports.items()}
        try:
            for name, service in self._services.items():
                self._start(name, service)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        dead = [name for name, running in self._running.items() if running.has_ended]
        self._stop()
        ended = [Problem("service-ended", name, f"it {self._how(name)} before the run did") for name in dead]
        self.problems = (*ended, *self.problems)

    def log_of(self, name: str) -> Path:
        """Return where a service writes."""
        return self._folder / f"{name}.log"

    # -- start

    def _start(self, name: str, service: Service) -> None:
        port = self._ports.get(name)
        if service.port is not None and _listens(service.port):
            what = f"port {service.port} of the service `{name}` is taken: something listens there already"
            raise ToolError(what, hint="end it, or leave `port` out and name `{port}`: then a free one is chosen")
        cwd = str(self._directory / service.dir)
        argv = tuple(self._said(word, port) for word in service.argv)
        env = {key: self._said(value, port) for key, value in service.env.items()}
        step = Step(argv, cwd, env=env, role="service", title=name)
        self._running[name] = self._runtime.start(step, self.log_of(name))
        self._wait_until_ready(name, service, step)

    def _wait_until_ready(self, name: str, service: Service, step: Step) -> None:
        running, port = self._running[name], self._ports.get(name)
        ready = service.ready or Readiness(port=port is not None)
        deadline = time.monotonic() + service.ready_timeout_s
        pause_s = POLL_S
        while not self._is_ready(ready, port, step, deadline - time.monotonic()):
            if running.has_ended:
                break
            if time.monotonic() >= deadline:
                what = f"the service `{name}` was not ready within {service.ready_timeout_s:g} s"
                raise self._error(name, what, f"`{_asked(ready, port)}` says when it is; `ready_timeout_s` how long")
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.5, POLL_S_MAX)
        if running.has_ended:  # Else somebody else might have answered.
            self._stop()
            how = self._how(name)
            hint = "a service stays in the foreground: leave its daemon flag out" if how == "ended with 0" else None
            raise self._error(name, f"the service `{name}` {how} before it was ready", hint)

    def _is_ready(self, ready: Readiness, port: int | None, step: Step, left_s: float) -> bool:
        probe_s = max(0.1, min(left_s, PROBE_S_MAX))
        if ready.http is not None:
            return _answers(self._said(ready.http, port), probe_s)
        if ready.command is not None:
            argv = tuple(self._said(word, port) for word in ready.command)
            asked = Step(argv, step.cwd, env=step.env, role="build")
            execution = self._runtime.execute(asked, CollectingSink.empty(), timeout_s=probe_s)
            if execution.is_interrupted:
                raise KeyboardInterrupt
            return execution.is_ok
        wanted = port if ready.port is True else ready.port
        return wanted is None or wanted is False or _listens(wanted, probe_s)

    def _said(self, text: str, own_port: int | None) -> str:
        return filled(text, {**self.words, "{port}": str(own_port)})

    def _error(self, name: str, what: str, hint: str | None) -> ToolError:
        lines = _end_of(self.log_of(name))
        return ToolError("\n".join([what, *(f"  {line}" for line in lines)]), hint=hint)

    # -- stop

    def _stop(self) -> None:
        cut: list[Problem] = []
        left = list(self._running.items())
        try:
            while left:
                name, running = left.pop()
                self._ended[name] = running.stop()
                if _cut(self.log_of(name)):
                    cut.append(Problem("service-log-cut", name, f"only its last {LOG_BYTES_MAX >> 20} MiB are kept"))
        finally:
            for _, running in reversed(left):  # The user is impatient; nobody is left behind for that.
                running.stop()
        self._running = {}
        self.executions = tuple(self._ended[name] for name in self._services if name in self._ended)
        self.problems = (*self.problems, *cut)

    def _how(self, name: str) -> str:
        execution = self._ended[name]
        if execution.signal is not None:
            return f"was ended by signal {execution.signal}"
        return f"ended with {execution.exit_code}"


def filled(text: str, words: Mapping[str, str]) -> str:
    """Return ``text`` with each word replaced by what it stands for."""
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def _ports(services: Mapping[str, Service]) -> dict[str, int]:
    """Return the port of each service that has one; no two are the same."""
    ports: dict[str, int] = {}
    with contextlib.ExitStack() as held:
        for name, service in services.items():
            if service.port is not None:
                ports[name] = service.port
            elif service.has_port:
                import socket  # noqa: PLC0415 -- dear, and few services have a port

                # Held until all are chosen, so that none is chosen twice.
                taken = held.enter_context(socket.socket())
                taken.bind(("127.0.0.1", 0))
                ports[name] = taken.getsockname()[1]
    return ports


def _listens(port: int, limit_s: float = 1.0) -> bool:
    import socket  # noqa: PLC0415

    try:
        with socket.create_connection(("localhost", port), timeout=limit_s):
            return True
    except OSError:
        return False


def _answers(url: str, limit_s: float) -> bool:
    from http.client import HTTPException  # noqa: PLC0415 -- few services are asked so
    from urllib.request import ProxyHandler, build_opener  # noqa: PLC0415

    try:
        # A proxy would answer for a server that is not there.
        with build_opener(ProxyHandler({})).open(url, timeout=limit_s):
            return True
    except (OSError, ValueError, HTTPException):
        return False


def _asked(ready: Readiness, port: int | None) -> str:
    if ready.http is not None:
        return f"http = {ready.http}"
    if ready.command is not None:
        return " ".join(mask_arguments(ready.command))
    return f"port = {port if ready.port is True else ready.port}"


def _end_of(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - LOG_BYTES_SHOWN))
            text = file.read()
    except OSError:
        return []
    lines = text.decode(errors="replace").strip().splitlines()[-LOG_LINES_SHOWN:]
    return lines or ["it printed nothing"]


def _cut(log: Path) -> bool:
    """Shorten a log that is too long to its end, and tell whether it was."""
    try:
        size_bytes = log.stat().st_size
        if size_bytes <= LOG_BYTES_MAX:
            return False
        with log.open("r+b") as file:
            file.seek(size_bytes - LOG_BYTES_MAX)
            kept = file.read()
            file.seek(0)
            file.write(kept)
            file.truncate()
    except OSError:
        return False
    return True
