"""What `bh doctor` says of a machine and of its permissions, over files as the kernel writes them."""

from pathlib import Path

import pytest

from benchhub.flows.doctor.diagnosis import Diagnosis
from benchhub.flows.doctor.machine import Ticks, look_at_machine, read_ticks
from benchhub.flows.doctor.permissions import look_at_permissions
from benchhub.plugin.registry import runtime
from benchhub.workspace.settings import Settings

CPU = "sys/devices/system/cpu"
QUIET = {
    "proc/loadavg": "0.00 0.01 0.05 1/123 4567\n",
    "proc/pressure/cpu": "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n",
    "proc/stat": "cpu  100 0 100 9800 0 0 0 0 0 0\n",
    f"{CPU}/cpu0/cpufreq/scaling_governor": "performance\n",
    f"{CPU}/intel_pstate/no_turbo": "1\n",
    f"{CPU}/smt/control": "off\n",
    "proc/sys/kernel/randomize_va_space": "2\n",
    "proc/cpuinfo": "processor : 0\nvendor_id : GenuineIntel\nflags : fpu vme\n",
    "sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
    "sys/class/power_supply/AC/online": "1\n",
}
LOUD = {
    "proc/loadavg": "900.25 0.01 0.05 1/123 4567\n",
    "proc/pressure/cpu": "some avg10=41.50 avg60=0.00 avg300=0.00 total=1\n",
    "proc/stat": "cpu  100 0 100 700 0 0 0 100 0 0\n",
    f"{CPU}/cpu0/cpufreq/scaling_governor": "powersave\n",
    f"{CPU}/intel_pstate/no_turbo": "0\n",
    f"{CPU}/smt/control": "on\n",
    "proc/sys/kernel/randomize_va_space": "0\n",
    "proc/cpuinfo": "processor : 0\nvendor_id : GenuineIntel\nflags : fpu vme hypervisor\n",
    "sys/devices/system/clocksource/clocksource0/current_clocksource": "hpet\n",
    "sys/class/power_supply/AC/online": "0\n",
    "proc/self/cgroup": "0::/\n",
    "sys/fs/cgroup/cpu.max": "150000 100000\n",
}


def write(root: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(root)


def machine(root: str, since: Ticks | None = None) -> dict[str, Diagnosis]:
    return {one.name: one for one in look_at_machine(Settings("bench.db"), {}, since=since, root=root)}


def test_a_quiet_machine_needs_no_advice(tmp_path: Path) -> None:
    found = machine(write(tmp_path, QUIET))
    assert {name: one.what for name, one in found.items() if one.state != "ok"} == {}
    assert {
        "load",
        "pressure",
        "steal",
        "CPUs",
        "governor",
        "turbo",
        "SMT",
        "ASLR",
        "virtual",
        "clock",
        "power",
    } == set(found)


def test_all_that_disturbs_is_advice_with_a_reason_and_a_remedy(tmp_path: Path) -> None:
    found = machine(write(tmp_path, LOUD))
    assert {one.state for one in found.values()} == {"advice"}
    assert all(one.why and one.todo for one in found.values())
    assert found["load"].what.startswith("900.25 ")
    assert "41.50 %" in found["pressure"].what
    assert "10.0 %" in found["steal"].what
    assert "1.5 by quota" in found["CPUs"].what
    assert found["governor"].what == "powersave"


def test_a_machine_that_tells_nothing_says_why_it_is_not_known(tmp_path: Path) -> None:
    found = machine(str(tmp_path))
    unknown = {name for name, one in found.items() if one.state == "unknown"}
    assert {"load", "pressure", "steal", "governor", "turbo", "SMT", "ASLR", "virtual"} == unknown
    assert all(found[name].what for name in unknown)
    assert "power" not in found, "a server has no mains that it knows of"


def test_steal_is_of_now_when_there_was_a_look_before(tmp_path: Path) -> None:
    before = Ticks(all=800, stolen=60)
    found = machine(write(tmp_path, LOUD), since=before)
    assert found["steal"].what == "20.0 % of CPU time went to other machines just now"


@pytest.mark.parametrize("text", ["", "cpu\n", "cpu 1 2 3\n", "intr 1 2 3 4 5 6 7 8\n"])
def test_a_first_line_of_another_form_is_no_count(tmp_path: Path, text: str) -> None:
    assert read_ticks(write(tmp_path, {"proc/stat": text})) is None


def permissions(root: str) -> dict[str, Diagnosis]:
    return {one.name: one for one in look_at_permissions(runtime("shell"), root)}


MOUNT = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n"


def test_a_group_that_may_be_written_counts_exactly(tmp_path: Path) -> None:
    files = {"proc/self/cgroup": "0::/own\n", "proc/self/mountinfo": MOUNT, "sys/fs/cgroup/own/cgroup.procs": ""}
    assert permissions(write(tmp_path, files))["cgroups"].state == "ok"


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({}, "there are none"),
        ({"sys/fs/cgroup/cpu/tasks": "", "proc/self/cgroup": "1:cpu:/\n"}, "version 2 is not mounted"),
        ({"proc/self/cgroup": "0::/own\n", "proc/self/mountinfo": MOUNT}, "is not visible"),
        (
            {"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": MOUNT, "sys/fs/cgroup/x": ""},
            "may not be written",
        ),
    ],
)
def test_without_one_it_is_said_what_is_not_seen(tmp_path: Path, files: dict[str, str], what: str) -> None:
    found = permissions(write(tmp_path, files))["cgroups"]
    assert (found.state, what in found.what) == ("advice", True), found
    assert "grandchild" in found.why


@pytest.mark.parametrize(("said", "state"), [("2", "ok"), ("-1", "ok"), ("4", "advice"), ("", "unknown")])
def test_hardware_counters_are_allowed_up_to_2(tmp_path: Path, said: str, state: str) -> None:
    root = write(tmp_path, {"proc/sys/kernel/perf_event_paranoid": said})
    assert permissions(root)["perf"].state == state
