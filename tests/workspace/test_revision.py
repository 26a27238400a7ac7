"""What is learned of a revision, in repositories of every state that git can be in."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from repositories import Repo, environ_in, facts_at

from benchhub.model.circumstance import Revision
from benchhub.workspace.revision import CHAIN_MAX
from benchhub.workspace.settings import Settings


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "thing")


def revision_of(repo: Repo, **variables: str) -> Revision:
    revision = repo.facts(**variables).revision
    assert revision is not None
    return revision


def why_absent(repo: Repo, **variables: str) -> str:
    facts = repo.facts(**variables)
    assert facts.revision is None
    return next(absent.why for absent in facts.absent if absent.fact == "revision")


# -- states of the working tree --------------------------------------------------------------------------------------


def test_a_clean_checkout_is_its_commit(repo: Repo) -> None:
    first = repo.commit("first")
    second = repo.commit("second ümlaut")
    revision = revision_of(repo)
    assert revision.commit.sha == second
    assert revision.commit.parents == (first,)
    assert (revision.commit.author, revision.commit.subject) == ("Ada", "second ümlaut")
    assert revision.commit.authored_at_ms == 1767323045_000
    assert revision.commit.committed_at_ms == 1767323046_000
    assert revision.branch == "main"
    assert revision.chain == (second, first)
    assert revision.commit_count == 2
    assert not revision.is_dirty
    assert not revision.is_shallow
    assert revision.tree == repo.git("rev-parse", "HEAD^{tree}")


@pytest.mark.parametrize("state", ["modified", "staged", "untracked", "deleted", "mode"])
def test_every_difference_makes_a_tree_dirty_and_gives_it_another_tree(repo: Repo, state: str) -> None:
    commit_sha = repo.commit("first", file="one\n")
    if state in {"modified", "staged"}:
        repo.write("file", "two\n")
    if state == "staged":
        repo.git("add", "file")
    if state == "untracked":
        repo.write("new/file with space", "two\n")
    if state == "deleted":
        (repo.path / "file").unlink()
    if state == "mode":
        (repo.path / "file").chmod(0o755)
    revision = revision_of(repo)
    assert revision.commit.sha == commit_sha
    assert revision.is_dirty
    # What git itself would commit, after we have looked.
    repo.git("add", "--all")
    assert revision.tree == repo.git("write-tree")
    assert revision.tree != repo.git("rev-parse", "HEAD^{tree}")


def test_ignored_files_make_nothing_dirty(repo: Repo) -> None:
    repo.commit("first", **{".gitignore": "build/\n"})
    repo.write("build/out.o", "bytes")
    assert not revision_of(repo).is_dirty


def test_untracked_files_count_even_where_the_user_hides_them_from_status(repo: Repo) -> None:
    repo.commit("first")
    repo.git("config", "status.showUntrackedFiles", "no")
    repo.write("new", "two\n")
    assert revision_of(repo).is_dirty


def test_our_own_database_makes_nothing_dirty(repo: Repo) -> None:
    repo.commit("first")
    for ending in ("", "-wal", "-shm", ".spool/uid/stdout", ".blobs/ab/abc.zst"):
        repo.write(f"results/bench.db{ending}", "bytes")
    database = str(repo.path / "results" / "bench.db")
    assert repo.facts(Settings(database)).revision.is_dirty is False  # type: ignore[union-attr]
    repo.write("results/bench.db2", "bytes")
    assert repo.facts(Settings(database)).revision.is_dirty is True  # type: ignore[union-attr]


def test_looking_touches_neither_index_nor_objects_nor_status(repo: Repo) -> None:
    repo.commit("first", file="one\n", other="one\n")
    repo.write("file", "two\n")
    repo.git("add", "file")
    repo.write("other", "two\n")
    repo.write("new", "two\n")
    # A stat that does not fit is what makes git want to refresh its index.
    (repo.path / "other").touch()
    index = repo.path / ".git" / "index"
    before = (index.read_bytes(), index.stat().st_mtime_ns, repo.git("count-objects", "-v"))
    files = sorted(str(file) for file in (repo.path / ".git").rglob("*"))
    assert revision_of(repo).is_dirty
    assert (index.read_bytes(), index.stat().st_mtime_ns, repo.git("count-objects", "-v")) == before
    assert sorted(str(file) for file in (repo.path / ".git").rglob("*")) == files
    assert repo.git("status", "--porcelain") == "M  file\n M other\n?? new"


def test_a_split_index_of_the_user_is_not_written_to(repo: Repo) -> None:
    repo.commit("first", **{f"file{n}": "one\n" for n in range(20)})
    repo.git("config", "core.splitIndex", "true")
    repo.git("update-index", "--split-index")
    assert list((repo.path / ".git").glob("sharedindex.*"))
    for n in range(15):
        repo.write(f"file{n}", "two\n")
    files = sorted(str(file) for file in (repo.path / ".git").rglob("*"))
    assert revision_of(repo).tree is not None
    assert sorted(str(file) for file in (repo.path / ".git").rglob("*")) == files


def test_objects_that_are_borrowed_from_another_repository_are_found(repo: Repo, tmp_path: Path) -> None:
    repo.commit("first", **{"file": "one\n", "unchanged/file": "one\n"})
    borrower = repo.clone(tmp_path / "a:b")
    alternates = borrower.path / ".git" / "objects" / "info" / "alternates"
    alternates.write_text(f"{repo.path}/.git/objects\n")
    shutil.rmtree(borrower.path / ".git" / "objects" / "pack")
    # An index that is younger than its files: git trusts it, and needs not read them again.
    later_s = time.time() + 10
    os.utime(borrower.path / ".git" / "index", (later_s, later_s))
    borrower.write("file", "of another size\n")
    revision = revision_of(borrower)
    assert revision.is_dirty
    borrower.git("add", "--all")
    assert revision.tree == borrower.git("write-tree")


def test_files_too_large_to_hash_leave_the_tree_unknown(repo: Repo) -> None:
    repo.commit("first")
    with repo.write("huge", "").open("wb") as file:
        file.truncate(2 << 30)  # Sparse: takes no space.
    facts = repo.facts()
    assert facts.revision is not None
    assert (facts.revision.is_dirty, facts.revision.tree) == (True, None)
    assert [absent.why for absent in facts.absent] == ["changed files hold 2048 MiB; the limit is 1024 MiB"]


def test_bytes_that_are_no_utf8_do_not_stop_us(repo: Repo) -> None:
    repo.write("file", "one\n")
    repo.git("add", "--all")
    repo.git("-c", "i18n.commitEncoding=nonsense", "-c", "user.name=A\udcff", "commit", "--quiet", "-m", "x\udcfe")
    revision = revision_of(repo)
    assert revision.commit.subject == "x\ufffd"
    assert revision.commit.author == "A\ufffd"


# -- history -----------------------------------------------------------------------------------------------------------


def test_the_chain_follows_first_parents(repo: Repo) -> None:
    first = repo.commit("first")
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit("side", side="x")
    repo.git("checkout", "--quiet", "main")
    second = repo.commit("second")
    repo.git("merge", "--quiet", "--no-ff", "side", "-m", "merge")
    revision = revision_of(repo)
    assert revision.chain[1:] == (second, first)
    assert len(revision.commit.parents) == 2
    assert revision.commit_count == 3


def test_a_long_chain_is_cut_and_still_counted(repo: Repo) -> None:
    stream = "".join(
        f"commit refs/heads/main\nmark :{n}\ncommitter Ada <a@b> {1_700_000_000 + n} +0000\ndata 1\nx\n"
        + (f"from :{n - 1}\n" if n > 1 else "")
        for n in range(1, CHAIN_MAX + 6)
    )
    file = repo.write("stream", stream)
    with file.open("rb") as opened:
        subprocess.run(["git", "fast-import", "--quiet"], cwd=repo.path, env=repo.environ, stdin=opened, check=True)
    file.unlink()
    repo.git("reset", "--quiet", "--hard")
    revision = revision_of(repo)
    assert len(revision.chain) == CHAIN_MAX
    assert revision.commit_count == CHAIN_MAX + 5


def test_a_shallow_clone_has_no_place_in_history(repo: Repo, tmp_path: Path) -> None:
    repo.commit("first")
    repo.commit("second")
    third = repo.commit("third")
    revision = revision_of(repo.clone(tmp_path / "shallow", "--depth", "2"))
    assert revision.chain[0] == third
    assert len(revision.chain) == 2
    assert revision.is_shallow
    assert revision.commit_count is None


def test_a_detached_head_is_on_no_branch(repo: Repo) -> None:
    first = repo.commit("first")
    repo.commit("second")
    repo.git("checkout", "--quiet", first)
    revision = revision_of(repo)
    assert (revision.commit.sha, revision.branch, revision.commit_count) == (first, None, 1)


def test_a_branch_may_have_slashes(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "-b", "feature/a/b")
    repo.commit("first")
    assert revision_of(repo).branch == "feature/a/b"


def test_a_tag_on_the_commit_is_told(repo: Repo) -> None:
    repo.commit("first")
    assert revision_of(repo).tag is None
    repo.git("tag", "-m", "release", "v1.2.0")
    assert revision_of(repo).tag == "v1.2.0"


def test_a_linked_worktree_has_a_revision_of_its_own(repo: Repo, tmp_path: Path) -> None:
    repo.commit("first")
    repo.git("worktree", "add", "--quiet", "-b", "other", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked", home=tmp_path / "home", init=False)
    sha = linked.commit("second")
    linked.write("new", "x")
    revision = revision_of(linked)
    assert (revision.commit.sha, revision.branch, revision.is_dirty) == (sha, "other", True)
    assert revision.tree is not None
    assert not revision_of(repo).is_dirty


# -- submodules --------------------------------------------------------------------------------------------------------


@pytest.fixture
def outer(repo: Repo, tmp_path: Path) -> Repo:
    repo.commit("inner", file="one\n")
    outer = Repo(tmp_path / "outer")
    outer.git("submodule", "--quiet", "add", f"file://{repo.path}", "sub")
    outer.commit("outer")
    return outer


def test_a_submodule_is_a_repository_of_its_own(outer: Repo, repo: Repo, tmp_path: Path) -> None:
    inner = Repo(outer.path / "sub", home=tmp_path / "home", init=False)
    assert revision_of(inner).commit.sha == repo.git("rev-parse", "HEAD")
    assert not revision_of(outer).is_dirty


def test_changes_within_a_submodule_make_the_outer_tree_dirty_and_unknown(outer: Repo) -> None:
    outer.git("config", "submodule.sub.ignore", "all")
    outer.write("sub/file", "two\n")
    facts = outer.facts()
    assert facts.revision is not None
    assert (facts.revision.is_dirty, facts.revision.tree) == (True, None)
    assert facts.absent[0].why == "a submodule has changes of its own"


def test_another_commit_of_a_submodule_is_a_tree_that_git_can_make(outer: Repo, tmp_path: Path) -> None:
    Repo(outer.path / "sub", home=tmp_path / "home", init=False).commit("newer")
    revision = revision_of(outer)
    outer.git("add", "--all")
    assert revision.is_dirty
    assert revision.tree == outer.git("write-tree")


# -- where there is nothing to learn -----------------------------------------------------------------------------------


def test_without_a_commit_there_is_no_revision(repo: Repo) -> None:
    assert why_absent(repo) == "there is no commit yet"


def test_without_git_there_is_no_revision(repo: Repo, tmp_path: Path) -> None:
    repo.commit("first")
    (tmp_path / "empty").mkdir()
    assert why_absent(repo, PATH=str(tmp_path / "empty")) == "git is not installed"


def test_outside_a_repository_there_is_no_revision(tmp_path: Path) -> None:
    facts = facts_at(tmp_path, environ_in(tmp_path / "home"))
    assert facts.revision is None
    assert facts.user.name == "Ada"
    assert [absent.why for absent in facts.absent] == [f"`{tmp_path}` is in no git repository"]


def test_a_repository_that_git_refuses_to_trust_has_no_revision(repo: Repo) -> None:
    repo.commit("first")
    assert "dubious ownership" in why_absent(repo, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")


def test_a_bare_repository_is_a_directory_without_a_revision(repo: Repo, tmp_path: Path) -> None:
    repo.commit("first")
    bare = repo.clone(tmp_path / "bare.git", "--bare")
    assert why_absent(bare) == f"`{bare.path}` is in no git repository"


def test_where_git_does_not_tell_of_files_the_tree_counts_as_dirty(repo: Repo) -> None:
    repo.commit("first")
    repo.git("config", "core.bare", "true")
    facts = repo.facts()
    assert facts.revision is not None
    assert (facts.revision.is_dirty, facts.revision.tree) == (True, None)
    assert facts.absent[0].why == "this operation must be run in a work tree"


def test_a_damaged_repository_has_no_revision_and_a_reason(repo: Repo) -> None:
    sha = repo.commit("first")
    (repo.path / ".git" / "objects" / sha[:2] / sha[2:]).unlink()
    assert why_absent(repo)


def test_variables_of_a_hook_do_not_lead_to_another_repository(repo: Repo, tmp_path: Path) -> None:
    sha = repo.commit("first")
    other = Repo(tmp_path / "other")
    other.commit("other")
    revision = revision_of(repo, GIT_DIR=str(other.path / ".git"), GIT_INDEX_FILE=str(other.path / ".git" / "index"))
    assert (revision.commit.sha, revision.is_dirty) == (sha, False)


# -- what CI adds ------------------------------------------------------------------------------------------------------


def github(repo: Repo, event: dict[str, object], **variables: str) -> dict[str, str]:
    file = repo.path.parent / "event.json"
    file.write_text(json.dumps(event))
    return {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "them/thing",
        "GITHUB_EVENT_PATH": str(file),
        **variables,
    }


def change_in_github(repo: Repo) -> tuple[dict[str, str], str, str, str]:
    """Make a merge like GitHub's; return CI's variables, head, base and merge."""
    base = repo.commit("base")
    repo.git("checkout", "--quiet", "-b", "feature")
    head = repo.commit("head", feature="x")
    repo.git("checkout", "--quiet", "main")
    newer = repo.commit("newer")
    repo.git("checkout", "--quiet", "--detach")
    repo.git("merge", "--quiet", "--no-ff", "feature", "-m", "merge")
    merge = repo.git("rev-parse", "HEAD")
    event = {
        "pull_request": {
            "head": {"sha": head, "ref": "feature", "repo": {"full_name": "you/thing"}, "user": {"login": "you"}},
            "base": {"sha": base, "ref": "main"},
        },
        "repository": {"default_branch": "main"},
    }
    variables = github(
        repo,
        event,
        GITHUB_SHA=merge,
        GITHUB_REF="refs/pull/7/merge",
        GITHUB_REF_NAME="7/merge",
        GITHUB_REF_TYPE="branch",
        GITHUB_HEAD_REF="feature",
    )
    assert newer != head
    return variables, head, base, merge


def test_of_a_merge_that_ci_made_the_head_of_the_change_is_the_revision(repo: Repo) -> None:
    variables, head, base, merge = change_in_github(repo)
    facts = repo.facts(**variables)
    revision = facts.revision
    assert revision is not None
    assert (revision.commit.sha, revision.commit.subject) == (head, "head")
    assert (revision.branch, revision.base, revision.merge) == ("feature", base, merge)
    assert revision.chain == (head, base)
    assert revision.commit_count == 2
    assert not revision.is_dirty
    assert revision.tree == repo.git("rev-parse", "HEAD^{tree}")  # Of what ran.
    assert facts.hosting.fork is not None
    assert (facts.hosting.repository.owner, facts.hosting.fork.owner) == ("them", "you")
    assert facts.hosting.repository.default_branch == "main"


def test_a_shallow_merge_of_ci_still_knows_the_head_of_the_change(repo: Repo, tmp_path: Path) -> None:
    variables, head, base, merge = change_in_github(repo)
    repo.git("branch", "merged")
    shallow = repo.clone(tmp_path / "shallow", "--depth", "1", "--branch", "merged")
    shallow.git("checkout", "--quiet", "--detach")
    revision = revision_of(shallow, **variables)
    assert (revision.commit.sha, revision.commit.subject, revision.chain) == (head, None, (head,))
    assert (revision.branch, revision.base, revision.merge) == ("feature", base, merge)
    assert (revision.is_shallow, revision.commit_count) == (True, None)


def test_a_change_whose_head_is_checked_out_is_no_merge(repo: Repo) -> None:
    variables, head, base, _ = change_in_github(repo)
    repo.git("checkout", "--quiet", head)
    revision = revision_of(repo, **variables)
    assert (revision.commit.sha, revision.branch, revision.base, revision.merge) == (head, "feature", base, None)


def test_trusted_code_that_a_change_started_is_neither_the_change_nor_a_fork(repo: Repo) -> None:
    variables, head, _, _ = change_in_github(repo)
    repo.git("checkout", "--quiet", "main")
    main = repo.git("rev-parse", "HEAD")
    facts = repo.facts(**{**variables, "GITHUB_SHA": main, "GITHUB_REF": "refs/heads/main"})
    assert facts.revision is not None
    assert facts.revision.commit.sha == main != head
    assert facts.revision.branch == "main"
    assert facts.hosting.fork is None


def test_ci_is_not_believed_about_another_commit(repo: Repo) -> None:
    variables, _, base, _ = change_in_github(repo)
    repo.git("checkout", "--quiet", base)
    revision = revision_of(repo, **variables)
    assert (revision.commit.sha, revision.branch, revision.base) == (base, None, None)


def test_ci_is_not_believed_about_another_commit_than_it_was_started_for(repo: Repo) -> None:
    first, second = repo.commit("first"), repo.commit("second")
    repo.git("checkout", "--quiet", first)
    variables = {"GITLAB_CI": "true", "CI_COMMIT_SHA": second, "CI_COMMIT_BRANCH": "main", "CI_COMMIT_TAG": "v1"}
    revision = revision_of(repo, **variables)
    assert (revision.commit.sha, revision.branch, revision.tag) == (first, None, None)


def test_ci_names_the_branch_of_a_detached_head(repo: Repo) -> None:
    sha = repo.commit("first")
    repo.git("checkout", "--quiet", "--detach")
    variables = {"GITLAB_CI": "true", "CI_COMMIT_SHA": sha, "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}
    facts = repo.facts(**variables, CI_PROJECT_PATH="group/sub/thing", CI_SERVER_URL="https://gitlab.example.com")
    assert facts.revision is not None
    assert facts.revision.branch == "main"
    assert facts.hosting.repository.default_branch == "main"
    assert (facts.hosting.repository.host, facts.hosting.repository.owner) == ("gitlab.example.com", "group/sub")
