"""A command that writes JUnit XML where it likes: what it wrote itself is read, and nothing else."""

from pathlib import Path

import pytest

from stories.go_place import Place

GOOD = '<testsuite name="s"><testcase name="a" time="0.5"/></testsuite>'
BAD = '<testsuite name="t"><testcase name="b"><failure message="no">why</failure></testcase></testsuite>'


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, {"README": "nothing\n"})


def configure(place: Place, script: str, files: str) -> None:
    place.write({"tool.sh": script})
    target = f'[target.t]\nuse = "junit"\nwith = {{ argv = ["sh", "tool.sh", "{{results}}"], files = {files} }}\n'
    place.write({"bh.toml": f"version = 1\n\n{target}"})


def test_all_reports_of_a_run_are_one_run(place: Place) -> None:
    script = f"mkdir -p out/x; echo '{GOOD}' > out/TEST-s.xml; echo '{BAD}' > out/x/TEST-t.xml; exit 3\n"
    configure(place, script, '["out/**/TEST-*.xml"]')
    said = place.bh("run", code=1)
    assert "why" in said.stdout
    rows = place.rows("SELECT suite, test, status, seconds FROM tests ORDER BY test")
    assert [(row["suite"], row["test"], row["status"], row["seconds"]) for row in rows] == [
        ("s", "a", "passed", 0.5),
        ("t", "b", "failed", None),
    ]


def test_a_report_of_an_older_run_is_stale_and_a_missing_one_is_told(place: Place) -> None:
    place.write({"out/TEST-old.xml": BAD})
    configure(place, "exit 0\n", '["out/TEST-*.xml", "other.xml"]')
    said = place.bh("run", code=6)
    assert "stale-result" in said.stdout
    assert "out/TEST-old.xml" in said.stdout
    assert "missing-result" in said.stdout
    assert place.rows("SELECT * FROM tests") == []


def test_the_fresh_directory_may_be_named(place: Place) -> None:
    configure(place, f"echo '{GOOD}' > \"$1/r.xml\"\n", '["{results}/r.xml"]')
    said = place.bh("run")
    assert "1 passed" in said.stdout


def test_a_command_that_only_complains_is_an_error_in_its_own_words(place: Place) -> None:
    configure(place, "echo 'no such module: sort' >&2; exit 2\n", '["{results}/r.xml"]')
    said = place.bh("run", code=6)
    assert "no such module: sort" in said.stdout
