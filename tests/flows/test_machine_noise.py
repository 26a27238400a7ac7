"""What `bh doctor` says of a machine and of its permissions, over files as the kernel writes them."""

import os
import time
from pathlib import Path

import pytest

from benchhub.flows.doctor.diagnosis import Diagnosis
from benchhub.flows.doctor.machine import look_at_machine
from benchhub.flows.doctor.permissions import look_at_permissions, without_group
from benchhub.plugin.registry import runtime
from benchhub.probes.group import NAME, Homes, find_homes
from benchhub.probes.machine import Moment, moment
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


def machine(root: str, since: Moment | None = None) -> dict[str, Diagnosis]:
    found = look_at_machine(Settings("bench.db"), {}, since=since or moment(root), root=root)
    return {one.name: one for one in found}


def a_second_ago(*, stolen_s: float | None) -> Moment:
    return Moment(time.monotonic() - 1, 0.0, stolen_s)


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
    found = machine(write(tmp_path, LOUD), a_second_ago(stolen_s=0))
    assert {one.state for one in found.values()} == {"advice"}
    assert all(one.why and one.todo for one in found.values())
    assert found["load"].what.startswith("900.25 ")
    assert "41.50 %" in found["pressure"].what
    assert "1.5 by quota" in found["CPUs"].what
    assert found["governor"].what == "powersave"


def test_a_machine_that_tells_nothing_says_why_it_is_not_known(tmp_path: Path) -> None:
    found = machine(str(tmp_path))
    unknown = {name for name, one in found.items() if one.state == "unknown"}
    assert {"load", "pressure", "steal", "governor", "turbo", "SMT", "ASLR", "virtual"} == unknown
    assert all(found[name].what for name in unknown)
    assert "power" not in found, "a server has no mains that it knows of"


def test_steal_is_what_was_taken_between_two_looks(tmp_path: Path) -> None:
    root = write(tmp_path, LOUD)
    assert machine(root, moment(root))["steal"].what.startswith("0.0 %")
    assert machine(root, a_second_ago(stolen_s=None))["steal"].state == "unknown"


def permissions(root: str) -> dict[str, Diagnosis]:
    return {one.name: one for one in look_at_permissions(runtime("shell"), root)}


def test_control_groups_are_tried_and_leave_nothing_behind(tmp_path: Path) -> None:
    def groups() -> set[Path]:
        homes = find_homes()
        return set(Path(homes.unified).glob(f"{NAME}{os.getpid()}-*") if homes else ())

    before = groups()
    found = permissions(str(tmp_path))["cgroups"]
    assert found.state in {"ok", "advice"}
    assert groups() <= before


def test_without_one_it_is_said_what_is_not_seen(tmp_path: Path) -> None:
    told = [without_group(homes) for homes in (None, Homes(str(tmp_path), None), Homes(str(tmp_path / "x"), None))]
    assert all(words in one.what for words, one in zip(("not mounted", "may not be", "is not here"), told, strict=True))
    assert all("grandchild" in one.why and one.todo for one in told)


@pytest.mark.parametrize(("said", "state"), [("2", "ok"), ("-1", "ok"), ("4", "advice"), ("", "unknown")])
def test_hardware_counters_are_allowed_up_to_2(tmp_path: Path, said: str, state: str) -> None:
    root = write(tmp_path, {"proc/sys/kernel/perf_event_paranoid": said})
    assert permissions(root)["perf"].state == state
