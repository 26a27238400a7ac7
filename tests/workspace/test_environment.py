"""The environment: which facts, which variables, and what is none of it."""

from pathlib import Path

import msgspec

from benchhub.model.circumstance import Environment
from benchhub.workspace.environment import VALUE_CHARACTERS_MAX, disturbances, learn_environment

FILES = {
    "etc/os-release": 'NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    "proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\nmicrocode\t: 0x434\nflags\t\t: fpu\n",
    "proc/loadavg": "1.50 1.20 0.90 2/345 6789\n",
    "proc/pressure/cpu": "some avg10=12.34 avg60=1.00 avg300=0.50 total=1\nfull avg10=0.00 avg60=0.00 total=0\n",
    "proc/self/cgroup": "0::/\n",
    "proc/sys/kernel/randomize_va_space": "2\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "powersave\n",
    "sys/devices/system/cpu/intel_pstate/no_turbo": "0\n",
    "sys/devices/system/cpu/smt/control": "on\n",
    "sys/fs/cgroup/cpu.max": "150000 100000\n",
    "sys/fs/cgroup/memory.max": "1073741824\n",
    "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
}


def kernel(root: Path, **changes: str) -> str:
    for name, text in {**FILES, **changes}.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return str(root)


def learn(root: str, *allow: str, **environ: str) -> Environment:
    return learn_environment("go1.26.8", {"GOGC": "50"}, environ=environ, allow=allow, root=root)


def test_what_the_system_says(tmp_path: Path) -> None:
    environment = learn(kernel(tmp_path))
    assert environment.os == "Debian GNU/Linux 12 (bookworm)"
    facts = dict(environment.facts)
    assert facts.pop("kernel").startswith("Linux ")
    assert facts == {
        "aslr": "2",
        "cpu_quota": "1.5",
        "governor": "powersave",
        "huge_pages": "madvise",
        "memory_limit_bytes": "1073741824",
        "microcode": "0x434",
        "smt": "on",
        "turbo": "on",
    }


def test_toolchain_and_class_facts_are_the_plans(tmp_path: Path) -> None:
    environment = learn(kernel(tmp_path), GOGC="100")
    assert (environment.toolchain, environment.class_facts) == ("go1.26.8", {"GOGC": "50"})


def test_facts_of_the_plan_are_masked_like_variables(tmp_path: Path) -> None:
    """Go is told keys by `-ldflags`, and `go env` says `GOFLAGS` back."""
    facts = {"build_flags": "-ldflags=-X main.apiKey=s3cret", "GOFLAGS": "-ldflags=-X=main.apiKey=s3cret"}
    environment = learn_environment("go1.26.8", facts, environ={}, root=str(tmp_path))
    assert environment.class_facts == {
        "build_flags": "-ldflags=-X main.apiKey=***",
        "GOFLAGS": "-ldflags=-X=main.apiKey=***",
    }


def test_turbo_is_read_in_both_ways(tmp_path: Path) -> None:
    assert (
        learn(kernel(tmp_path / "a", **{"sys/devices/system/cpu/intel_pstate/no_turbo": "1"})).facts["turbo"] == "off"
    )
    changes = {"sys/devices/system/cpu/intel_pstate/no_turbo": "", "sys/devices/system/cpu/cpufreq/boost": "0\n"}
    assert learn(kernel(tmp_path / "b", **changes)).facts["turbo"] == "off"


def test_what_the_system_does_not_say_is_no_fact(tmp_path: Path) -> None:
    facts = learn(str(tmp_path)).facts
    assert set(facts) == {"kernel"}


def test_only_allowed_variables_are_kept(tmp_path: Path) -> None:
    variables = {"GOGC": "50", "CFLAGS": "-O2", "HOME": "/home/ada", "MY_FLAG": "1", "SECRET": "s3cret", "LANG": ""}
    facts = learn(kernel(tmp_path), "MY_FLAG", "NOT_SET", **variables).facts
    kept = {name: value for name, value in facts.items() if name.startswith("env.")}
    assert kept == {"env.GOGC": "50", "env.CFLAGS": "-O2", "env.MY_FLAG": "1"}


def test_an_allowed_variable_is_masked_all_the_same(tmp_path: Path) -> None:
    variables = {
        "MY_TOKEN": "s3cret",
        "JAVA_OPTS": "-Xmx1g -Dpassword=s3cret --token s3cret",
        "PROXY": "http://me:s3cret@host:8080",
    }
    facts = learn(kernel(tmp_path), "MY_TOKEN", "PROXY", **variables).facts
    assert facts["env.JAVA_OPTS"] == "-Xmx1g -Dpassword=*** --token ***"
    assert b"s3cret" not in msgspec.json.encode(facts)


def test_a_long_value_is_cut(tmp_path: Path) -> None:
    facts = learn(kernel(tmp_path), CFLAGS="x" * 5000).facts
    assert len(facts["env.CFLAGS"]) == VALUE_CHARACTERS_MAX


def test_load_makes_no_other_environment(tmp_path: Path) -> None:
    quiet = learn(kernel(tmp_path))
    changes = {"proc/loadavg": "9.99 9 9 1/1 1\n", "proc/pressure/cpu": "some avg10=99.00 avg60=0 avg300=0 total=9\n"}
    assert learn(kernel(tmp_path, **changes)).hash() == quiet.hash()


def test_what_disturbs_now_is_told_apart(tmp_path: Path) -> None:
    assert disturbances(kernel(tmp_path)) == {"load1": "1.50", "pressure_cpu_percent": "12.34"}
    assert disturbances(str(tmp_path / "nothing")) == {}


def test_a_container_is_told_by_its_mark(tmp_path: Path) -> None:
    assert learn(kernel(tmp_path, **{".dockerenv": ""})).facts["container"] == "docker"
