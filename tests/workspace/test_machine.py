"""The machine, its class, and what makes two comparable."""

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchhub.workspace.cgroup import Limits, read_limits
from benchhub.workspace.cpu import Cpu, parse_cpuinfo
from benchhub.workspace.machine import (
    learn_machine,
    rounded_to_power_of_two,
    total_memory_bytes,
    usable_cores,
    virtualisation,
)
from benchhub.workspace.runner import runner_label
from benchhub.workspace.settings import Settings

INTEL = """\
processor	: 0
vendor_id	: GenuineIntel
cpu family	: 6
model		: 154
model name	: 12th Gen Intel(R)  Core(TM) i7-1260P
stepping	: 3
microcode	: 0x434
cpu MHz		: 2500.000
flags		: fpu vme de pse

processor	: 1
vendor_id	: GenuineIntel
cpu family	: 6
model		: 154
model name	: 12th Gen Intel(R)  Core(TM) i7-1260P
stepping	: 3
microcode	: 0x434
cpu MHz		: 400.000
flags		: fpu vme de pse

"""
AMD_VM = """\
processor	: 0
vendor_id	: AuthenticAMD
cpu family	: 25
model		: 1
model name	: AMD EPYC 7763 64-Core Processor
stepping	: 1
flags		: fpu vme hypervisor lahf_lm
"""
GRAVITON = """\
processor	: 0
BogoMIPS	: 243.75
Features	: fp asimd
CPU implementer	: 0x41
CPU architecture: 8
CPU variant	: 0x3
CPU part	: 0xd0c
CPU revision	: 1

"""
BIG_LITTLE = """\
processor	: 0
CPU implementer	: 0x41
CPU architecture: 8
CPU variant	: 0x0
CPU part	: 0xd03
CPU revision	: 4

processor	: 1
CPU implementer	: 0x41
CPU architecture: 8
CPU variant	: 0x0
CPU part	: 0xd08
CPU revision	: 2

Hardware	: Some Board
Revision	: a02082
Serial		: 00000000deadbeef
"""
OLD_ARM = """\
processor	: 0
model name	: ARMv7 Processor rev 4 (v7l)
CPU implementer	: 0x41
CPU architecture: 7
CPU variant	: 0x0
CPU part	: 0xd03
CPU revision	: 4
"""
APPLE = """\
processor	: 0
CPU implementer	: 0x61
CPU architecture: 8
CPU variant	: 0x1
CPU part	: 0x022
CPU revision	: 1
"""
POWER = """\
processor	: 0
cpu		: POWER9 (architected), altivec supported
clock		: 2500.000000MHz
revision	: 2.2 (pvr 004e 1202)

timebase	: 512000000
platform	: pSeries
"""
RISCV = """\
processor	: 0
hart		: 2
isa		: rv64imafdc
mmu		: sv39
uarch		: sifive,u74-mc
mvendorid	: 0x489
marchid		: 0x8000000000000007
mimpid		: 0x4210427
"""


@pytest.mark.parametrize(
    ("text", "cpu"),
    [
        (
            INTEL,
            Cpu("GenuineIntel", "12th Gen Intel(R) Core(TM) i7-1260P", "6", "154", "3", False, "0x434"),  # noqa: FBT003
        ),
        (AMD_VM, Cpu("AuthenticAMD", "AMD EPYC 7763 64-Core Processor", "25", "1", "1", True)),  # noqa: FBT003
        (GRAVITON, Cpu("ARM", "Neoverse-N1", "8", "0xd0c", "r3p1")),
        (BIG_LITTLE, Cpu("ARM", "Cortex-A53+Cortex-A72", "8", "0xd03+0xd08", "r0p4")),
        (OLD_ARM, Cpu("ARM", "ARMv7 Processor rev 4 (v7l)", "7", "0xd03", "r0p4")),
        (APPLE, Cpu("Apple", None, "8", "0x022", "r1p1")),
        (POWER, Cpu(None, "POWER9 (architected), altivec supported", None, None, "2.2 (pvr 004e 1202)")),
        (RISCV, Cpu("0x489", "sifive,u74-mc", None, "0x8000000000000007", "0x4210427")),
        ("", Cpu()),
    ],
    ids=["intel", "amd-vm", "graviton", "big-little", "old-arm", "apple", "power", "riscv", "empty"],
)
def test_what_the_kernel_says_of_a_cpu(text: str, cpu: Cpu) -> None:
    assert parse_cpuinfo(text) == cpu


@settings(deadline=None)
@given(st.text(max_size=200) | st.integers(0, len(INTEL)).map(lambda cut: INTEL[:cut]))
def test_no_text_of_the_kernel_makes_us_raise(text: str) -> None:
    assert isinstance(parse_cpuinfo(text), Cpu)


# -- memory ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kib", "gib"), [(7_900_000, 8), (8_388_608, 8), (16_084_812, 16), (15_800_000, 16), (32_600_000, 32)]
)
def test_machines_whose_firmware_took_a_different_bit_have_the_same_memory(kib: int, gib: int) -> None:
    total = total_memory_bytes(f"MemTotal:       {kib} kB\nMemFree:  12 kB\n")
    assert total == kib * 1024
    assert rounded_to_power_of_two(total) == gib << 30


@settings(deadline=None)
@given(st.integers(1, 1 << 50))
def test_the_nearest_power_of_two_is_never_more_than_half_a_bit_away(size: int) -> None:
    rounded = rounded_to_power_of_two(size)
    assert rounded.bit_count() == 1
    assert 0.7 < rounded / size < 1.42


def test_memory_that_is_not_told_is_none() -> None:
    assert total_memory_bytes("") is None


# -- control groups ----------------------------------------------------------------------------------------------------


def kernel(root: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return str(root)


def test_limits_of_version_2_are_the_narrowest_on_the_way_up(tmp_path: Path) -> None:
    root = kernel(
        tmp_path,
        {
            "proc/self/cgroup": "0::/a/b\n",
            "sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
            "sys/fs/cgroup/a/b/memory.max": "2147483648\n",
            "sys/fs/cgroup/a/cpu.max": "150000 100000\n",
            "sys/fs/cgroup/a/memory.max": "max\n",
        },
    )
    assert read_limits(root) == Limits(1.5, 2 << 30)


def test_limits_within_a_container_are_at_the_mount_point(tmp_path: Path) -> None:
    root = kernel(tmp_path, {"proc/self/cgroup": "0::/../outside\n", "sys/fs/cgroup/cpu.max": "200000 100000\n"})
    assert read_limits(root) == Limits(2.0, None)


def test_limits_of_version_1(tmp_path: Path) -> None:
    root = kernel(
        tmp_path,
        {
            "proc/self/cgroup": "4:memory:/x\n3:cpu,cpuacct:/x\n0::/\n",
            "sys/fs/cgroup/cpu/x/cpu.cfs_quota_us": "50000\n",
            "sys/fs/cgroup/cpu/x/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "9223372036854771712\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824\n",
        },
    )
    assert read_limits(root) == Limits(0.5, 1 << 30)


def test_no_limit_is_none(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "3:cpu:/\n",
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    }
    assert read_limits(kernel(tmp_path, files)) == Limits()
    assert read_limits(str(tmp_path / "nothing")) == Limits()


def test_usable_cores_are_those_of_affinity_and_quota() -> None:
    allowed = len(os.sched_getaffinity(0))
    assert usable_cores(Limits()) == allowed
    assert usable_cores(Limits(cpus=0.25)) == 1
    assert usable_cores(Limits(cpus=allowed - 0.5)) == allowed
    assert usable_cores(Limits(cpus=allowed + 10)) == allowed


# -- virtualisation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("is_virtual", "vendor", "product", "found"),
    [
        (True, "QEMU", "Standard PC", "kvm"),
        (True, "Amazon EC2", "m5.large", "amazon"),
        (False, "Amazon EC2", "c5.metal", "none"),
        (None, "Amazon EC2", "m6g.large", "amazon"),
        (None, "Amazon EC2", "m6g.metal", "none"),
        (True, "Google", "Google Compute Engine", "google"),
        (True, "Microsoft Corporation", "Virtual Machine", "hyperv"),
        (False, "Microsoft Corporation", "Surface Laptop", "none"),
        (True, "VMware, Inc.", "VMware7,1", "vmware"),
        (True, "Somebody", "Something", "vm"),
        (None, "Somebody", "Something", None),
    ],
)
def test_who_is_below_us(
    tmp_path: Path,
    is_virtual: bool | None,  # noqa: FBT001
    vendor: str,
    product: str,
    found: str | None,
) -> None:
    files = {"sys/class/dmi/id/sys_vendor": f"{vendor}\n", "sys/class/dmi/id/product_name": f"{product}\n"}
    assert virtualisation(Cpu(is_virtual=is_virtual), kernel(tmp_path, files)) == found


def test_windows_may_be_below_us(tmp_path: Path) -> None:
    root = kernel(tmp_path, {"proc/sys/kernel/osrelease": "5.15.90.1-microsoft-standard-WSL2\n"})
    assert virtualisation(Cpu(is_virtual=True), root) == "wsl"


# -- runners -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "label"),
    [
        ({}, None),
        ({"ImageOS": "ubuntu24"}, None),
        (
            {"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "github-hosted", "ImageOS": "ubuntu24"},
            "github ubuntu24",
        ),
        ({"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "self-hosted", "RUNNER_NAME": "box-7"}, None),
        ({"GITLAB_CI": "true", "CI_RUNNER_TAGS": '["saas-linux-small-amd64"]'}, "gitlab saas-linux-small-amd64"),
        ({"GITLAB_CI": "true", "CI_RUNNER_TAGS": "b, a"}, "gitlab a b"),
        ({"GITLAB_CI": "true", "CI_RUNNER_TAGS": "[]"}, None),
        ({"BUILDKITE": "true", "BUILDKITE_AGENT_META_DATA_QUEUE": "bench"}, "buildkite bench"),
        ({"JENKINS_URL": "https://x", "NODE_NAME": "agent-1", "NODE_LABELS": "linux agent-1 big"}, "jenkins big linux"),
        ({"TF_BUILD": "True", "ImageOS": "ubuntu22"}, "azure ubuntu22"),
    ],
)
def test_the_kind_of_runner_and_never_its_name(environ: dict[str, str], label: str | None) -> None:
    assert runner_label(environ) == label


# -- the whole machine -------------------------------------------------------------------------------------------------


def machine_files(**changes: str) -> dict[str, str]:
    return {
        "proc/cpuinfo": INTEL,
        "proc/meminfo": "MemTotal: 16084812 kB\n",
        "proc/self/cgroup": "0::/\n",
        **changes,
    }


def test_two_laptops_of_one_kind_are_one_class(tmp_path: Path) -> None:
    said = Settings("x.db")
    other = machine_files(
        **{"proc/meminfo": "MemTotal: 15900000 kB\n", "proc/cpuinfo": INTEL.replace("400.0", "800.0")}
    )
    one = learn_machine(said, {}, kernel(tmp_path / "one", machine_files()))
    two = learn_machine(said, {}, kernel(tmp_path / "two", other))
    assert one.machine_class.hash() == two.machine_class.hash()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("proc/cpuinfo", "stepping	: 3", "stepping	: 4"),
        ("proc/cpuinfo", "model		: 154", "model		: 151"),
        ("proc/cpuinfo", "fpu vme", "fpu hypervisor vme"),
        ("proc/meminfo", "16084812", "32084812"),
    ],
)
def test_what_makes_another_class(tmp_path: Path, file: str, old: str, new: str) -> None:
    said = Settings("x.db")
    files = machine_files()
    assert old in files[file]
    one = learn_machine(said, {}, kernel(tmp_path / "one", files))
    two = learn_machine(said, {}, kernel(tmp_path / "two", {**files, file: files[file].replace(old, new)}))
    assert one.machine_class.hash() != two.machine_class.hash()


def test_a_memory_limit_of_a_container_is_its_memory(tmp_path: Path) -> None:
    root = kernel(tmp_path, machine_files(**{"sys/fs/cgroup/memory.max": str(2 << 30)}))
    assert learn_machine(Settings("x.db"), {}, root).machine_class.memory_bytes == 2 << 30


def test_a_configured_name_goes_before_the_host_name() -> None:
    assert learn_machine(Settings("x.db"), {}).name == os.uname().nodename
    assert learn_machine(Settings("x.db", machine="ci-1"), {}).name == "ci-1"


def test_a_name_that_is_switched_off_is_nowhere() -> None:
    machine = learn_machine(Settings("x.db", machine="ci-1", keep_hostname=False), {})
    assert machine.name is None
    assert b"ci-1" not in msgspec.json.encode(machine)


def test_a_configured_runner_goes_before_that_of_ci() -> None:
    environ = {"BUILDKITE": "true", "BUILDKITE_AGENT_META_DATA_QUEUE": "bench"}
    assert learn_machine(Settings("x.db"), environ).machine_class.runner == "buildkite bench"
    assert learn_machine(Settings("x.db", runner="big"), environ).machine_class.runner == "big"


def test_this_machine_tells_of_itself() -> None:
    kind = learn_machine(Settings("x.db"), {}).machine_class
    assert kind.architecture == os.uname().machine
    assert kind.cores is not None
    assert 1 <= kind.cores <= (os.cpu_count() or 1)
    assert kind.memory_bytes is not None
    assert kind.memory_bytes.bit_count() == 1
