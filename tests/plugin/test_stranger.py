"""A stranger's package, made of nothing but the code in docs/writing-a-framework.md, brings a framework of its own."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from stranger_place import Place

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[2]
GUIDE = (REPOSITORY / "docs" / "writing-a-framework.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def build_wheel(folder: Path) -> Path:
    """Return a wheel of the package in the guide, as a build backend makes it of that pyproject.toml."""
    project = tomllib.loads(blocks("toml")[0])["project"]
    name, version = project["name"].replace("-", "_"), project["version"]
    info = f"{name}-{version}.dist-info"
    groups = project["entry-points"].items()
    lines = [line for group, entries in groups for line in (f"[{group}]", *(f"{k} = {v}" for k, v in entries.items()))]
    files = {
        f"{name}/__init__.py": blocks("python")[0],
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {version}\n"
        + "".join(f"Requires-Dist: {needed}\n" for needed in project["dependencies"]),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "\n".join(lines) + "\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return wheel


def installed(folder: Path) -> Place:
    """Return an environment in which the stranger's package is installed, after `bh` was used there without it."""
    place = Place(folder)
    (place.work / "bench").mkdir()
    (place.work / "bench" / "mytool.cfg").touch()
    assert "no framework `mytool`" in place.bh("parse", "--framework", "mytool", os.devnull, code=2)
    place.pip("install", "--no-deps", str(build_wheel(place.root)))
    return place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return installed(tmp_path_factory.mktemp("stranger"))


def test_it_is_found_at_the_next_command(place: Place) -> None:
    (listed,) = json.loads(place.bh("list", "--json"))
    assert (listed["label"], listed["framework"], listed["from"]) == ("//bench:mytool", "mytool", "detected")


def test_its_targets_run_and_every_number_is_in_its_own_table_and_in_the_common_ones(place: Place) -> None:
    place.bh("run", "//bench:mytool", "--runs", "2", "--with", "rounds=4")
    rounds = [1.5, 2.5, 3.5, 4.5]
    native = place.sql("SELECT run_id, name, seq, ms FROM mytool_results ORDER BY run_id, name, seq")
    assert native == [
        {"run_id": run, "name": name, "seq": seq, "ms": ms}
        for run in (1, 2)
        for name, values in (("merge", [7.0]), ("sort", rounds))
        for seq, ms in enumerate(values)
    ]
    samples = place.sql("SELECT value FROM samples WHERE benchmark = 'sort' AND run_id = 1 ORDER BY i")
    assert [sample["value"] for sample in samples] == [ms / 1e3 for ms in rounds]
    (kept,) = place.sql("SELECT DISTINCT metric, unit, better FROM results WHERE framework = 'mytool'")
    assert kept == {"metric": "time", "unit": "s", "better": "lower"}
    assert {row["text"] for row in place.sql("SELECT text FROM unread_lines")} == {"bye"}
    assert {row["value"] for row in place.sql("SELECT value FROM contexts WHERE key = 'mytool'")} == {"1.0"}


def test_its_output_is_recognised_and_read(place: Place) -> None:
    (place.work / "output.txt").write_text("mytool 1.0\nsort: 12.5\nsort: 13\n")
    parsed = json.loads(place.bh("parse", "output.txt", "--json"))
    (case,) = parsed["cases"]
    assert (parsed["framework"], case["name"]) == ("mytool", "sort")
    assert case["measurements"][0]["samples"] == [0.0125, 0.013]


def test_a_mistyped_option_is_refused_with_those_that_it_knows(place: Place) -> None:
    assert "did you mean `rounds`?" in place.bh("run", "//bench:mytool", "--with", "round=4", code=2)


def test_the_guide_passes_the_suite_that_it_recommends(place: Place) -> None:
    suite = place.root / "suite"
    (suite / "captured" / "two-rounds").mkdir(parents=True)
    (suite / "captured" / "two-rounds" / "stdout.txt").write_text("mytool 1.0\nsort: 1.5\nsort: 2.5\nmerge: 7\nbye\n")
    (suite / "test_mytool.py").write_text(blocks("python")[-1])
    tested = subprocess.run(
        [str(place.python), "-m", "pytest", "-q", "-p", "no:cacheprovider", str(suite)],
        env=place.env,
        cwd=suite,
        check=False,
        capture_output=True,
        text=True,
    )
    assert tested.returncode == 0, tested.stdout
    assert " passed" in tested.stdout


def test_the_guide_is_well_typed(place: Place) -> None:
    (place.root / "benchhub_mytool.py").write_text(blocks("python")[0])
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(place.root / "mypy"), "benchhub_mytool.py"],
        cwd=place.root,
        check=False,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout


def test_it_is_gone_when_it_is_uninstalled(tmp_path: Path) -> None:
    place = installed(tmp_path)
    place.bh("run", "//bench:mytool", "--runs", "2", "--with", "rounds=4")
    place.pip("uninstall", "--yes", "benchhub-mytool")
    assert "no framework `mytool`" in place.bh("parse", "--framework", "mytool", os.devnull, code=2)
    assert place.sql("SELECT count(*) AS count FROM mytool_results") == [{"count": 10}], (
        "what it had kept is still there"
    )
