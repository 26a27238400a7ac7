"""Where a remote's URL leads."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchhub.workspace.remote import Remote, parse_remote

GITHUB = Remote("github.com", "them", "thing")


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/them/thing",
        "https://github.com/them/thing.git",
        "https://github.com/them/thing/",
        "http://github.com/them/thing",
        "https://user:ghp_secret@github.com/them/thing.git",
        "https://user:p@ss@github.com/them/thing.git",
        "https://GitHub.com/them/thing.git",
        "https://github.com:443/them/thing.git",
        "git@github.com:them/thing.git",
        "github.com:them/thing.git",
        "ssh://git@github.com/them/thing.git",
        "ssh://git@ssh.github.com:443/them/thing.git",
        "git://github.com/them/thing.git",
        "git+ssh://git@github.com/them/thing",
        " https://github.com/them/thing.git\n",
        "https://github.com/them/thing.git?ref=main",
    ],
)
def test_every_way_to_a_repository_is_the_same_repository(url: str) -> None:
    assert parse_remote(url) == GITHUB


@pytest.mark.parametrize(
    ("url", "remote"),
    [
        ("https://gitlab.com/group/sub/thing.git", Remote("gitlab.com", "group/sub", "thing")),
        ("git@ssh.dev.azure.com:v3/org/project/thing", Remote("dev.azure.com", "org/project", "thing")),
        ("https://org@dev.azure.com/org/project/_git/thing", Remote("dev.azure.com", "org/project", "thing")),
        ("ssh://git@[2001:db8::1]:22/them/thing.git", Remote("2001:db8::1", "them", "thing")),
        ("https://git.example.com/thing.git", Remote("git.example.com", "", "thing")),
        ("/srv/git/thing.git", Remote("local", "srv/git", "thing")),
        ("file:///srv/git/thing/.git", Remote("local", "srv/git", "thing")),
        ("../thing", Remote("local", "", "thing")),
        ("C:\\code\\thing", Remote("local", "C:/code", "thing")),
    ],
)
def test_other_places(url: str, remote: Remote) -> None:
    assert parse_remote(url) == remote


@pytest.mark.parametrize("url", ["", "/", "https://github.com", "https://github.com/", ".."])
def test_what_leads_nowhere_is_none(url: str) -> None:
    assert parse_remote(url) is None


@settings(deadline=None)
@given(st.text(max_size=30))
@example("\n0")
def test_no_text_makes_it_raise_or_lets_a_password_through(text: str) -> None:
    remote = parse_remote(f"https://user:{'s3cret'}@host.example/{text}")
    if remote is not None:
        assert "s3cret" not in f"{remote.host}{remote.owner}"
