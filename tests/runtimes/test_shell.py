"""Programs on this machine: what every runtime promises, and what only this one can show."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from benchhub.errors import ToolError
from benchhub.plugin.conformance_runtime import HOLD, Kept, RuntimeConformance, is_free_soon, new_kept
from benchhub.plugin.contract import Step
from benchhub.runtimes.shell import SHELL, Shell

QUICK = Shell(grace_s=0.3, drain_s=0.2)


class TestShell(RuntimeConformance):
    runtime = QUICK


@pytest.mark.slow
class TestShellWithoutPidfd(RuntimeConformance):
    """As on macOS and on old kernels."""

    runtime = QUICK

    @pytest.fixture(autouse=True)
    def _without(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(os, "pidfd_open", raising=False)


def _run(*argv: str, cwd: str | Path = "/", env: dict[str, str] | None = None, kept: Kept | None = None) -> Kept:
    kept = kept or new_kept()
    QUICK.execute(Step(argv, str(cwd), env=env or {}), kept, timeout_s=None)
    return kept


def _refused(*argv: str, cwd: str | Path = "/", env: dict[str, str] | None = None) -> ToolError:
    with pytest.raises(ToolError) as caught:
        _run(*argv, cwd=cwd, env=env)
    return caught.value


def test_a_missing_program_is_said_to_be_missing_from_path() -> None:
    error = _refused("no-such-go", "test")
    assert error.what == "no program `no-such-go`"
    assert error.hint == "`no-such-go` is not installed or not on PATH"


def test_the_path_that_counts_is_the_steps(tmp_path: Path) -> None:
    script = tmp_path / "tool"
    script.write_text("#!/bin/sh\necho found\n")
    script.chmod(0o755)
    assert _run("tool", env={"PATH": str(tmp_path)}).stdout == b"found\n"
    assert "`sh`" in _refused("sh", env={"PATH": str(tmp_path)}).what


def test_a_relative_program_is_relative_to_the_folder_of_the_step(tmp_path: Path) -> None:
    script = tmp_path / "tool"
    script.write_text("#!/bin/sh\necho found\n")
    script.chmod(0o755)
    assert _run("./tool", cwd=tmp_path).stdout == b"found\n"
    assert "`./tool`" in _refused("./tool", cwd="/").what


def test_a_script_without_permission_is_told_from_a_missing_one(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("#!/bin/sh\n")
    error = _refused("./tool", cwd=tmp_path)
    assert error.what == "`./tool` may not be executed"
    assert error.hint is not None
    assert error.hint.startswith("chmod +x ")


def test_a_missing_interpreter_is_named(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("#!/no/such/interpreter -x\n")
    (tmp_path / "tool").chmod(0o755)
    assert "`/no/such/interpreter`" in _refused("./tool", cwd=tmp_path).what


def test_a_file_that_is_no_program_is_told(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("echo no first line\n")
    (tmp_path / "tool").chmod(0o755)
    error = _refused("./tool", cwd=tmp_path)
    assert "cannot" in error.what or "can execute" in error.what
    assert error.hint is not None
    assert "#!/bin/sh" in error.hint


def test_a_folder_is_no_program(tmp_path: Path) -> None:
    assert _refused(str(tmp_path)).what == f"`{tmp_path}` is a folder, not a program"


def test_a_file_is_no_folder_to_run_in(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert _refused("true", cwd=tmp_path / "file").what == f"`{tmp_path / 'file'}` is not a folder"


def test_a_zero_byte_in_an_argument_is_a_tool_error() -> None:
    assert "null byte" in _refused("echo", "a\0b").what


def test_more_arguments_than_the_system_takes_are_a_tool_error() -> None:
    assert "too long" in _refused("echo", "x" * 4_000_000).what


def test_the_memory_of_a_small_program_is_never_ours() -> None:
    """A program starts its life in our memory, and the kernel counts that as its peak."""
    ours = bytearray(100_000_000)
    ours[::4096] = b"1" * len(ours[::4096])
    held = QUICK.execute(Step(("true",), "/"), new_kept(), timeout_s=None).usage.memory_bytes_max
    del ours
    freed = QUICK.execute(Step(("true",), "/"), new_kept(), timeout_s=None).usage.memory_bytes_max
    assert all(peak is None or peak < 50_000_000 for peak in (held, freed))


def test_what_we_once_held_does_not_hide_the_memory_of_later_programs() -> None:
    code = """
import sys
from benchhub.plugin.contract import Step
from benchhub.runtimes.shell import SHELL
class Silent:
    def write(self, stream, data): pass
ours = bytearray(300_000_000)
ours[::4096] = b"1" * len(ours[::4096])
del ours
step = Step((sys.executable, "-c", "b = bytearray(200_000_000); b[::4096] = b'1' * len(b[::4096])"), "/")
print(SHELL.execute(step, Silent(), timeout_s=None).usage.memory_bytes_max)
"""
    # In a process of its own: who has run tests holds nobody knows how much.
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert 200_000_000 <= int(said) < 300_000_000


@pytest.mark.slow
def test_wall_time_ends_with_the_program_and_not_with_who_holds_its_pipes() -> None:
    shell = Shell(drain_s=2.0)
    begin = time.perf_counter()
    execution = shell.execute(Step(("sh", "-c", "sleep 600 & echo $!"), "/"), kept := new_kept(), timeout_s=None)
    took_s = time.perf_counter() - begin
    os.kill(int(kept.stdout), signal.SIGKILL)
    assert execution.wall_s <= took_s - 2.0


def test_long_output_is_passed_on_and_not_held(tmp_path: Path) -> None:
    ours = (
        "import resource\n"
        "from benchhub.plugin.contract import Step\n"
        "from benchhub.runtimes.shell import SHELL\n"
        "class Count:\n"
        "    total = 0\n"
        "    def write(self, stream, data): self.total += len(data)\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "def run(count): SHELL.execute(Step(('head', '-c', str(count), '/dev/zero'), '/'), sink, timeout_s=None)\n"
        "sink = Count(); run(1_000_000); before = peak(); run(100_000_000); print(sink.total, peak() - before)"
    )
    said = subprocess.run([sys.executable, "-c", ours], cwd=tmp_path, check=True, capture_output=True, text=True)
    total, grown = map(int, said.stdout.split())
    assert total == 101_000_000
    assert grown * 1024 < 10_000_000


def test_a_sink_that_fails_ends_the_program(tmp_path: Path) -> None:
    class Full:
        def write(self, stream: str, data: bytes) -> None:  # noqa: ARG002 -- a full disk takes nothing
            raise OSError(28, "No space left on device")

    code = f"{HOLD}held = hold('held'); print('x', flush=True); time.sleep(600)"
    with pytest.raises(OSError, match="No space"):
        QUICK.execute(Step((sys.executable, "-c", code), str(tmp_path)), Full(), timeout_s=None)
    assert is_free_soon(tmp_path / "held")


def test_a_server_that_a_program_leaves_behind_is_left_alone() -> None:
    pid = int(_run("sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $!").stdout)
    os.kill(pid, signal.SIGKILL)  # Raises when it is gone.


def test_a_second_interrupt_is_not_answered_with_patience(tmp_path: Path) -> None:
    class Impatient:
        said = b""

        def write(self, stream: str, data: bytes) -> None:  # noqa: ARG002 -- it writes to one
            self.said += data
            os.kill(os.getpid(), signal.SIGINT)  # Once when it is ready, once more when it says no.

    code = (
        "import signal, time, os; signal.signal(2, lambda *_: os.write(1, b'no'))\nprint('ready', flush=True)\n"
        "while True: time.sleep(600)"
    )
    patient = Shell(grace_s=10_000)
    execution = patient.execute(Step((sys.executable, "-c", code), str(tmp_path)), Impatient(), timeout_s=None)
    assert (execution.signal, execution.is_interrupted) == (signal.SIGKILL, True)


def test_a_program_that_ignores_ctrl_c_is_asked_in_another_way_before_it_is_killed(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(2, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
    patient = Shell(grace_s=10_000)
    step = Step((sys.executable, "-c", code), str(tmp_path))
    execution = patient.execute(step, new_kept(signal.SIGINT), timeout_s=None)
    assert (execution.signal, execution.is_interrupted) == (signal.SIGTERM, True)


def test_an_ignored_signal_stays_ignored() -> None:
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        code = "import time; print('ready', flush=True); time.sleep(0.2)"
        kept = new_kept(signal.SIGHUP)
        execution = QUICK.execute(Step((sys.executable, "-c", code), "/"), kept, timeout_s=None)
    finally:
        signal.signal(signal.SIGHUP, previous)
    assert execution.is_ok


def test_programs_run_from_other_threads_too() -> None:
    ended: list[int | None] = []

    def work(code: int) -> None:
        ended.append(QUICK.execute(Step(("sh", "-c", f"exit {code}"), "/"), new_kept(), timeout_s=None).exit_code)

    threads = [threading.Thread(target=work, args=(code,)) for code in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(code for code in ended if code is not None) == list(range(8))


def test_nothing_is_left_open() -> None:
    _run("true")  # The guard opens its pipe once.
    before = list(Path("/dev/fd").iterdir())
    for _ in range(3):
        _run("true")
    assert len(list(Path("/dev/fd").iterdir())) == len(before)


def test_a_program_does_not_outlive_us_when_we_are_killed(tmp_path: Path) -> None:
    child = f"{HOLD}held = hold('held'); print('ready', flush=True); time.sleep(600)"
    ours = (
        "import os, sys\n"
        "from benchhub.plugin.contract import Step\n"
        "from benchhub.runtimes.shell import SHELL\n"
        "class Out:\n"
        "    def write(self, stream, data): os.write(1, data)\n"
        f"SHELL.execute(Step((sys.executable, '-c', {child!r}), {str(tmp_path)!r}), Out(), timeout_s=None)"
    )
    with subprocess.Popen([sys.executable, "-c", ours], stdout=subprocess.PIPE) as bh:
        assert bh.stdout is not None
        assert bh.stdout.readline() == b"ready\n"
        bh.kill()
    assert is_free_soon(tmp_path / "held")


def test_the_built_in_runtime_is_called_shell() -> None:
    assert SHELL.name == "shell"
