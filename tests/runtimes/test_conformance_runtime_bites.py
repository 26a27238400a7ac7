"""The runtimes' suite can fail: each broken promise is caught, by the test that names it."""
# mypy: disable-error-code="explicit-override"
# Note: typing.override is there from Python 3.12.

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from benchhub.model.run import Execution, Usage
from benchhub.plugin.conformance_runtime import RuntimeConformance, is_free_soon
from benchhub.plugin.contract import Running, Sink, Step
from benchhub.runtimes.shell import Shell

BROKEN: list[tuple[str, "type[Sound]"]] = []
QUICK = Shell(grace_s=0.2, drain_s=0.1)


class Sound:
    """A runtime that keeps its promises: the one below it."""

    name: ClassVar[str] = "sound"
    version: ClassVar[int] = 1

    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        return QUICK.execute(step, sink, timeout_s=timeout_s)

    def start(self, step: Step, log: Path) -> Running:
        return QUICK.start(step, log)


def caught_by(*tests: str) -> Callable[[type[Sound]], type[Sound]]:
    """Note that a class breaks the promises which ``tests`` check."""

    def note(broken: type[Sound]) -> type[Sound]:
        BROKEN.extend((test, broken) for test in tests)
        return broken

    return note


def test_a_runtime_that_keeps_its_promises_passes(tmp_path: Path) -> None:
    """One test stands for all: the rest runs in test_shell.py."""
    run(Sound, "test_a_program_that_ends_well", tmp_path)


# -- what comes back


@caught_by("test_a_program_that_ends_well", "test_output_is_bytes", "test_a_program_may_close_its_output")
class DropsHalf(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        class Half:
            def write(self, stream: str, data: bytes) -> None:
                sink.write(stream, data[::2])

        return super().execute(step, Half(), timeout_s=timeout_s)


@caught_by("test_a_program_that_ends_well", "test_long_output_comes_whole")
class MixesStreams(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        class Mixed:
            def write(self, stream: str, data: bytes) -> None:  # noqa: ARG002 -- the mistake
                sink.write("stdout", data)

        return super().execute(step, Mixed(), timeout_s=timeout_s)


@caught_by("test_an_exit_code_comes_back", "test_a_signal_comes_back")
class AllIsWell(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        execution = super().execute(step, sink, timeout_s=timeout_s)
        return msgspec.structs.replace(execution, exit_code=0, signal=None)


@caught_by("test_what_was_run_is_told")
class ForgetsTheRole(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        return msgspec.structs.replace(super().execute(step, sink, timeout_s=timeout_s), role="measure")


@caught_by("test_what_was_run_is_told")
class ClockInSeconds(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        execution = super().execute(step, sink, timeout_s=timeout_s)
        return msgspec.structs.replace(execution, started_at_ms=execution.started_at_ms // 1000)


@caught_by("test_time_and_memory_are_those_of_the_program", "test_children_that_were_waited_for_count")
class ForgetsUsage(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        return msgspec.structs.replace(super().execute(step, sink, timeout_s=timeout_s), usage=Usage())


@caught_by("test_sleeping_is_wall_time_and_no_cpu_time")
class WallIsCpuTime(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        execution = super().execute(step, sink, timeout_s=timeout_s)
        return msgspec.structs.replace(execution, wall_s=execution.usage.user_s or 0.0)


# -- how it starts


@caught_by("test_arguments_arrive_as_they_are")
class ThroughAShell(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        shelled = msgspec.structs.replace(step, argv=("sh", "-c", " ".join(step.argv)))
        return super().execute(shelled, sink, timeout_s=timeout_s)


@caught_by("test_the_environment_is_the_users_and_the_steps")
class EnvironmentOfTheStepAlone(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        cleared = msgspec.structs.replace(step, env={**dict.fromkeys(os.environ, ""), **step.env})
        return super().execute(cleared, sink, timeout_s=timeout_s)


@caught_by("test_it_runs_in_the_folder_of_the_step")
class RunsAnywhere(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        return super().execute(msgspec.structs.replace(step, cwd="/"), sink, timeout_s=timeout_s)


@caught_by("test_a_missing_folder_is_named")
class AnyFolderWillDo(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        cwd = step.cwd if Path(step.cwd).is_dir() else "/"
        return super().execute(msgspec.structs.replace(step, cwd=cwd), sink, timeout_s=timeout_s)


@caught_by("test_a_missing_program_is_named")
class RaisesWhatItCaught(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        with subprocess.Popen(step.argv, cwd=step.cwd) as program:
            program.kill()
        return super().execute(step, sink, timeout_s=timeout_s)


@caught_by("test_the_time_limit_ends_a_program")
class ForgetsWhatWasSaidBefore(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        said: list[tuple[str, bytes]] = []

        class Later:
            def write(self, stream: str, data: bytes) -> None:
                said.append((stream, data))

        execution = super().execute(step, Later(), timeout_s=timeout_s)
        for stream, data in [] if execution.is_timed_out else said:
            sink.write(stream, data)
        return execution


@caught_by("test_standard_input_is_empty")
class ReadsTheTerminal(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        typed = msgspec.structs.replace(step, argv=("sh", "-c", 'echo typed | "$@"', "sh", *step.argv))
        return super().execute(typed, sink, timeout_s=timeout_s)


# -- how it ends


@caught_by("test_a_step_has_a_time_limit_of_its_own")
class PatientWithEveryStep(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        execution = super().execute(step, sink, timeout_s=timeout_s)
        return msgspec.structs.replace(execution, is_timed_out=execution.is_timed_out and timeout_s is not None)


@caught_by("test_a_program_within_its_time_limit_is_left_alone")
class LimitsInMilliseconds(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        return super().execute(step, sink, timeout_s=timeout_s and timeout_s / 1e6)


@caught_by("test_the_time_limit_ends_the_whole_group_even_who_will_not_hear")
class AsksOnly(Sound):
    """Ends a program that hears, and gives up on one that does not."""

    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        execution = super().execute(step, sink, timeout_s=timeout_s)
        return msgspec.structs.replace(execution, signal=signal.SIGTERM if execution.is_timed_out else None)


@caught_by("test_a_grandchild_that_holds_the_pipes_is_not_waited_for")
class KillsWhoStays(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        execution = super().execute(step, sink, timeout_s=timeout_s)
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (process / "cwd").resolve() == Path(step.cwd):
                    os.kill(int(process.name), signal.SIGKILL)
        held = Path(step.cwd) / "held"
        assert not held.exists() or is_free_soon(held)
        return execution


@caught_by(
    "test_an_interrupt_ends_the_program_and_what_it_said_is_kept",
    "test_an_interrupt_ends_a_program_that_will_not_hear",
    "test_being_asked_to_terminate_ends_the_program",
)
class DoesNotSayThatItWasInterrupted(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        return msgspec.structs.replace(super().execute(step, sink, timeout_s=timeout_s), is_interrupted=False)


@caught_by("test_a_program_may_end_in_its_own_way_when_interrupted")
class AnInterruptIsASignal(Sound):
    def execute(self, step: Step, sink: Sink, *, timeout_s: float | None) -> Execution:
        execution = super().execute(step, sink, timeout_s=timeout_s)
        return msgspec.structs.replace(execution, exit_code=None, signal=2) if execution.is_interrupted else execution


# -- beside others


class Altered:
    """A running program that tells of its end what is not so."""

    def __init__(self, running: Running, *, has_ended: bool | None = None, **told: Any) -> None:  # noqa: ANN401 -- fields
        self._running = running
        self._has_ended = has_ended
        self._told = told

    @property
    def has_ended(self) -> bool:
        return self._running.has_ended if self._has_ended is None else self._has_ended

    def stop(self) -> Execution:
        return msgspec.structs.replace(self._running.stop(), **self._told)


@caught_by("test_what_runs_beside_others_writes_into_its_file_until_it_is_stopped")
class ServiceIsAMeasurement(Sound):
    def start(self, step: Step, log: Path) -> Running:
        return Altered(super().start(step, log), role="measure")


@caught_by("test_who_runs_beside_others_and_will_not_hear_is_killed_with_all_it_started")
class SaysThatItAskedOnly(Sound):
    def start(self, step: Step, log: Path) -> Running:
        return Altered(super().start(step, log), signal=signal.SIGTERM)


@caught_by("test_the_end_of_what_runs_beside_others_is_noticed")
class NoticesNoEnd(Sound):
    def start(self, step: Step, log: Path) -> Running:
        return Altered(super().start(step, log), has_ended=True, exit_code=0)


@caught_by("test_what_cannot_run_beside_others_is_named")
class StartsSomethingElse(Sound):
    def start(self, step: Step, log: Path) -> Running:
        running = super().start(msgspec.structs.replace(step, argv=("true",)), log)
        running.stop()
        return running


def run(broken: type[Sound], test: str, folder: Path) -> None:
    suite: type[RuntimeConformance] = type("Suite", (RuntimeConformance,), {"runtime": broken()})
    getattr(suite(), test)(folder)


@pytest.mark.parametrize(("test", "broken"), [pytest.param(t, b, id=f"{b.__name__}-{t[5:25]}") for t, b in BROKEN])
def test_a_broken_promise_is_caught(test: str, broken: type[Sound], tmp_path: Path) -> None:
    with pytest.raises((AssertionError, FileNotFoundError)):
        run(broken, test, tmp_path)


def test_every_test_of_the_suite_has_been_seen_to_fail() -> None:
    tests = {name for name in dir(RuntimeConformance) if name.startswith("test_")}
    assert tests == {test for test, _ in BROKEN}
