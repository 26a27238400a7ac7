"""What a runtime promises, as tests that a stranger can run.

::

    class TestMyRuntime(RuntimeConformance):
        runtime = MY_RUNTIME

Each test takes a fresh folder (pytest's ``tmp_path``) that the runtime can see, and starts ``python`` there. How long a
test takes depends on how long the runtime lets programs end softly: give it a short grace. With
``pytest.register_assert_rewrite("benchhub.plugin.conformance_runtime")`` in your ``conftest.py``, pytest shows the
values that a failed assertion compared.
"""
# ruff: noqa: S101, D102, PLR2004 -- these are tests, and their names are sentences

import fcntl
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import msgspec

from benchhub.errors import ToolError
from benchhub.model.run import Execution
from benchhub.plugin.contract import Running, Runtime, Step

PATIENCE_S = 20.0
"""How long a test waits for something that must come; nothing waits so long unless it fails."""

HOLD = """
import fcntl, os, sys, time
def hold(path):
    file = open(path, 'w')
    fcntl.flock(file, fcntl.LOCK_EX)
    return file
"""
"""A lock on a file tells from outside whether a process lives; its id would not, ids are used again."""


class Kept(msgspec.Struct):
    """A sink that keeps everything, and sends us a signal when a program says that it is ready."""

    stdout: bytearray
    stderr: bytearray
    signal_when_ready: int | None = None

    def write(self, stream: str, data: bytes) -> None:
        """Keep ``data``."""
        getattr(self, stream).extend(data)
        if self.signal_when_ready is not None and b"ready" in self.stdout:
            number, self.signal_when_ready = self.signal_when_ready, None
            os.kill(os.getpid(), number)


class RuntimeConformance:
    """Subclass it under a name that begins with ``Test``, and fill in what is yours.

    Attributes:
        runtime: The plug-in.
        python: A Python interpreter where the programs run.
    """

    runtime: ClassVar[Runtime]
    python: ClassVar[str] = sys.executable

    def test_a_program_that_ends_well(self, tmp_path: Path) -> None:
        execution, kept = self.run_python("print('out'); import sys; print('err', file=sys.stderr)", tmp_path)
        assert execution.is_ok
        assert (execution.exit_code, execution.signal) == (0, None)
        assert (bytes(kept.stdout), bytes(kept.stderr)) == (b"out\n", b"err\n")

    def test_what_was_run_is_told(self, tmp_path: Path) -> None:
        step = Step((self.python, "-c", "pass"), str(tmp_path), role="warmup")
        before_ms = time.time_ns() // 1_000_000
        execution = self.runtime.execute(step, new_kept(), timeout_s=None)
        assert (execution.argv, execution.cwd, execution.role) == (step.argv, step.cwd, "warmup")
        assert before_ms <= execution.started_at_ms <= time.time_ns() // 1_000_000

    def test_an_exit_code_comes_back(self, tmp_path: Path) -> None:
        execution, _ = self.run_python("raise SystemExit(7)", tmp_path)
        assert (execution.exit_code, execution.signal, execution.is_ok) == (7, None, False)

    def test_a_signal_comes_back(self, tmp_path: Path) -> None:
        execution, _ = self.run_python("import os; os.kill(os.getpid(), 9)", tmp_path)
        assert (execution.exit_code, execution.signal, execution.is_timed_out) == (None, 9, False)

    def test_arguments_arrive_as_they_are(self, tmp_path: Path) -> None:
        words = ("", "a b", "$HOME", "*", "'\"", "\\", "ü日", "-c", "line\nline")
        _, kept = self.run_python("import sys; print(ascii(sys.argv[1:]))", tmp_path, arguments=words)
        assert kept.stdout.decode().strip() == ascii(list(words))

    def test_the_environment_is_the_users_and_the_steps(self, tmp_path: Path) -> None:
        code = "import os; print(os.environ['BENCHHUB_STEP'], os.environ['PATH'])"
        _, kept = self.run_python(code, tmp_path, env={"BENCHHUB_STEP": "a b"})
        assert kept.stdout.decode().strip() == f"a b {os.environ['PATH']}"

    def test_it_runs_in_the_folder_of_the_step(self, tmp_path: Path) -> None:
        _, kept = self.run_python("import os; print(os.getcwd())", tmp_path)
        assert kept.stdout.decode().strip() == str(tmp_path.resolve())

    def test_standard_input_is_empty(self, tmp_path: Path) -> None:
        _, kept = self.run_python("import sys; print(repr(sys.stdin.read()))", tmp_path)
        assert kept.stdout == b"''\n"

    def test_a_missing_program_is_named(self, tmp_path: Path) -> None:
        refusal = self._refusal(Step(("benchhub-no-such-program",), str(tmp_path)))
        assert refusal is not None, "a missing program is a ToolError"
        assert "`benchhub-no-such-program`" in refusal.what
        assert refusal.hint

    def test_a_missing_folder_is_named(self, tmp_path: Path) -> None:
        folder = str(tmp_path / "nowhere")
        refusal = self._refusal(Step((self.python, "-c", "pass"), folder))
        assert refusal is not None, "a missing folder is a ToolError"
        assert folder in refusal.what

    def test_long_output_comes_whole(self, tmp_path: Path) -> None:
        code = "import os\nfor i in range(400): os.write(1, bytes([i % 251]) * 50000); os.write(2, b'.')"
        execution, kept = self.run_python(code, tmp_path)
        assert execution.is_ok
        assert bytes(kept.stdout) == b"".join(bytes([i % 251]) * 50_000 for i in range(400))
        assert bytes(kept.stderr) == b"." * 400

    def test_output_is_bytes(self, tmp_path: Path) -> None:
        _, kept = self.run_python("import os; os.write(1, bytes(range(256)) * 9)", tmp_path)
        assert bytes(kept.stdout) == bytes(range(256)) * 9

    def test_a_program_may_close_its_output(self, tmp_path: Path) -> None:
        code = "import os; os.write(1, b'last'); os.close(1); os.close(2); os._exit(sum(range(1000)) % 7)"
        execution, kept = self.run_python(code, tmp_path)
        assert (execution.exit_code, bytes(kept.stdout)) == (sum(range(1000)) % 7, b"last")

    def test_time_and_memory_are_those_of_the_program(self, tmp_path: Path) -> None:
        """The program says itself what it used; that is less than all, since it cannot see its own end."""
        # A program that is smaller than who starts it cannot be told from it: this one is larger.
        unit_bytes = 1 if sys.platform == "darwin" else 1024
        size_bytes = 150_000_000 + 2 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit_bytes
        code = (
            f"import os, time; begin = time.perf_counter(); block = bytearray({size_bytes})\n"
            "for i in range(0, len(block), 4096): block[i] = 1\n"
            "while time.process_time() < 0.2: pass\n"
            "now = os.times(); print(now.user, now.system, time.perf_counter() - begin)"
        )
        execution, kept = self.run_python(code, tmp_path)
        user_s, system_s, wall_s = map(float, kept.stdout.split())
        tick_s = 1 / os.sysconf("SC_CLK_TCK")  # os.times counts in ticks.
        assert execution.wall_s >= wall_s
        assert execution.usage.user_s is not None
        assert execution.usage.system_s is not None
        # How a kernel that counts in ticks divides the sum is a guess, and may change.
        assert execution.usage.user_s + execution.usage.system_s >= user_s + system_s - 2 * tick_s
        assert execution.usage.memory_bytes_max is not None
        assert execution.usage.memory_bytes_max >= size_bytes

    def test_children_that_were_waited_for_count(self, tmp_path: Path) -> None:
        burn = "import time\nwhile time.process_time() < 0.2: pass"
        execution, _ = self.run_python(
            f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])", tmp_path
        )
        assert (execution.usage.user_s or 0) + (execution.usage.system_s or 0) >= 0.2

    def test_sleeping_is_wall_time_and_no_cpu_time(self, tmp_path: Path) -> None:
        execution, _ = self.run_python("import time; time.sleep(0.5)", tmp_path)
        assert execution.wall_s >= 0.5
        assert (execution.usage.user_s or 0) + (execution.usage.system_s or 0) < execution.wall_s

    def test_the_time_limit_ends_a_program(self, tmp_path: Path) -> None:
        execution, kept = self.run_python(
            "print('begun', flush=True); import time; time.sleep(600)", tmp_path, limit_s=1
        )
        assert execution.is_timed_out
        assert not execution.is_interrupted
        assert not execution.is_ok
        assert bytes(kept.stdout) == b"begun\n", "what it had said before is kept"

    def test_a_step_has_a_time_limit_of_its_own(self, tmp_path: Path) -> None:
        step = Step((self.python, "-c", "import time; time.sleep(600)"), str(tmp_path), timeout_s=0.5)
        assert self.runtime.execute(step, new_kept(), timeout_s=None).is_timed_out

    def test_a_program_within_its_time_limit_is_left_alone(self, tmp_path: Path) -> None:
        # Long enough that a limit a thousand times shorter is noticed on a busy machine, too.
        execution, _ = self.run_python("import time; time.sleep(0.5)", tmp_path, limit_s=600)
        assert execution.is_ok

    def test_what_runs_beside_others_writes_into_its_file_until_it_is_stopped(self, tmp_path: Path) -> None:
        code = f"{HOLD}held = hold('held')\nprint('out', flush=True)\nprint('err', file=sys.stderr)\n{_WAIT}"
        running, log = self._start(code, tmp_path)
        try:
            _wait_until(lambda: b"ready" in log.read_bytes())
            assert not running.has_ended
        finally:
            execution = running.stop()
        assert sorted(log.read_bytes().split()[:2]) == [b"err", b"out"]
        assert is_free_soon(tmp_path / "held")
        assert (execution.role, execution.signal) == ("service", signal.SIGTERM)

    def test_who_runs_beside_others_and_will_not_hear_is_killed_with_all_it_started(self, tmp_path: Path) -> None:
        deaf = f"{HOLD}import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        grandchild = f"{deaf}held = hold('grandchild'); open('up', 'w').close(); time.sleep(600)"
        child = (
            f"{deaf}held = hold('child'); import subprocess\n"
            f"subprocess.Popen([sys.executable, '-c', {grandchild!r}], start_new_session=True); time.sleep(600)"
        )
        running, _ = self._start(child, tmp_path)
        try:
            _wait_until((tmp_path / "up").exists)
        finally:
            execution = running.stop()
        assert execution.signal == signal.SIGKILL
        assert is_free_soon(tmp_path / "child")
        assert is_free_soon(tmp_path / "grandchild"), "who left the group lives on"

    def test_the_end_of_what_runs_beside_others_is_noticed(self, tmp_path: Path) -> None:
        running, _ = self._start("raise SystemExit(7)", tmp_path)
        try:
            _wait_until(lambda: running.has_ended)
        finally:
            execution = running.stop()
        assert (execution.exit_code, execution.signal) == (7, None)

    def test_what_cannot_run_beside_others_is_named(self, tmp_path: Path) -> None:
        refusal = None
        try:
            self.runtime.start(Step(("benchhub-no-such-program",), str(tmp_path)), tmp_path / "log")
        except ToolError as error:
            refusal = error
        assert refusal is not None, "a missing program is a ToolError"
        assert "`benchhub-no-such-program`" in refusal.what

    def test_the_time_limit_ends_the_whole_group_even_who_will_not_hear(self, tmp_path: Path) -> None:
        deaf = HOLD + "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        grandchild = deaf + "held = hold('grandchild'); open('up', 'w').close(); time.sleep(600)"
        child = deaf + (
            "held = hold('child'); import subprocess; subprocess.Popen([sys.executable, '-c', "
            f"{grandchild!r}]); time.sleep(600)"
        )
        execution, _ = self.run_python(child, tmp_path, limit_s=3)
        assert (tmp_path / "up").exists(), "the grandchild was not there in time: this machine is too slow for the test"
        assert execution.is_timed_out
        assert execution.signal == signal.SIGKILL
        assert is_free_soon(tmp_path / "child")
        assert is_free_soon(tmp_path / "grandchild")

    def test_a_grandchild_that_holds_the_pipes_is_not_waited_for(self, tmp_path: Path) -> None:
        grandchild = HOLD + "held = hold('held'); open('up', 'w').close(); hold('until')"
        child = (
            "import os, subprocess, sys, time\n"
            f"subprocess.Popen([sys.executable, '-c', {grandchild!r}], start_new_session=True)\n"
            "while not os.path.exists('up'): time.sleep(0.01)\n"
            "print('done')"
        )
        with (tmp_path / "until").open("w") as until:
            fcntl.flock(until, fcntl.LOCK_EX)
            execution, kept = self.run_python(child, tmp_path)
            assert not is_free(tmp_path / "held"), "we waited for the grandchild, or it was ended"
        assert execution.is_ok
        assert bytes(kept.stdout) == b"done\n"
        assert is_free_soon(tmp_path / "held")

    def test_an_interrupt_ends_the_program_and_what_it_said_is_kept(self, tmp_path: Path) -> None:
        self._check_interrupt(signal.SIGINT, "", tmp_path)

    def test_being_asked_to_terminate_ends_the_program(self, tmp_path: Path) -> None:
        self._check_interrupt(signal.SIGTERM, "", tmp_path)

    def test_an_interrupt_ends_a_program_that_will_not_hear(self, tmp_path: Path) -> None:
        deaf = "import signal\nfor n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)\n"
        execution = self._check_interrupt(signal.SIGINT, deaf, tmp_path)
        assert execution.signal == signal.SIGKILL

    def test_a_program_may_end_in_its_own_way_when_interrupted(self, tmp_path: Path) -> None:
        polite = "import signal, sys; signal.signal(2, lambda *_: (print('bye'), sys.exit(5)))\n"
        kept = new_kept(signal.SIGINT)
        execution, kept = self.run_python(f"{polite}{_WAIT}", tmp_path, kept=kept)
        assert (execution.exit_code, execution.is_interrupted) == (5, True)
        assert b"bye" in kept.stdout

    def _start(self, code: str, folder: Path) -> tuple[Running, Path]:
        step = Step((self.python, "-c", code), str(folder), role="service")
        return self.runtime.start(step, folder / "log"), folder / "log"

    def _refusal(self, step: Step) -> ToolError | None:
        try:
            self.runtime.execute(step, new_kept(), timeout_s=None)
        except ToolError as error:
            return error
        return None

    def _check_interrupt(self, number: int, before: str, tmp_path: Path) -> Execution:
        handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
        code = f"{HOLD}{before}held = hold('held')\n{_WAIT}"
        try:
            execution, kept = self.run_python(code, tmp_path, kept=new_kept(number))
        except KeyboardInterrupt as error:
            message = "an interrupt is told by Execution.is_interrupted, not raised"
            raise AssertionError(message) from error
        assert execution.is_interrupted
        assert not execution.is_timed_out
        assert not execution.is_ok
        assert b"ready" in kept.stdout
        assert is_free_soon(tmp_path / "held")
        assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == handlers
        return execution

    def run_python(
        self,
        code: str,
        folder: Path,
        *,
        arguments: tuple[str, ...] = (),
        env: dict[str, str] | None = None,
        limit_s: float | None = None,
        kept: Kept | None = None,
    ) -> tuple[Execution, Kept]:
        """Return how a piece of Python went, and what it said."""
        kept = kept or new_kept()
        step = Step((self.python, "-c", code, *arguments), str(folder), env=env or {})
        return self.runtime.execute(step, kept, timeout_s=limit_s), kept


_WAIT = "import time; print('ready', flush=True); time.sleep(600)"


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "it never came: this machine is too slow for the test"
        time.sleep(0.01)


def new_kept(signal_when_ready: int | None = None) -> Kept:
    """Return a sink that holds nothing yet."""
    return Kept(bytearray(), bytearray(), signal_when_ready)


def is_free(path: Path) -> bool:
    """Return whether nobody holds the lock of a file."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def is_free_soon(path: Path) -> bool:
    """Return whether the lock becomes free: a killed process may take a moment to be gone."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_free(path):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
