"""The captures in docs are what the script makes: real terminals, nothing wider than they are."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from docs.capture import CAPTURES, SCENES, WIDTHS, main
from docs.svg import CELL_X, MARGIN

from benchhub.cli.fit import width

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("captures")
    main(folder)
    return folder


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _rows(picture: Path) -> Iterator[tuple[float, str]]:
    """Yield where each text ends, in columns, and the text."""
    for text in ET.parse(picture).getroot().iter(f"{SVG}text"):  # noqa: S314 -- our own
        end = float(text.attrib["x"]) + float(text.attrib["textLength"])
        yield (end - MARGIN) / CELL_X, text.text or ""


def check(folder: Path) -> None:
    for scene in SCENES:
        for columns in WIDTHS:
            rows = list(_rows(folder / f"{scene.name}-{columns}.svg"))
            assert rows, scene.name
            assert all(end <= columns + 0.1 for end, _ in rows), f"{scene.name} is wider than {columns} columns"
    for path in folder.glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert text.strip(), path.name
        assert "\x1b" not in text, path.name
        if "-80-" in path.name:
            assert all(width(line) <= 80 for line in text.splitlines()), path.name
    for name in ("run-midway-80-plain.txt", "run-midway-80.svg"):
        assert "run 2/3" in (folder / name).read_text(encoding="utf-8")
    assert "run 2/3 //go:gobench" not in (folder / "run-end-80-plain.txt").read_text(encoding="utf-8")
    assert "run 2/3" not in (folder / "run-end-piped.txt").read_text(encoding="utf-8")


def test_the_captures_in_docs_are_as_they_should_be() -> None:
    check(CAPTURES)


@pytest.mark.slow
def test_the_script_makes_them(played: Path) -> None:
    check(played)
    assert _names(played) == _names(CAPTURES), "run `make captures`"
