"""Whose repository this is, and which project a target belongs to."""

import os
import pwd
import shutil
from pathlib import Path

import pytest
from detecting import workspace_at
from repositories import Repo, environ_in, facts_at, place_at

from benchhub.errors import UserError
from benchhub.model.place import Project, Repository, Target
from benchhub.workspace.facts import learn_facts
from benchhub.workspace.hosting import Hosting, parse_project
from benchhub.workspace.settings import Settings

THEM = Repository("github.com", "them", "thing")
YOU = Repository("github.com", "you", "thing")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "thing")
    repo.commit("first")
    return repo


def hosting_of(repo: Repo, **variables: str) -> Hosting:
    return repo.facts(**variables).hosting


def project_of(repo: Repo, directory: str = "", *, package: str | None = None, **variables: str) -> Project:
    environ = {**repo.environ, **variables}
    settings = Settings(environ["BH_DB"], project=environ.get("BH_PROJECT"))
    workspace, settings = place_at(repo.path / directory, environ, settings)
    facts = learn_facts(workspace, settings, environ)
    return facts.project_of(workspace, Target("t", directory, "command", package=package))


# -- remotes -----------------------------------------------------------------------------------------------------------


def test_a_repository_is_where_its_origin_is(repo: Repo) -> None:
    repo.git("remote", "add", "other", "https://github.com/other/thing")
    repo.git("remote", "add", "origin", "git@github.com:them/thing.git")
    assert hosting_of(repo) == Hosting(THEM)


def test_without_origin_the_remote_that_the_branch_follows_counts(repo: Repo) -> None:
    repo.git("remote", "add", "first", "https://github.com/first/thing")
    repo.git("remote", "add", "second", "https://github.com/them/thing")
    assert hosting_of(repo).repository.owner == "first"
    repo.git("config", "branch.main.remote", "second")
    assert hosting_of(repo).repository.owner == "them"


def test_an_upstream_remote_makes_the_origin_a_fork(repo: Repo) -> None:
    repo.git("remote", "add", "origin", "https://github.com/you/thing")
    repo.git("remote", "add", "upstream", "https://github.com/them/thing")
    assert hosting_of(repo) == Hosting(THEM, YOU)


def test_an_upstream_that_is_the_origin_makes_no_fork(repo: Repo) -> None:
    repo.git("remote", "add", "origin", "https://github.com/them/thing.git")
    repo.git("remote", "add", "upstream", "git@github.com:them/thing.git")
    assert hosting_of(repo) == Hosting(THEM)


@pytest.mark.parametrize("host", ["github.com", "gitlab.com", "bitbucket.org", "codeberg.org"])
def test_hosts_that_do_not_look_at_case_have_one_repository_for_all_spellings(repo: Repo, host: str) -> None:
    repo.git("remote", "add", "origin", f"https://{host}/Acme/Tiny")
    repo.git("remote", "add", "upstream", f"https://{host}/acme/tiny")
    assert hosting_of(repo) == Hosting(Repository(host, "acme", "tiny"))
    repo.git("remote", "remove", "upstream")
    assert hosting_of(repo) == Hosting(Repository(host, "acme", "tiny"), title="Tiny")
    assert project_of(repo).name == "Tiny"
    assert project_of(repo, BH_PROJECT=f"{host}/ACME/Tiny").repository == Repository(host, "acme", "tiny")


def test_elsewhere_two_spellings_may_be_two_repositories(repo: Repo) -> None:
    repo.git("remote", "add", "origin", "https://git.example.com/Acme/Tiny")
    assert hosting_of(repo) == Hosting(Repository("git.example.com", "Acme", "Tiny"))


def test_short_urls_are_written_out_as_git_does(repo: Repo) -> None:
    repo.git("config", "url.https://example.com/.insteadOf", "g")
    repo.git("config", "url.https://github.com/.insteadOf", "gh:")
    repo.git("remote", "add", "origin", "gh:them/thing")
    assert hosting_of(repo) == Hosting(THEM)
    assert repo.git("remote", "get-url", "origin") == "https://github.com/them/thing"


def test_the_default_branch_is_what_the_clone_noted(repo: Repo, tmp_path: Path) -> None:
    repo.git("checkout", "--quiet", "-b", "trunk")
    clone = repo.clone(tmp_path / "clone")
    clone.git("remote", "set-url", "origin", "https://github.com/them/thing")
    assert hosting_of(clone).repository.default_branch == "trunk"


# -- forks that CI tells of --------------------------------------------------------------------------------------------


def test_a_change_from_a_fork_reports_to_upstream(repo: Repo) -> None:
    repo.git("remote", "add", "origin", "https://gitlab.com/them/thing.git")
    sha = repo.git("rev-parse", "HEAD")
    variables = {
        "GITLAB_CI": "true",
        "CI_SERVER_URL": "https://gitlab.com",
        "CI_COMMIT_SHA": sha,
        "CI_MERGE_REQUEST_PROJECT_PATH": "them/thing",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "you/thing",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "fix",
    }
    hosting = hosting_of(repo, **variables)
    assert hosting == Hosting(Repository("gitlab.com", "them", "thing"), Repository("gitlab.com", "you", "thing"))
    assert hosting_of(repo, **{**variables, "CI_COMMIT_SHA": "0" * 40}).fork is None


# -- without a remote --------------------------------------------------------------------------------------------------


def test_without_a_remote_the_first_commit_is_the_repository_and_the_folder_its_title(repo: Repo) -> None:
    first = repo.git("rev-parse", "HEAD")
    repo.commit("second")
    assert hosting_of(repo) == Hosting(Repository("local", "first-commit", first[:12]), title="thing")
    assert project_of(repo).name == "thing"


def test_a_renamed_folder_is_the_same_repository(repo: Repo, tmp_path: Path) -> None:
    before = hosting_of(repo)
    renamed = Repo(repo.path.rename(tmp_path / "better-name"), init=False)
    assert hosting_of(renamed).repository == before.repository
    assert hosting_of(renamed).title == "better-name"


def test_two_copies_of_one_history_are_one_repository_whatever_they_are_called(repo: Repo, tmp_path: Path) -> None:
    shutil.copytree(repo.path, tmp_path / "copy")
    assert hosting_of(Repo(tmp_path / "copy", init=False)).repository == hosting_of(repo).repository


def test_a_moved_directory_and_a_copy_on_another_laptop_are_the_same_repository(repo: Repo, tmp_path: Path) -> None:
    there = hosting_of(repo)
    (tmp_path / "elsewhere").mkdir()
    moved = Repo(repo.path.rename(tmp_path / "elsewhere" / "thing"), home=tmp_path / "laptop", init=False)
    assert hosting_of(moved) == there


def test_a_clone_of_a_local_repository_is_the_same_repository(repo: Repo, tmp_path: Path) -> None:
    clone = repo.clone(tmp_path / "another-name")
    clone.commit("more")
    cloned, own = hosting_of(clone).repository, hosting_of(repo).repository
    assert (cloned.host, cloned.owner, cloned.name) == (own.host, own.owner, own.name)
    assert hosting_of(clone).title == "thing"


def test_a_worktree_is_the_same_repository(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "--quiet", "-b", "other", str(tmp_path / "linked"))
    assert hosting_of(Repo(tmp_path / "linked", home=tmp_path / "home", init=False)) == hosting_of(repo)


def test_two_repositories_of_one_name_are_two(repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other" / "thing", home=tmp_path / "home")
    other.commit("begun otherwise")
    assert hosting_of(other).title == hosting_of(repo).title
    assert hosting_of(other).repository != hosting_of(repo).repository


def test_two_directories_of_one_name_without_git_are_two(tmp_path: Path) -> None:
    for above in ("a", "b"):
        (tmp_path / above / "thing").mkdir(parents=True)
    one, two = (facts_at(tmp_path / above / "thing", environ_in(tmp_path / "home")).hosting for above in "ab")
    assert (one.repository.host, one.repository.name) == ("local", "thing")
    assert one.repository.owner.startswith("path-")
    assert one != two


def test_a_directory_without_git_is_known_by_the_project_that_it_names(tmp_path: Path) -> None:
    for above in ("a", "b"):
        (tmp_path / above / "thing").mkdir(parents=True)
        (tmp_path / above / "thing" / "bh.toml").write_text('project = "mergesort"')
    one, two = (facts_at(tmp_path / above / "thing", environ_in(tmp_path / "home")).hosting for above in "ab")
    assert one == two == Hosting(Repository("local", "mergesort", "thing"))


def test_a_submodule_is_a_repository_of_its_own(repo: Repo, tmp_path: Path) -> None:
    outer = Repo(tmp_path / "outer")
    outer.git("submodule", "--quiet", "add", f"file://{repo.path}", "sub")
    outer.commit("outer")
    inner = Repo(outer.path / "sub", home=tmp_path / "home", init=False)
    assert hosting_of(inner).title == "thing"
    assert hosting_of(inner).repository.name == hosting_of(repo).repository.name
    assert hosting_of(outer).repository.name != hosting_of(repo).repository.name


# -- projects ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def projects(repo: Repo) -> Repo:
    repo.git("remote", "add", "origin", "https://github.com/them/thing")
    repo.write("sorting/bh.toml", 'project = "mergesort"\n')
    repo.write("sorting/deep/bh.toml", "version = 1\n")
    repo.write("other/file", "")
    return repo


def test_without_a_named_project_the_whole_repository_is_one_wherever_we_stand(projects: Repo) -> None:
    assert project_of(projects) == Project(THEM, ".", "thing")
    assert project_of(projects, "other") == Project(THEM, ".", "thing")


def test_the_nearest_file_that_names_a_project_makes_its_directory_one(projects: Repo) -> None:
    expected = Project(THEM, "sorting", "mergesort")
    assert project_of(projects, "sorting") == expected
    assert project_of(projects, "sorting/deep") == expected


def test_a_target_belongs_to_the_file_that_declares_it(projects: Repo) -> None:
    assert project_of(projects, "sorting", package="") == Project(THEM, ".", "thing")


def test_a_name_at_the_root_is_for_people_and_changes_no_identity(projects: Repo) -> None:
    projects.write("bh.toml", 'project = "nice name"\n')
    assert project_of(projects, "other") == Project(THEM, ".", "nice name")


def test_where_the_workspace_is_entered_does_not_matter(projects: Repo) -> None:
    target = Target("t", "sorting", "command")
    found = set()
    for here in ("", "sorting", "sorting/deep", "other"):
        workspace = workspace_at(projects.path / here, Path(projects.environ["HOME"]))
        facts = learn_facts(workspace, Settings(projects.environ["BH_DB"]), projects.environ)
        project = facts.project_of(workspace, target)
        found.add((project.path, project.name))
    assert found == {("sorting", "mergesort")}


def test_a_variable_may_say_whose_results_these_are(projects: Repo) -> None:
    assert project_of(projects, "sorting", BH_PROJECT="git.example.com/a/b").repository == Repository(
        "git.example.com", "a", "b"
    )
    assert project_of(projects, BH_PROJECT="https://git.example.com/a/b.git//x/y").path == "x/y"


@pytest.mark.parametrize("said", ["", "thing", "github.com/thing", "github.com"])
def test_a_project_that_is_no_repository_is_an_error(said: str) -> None:
    with pytest.raises(UserError, match="is not host/owner/name"):
        parse_project(said)


# -- the user ----------------------------------------------------------------------------------------------------------


def test_the_user_is_who_git_says(repo: Repo) -> None:
    repo.git("config", "user.name", "Grace")
    assert (repo.facts().user.name, repo.facts().user.email) == ("Grace", "ada@example.com")


def test_in_ci_who_started_the_job_is_the_user_where_git_knows_nobody(repo: Repo) -> None:
    nobody = {"GIT_CONFIG_GLOBAL": "/dev/null", "GITHUB_ACTOR": "octocat"}
    assert repo.facts(**nobody).user.name == "octocat"
    assert repo.facts(GITHUB_ACTOR="octocat").user.name == "Ada"


def test_without_git_the_user_is_that_of_the_system(repo: Repo, tmp_path: Path) -> None:
    user = repo.facts(PATH=str(tmp_path / "nothing")).user
    assert user.name == pwd.getpwuid(os.getuid()).pw_name


def test_the_address_may_be_kept_back(repo: Repo) -> None:
    user = repo.facts(Settings(repo.environ["BH_DB"], keep_email=False)).user
    assert (user.name, user.email) == ("Ada", None)
