"""What each CI system's documented variables say; the values are those of its own documentation or of a real job."""

import json
from pathlib import Path

import pytest

from benchhub.workspace.ci import CiFacts, ci_facts
from benchhub.workspace.remote import Remote

SHA, HEAD, BASE = "a" * 40, "b" * 40, "c" * 40


def test_outside_ci_there_is_nothing() -> None:
    assert ci_facts({"HOME": "/home/ada", "CI": ""}) is None


# -- GitHub ------------------------------------------------------------------------------------------------------------

PUSH = {
    "CI": "true",
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "them/thing",
    "GITHUB_SHA": SHA,
    "GITHUB_REF": "refs/heads/feature/x",
    "GITHUB_REF_NAME": "feature/x",
    "GITHUB_REF_TYPE": "branch",
    "GITHUB_HEAD_REF": "",
    "GITHUB_BASE_REF": "",
}
THEM = Remote("github.com", "them", "thing")
CHANGE = {**PUSH, "GITHUB_REF": "refs/pull/7/merge", "GITHUB_REF_NAME": "7/merge", "GITHUB_HEAD_REF": "fix"}


def with_event(tmp_path: Path, event: object, variables: dict[str, str]) -> dict[str, str]:
    file = tmp_path / "event.json"
    file.write_text(event if isinstance(event, str) else json.dumps(event))
    return {**variables, "GITHUB_EVENT_PATH": str(file)}


def change_event(head_repo: str | None) -> dict[str, object]:
    repo = {"full_name": head_repo} if head_repo else None
    return {
        "pull_request": {"head": {"sha": HEAD, "repo": repo, "user": {"login": "you"}}, "base": {"sha": BASE}},
        "repository": {"full_name": "them/thing", "default_branch": "main"},
    }


def test_github_push() -> None:
    assert ci_facts(PUSH) == CiFacts("github", sha=SHA, branch="feature/x", repository=THEM)


def test_github_tag() -> None:
    variables = {**PUSH, "GITHUB_REF": "refs/tags/v1", "GITHUB_REF_NAME": "v1", "GITHUB_REF_TYPE": "tag"}
    assert ci_facts(variables) == CiFacts("github", sha=SHA, tag="v1", repository=THEM)


def test_github_change_from_the_same_repository(tmp_path: Path) -> None:
    facts = ci_facts(with_event(tmp_path, change_event("them/thing"), CHANGE))
    assert facts == CiFacts(
        "github", sha=SHA, branch="fix", head=HEAD, base=BASE, default_branch="main", repository=THEM
    )
    assert facts.is_about(SHA)
    assert facts.is_about(HEAD)
    assert not facts.is_about(BASE)


@pytest.mark.parametrize("head_repo", ["you/thing", None], ids=["fork", "deleted fork"])
def test_github_change_from_a_fork(tmp_path: Path, head_repo: str | None) -> None:
    facts = ci_facts(with_event(tmp_path, change_event(head_repo), CHANGE))
    assert facts is not None
    assert facts.fork == Remote("github.com", "you", "thing")
    assert facts.repository == THEM


def test_github_enterprise_has_a_host_of_its_own() -> None:
    facts = ci_facts({**PUSH, "GITHUB_SERVER_URL": "https://git.example.com"})
    assert facts is not None
    assert facts.repository == Remote("git.example.com", "them", "thing")


@pytest.mark.parametrize("event", ["", "not json", "[]", '{"pull_request": 3}', '{"pull_request": {"head": null}}'])
def test_an_event_that_is_no_event_says_nothing(tmp_path: Path, event: str) -> None:
    facts = ci_facts(with_event(tmp_path, event, PUSH))
    assert facts == ci_facts(PUSH)
    assert ci_facts({**PUSH, "GITHUB_EVENT_PATH": str(tmp_path / "gone")}) == ci_facts(PUSH)


# -- GitLab ------------------------------------------------------------------------------------------------------------

GITLAB = {
    "CI": "true",
    "GITLAB_CI": "true",
    "CI_SERVER_URL": "https://gitlab.com",
    "CI_PROJECT_PATH": "group/sub/thing",
    "CI_COMMIT_SHA": SHA,
    "CI_DEFAULT_BRANCH": "main",
}


def test_gitlab_branch_and_tag() -> None:
    repository = Remote("gitlab.com", "group/sub", "thing")
    assert ci_facts({**GITLAB, "CI_COMMIT_BRANCH": "fix"}) == CiFacts(
        "gitlab", sha=SHA, branch="fix", default_branch="main", repository=repository
    )
    assert ci_facts({**GITLAB, "CI_COMMIT_TAG": "v1"}) == CiFacts(
        "gitlab", sha=SHA, tag="v1", default_branch="main", repository=repository
    )


def test_gitlab_merged_result_of_a_fork() -> None:
    # The pipeline runs in the fork's project; the change is for another.
    variables = {
        **GITLAB,
        "CI_PROJECT_PATH": "you/thing",
        "CI_MERGE_REQUEST_PROJECT_PATH": "group/sub/thing",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "you/thing",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "fix",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": HEAD,
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": BASE,
    }
    assert ci_facts(variables) == CiFacts(
        "gitlab",
        sha=SHA,
        branch="fix",
        head=HEAD,
        base=BASE,
        default_branch="main",
        repository=Remote("gitlab.com", "group/sub", "thing"),
        fork=Remote("gitlab.com", "you", "thing"),
    )


def test_gitlab_change_that_is_no_merge_has_no_head_of_its_own() -> None:
    variables = {
        **GITLAB,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "fix",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "group/sub/thing",
        "CI_MERGE_REQUEST_PROJECT_PATH": "group/sub/thing",
    }
    facts = ci_facts(variables)
    assert facts is not None
    assert (facts.head, facts.branch, facts.fork) == (None, "fix", None)


# -- others ------------------------------------------------------------------------------------------------------------


def test_buildkite_change_of_a_fork() -> None:
    variables = {
        "CI": "true",
        "BUILDKITE": "true",
        "BUILDKITE_COMMIT": SHA,
        "BUILDKITE_BRANCH": "fix",
        "BUILDKITE_TAG": "",
        "BUILDKITE_REPO": "git@github.com:them/thing.git",
        "BUILDKITE_PULL_REQUEST": "7",
        "BUILDKITE_PULL_REQUEST_REPO": "git://github.com/you/thing.git",
        "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main",
    }
    fork = Remote("github.com", "you", "thing")
    expected = CiFacts("buildkite", sha=SHA, branch="fix", default_branch="main", repository=THEM, fork=fork)
    assert ci_facts(variables) == expected
    without = ci_facts({**variables, "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_PULL_REQUEST_REPO": ""})
    assert without is not None
    assert without.fork is None


def test_circleci_change_of_a_fork() -> None:
    variables = {
        "CI": "true",
        "CIRCLECI": "true",
        "CIRCLE_SHA1": SHA,
        "CIRCLE_BRANCH": "pull/7",
        "CIRCLE_REPOSITORY_URL": "git@github.com:them/thing.git",
    }
    assert ci_facts(variables) == CiFacts("circleci", sha=SHA, branch="pull/7", repository=THEM)
    facts = ci_facts({**variables, "CIRCLE_PR_USERNAME": "you", "CIRCLE_PR_REPONAME": "thing"})
    assert facts is not None
    assert facts.fork == Remote("github.com", "you", "thing")


@pytest.mark.parametrize(
    ("variables", "branch", "tag", "fork"),
    [
        ({"BRANCH_NAME": "main"}, "main", None, None),
        ({"GIT_BRANCH": "origin/main"}, "main", None, None),
        ({"BRANCH_NAME": "v1", "TAG_NAME": "v1"}, None, "v1", None),
        ({"BRANCH_NAME": "PR-7", "CHANGE_BRANCH": "fix"}, "fix", None, None),
        ({"CHANGE_BRANCH": "fix", "CHANGE_FORK": "you"}, "fix", None, Remote("github.com", "you", "thing")),
        ({"CHANGE_BRANCH": "fix", "CHANGE_FORK": "you/other"}, "fix", None, Remote("github.com", "you", "other")),
    ],
)
def test_jenkins(variables: dict[str, str], branch: str | None, tag: str | None, fork: Remote | None) -> None:
    base = {"JENKINS_URL": "https://ci", "GIT_COMMIT": SHA, "GIT_URL": "https://github.com/them/thing.git"}
    expected = CiFacts("jenkins", sha=SHA, branch=branch, tag=tag, repository=THEM, fork=fork)
    assert ci_facts({**base, **variables}) == expected


def test_azure_branch_tag_and_change_of_a_fork() -> None:
    base = {
        "TF_BUILD": "True",
        "BUILD_SOURCEVERSION": SHA,
        "BUILD_REPOSITORY_URI": "https://github.com/them/thing",
        "BUILD_SOURCEBRANCH": "refs/heads/feature/x",
    }
    assert ci_facts(base) == CiFacts("azure", sha=SHA, branch="feature/x", repository=THEM)
    assert ci_facts({**base, "BUILD_SOURCEBRANCH": "refs/tags/v1"}) == CiFacts(
        "azure", sha=SHA, tag="v1", repository=THEM
    )
    change = {
        **base,
        "BUILD_SOURCEBRANCH": "refs/pull/7/merge",
        "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/fix",
        "SYSTEM_PULLREQUEST_SOURCECOMMITID": HEAD,
        "SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI": "https://github.com/you/thing",
        "SYSTEM_PULLREQUEST_ISFORK": "True",
    }
    assert ci_facts(change) == CiFacts(
        "azure", sha=SHA, branch="fix", head=HEAD, repository=THEM, fork=Remote("github.com", "you", "thing")
    )
    same = ci_facts({**change, "SYSTEM_PULLREQUEST_ISFORK": "False"})
    assert same is not None
    assert same.fork is None


@pytest.mark.parametrize(
    "variables",
    [
        {"CI_COMMIT_SHA": SHA, "CI_COMMIT_BRANCH": "main"},
        {"DRONE_COMMIT_SHA": SHA, "DRONE_BRANCH": "main"},
        {"TRAVIS_COMMIT": SHA, "TRAVIS_BRANCH": "main"},
        {"BITBUCKET_COMMIT": SHA, "BITBUCKET_BRANCH": "main"},
    ],
)
def test_others_are_read_by_the_names_that_they_share(variables: dict[str, str]) -> None:
    assert ci_facts({"CI": "true", **variables}) == CiFacts("ci", sha=SHA, branch="main")


def test_a_ci_that_says_nothing_is_about_no_commit() -> None:
    facts = ci_facts({"CI": "true"})
    assert facts is not None
    assert not facts.is_about(SHA)
