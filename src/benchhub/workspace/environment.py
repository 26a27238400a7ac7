"""The environment: software facts that a run is kept with, and what disturbs a machine at this moment.

A toolchain and its flags come from the framework's plan and decide the class. Here are the facts that are the same for
every target. Load, memory in use and temperature are no facts of an environment: they differ from run to run, and each
run would have an environment of its own.
"""

import os
import sys
from collections.abc import Iterable, Mapping

from benchhub.model.circumstance import Environment
from benchhub.workspace.cgroup import read_limits, read_text
from benchhub.workspace.cpu import parse_cpuinfo
from benchhub.workspace.mask import mask_variable, mask_variables

ALLOWED = (
    *("CC", "CXX", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "CGO_ENABLED"),
    *("GO386", "GOAMD64", "GOARM", "GOARM64", "GODEBUG", "GOEXPERIMENT", "GOFLAGS", "GOGC", "GOMAXPROCS"),
    *("GOMEMLIMIT", "GOTOOLCHAIN"),
    *("RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUST_MIN_STACK"),
    *("JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "NODE_ENV", "NODE_OPTIONS", "DOTNET_gcServer"),
    *("DOTNET_TieredCompilation", "DOTNET_TieredPGO"),
    *("PYTHONHASHSEED", "PYTHONMALLOC", "PYTHONOPTIMIZE", "PYTHON_GIL", "PYTHON_JIT"),
    *("OMP_NUM_THREADS", "OMP_PROC_BIND", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"),
    *("GLIBC_TUNABLES", "LD_PRELOAD", "MALLOC_ARENA_MAX", "MALLOC_CONF", "LANG", "LC_ALL", "TZ"),
)
"""Variables that are known to change results and are no business of anybody else; more are added by ``allow``."""

VALUE_CHARACTERS_MAX = 1_000


def learn_environment(
    toolchain: str | None,
    class_facts: Mapping[str, str],
    *,
    environ: Mapping[str, str],
    allow: Iterable[str] = (),
    root: str = "/",
) -> Environment:
    """Return the environment of a run.

    Args:
        toolchain: What decides results, from the plan.
        class_facts: What else changes results, from the plan.
        environ: The variables.
        allow: Names of variables to keep beside ``ALLOWED``.
        root: Where ``proc`` and ``sys`` are.
    """
    facts = {**_system_facts(root), **_variables(environ, allow)}
    return Environment(
        os=_os_name(root),
        toolchain=toolchain,
        class_facts=mask_variables(class_facts),
        facts={name: value[:VALUE_CHARACTERS_MAX] for name, value in sorted(facts.items()) if value},
    )


def disturbances(root: str = "/") -> dict[str, str]:
    """Return what disturbs measuring now: load over one minute, and the share of time that tasks wait (``PSI``)."""
    load = read_text(root, "proc/loadavg").split()
    found = {"load1": load[0]} if load else {}
    for kind in ("cpu", "io", "memory"):
        first = read_text(root, f"proc/pressure/{kind}").partition("\n")[0]
        numbers = dict(word.split("=", 1) for word in first.split() if "=" in word)
        if "avg10" in numbers:
            found[f"pressure_{kind}_percent"] = numbers["avg10"]
    return found


def _os_name(root: str) -> str:
    for line in read_text(root, "etc/os-release").splitlines():
        name, _, value = line.partition("=")
        if name == "PRETTY_NAME":
            return value.strip().strip("\"'")
    if sys.platform == "darwin":
        import platform  # noqa: PLC0415 -- on macOS only

        return f"macOS {platform.mac_ver()[0]}"
    return os.uname().sysname


def _system_facts(root: str) -> dict[str, str]:
    limits = read_limits(root)
    cpu = "sys/devices/system/cpu"
    words = {
        "governor": f"{cpu}/cpu0/cpufreq/scaling_governor",
        "energy_preference": f"{cpu}/cpu0/cpufreq/energy_performance_preference",
        "smt": f"{cpu}/smt/control",
        "aslr": "proc/sys/kernel/randomize_va_space",
        "isolated_cpus": f"{cpu}/isolated",
    }
    return {
        "kernel": f"{os.uname().sysname} {os.uname().release}",
        "microcode": parse_cpuinfo(read_text(root, "proc/cpuinfo", bytes_max=8192)).microcode or "",
        "turbo": _turbo(root, cpu),
        "huge_pages": _chosen(read_text(root, "sys/kernel/mm/transparent_hugepage/enabled")),
        "container": _container(root),
        "cpu_quota": "" if limits.cpus is None else f"{limits.cpus:g}",
        "memory_limit_bytes": "" if limits.memory_bytes is None else str(limits.memory_bytes),
        **{name: read_text(root, path).strip() for name, path in words.items()},
    }


def _turbo(root: str, cpu: str) -> str:
    """Return ``on`` or ``off``; drivers say it in one of two ways."""
    if forbidden := read_text(root, f"{cpu}/intel_pstate/no_turbo").strip():
        return "off" if forbidden == "1" else "on"
    allowed = read_text(root, f"{cpu}/cpufreq/boost").strip()
    return {"1": "on", "0": "off"}.get(allowed, "")


def _chosen(text: str) -> str:
    """Return the word in brackets of ``always [madvise] never``."""
    return text.partition("[")[2].partition("]")[0]


def _container(root: str) -> str:
    """Return what kind of container this is, by the marks that container programs leave."""
    if os.path.exists(os.path.join(root, ".dockerenv")):  # noqa: PTH110, PTH118 -- start-up counts
        return "docker"
    if os.path.exists(os.path.join(root, "run/.containerenv")):  # noqa: PTH110, PTH118
        return "podman"
    return ""


def _variables(environ: Mapping[str, str], allow: Iterable[str]) -> dict[str, str]:
    """Return the allowed variables that are set, credentials masked."""
    names = dict.fromkeys([*ALLOWED, *allow])
    return {f"env.{name}": mask_variable(name, environ[name]) for name in names if environ.get(name)}
