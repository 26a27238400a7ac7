"""The machine: its name, and what makes it comparable with another."""

import os
import sys
from collections.abc import Mapping
from math import ceil, log2

from benchhub.model.circumstance import Machine, MachineClass
from benchhub.workspace.cgroup import Limits, read_limits, read_text
from benchhub.workspace.cpu import Cpu, parse_cpuinfo
from benchhub.workspace.runner import runner_label
from benchhub.workspace.settings import Settings


def learn_machine(settings: Settings, environ: Mapping[str, str], root: str = "/") -> Machine:
    """Return the machine that this process runs on.

    Args:
        settings: Name and runner may be given there.
        environ: For what a CI system says.
        root: Where ``proc`` and ``sys`` are.
    """
    name = (settings.machine or os.uname().nodename or None) if settings.keep_hostname else None
    cpu = _sysctl_cpu() if sys.platform == "darwin" else parse_cpuinfo(read_text(root, "proc/cpuinfo"))
    limits = read_limits(root)
    return Machine(
        name,
        MachineClass(
            architecture=os.uname().machine,
            cpu_vendor=cpu.vendor,
            cpu_model_name=cpu.model_name,
            cpu_family=cpu.family,
            cpu_model=cpu.model,
            cpu_stepping=cpu.stepping,
            cores=usable_cores(limits),
            memory_bytes=_memory_bytes(root, limits),
            virtualisation=virtualisation(cpu, root),
            runner=settings.runner or runner_label(environ),
        ),
    )


def usable_cores(limits: Limits) -> int | None:
    """Return how many CPUs this process may use: by affinity, and by quota rounded up."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if allowed is None or limits.cpus is None:
        return allowed
    return min(allowed, max(1, ceil(limits.cpus)))


def _memory_bytes(root: str, limits: Limits) -> int | None:
    whole = total_memory_bytes(read_text(root, "proc/meminfo")) or _physical_bytes()
    usable = [size for size in (whole, limits.memory_bytes) if size]
    return rounded_to_power_of_two(min(usable)) if usable else None


def total_memory_bytes(meminfo: str) -> int | None:
    """Return ``MemTotal`` of ``/proc/meminfo``."""
    for line in meminfo.splitlines():
        name, _, value = line.partition(":")
        words = value.split()
        if name == "MemTotal" and words and words[0].isdigit():
            return int(words[0]) * 1024
    return None


def _physical_bytes() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None


def rounded_to_power_of_two(size: int) -> int:
    """Return the nearest power of two by ratio: firmware takes a different bit from each machine of a kind."""
    return 1 << round(log2(size))


_HYPERVISORS = {
    "amazon ec2": "amazon",
    "google": "google",
    "qemu": "kvm",
    "kvm": "kvm",
    "openstack": "kvm",
    "digitalocean": "kvm",
    "vmware": "vmware",
    "virtualbox": "virtualbox",
    "innotek": "virtualbox",
    "xen": "xen",
    "microsoft corporation virtual machine": "hyperv",
    "bochs": "bochs",
    "parallels": "parallels",
    "apple virtualization": "apple",
    "firecracker": "firecracker",
}
"""What the firmware calls itself, in lower case, to who is below us."""


def virtualisation(cpu: Cpu, root: str = "/") -> str | None:
    """Return what the machine runs on: ``kvm``, ``vm`` when nobody names itself, ``none`` on bare metal.

    ``None`` where neither the CPU nor the firmware tells.
    """
    if "microsoft" in read_text(root, "proc/sys/kernel/osrelease").lower():
        return "wsl"
    if cpu.is_virtual is False:
        return "none"  # Cloud firmware says "Amazon EC2" on bare metal as well.
    dmi = [read_text(root, f"sys/class/dmi/id/{name}").strip() for name in ("sys_vendor", "product_name")]
    said = " ".join(dmi).lower()
    if cpu.is_virtual is None and ".metal" in said:
        return "none"
    found = next((name for word, name in _HYPERVISORS.items() if word in said), None)
    return found or read_text(root, "sys/hypervisor/type").strip() or ("vm" if cpu.is_virtual else None)


def _sysctl_cpu() -> Cpu:
    """Ask the kernel of macOS, which has no files for it."""
    return Cpu(
        vendor=_sysctl("machdep.cpu.vendor") or "Apple",
        model_name=_sysctl("machdep.cpu.brand_string"),
        family=_sysctl("machdep.cpu.family"),
        model=_sysctl("machdep.cpu.model"),
        stepping=_sysctl("machdep.cpu.stepping"),
    )


def _sysctl(name: str) -> str | None:
    """Return a text or a small number that the kernel knows by ``name``."""
    import ctypes  # noqa: PLC0415 -- on macOS only

    libc = ctypes.CDLL(None)
    size = ctypes.c_size_t(256)
    buffer = ctypes.create_string_buffer(size.value)
    if libc.sysctlbyname(name.encode(), buffer, ctypes.byref(size), None, 0) != 0:
        return None
    data = buffer.raw[: size.value]
    is_number = len(data) == ctypes.sizeof(ctypes.c_int) and not data.rstrip(b"\0").isalnum()
    return str(int.from_bytes(data, sys.byteorder)) if is_number else data.rstrip(b"\0").decode("utf-8", "replace")
