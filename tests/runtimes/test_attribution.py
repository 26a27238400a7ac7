"""Whose CPU time is counted: programs tell what they, and those they waited for, used; that is the truth."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from benchhub.model.run import Execution, Usage
from benchhub.plugin.contract import Measuring, Step
from benchhub.probes.group import make_group
from benchhub.runtimes.shell import Shell

TELL = """
import os, resource, sys, threading, time
def burn(cpu_s):
    end = time.thread_time() + cpu_s
    while time.thread_time() < end:
        sum(range(1000))
def tell(who=resource.RUSAGE_SELF):
    used = resource.getrusage(who)
    with open('used', 'a') as file:
        file.write(f'{used.ru_utime + used.ru_stime}\\n')
"""
CHILDREN = """
for _ in range(150):
    if os.fork() == 0:
        burn(0.005); os._exit(0)
    os.wait()
tell(resource.RUSAGE_CHILDREN); tell(); os._exit(0)
"""
DAEMON = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        burn(0.6); tell(); open('done', 'w'); os._exit(0)
    os._exit(0)
os.wait()
burn(0.3)
while not os.path.exists('done'): time.sleep(0.01)
tell(); os._exit(0)
"""
THREADS = """
import zlib
data = os.urandom(1 << 20)
def work():
    for _ in range(12): zlib.compress(data, 6)
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
tell(); os._exit(0)
"""


class Silent:
    """Nobody listens."""

    def write(self, stream: str, data: bytes) -> None:
        """Forget."""


def run(shell: Shell, step: Step) -> Execution:
    execution = shell.execute(step, Silent(), timeout_s=120.0, measuring=Measuring(every_s=0.05))
    assert execution.is_ok
    return execution


def cpu_s(usage: Usage) -> float:
    assert usage.user_s is not None
    assert usage.system_s is not None
    return usage.user_s + usage.system_s


class TestWithControlGroups:
    """As on every machine where we may make a control group."""

    shell: ClassVar[Shell] = Shell()

    @pytest.mark.parametrize("program", [CHILDREN, DAEMON, THREADS], ids=["children", "daemon", "threads"])
    def test_the_whole_tree_is_counted(self, program: str, tmp_path: Path) -> None:
        used = run(self.shell, Step((sys.executable, "-c", TELL + program), str(tmp_path))).usage
        truth_s = sum(map(float, (tmp_path / "used").read_text().split()))
        if not may_make_groups():
            assert used.counted == "wait4", "nobody says that all was counted"
            return
        assert used.counted == "cgroup"
        # What a process still uses after it has told is some 0.1 ms.
        assert cpu_s(used) == pytest.approx(truth_s, rel=0.02, abs=0.02)

    def test_who_lives_on_is_named(self, tmp_path: Path) -> None:
        program = "import os, time\nif os.fork() == 0:\n    os.setsid(); os.close(1); os.close(2); time.sleep(2)"
        execution = run(self.shell, Step((sys.executable, "-c", program), str(tmp_path)))
        assert len(execution.left_running) == may_make_groups()
        assert all(name.startswith("python") for name in execution.left_running)

    def test_looks_at_a_program_grow_with_it(self, tmp_path: Path) -> None:
        series = run(self.shell, Step((sys.executable, "-c", TELL + "burn(0.5)"), str(tmp_path))).series
        assert series is not None
        assert len(series.time_s) >= 4
        assert series.time_s == sorted(series.time_s)
        assert series.cpu_s == sorted(series.cpu_s)
        assert min(series.processes) >= 1


class TestWithoutControlGroups:
    """As for a user who may not make any: what ``wait4`` misses is missed, and nothing else says so."""

    shell: ClassVar[Shell] = Shell(has_groups=False)

    def test_a_daemon_is_missed_and_the_method_named(self, tmp_path: Path) -> None:
        used = run(self.shell, Step((sys.executable, "-c", TELL + DAEMON), str(tmp_path))).usage
        truth_s = [float(word) for word in (tmp_path / "used").read_text().split()]
        assert used.counted == "wait4"
        assert used.tree_memory_bytes_max is None
        assert cpu_s(used) < 0.75 * sum(truth_s)

    def test_children_that_were_waited_for_are_counted(self, tmp_path: Path) -> None:
        used = run(self.shell, Step((sys.executable, "-c", TELL + CHILDREN), str(tmp_path))).usage
        truth_s = sum(map(float, (tmp_path / "used").read_text().split()))
        assert cpu_s(used) == pytest.approx(truth_s, rel=0.02, abs=0.02)


GO_MODULE = {
    "go.mod": "module example.com/apart\n\ngo 1.19\n",
    "heavy/heavy_test.go": """package heavy

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	code := m.Run()
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	s := time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
	os.WriteFile("used", []byte(fmt.Sprint(s)), 0o644)
	os.Exit(code)
}

func TestHeavy(t *testing.T) {
	for end := time.Now().Add(700 * time.Millisecond); time.Now().Before(end); {
	}
}
""",
    "light/light_test.go": 'package light\n\nimport "testing"\n\nfunc TestLight(t *testing.T) {}\n',
}


@pytest.mark.slow
@pytest.mark.parametrize("has_groups", [True, False])
def test_each_go_test_binary_is_told_from_the_compiler(tmp_path: Path, has_groups: bool) -> None:  # noqa: FBT001 -- a case
    for name, text in GO_MODULE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert shutil.which("go"), "Go is needed"
    argv = ("go", "test", "-json", "-exec={part}", "-count=1", "./...")
    step = Step(argv, str(tmp_path), parts={str(tmp_path): "example.com/apart"})
    execution = run(Shell(has_groups=has_groups), step)
    parts = execution.parts
    truth_s = float((tmp_path / "heavy" / "used").read_text())
    assert set(parts) == {"example.com/apart/heavy", "example.com/apart/light"}
    heavy = parts["example.com/apart/heavy"]
    if has_groups and may_make_groups():
        assert heavy.counted == "cgroup"
        assert cpu_s(heavy) == pytest.approx(truth_s, rel=0.02, abs=0.005)
    else:
        assert heavy.counted == "times"
        assert cpu_s(heavy) == pytest.approx(truth_s, rel=0.05, abs=0.03)
    assert cpu_s(parts["example.com/apart/light"]) < cpu_s(heavy) / 2
    assert execution.argv == ("go", "test", "-json", "-count=1", "./...")


def test_a_part_ends_as_its_program_ended(tmp_path: Path) -> None:
    for has_groups in (True, False):
        step = Step(("{part}", "/bin/sh", "-c", "kill -s SEGV $$"), str(tmp_path), parts={str(tmp_path): "x"})
        ended = Shell(has_groups=has_groups).execute(step, Silent(), timeout_s=60.0, measuring=Measuring())
        assert (ended.exit_code, ended.signal) == (None, 11)
        step = msgspec.structs.replace(step, argv=("{part}", "/bin/sh", "-c", "exit 7"))
        ended = Shell(has_groups=has_groups).execute(step, Silent(), timeout_s=60.0, measuring=Measuring())
        assert (ended.exit_code, list(ended.parts)) == (7, ["x"])


def test_a_part_knows_nothing_of_it(tmp_path: Path) -> None:
    step = Step(("{part}", "/bin/sh", "-c", "env > seen"), str(tmp_path), parts={str(tmp_path): "x"})
    run(Shell(), step)
    assert "BENCHHUB" not in (tmp_path / "seen").read_text()


@pytest.mark.slow
def test_instructions_are_the_same_each_time(tmp_path: Path) -> None:
    assert shutil.which("valgrind"), "valgrind is needed"
    counts: list[int] = []
    for _ in range(2):
        step = Step(("/bin/sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; /bin/true"), str(tmp_path))
        ended = Shell().execute(step, Silent(), timeout_s=120.0, measuring=Measuring(instructions=True))
        assert ended.is_ok
        assert ended.usage.instructions is not None
        counts.append(ended.usage.instructions)
    assert counts[0] > 1_000_000
    assert counts[0] == pytest.approx(counts[1], rel=0.001)


NO_WAY_BACK = """
from benchhub.plugin.contract import Measuring, Step
from benchhub.probes.group import Group, Homes, find_homes, make_group
from benchhub.runtimes.shell import Shell, watch
class Silent:
    def write(self, stream, data): pass
home, whole = find_homes(), make_group()
if whole is None:
    whole = Group(Homes("/nowhere", None), "/nowhere/there", None)
watch.make_group = lambda: Group(Homes("/nowhere", None), whole.folder, None)
ended = Shell().execute(Step(("sh", "-c", "exit 7"), "/"), Silent(), timeout_s=60.0, measuring=Measuring())
if home is not None:
    open(f"{home.unified}/cgroup.procs", "w").write("0")
    whole.close()
print(ended.exit_code, ended.usage.counted)
"""


def test_where_there_is_no_way_back_out_of_a_group_the_program_is_run_and_counted_by_wait4() -> None:
    said = subprocess.run([sys.executable, "-c", NO_WAY_BACK], check=True, capture_output=True, text=True)
    assert said.stdout.split() == ["7", "wait4"]


def may_make_groups() -> bool:
    group = make_group()
    if group is not None:
        group.close()
    return group is not None
