"""The machine: what makes its numbers noisy, now and always.

Source: what each line advises is measured in the literature or documented by the kernel: "Producing wrong data without
doing anything obviously wrong!" (Mytkowicz et al., 2009) on layout, Documentation/accounting/psi.rst on pressure,
proc_stat(5) on steal.
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchhub.flows.doctor.diagnosis import Diagnosis
from benchhub.probes.machine import WALL_S_MIN, Moment, moment
from benchhub.workspace.cgroup import read_text
from benchhub.workspace.environment import disturbances, learn_environment
from benchhub.workspace.machine import learn_machine
from benchhub.workspace.settings import Settings

LOAD_PER_CPU_MAX = 0.25
PRESSURE_PERCENT_MAX = 5.0
STEAL_PERCENT_MAX = 1.0
GOOD_CLOCKS = frozenset({"tsc", "arch_sys_counter", "kvm-clock", "hyperv_clocksource_tsc_page", "timebase"})
"""Read without a call into the kernel."""

WHY_NEIGHBOURS = "what else runs takes time, cache and memory bandwidth from what is measured, now more, now less"


def look_at_machine(
    settings: Settings, environ: Mapping[str, str], *, since: Moment, root: str = "/"
) -> Iterator[Diagnosis]:
    """Yield what makes numbers noisy.

    Args:
        settings: For the machine's name and class.
        environ: Likewise.
        since: An earlier look at the machine: what was taken away is seen between two.
        root: Where ``proc`` and ``sys`` are.
    """
    machine = learn_machine(settings, environ, root)
    facts = learn_environment(None, {}, environ={}, root=root).facts
    now = disturbances(root)
    cpus = os.cpu_count() or 1
    yield _load(now.get("load1"), cpus)
    yield _pressure(now.get("pressure_cpu_percent"))
    yield _steal(since, cpus, root)
    yield _cpus(machine.machine_class.cores, cpus, facts)
    yield _governor(facts.get("governor"), machine.machine_class.virtualisation)
    yield _turbo(facts.get("turbo"), machine.machine_class.virtualisation)
    yield _smt(facts.get("smt"))
    yield _layout(facts.get("aslr"))
    yield _virtualisation(machine.machine_class.virtualisation)
    yield _clock(read_text(root, "sys/devices/system/clocksource/clocksource0/current_clocksource").strip())
    yield from _battery(Path(root))


def _not_told(name: str, why: str) -> Diagnosis:
    return Diagnosis("machine", name, "unknown", why if sys.platform == "linux" else f"{sys.platform} does not tell")


def _load(load1: str | None, cpus: int) -> Diagnosis:
    if load1 is None:
        return _not_told("load", "there is no /proc/loadavg")
    what = f"{load1} over the last minute, on {cpus} CPUs"
    if float(load1) <= LOAD_PER_CPU_MAX * cpus:
        return Diagnosis("machine", "load", "ok", what)
    return Diagnosis("machine", "load", "advice", what, WHY_NEIGHBOURS, "see with `top` who it is, and wait or stop it")


def _pressure(percent: str | None) -> Diagnosis:
    if percent is None:
        return _not_told("pressure", "there is no /proc/pressure: before Linux 4.20, or booted without psi=1")
    what = f"tasks waited for a CPU {percent} % of the last ten seconds"
    if float(percent) <= PRESSURE_PERCENT_MAX:
        return Diagnosis("machine", "pressure", "ok", what)
    return Diagnosis("machine", "pressure", "advice", what, WHY_NEIGHBOURS, "wait until it is quiet, or run elsewhere")


def _steal(since: Moment, cpus: int, root: str) -> Diagnosis:
    now = moment(root)
    if since.stolen_s is None or now.stolen_s is None:
        return _not_told("steal", "there is no /proc/stat, or it does not count it")
    left_s = WALL_S_MIN - (now.at_s - since.at_s)
    if left_s > 0:
        time.sleep(left_s)
        now = moment(root)
    percent = 100 * ((now.stolen_s or since.stolen_s) - since.stolen_s) / (now.at_s - since.at_s) / cpus
    what = f"{percent:.1f} % of CPU time went to other machines just now"
    if percent <= STEAL_PERCENT_MAX:
        return Diagnosis("machine", "steal", "ok", what)
    why = "the hypervisor gave our CPUs to somebody else while we believed that we ran"
    return Diagnosis("machine", "steal", "advice", what, why, "take several runs apart in time, or CPUs of your own")


def _cpus(usable: int | None, cpus: int, facts: Mapping[str, str]) -> Diagnosis:
    quota = facts.get("cpu_quota")
    isolated = f"; isolated: {facts['isolated_cpus']}" if facts.get("isolated_cpus") else ""
    what = f"{usable or '?'} of {cpus} may be used{f', {quota} by quota' if quota else ''}{isolated}"
    if quota is None:
        return Diagnosis("machine", "CPUs", "ok", what)
    why = "above a quota everything stands still until the next period, usually of 100 ms: a jump in what is measured"
    return Diagnosis("machine", "CPUs", "advice", what, why, "run with a quota of whole CPUs and threads to match")


def _governor(governor: str | None, virtualisation: str | None) -> Diagnosis:
    if governor is None:
        return _not_told("governor", _no_frequency(virtualisation))
    if governor == "performance":
        return Diagnosis("machine", "governor", "ok", governor)
    why = "the clock rate follows the load: the first samples are slow, and short ones slower than long ones"
    todo = "sudo cpupower frequency-set -g performance"
    return Diagnosis("machine", "governor", "advice", governor, why, todo)


def _turbo(turbo: str | None, virtualisation: str | None) -> Diagnosis:
    if turbo is None:
        return _not_told("turbo", _no_frequency(virtualisation))
    if turbo == "off":
        return Diagnosis("machine", "turbo", "ok", "off")
    why = "the clock rate depends on how warm the CPU is and on how many cores work"
    todo = "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo, or 0 into …/cpu/cpufreq/boost"
    return Diagnosis("machine", "turbo", "advice", "on", why, todo)


def _no_frequency(virtualisation: str | None) -> str:
    if virtualisation in {None, "none"}:
        return "the kernel has no driver for the clock rate"
    return f"a virtual machine ({virtualisation}) does not see the clock rate"


def _smt(smt: str | None) -> Diagnosis:
    if smt is None:
        return _not_told("SMT", "the kernel does not tell")
    if smt != "on":
        return Diagnosis("machine", "SMT", "ok", {"off": "off", "forceoff": "off"}.get(smt, "this CPU has none"))
    why = "two threads share a core: what the other one does shows in what is measured"
    todo = "echo off | sudo tee /sys/devices/system/cpu/smt/control, or leave the siblings idle"
    return Diagnosis("machine", "SMT", "advice", "on", why, todo)


def _layout(aslr: str | None) -> Diagnosis:
    if aslr is None:
        return _not_told("ASLR", "the kernel does not tell")
    if aslr != "0":
        what = "on: each process has a layout of its own; --runs N averages over them"
        return Diagnosis("machine", "ASLR", "ok", what)
    why = "every run has the same layout of memory, and its luck looks like a result"
    return Diagnosis("machine", "ASLR", "advice", "off", why, "sudo sysctl kernel.randomize_va_space=2")


def _virtualisation(virtualisation: str | None) -> Diagnosis:
    if virtualisation is None:
        return _not_told("virtual", "neither CPU nor firmware tell what is below")
    if virtualisation == "none":
        return Diagnosis("machine", "virtual", "ok", "no: bare metal")
    why = "other machines on the same hardware disturb, and hardware counters may be missing"
    todo = "compare runs of the same machine only, several of each, in turn"
    return Diagnosis("machine", "virtual", "advice", f"yes: {virtualisation}", why, todo)


def _clock(source: str) -> Diagnosis:
    resolution_ns = time.get_clock_info("monotonic").resolution * 1e9
    what = f"{source or time.get_clock_info('monotonic').implementation}, resolution {resolution_ns:g} ns"
    if not source or source in GOOD_CLOCKS:
        return Diagnosis("machine", "clock", "ok", what)
    why = "reading it takes a call into the kernel, up to microseconds, in every measurement of something short"
    todo = "echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource, if it is available"
    return Diagnosis("machine", "clock", "advice", what, why, todo)


def _battery(root: Path) -> Iterator[Diagnosis]:
    """Yield a line where there is a power supply: desks with laptops have one, servers do not show it."""
    supplies = sorted(root.glob("sys/class/power_supply/*/online"))
    states = [read_text("/", str(supply)).strip() for supply in supplies]
    if not states:
        return
    if "1" in states:
        yield Diagnosis("machine", "power", "ok", "from the mains")
        return
    why = "on battery the firmware saves power in its own way"
    yield Diagnosis("machine", "power", "advice", "from the battery", why, "plug it in")
