"""Plug-ins are found by entry point, once, and a broken one takes nobody along."""

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchhub.errors import UserError
from benchhub.plugin import registry
from benchhub.plugin.registry import PluginError, frameworks, runtimes

GOOD = """
class Tool:
    name, version, format, options, tables = {name!r}, 1, "text", dict, ()
    def detect(self, tree): return ()
    def plan(self, request): ...
    def read(self, captured, *, logs=False): return iter(())
    def sniff(self, head, name): return 0.0
TOOL = Tool()
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder to install into, the only one that Python looks into beside its own library."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    library = sysconfig.get_path("stdlib")
    own = [path for path in sys.path if path.startswith(library) and "packages" not in path]
    monkeypatch.setattr(sys, "path", [str(folder), *own])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    before = set(sys.modules)
    yield folder
    for module in set(sys.modules) - before:
        del sys.modules[module]  # The next test brings another module of this name.


def install(packages: Path, distribution: str, *, source: str = GOOD, name: str = "", target: str = "") -> None:
    """Install a distribution that brings one framework, as pip leaves it behind."""
    module = distribution.replace("-", "_")
    name = name or module
    (packages / f"{module}.py").write_text(source.format(name=name))
    info = packages / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[benchhub.frameworks]\n{name} = {target or f'{module}:TOOL'}\n")


def uninstall(packages: Path, distribution: str) -> None:
    module = distribution.replace("-", "_")
    (packages / f"{module}.py").unlink()
    shutil.rmtree(packages / f"{module}-1.0.dist-info")


def settle(packages: Path, *, hours: int = 1) -> None:
    """Let the folder look as if nothing had been installed for hours."""
    then = time.time() - 3600 * hours
    os.utime(packages, (then, then))


def cached(packages: Path) -> list[Path]:
    return sorted((packages.parent / "cache").rglob("entry-points-*"))


def test_what_a_package_brings_is_there_under_its_name(packages: Path) -> None:
    install(packages, "stranger")
    assert frameworks().names == ("stranger",)
    assert frameworks()["stranger"].name == "stranger"
    assert registry.framework("stranger").format == "text"


def test_the_built_in_ones_enter_by_the_same_door() -> None:
    brought = {(entry.name, entry.distribution) for entry in registry.entry_points()}
    assert brought >= {(name, "benchhub") for name in ("gotest", "gobench", "command", "hyperfine", "shell")}
    assert frameworks()["command"].name == "command"
    assert runtimes()["shell"].name == "shell"


def test_names_are_told_without_importing_anything(packages: Path) -> None:
    install(packages, "stranger", source="raise SystemError('{name} was imported')")
    found = frameworks()
    assert found.names == ("stranger",)
    assert found.broken == ()


# -- the cache


def test_looking_again_does_not_go_through_the_metadata_of_packages(packages: Path) -> None:
    install(packages, "stranger")
    settle(packages)
    code = (
        "import sys\nfrom benchhub.plugin.registry import frameworks\n"
        "print(sorted(frameworks().names), 'importlib.metadata' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(packages)}
    first, second = (
        subprocess.run(
            [sys.executable, "-c", code], cwd="/", env=environment, check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    )
    assert "'stranger'" in first
    assert (first, second) == (first.replace("False", "True"), first.replace("True", "False"))


def test_a_package_that_is_installed_later_is_found(packages: Path) -> None:
    install(packages, "first")
    settle(packages, hours=2)
    assert frameworks().names == ("first",)
    install(packages, "second")
    settle(packages, hours=1)
    assert frameworks().names == ("first", "second")


def test_a_package_that_was_removed_is_gone(packages: Path) -> None:
    install(packages, "first")
    install(packages, "second")
    settle(packages, hours=2)
    assert frameworks().names == ("first", "second")
    uninstall(packages, "first")
    assert frameworks().names == ("second",)


def test_a_new_folder_on_the_path_is_looked_into(packages: Path, tmp_path: Path) -> None:
    install(packages, "first")
    settle(packages)
    assert frameworks().names == ("first",)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    install(elsewhere, "second")
    settle(elsewhere)
    sys.path.append(str(elsewhere))
    assert frameworks().names == ("first", "second")


def test_a_folder_that_has_just_changed_is_not_trusted_to_stay_so(packages: Path) -> None:
    install(packages, "first")
    frameworks()
    assert cached(packages) == []
    settle(packages)
    frameworks()
    assert len(cached(packages)) == 1


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\x00", b'{"folders": 3}'])
def test_a_broken_cache_is_as_good_as_none(packages: Path, damage: bytes) -> None:
    install(packages, "stranger")
    settle(packages)
    frameworks()
    (path,) = cached(packages)
    path.write_bytes(damage)
    assert frameworks().names == ("stranger",)
    assert path.read_bytes() != damage


@pytest.mark.parametrize("place", ["/proc/nowhere", "/dev/null"])
def test_a_cache_that_cannot_be_written_is_done_without(
    packages: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    install(packages, "stranger")
    settle(packages)
    monkeypatch.setenv("XDG_CACHE_HOME", place)
    assert frameworks().names == ("stranger",)
    assert frameworks().names == ("stranger",)


def test_a_relative_cache_folder_is_ignored_as_the_standard_says(
    packages: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settle(packages)
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    frameworks()
    assert cached(packages) == []
    assert list((tmp_path / "home" / ".cache" / "benchhub").iterdir())


def test_caches_do_not_pile_up(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = list(sys.path)
    for index in range(registry.CACHE_FILES_MAX + 5):
        settle(packages)
        monkeypatch.setattr(sys, "path", [*own, f"/nonexistent/{index}"])
        frameworks()
    assert len(cached(packages)) == registry.CACHE_FILES_MAX


# -- broken ones


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import no_such_module_anywhere", "ModuleNotFoundError: No module named 'no_such_module_anywhere'"),
        ("def broken(:", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("TOOL = object()", "`broken:TOOL` is no framework, it lacks `name`, `version`"),
        ("THING = 1", "AttributeError"),
    ],
)
def test_a_broken_plug_in_is_named_and_the_others_go_on(packages: Path, source: str, why: str) -> None:
    install(packages, "broken", source=source)
    install(packages, "sound")
    found = frameworks()
    assert list(found) == ["sound"]
    assert len(found) == 1
    (broken,) = found.broken
    assert (broken.name, broken.distribution) == ("broken", "broken")
    assert why in broken.why
    with pytest.raises(PluginError) as caught:
        found["broken"]
    assert "the framework `broken` of `broken` cannot be used: " in caught.value.what
    assert why in caught.value.what
    assert isinstance(caught.value, UserError)
    assert caught.value.hint


def test_a_name_that_two_packages_bring_belongs_to_neither(packages: Path) -> None:
    install(packages, "one-tool", name="tool")
    install(packages, "other-tool", name="tool")
    install(packages, "sound")
    found = frameworks()
    assert list(found) == ["sound"]
    with pytest.raises(PluginError, match=r"more than one package brings it: `one-tool` .* and `other-tool`"):
        found["tool"]


def test_a_plug_in_goes_by_the_name_under_which_it_was_installed(packages: Path) -> None:
    install(packages, "stranger", source=GOOD.replace("{name!r}", "'somebody-else'"))
    with pytest.raises(PluginError, match="calls itself `somebody-else`"):
        registry.framework("stranger")


def test_one_package_that_is_installed_twice_is_one(packages: Path, tmp_path: Path) -> None:
    """As in a virtual environment that sees the system's packages: the first on the path counts."""
    install(packages, "stranger")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    install(elsewhere, "stranger", source="raise ValueError('the other one')")
    sys.path.append(str(elsewhere))
    assert frameworks()["stranger"].name == "stranger"


def test_an_unknown_name_is_refused_with_the_nearest_or_with_all(packages: Path) -> None:
    install(packages, "stranger")
    install(packages, "other")
    with pytest.raises(PluginError) as near:
        registry.framework("strangr")
    assert (near.value.what, near.value.hint) == ("no framework `strangr`", "did you mean `stranger`?")
    with pytest.raises(PluginError) as far:
        registry.framework("zzz")
    assert far.value.hint == "known: `other`, `stranger`"


def test_a_plug_in_is_imported_once_and_only_when_it_is_used(packages: Path) -> None:
    noted = packages.parent / "imported"
    source = f"import os\nwith open({str(noted)!r}, 'a') as file: file.write('x')\n" + GOOD
    install(packages, "stranger", source=source)
    found = frameworks()
    assert not noted.exists()
    assert found["stranger"] is found["stranger"]
    assert noted.read_text() == "x"
