"""What a pattern of result files means, and what a walk passes over."""

import os
from pathlib import Path

import pytest

from benchhub.flows import file_patterns
from benchhub.flows.file_patterns import find, matches
from benchhub.plugin.contract import Plan


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("junit.xml", "junit.xml"),
        ("TEST-*.xml", "TEST-a b.xml"),
        ("build/**/TEST-*.xml", "build/TEST-a.xml"),
        ("build/**/TEST-*.xml", "build/test-results/test/TEST-a.xml"),
        ("**/new/sample.json", "new/sample.json"),
        ("**/new/sample.json", "group/case/new/sample.json"),
        ("*/surefire-reports/*.xml", "core/surefire-reports/a.xml"),
        ("target/**", "target/a/b"),
        ("a?.json", "a1.json"),
        ("odd[1]+.json", "odd[1]+.json"),
        ("*\n*", "a\nb"),
    ],
)
def test_a_pattern_means_a_path(pattern: str, path: str) -> None:
    assert matches(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("junit.xml", "a/junit.xml"),
        ("*.xml", "a/b.xml"),
        ("build/**/TEST-*.xml", "other/TEST-a.xml"),
        ("build/**/TEST-*.xml", "build/TEST-a.xml.bak"),
        ("**/new/sample.json", "anew/sample.json"),
        ("a?.json", "a/.json"),
        ("odd[1]*", "odd1"),
        ("target/**", "target"),
    ],
)
def test_a_pattern_does_not_mean_a_path(pattern: str, path: str) -> None:
    assert not matches(pattern, path)


def test_the_example_of_the_guide_says_what_it_means() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "writing-a-framework.md").read_text()
    section = guide.partition("## Result files")[2].partition("```python")[2].partition("```")[0]
    made: dict[str, Plan] = {}
    exec(section, made)  # noqa: S102 -- the guide's own code
    plan = made["plan"]
    assert [file.place for file in plan.files] == ["results", "results", "directory"]
    assert all("{results}" in word for word in plan.steps[0].argv[1:])


def test_a_walk_finds_files_and_links_to_files_and_nothing_that_would_never_end(tmp_path: Path) -> None:
    (tmp_path / "out" / "deep").mkdir(parents=True)
    (tmp_path / "out" / ".git").mkdir()
    (tmp_path / "out" / ".git" / "x.xml").touch()
    (tmp_path / "out" / "deep" / "x.xml").touch()
    (tmp_path / "out" / "link.xml").symlink_to(tmp_path / "out" / "deep" / "x.xml")
    (tmp_path / "out" / "nowhere.xml").symlink_to(tmp_path / "gone")
    (tmp_path / "out" / "round").symlink_to(tmp_path / "out")
    os.mkfifo(tmp_path / "out" / "pipe.xml")
    (tmp_path / "out" / "folder.xml").mkdir()
    found = find(tmp_path, ["out/**/*.xml", "out/deep/x.xml", "out/pipe.xml", "not/there.xml", "nor/*.xml"])
    assert found.paths == ("out/deep/x.xml", "out/link.xml")
    assert not found.is_cut


def test_a_walk_that_is_too_long_ends_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_patterns, "VISITED_MAX", 5)
    for number in range(9):
        (tmp_path / f"{number}.xml").touch()
    assert find(tmp_path, ["*.xml"]).is_cut
    assert len(find(tmp_path, ["*.xml"]).paths) == 5
