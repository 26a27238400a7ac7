"""What the stories share."""

from pathlib import Path

import pytest

from stories.go_place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a Go repository that has never heard of BenchHub."""
    return Place(tmp_path)
