"""What `bh new-framework` writes works at once: installed as its author would, it passes its tests and is found."""

import subprocess
import sys
from pathlib import Path

import pytest
from stranger_place import Place

pytestmark = pytest.mark.slow

NAME = "sort-tool"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a fresh environment with the package in it, as pip installs it from its folder, without a network."""
    place = Place(tmp_path_factory.mktemp("author"))
    place.bh("new-framework", NAME)
    place.pip("install", "--no-deps", "--no-build-isolation", "--editable", str(package(place)))
    (place.work / f"{NAME}.cfg").touch()
    return place


def package(place: Place) -> Path:
    return place.work / f"benchhub-{NAME}"


def run(place: Place, *argv: str) -> str:
    done = subprocess.run(argv, cwd=package(place), env=place.env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_passes_its_own_tests(place: Place) -> None:
    passed = run(place, str(place.python), "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert "failed" not in passed
    assert " passed" in passed


def test_it_is_found_detects_and_reads_its_example(place: Place) -> None:
    assert f"//:{NAME} " in place.bh("list")
    parsed = place.bh("parse", str(package(place) / "tests" / "captured" / "two-rounds" / "stdout.txt"))
    assert "sort" in parsed
    assert "merge" in parsed


def test_it_is_well_typed(place: Place) -> None:
    run(place, sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(place.root / "mypy"), "src", "tests")


def test_its_author_can_change_it_without_installing_it_again(place: Place) -> None:
    code = package(place) / "src" / "benchhub_sort_tool" / "__init__.py"
    code.write_text(code.read_text().replace("rounds: int = 3", "rounds: int = 4"))
    assert "--rounds 4" in place.bh("explain", f":{NAME}")
