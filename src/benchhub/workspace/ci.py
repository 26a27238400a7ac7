"""What a CI system tells about the code that it checked out.

Its variables speak about the repository that started the job, which need not be the one in this directory: whoever
uses them checks first that a commit matches.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from benchhub.workspace.remote import Remote, parse_remote

EVENT_BYTES_MAX = 16 << 20


class CiFacts(msgspec.Struct, frozen=True):
    """What a CI system knows.

    Attributes:
        provider: ``github``, ``gitlab``, ….
        sha: The commit that was checked out.
        head: The head of the change, when ``sha`` may be a synthetic merge.
        base: Where the change starts.
        repository: That the change is for.
        fork: That the change comes from, when it is another one.
    """

    provider: str
    sha: str | None = None
    branch: str | None = None
    tag: str | None = None
    head: str | None = None
    base: str | None = None
    default_branch: str | None = None
    repository: Remote | None = None
    fork: Remote | None = None

    def is_about(self, sha: str) -> bool:
        """Tell whether the facts speak about the commit ``sha``."""
        return sha in {self.sha, self.head}


def ci_facts(environ: Mapping[str, str]) -> CiFacts | None:
    """Return what the CI system around us knows; ``None`` outside CI."""
    for variable, read in _SYSTEMS.items():
        if environ.get(variable):
            return read(environ)
    return None


def _github(environ: Mapping[str, str]) -> CiFacts:
    event = _github_event(environ.get("GITHUB_EVENT_PATH"))
    change = _table(event, "pull_request")
    head, base = _table(change, "head"), _table(change, "base")
    host = (environ.get("GITHUB_SERVER_URL") or "https://github.com").rstrip("/")
    ref, kind = environ.get("GITHUB_REF_NAME"), environ.get("GITHUB_REF_TYPE")
    is_change = environ.get("GITHUB_REF", "").startswith("refs/pull/") or bool(environ.get("GITHUB_HEAD_REF"))
    repository = _remote(host, environ.get("GITHUB_REPOSITORY"))
    # A fork that was deleted has no repository any more, but its owner is still known.
    login = _text(_table(head, "user"), "login")
    same_name = f"{login}/{repository.name}" if login and repository else None
    source = _text(_table(head, "repo"), "full_name") or same_name
    return CiFacts(
        "github",
        sha=environ.get("GITHUB_SHA"),
        branch=(environ.get("GITHUB_HEAD_REF") or None) if is_change else (ref if kind == "branch" else None),
        tag=ref if kind == "tag" else None,
        head=_text(head, "sha"),
        base=_text(base, "sha"),
        default_branch=_text(_table(event, "repository"), "default_branch"),
        repository=repository,
        fork=_other(_remote(host, source), repository),
    )


def _github_event(path: str | None) -> Any:  # noqa: ANN401 -- JSON of somebody else
    if not path:
        return None
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- pathlib is not needed at start-up
            return msgspec.json.decode(file.read(EVENT_BYTES_MAX))
    except (OSError, msgspec.DecodeError):
        return None


def _gitlab(environ: Mapping[str, str]) -> CiFacts:
    host = environ.get("CI_SERVER_URL") or "https://" + environ.get("CI_SERVER_HOST", "gitlab.com")
    target = _remote(host, environ.get("CI_MERGE_REQUEST_PROJECT_PATH") or environ.get("CI_PROJECT_PATH"))
    source = _remote(host, environ.get("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"))
    return CiFacts(
        "gitlab",
        sha=environ.get("CI_COMMIT_SHA"),
        branch=environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME") or environ.get("CI_COMMIT_BRANCH") or None,
        tag=environ.get("CI_COMMIT_TAG") or None,
        head=environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or None,
        base=environ.get("CI_MERGE_REQUEST_DIFF_BASE_SHA") or None,
        default_branch=environ.get("CI_DEFAULT_BRANCH") or None,
        repository=target,
        fork=_other(source, target),
    )


def _buildkite(environ: Mapping[str, str]) -> CiFacts:
    repository = _of_url(environ, "BUILDKITE_REPO")
    source = _of_url(environ, "BUILDKITE_PULL_REQUEST_REPO")
    return CiFacts(
        "buildkite",
        sha=environ.get("BUILDKITE_COMMIT"),
        branch=environ.get("BUILDKITE_BRANCH") or None,
        tag=environ.get("BUILDKITE_TAG") or None,
        default_branch=environ.get("BUILDKITE_PIPELINE_DEFAULT_BRANCH") or None,
        repository=repository,
        fork=_other(source, repository),
    )


def _circleci(environ: Mapping[str, str]) -> CiFacts:
    repository = _of_url(environ, "CIRCLE_REPOSITORY_URL")
    owner, name = environ.get("CIRCLE_PR_USERNAME"), environ.get("CIRCLE_PR_REPONAME")
    source = Remote(repository.host, owner, name) if repository and owner and name else None
    return CiFacts(
        "circleci",
        sha=environ.get("CIRCLE_SHA1"),
        branch=environ.get("CIRCLE_BRANCH") or None,
        tag=environ.get("CIRCLE_TAG") or None,
        repository=repository,
        fork=_other(source, repository),
    )


def _jenkins(environ: Mapping[str, str]) -> CiFacts:
    repository = _of_url(environ, "GIT_URL")
    # `owner`, or `owner/name` where the fork has another name.
    owner, _, name = environ.get("CHANGE_FORK", "").partition("/")
    source = Remote(repository.host, owner, name or repository.name) if repository and owner else None
    branch = environ.get("CHANGE_BRANCH") or environ.get("BRANCH_NAME") or environ.get("GIT_BRANCH", "")
    return CiFacts(
        "jenkins",
        sha=environ.get("GIT_COMMIT"),
        branch=None if environ.get("TAG_NAME") else branch.removeprefix("origin/") or None,
        tag=environ.get("TAG_NAME") or None,
        repository=repository,
        fork=_other(source, repository),
    )


def _azure(environ: Mapping[str, str]) -> CiFacts:
    repository = _of_url(environ, "BUILD_REPOSITORY_URI")
    source = _of_url(environ, "SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI")
    is_fork = environ.get("SYSTEM_PULLREQUEST_ISFORK", "").lower() == "true"
    ref = environ.get("BUILD_SOURCEBRANCH", "")
    change = environ.get("SYSTEM_PULLREQUEST_SOURCEBRANCH", "")
    branch = change.removeprefix("refs/heads/") or (ref[len("refs/heads/") :] if ref.startswith("refs/heads/") else "")
    return CiFacts(
        "azure",
        sha=environ.get("BUILD_SOURCEVERSION"),
        branch=branch or None,
        tag=ref[len("refs/tags/") :] if ref.startswith("refs/tags/") else None,
        head=environ.get("SYSTEM_PULLREQUEST_SOURCECOMMITID") or None,
        repository=repository,
        fork=_other(source, repository) if is_fork else None,
    )


def _generic(environ: Mapping[str, str]) -> CiFacts:
    """Read the names that Woodpecker, Drone, Travis, Bitbucket and others have in common with somebody."""
    sha = ("CI_COMMIT_SHA", "DRONE_COMMIT_SHA", "TRAVIS_COMMIT", "BITBUCKET_COMMIT", "GIT_COMMIT", "COMMIT_SHA")
    branch = ("CI_COMMIT_BRANCH", "DRONE_BRANCH", "TRAVIS_BRANCH", "BITBUCKET_BRANCH", "GIT_BRANCH", "BRANCH_NAME")
    tag = ("CI_COMMIT_TAG", "DRONE_TAG", "TRAVIS_TAG", "BITBUCKET_TAG", "TAG_NAME")
    return CiFacts("ci", sha=_first(environ, sha), branch=_first(environ, branch), tag=_first(environ, tag))


_SYSTEMS = {
    "GITHUB_ACTIONS": _github,
    "GITLAB_CI": _gitlab,
    "BUILDKITE": _buildkite,
    "CIRCLECI": _circleci,
    "JENKINS_URL": _jenkins,
    "TF_BUILD": _azure,
    "CI": _generic,
}
"""The variable that gives a system away; ``CI`` is set by all and so comes last."""


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _remote(host: str, path: str | None) -> Remote | None:
    return parse_remote(f"{host.rstrip('/')}/{path}") if path else None


def _of_url(environ: Mapping[str, str], name: str) -> Remote | None:
    return parse_remote(environ[name]) if environ.get(name) else None


def _other(source: Remote | None, target: Remote | None) -> Remote | None:
    if source and target and source.repository() == target.repository():
        return None
    return source


def _table(value: Any, key: str) -> Any:  # noqa: ANN401
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else None


def _text(value: Any, key: str) -> str | None:  # noqa: ANN401
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, str) and inner else None
