"""Places: where code lives and what can be run there."""

import pytest

from benchhub.model.place import Project, Repository


@pytest.mark.parametrize(
    ("path", "label", "within"),
    [
        (".", "//a/b:x", "//a/b:x"),
        ("a", "//a:x", "//:x"),
        ("a", "//a/b:x", "//b:x"),
        ("a/b", "//a/b/c/d:x", "//c/d:x"),
        # Its name begins alike, and it lies beside.
        ("a", "//ab:x", "//ab:x"),
        # `BH_PROJECT` says a path, and the workspace is that directory alone.
        ("sorting", "//:x", "//:x"),
    ],
)
def test_a_label_within_a_project_does_not_say_where_the_project_lies(path: str, label: str, within: str) -> None:
    project = Project(Repository("example.com", "them", "thing"), path, "thing")
    assert project.label_within(label) == within
