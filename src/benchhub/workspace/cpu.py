"""What a CPU is, from what the kernel says of it; pure."""

import msgspec


class Cpu(msgspec.Struct, frozen=True):
    """A CPU, in the kernel's words; ``None`` where it is silent.

    Attributes:
        vendor: ``GenuineIntel``; the name of an implementer where the kernel has a number.
        model_name: ``AMD EPYC 7763 64-Core Processor``.
        family: A number as text.
        model: A number as text; several joined by ``+`` where cores differ.
        stepping: A number as text, or ``r3p1``.
        is_virtual: The CPU says that a hypervisor is below; ``None`` where CPUs do not say.
        microcode: Its version.
    """

    vendor: str | None = None
    model_name: str | None = None
    family: str | None = None
    model: str | None = None
    stepping: str | None = None
    is_virtual: bool | None = None
    microcode: str | None = None


def parse_cpuinfo(text: str) -> Cpu:
    """Return what ``/proc/cpuinfo`` says; each architecture has keys of its own.

    A last block that is cut off does no harm: what all cores share stands in the first.
    """
    blocks = [_block(lines) for lines in text.split("\n\n") if lines.strip()]
    facts: dict[str, str] = {}
    for block in reversed(blocks):
        facts.update(block)  # The first block wins; ARM and POWER say some things once, at the end.
    if "vendor_id" in facts and "flags" in facts:
        return _x86(facts)
    if "CPU implementer" in facts:
        return _arm(facts, blocks)
    return _other(facts)


def _block(lines: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, _, value in pairs if value.strip()}


def _x86(facts: dict[str, str]) -> Cpu:
    return Cpu(
        vendor=facts["vendor_id"],
        model_name=_spaced(facts.get("model name")),
        family=facts.get("cpu family"),
        model=facts.get("model"),
        stepping=facts.get("stepping"),
        is_virtual="hypervisor" in facts["flags"].split(),
        microcode=facts.get("microcode"),
    )


_ARM_IMPLEMENTERS = {
    "0x41": "ARM",
    "0x42": "Broadcom",
    "0x43": "Cavium",
    "0x46": "Fujitsu",
    "0x48": "HiSilicon",
    "0x4e": "NVIDIA",
    "0x50": "APM",
    "0x51": "Qualcomm",
    "0x53": "Samsung",
    "0x56": "Marvell",
    "0x61": "Apple",
    "0x69": "Intel",
    "0x6d": "Microsoft",
    "0x70": "Phytium",
    "0xc0": "Ampere",
}
"""Source: ``arch/arm64/include/asm/cputype.h`` of Linux."""

_ARM_PARTS = {
    "0xd03": "Cortex-A53",
    "0xd07": "Cortex-A57",
    "0xd08": "Cortex-A72",
    "0xd0b": "Cortex-A76",
    "0xd0c": "Neoverse-N1",
    "0xd40": "Neoverse-V1",
    "0xd49": "Neoverse-N2",
    "0xd4f": "Neoverse-V2",
}
"""Source: as above; the number is kept beside the name, so that an unknown one is told apart too."""


def _arm(facts: dict[str, str], blocks: list[dict[str, str]]) -> Cpu:
    parts = sorted({block["CPU part"] for block in blocks if "CPU part" in block})
    implementer = facts["CPU implementer"]
    is_arm = implementer == "0x41"
    names = "+".join(_ARM_PARTS[part] for part in parts if part in _ARM_PARTS) if is_arm else ""
    variant, revision = facts.get("CPU variant"), facts.get("CPU revision")
    return Cpu(
        vendor=_ARM_IMPLEMENTERS.get(implementer, implementer),
        model_name=_spaced(facts.get("model name")) or names or None,
        family=facts.get("CPU architecture"),
        model="+".join(parts) or None,
        stepping=f"r{int(variant, 16)}p{revision}" if variant and revision else None,
    )


def _other(facts: dict[str, str]) -> Cpu:
    """Read POWER (``cpu``, ``revision``), RISC-V (``mvendorid``, ``marchid``, ``mimpid``) and what looks like them."""
    return Cpu(
        vendor=facts.get("vendor_id") or facts.get("mvendorid"),
        model_name=_spaced(facts.get("cpu") or facts.get("model name") or facts.get("uarch")),
        family=facts.get("cpu family"),
        model=facts.get("marchid") or facts.get("isa"),
        stepping=facts.get("revision") or facts.get("mimpid"),
    )


def _spaced(text: str | None) -> str | None:
    return " ".join(text.split()) if text else None
