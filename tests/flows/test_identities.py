"""Identities: what keeps a history together, and what must never be mixed.

Everything is real: repositories made by git, runs of a program, a SQLite file. Only the tool is ours: it prints one
number for one case, so that a test says in one line what a run measured.
"""

import os
import subprocess
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from benchhub.flows.events import Event, RunFinished
from benchhub.flows.run_target import Chosen, RunRequest, run_targets
from benchhub.model.case import Case, Param
from benchhub.model.circumstance import Machine, User
from benchhub.model.place import Project, Repository, Target
from benchhub.model.record import Record, Result
from benchhub.model.rename import Rename
from benchhub.model.report import NativeTable
from benchhub.model.unit import Metric, SaidUnit
from benchhub.plugin.contract import Captured, Framework, Plan, PlanRequest, Step, Tree
from benchhub.plugin.registry import framework, runtime
from benchhub.store.database import Database, open_database
from benchhub.store.find import rows_of
from benchhub.store.keeper import Keeper
from benchhub.store.renaming import move_project, rename
from benchhub.workspace.environment import learn_environment
from benchhub.workspace.facts import learn_facts, questions
from benchhub.workspace.machine import learn_machine
from benchhub.workspace.opening import open_workspace
from benchhub.workspace.selection import select
from benchhub.workspace.settings import Settings

SECONDS = SaidUnit("s", Metric("time", "s", "lower"))
REMOTE = "https://example.com/them/thing"
THEM = Repository("example.com", "them", "thing")


class SayingOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    case: str = "BenchmarkSort"
    args: list[str] = []
    toolchain: str = "go1.26.8"
    flags: str = ""


class Saying:
    """A tool that prints `case/key=value seconds`."""

    name: ClassVar[str] = "saying"
    version: ClassVar[int] = 1
    format: ClassVar[str] = "text"
    options: ClassVar[type[msgspec.Struct]] = SayingOptions
    tables: ClassVar[tuple[NativeTable, ...]] = ()

    def detect(self, tree: Tree) -> Iterable[Target]:
        for directory in tree.directories_with("saying.txt"):
            yield Target("saying", directory, "saying", is_detected=True)

    def plan(self, request: PlanRequest) -> Plan:
        options: SayingOptions = request.options
        step = Step(("echo", options.case, "0.5", *options.args), request.directory)
        return Plan(steps=(step,), toolchain=options.toolchain, class_facts={"flags": options.flags})

    def read(self, captured: Captured, *, logs: bool = False) -> Iterator[Record]:  # noqa: ARG002
        for stream in captured.streams:
            said_name, value, *_ = b"".join(stream.open()).decode().split()
            name, *said = said_name.split("/")
            params = {key: Param(text, "tool") for key, _, text in (one.partition("=") for one in said)}
            yield Result(Case("example.com/thing", name, params, said_name=said_name), (SECONDS,), [float(value)])

    def sniff(self, head: bytes, name: str) -> float:  # noqa: ARG002
        return 0.0


SAYING: Framework = Saying()
FRAMEWORKS: dict[str, Framework] = {"saying": SAYING, "command": framework("command")}


class House:
    """A repository, a database, and a way to run in one and ask the other."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.repository = root / "thing"
        home = root / "home"
        home.mkdir()
        (home / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.com\n[init]\ndefaultBranch = main\n")
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
            "GIT_CONFIG_SYSTEM": os.devnull,
        }
        self.settings = Settings(str(root / "bench.db"), machine="laptop")
        self.database: Database = open_database(root / "bench.db")
        self.repository.mkdir()
        self.git("init", "--quiet")
        self.git("remote", "add", "origin", REMOTE)
        self.write("saying.txt", "")
        self.commit()

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.repository, env=self.environ, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def write(self, name: str, text: str) -> None:
        file = self.repository / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def choose(self, pattern: str, options: dict[str, Any], /, **variables: str) -> list[Chosen]:
        """Return what `bh run PATTERN` would choose in the repository."""
        environ = {**self.environ, **variables}
        workspace = open_workspace(
            self.repository, FRAMEWORKS, environ=environ, ahead=partial(questions, self.settings)
        )
        facts = learn_facts(workspace, self.settings, environ)
        chosen = [
            Chosen(
                target=msgspec.structs.replace(one.target, options={**one.target.options, **options}),
                cell=one.cell,
                directory=workspace.directory_of(one.target),
                project=facts.project_of(workspace, one.target),
                user=facts.user,
                machine=facts.machine,
                environment=partial(learn_environment, environ=environ),
                revision=facts.revision,
            )
            for one in select(workspace, [pattern])
        ]
        if workspace.git:
            workspace.git.close()
        return chosen

    def run(
        self,
        pattern: str = "//...",
        /,
        *,
        machine: Machine | None = None,
        options: dict[str, str] | None = None,
        **variables: str,
    ) -> dict[str, Any]:
        """Run as `bh run PATTERN` does; return the row of the last run."""
        chosen = self.choose(pattern, options or {}, **variables)
        if machine:
            chosen = [msgspec.structs.replace(one, machine=machine) for one in chosen]
        finished: list[RunFinished] = []
        run_targets(
            chosen,
            RunRequest(mask=tuple, scratch=self.root / "scratch", spool=self.root / "spool", environ=self.environ),
            frameworks=FRAMEWORKS,
            runtime=runtime("shell"),
            database=lambda: Keeper(self.database),
            watcher=_Listening(finished),
        )
        run_id = finished[-1].run_id
        assert run_id is not None, finished[-1].not_kept_because
        (row,) = self.sql("SELECT * FROM run WHERE id = ?", run_id)
        return row

    def see_what_tools_printed(self) -> None:
        """Make `printed`: `history` without what we measured of the programs ourselves."""
        self.database.execute(
            "CREATE TEMP VIEW printed AS SELECT * FROM history "
            "WHERE series_id IN (SELECT series_id FROM benchmarks WHERE framework <> 'process')"
        )

    def sql(self, question: str, *values: object) -> list[dict[str, Any]]:
        cursor = self.database.execute(question, values)
        columns = [column[0] for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor]

    def count(self, table: str) -> int:
        return int(self.sql(f"SELECT count(*) AS n FROM {table}")[0]["n"])  # noqa: S608 -- our own names

    def series_lengths(self) -> list[int]:
        """Return how many values each series has: `[2]` is one history of two runs."""
        rows = self.sql("SELECT series_id, count(*) AS n FROM printed GROUP BY series_id ORDER BY series_id")
        return [row["n"] for row in rows]

    def line_lengths(self) -> list[int]:
        """Return how many values each line has: a series on a lane."""
        rows = self.sql("SELECT count(*) AS n FROM printed GROUP BY series_id, lane_id ORDER BY min(run_id)")
        return [row["n"] for row in rows]


class _Listening:
    pace_s = None

    def __init__(self, finished: list[RunFinished]) -> None:
        self._finished = finished

    def on(self, event: Event) -> None:
        if isinstance(event, RunFinished):
            self._finished.append(event)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    with made.database:
        made.see_what_tools_printed()
        yield made


# -- what keeps a history together -------------------------------------------------------------------------------------


def test_commits_of_a_branch_are_one_line_in_their_order(house: House) -> None:
    """A history over commits is what all this is for."""
    house.run()
    sha = house.commit()
    house.run()
    assert house.line_lengths() == [2]
    ordered = house.sql("SELECT commit_sha, commit_seq, trunk FROM printed ORDER BY commit_seq")
    assert [row["commit_seq"] for row in ordered] == [1, 2]
    assert ordered[-1]["commit_sha"] == sha
    assert all(row["trunk"] for row in ordered)


def test_a_repository_that_moved_to_another_host_keeps_its_history(house: House) -> None:
    """Organisations are renamed and hosts left; the code and its history stay the same."""
    house.run()
    new = Repository("git.example.org", "others", "renamed")
    move_project(house.database, 1, Project(new, ".", "renamed"), user=User("Ada"))
    house.git("remote", "set-url", "origin", "git@git.example.org:others/renamed.git")
    house.run()
    assert house.line_lengths() == [2]
    assert house.count("project") == 1


def test_a_project_whose_directory_moved_keeps_its_history(house: House) -> None:
    """Directories are moved for order's sake; what is measured there stays the same."""
    house.write("sorting/bh.toml", 'project = "sorting"\n')
    house.write("sorting/saying.txt", "")
    house.commit()
    house.run("//sorting")
    move_project(house.database, 1, Project(THEM, "algorithms/sorting", "sorting"), user=User("Ada"))
    (house.repository / "algorithms").mkdir()
    house.git("mv", "sorting", "algorithms/sorting")
    house.commit()
    house.run("//algorithms/sorting")
    assert house.line_lengths() == [2]
    assert house.count("project") == 1


def test_the_case_of_a_command_moves_with_its_project(house: House) -> None:
    """Its suite is the label of its target, and where the project lies in the repository is no part of that."""
    house.write("sorting/bh.toml", 'project = "sorting"\n[target.x]\nuse = "command"\nwith.argv = ["true"]\n')
    house.write("sorting/in/file", "")
    house.commit()
    before = house.run("//sorting:x")
    move_project(house.database, 1, Project(THEM, "algorithms/sorting", "sorting"), user=User("Ada"))
    (house.repository / "algorithms").mkdir()
    house.git("mv", "sorting", "algorithms/sorting")
    house.commit()
    after = house.run("//algorithms/sorting:x")
    assert before["lane_id"] == after["lane_id"]
    assert house.sql("SELECT DISTINCT suite FROM bench_case") == [{"suite": "//:x"}]
    assert house.sql("SELECT target FROM runs ORDER BY run_id") == [
        {"target": "//sorting:x"},
        {"target": "//algorithms/sorting:x"},
    ]


def test_a_directory_is_moved_by_word_and_never_by_guess(house: House) -> None:
    """Two directories that look alike may both be there: only a person knows that one is the other's old place."""
    for name in ("one", "two"):
        house.write(f"{name}/bh.toml", 'project = "same name"\n')
        house.write(f"{name}/saying.txt", "")
    house.run("//one")
    house.run("//two")
    assert house.series_lengths() == [1, 1]


def test_a_checkout_in_another_directory_is_the_same_project(house: House) -> None:
    """Where somebody's clone lies says nothing about what it is."""
    house.run()
    house.repository = house.repository.rename(house.root / "elsewhere")
    house.run()
    assert house.line_lengths() == [2]


def test_a_repository_without_remote_keeps_its_history_in_a_clone(house: House) -> None:
    """Its first commit is the same everywhere, and a path is not."""
    house.git("remote", "remove", "origin")
    house.run()
    house.git("clone", "--quiet", str(house.repository), str(house.root / "clone"))
    house.repository = house.root / "clone"
    house.run()
    assert house.line_lengths() == [2]


def test_a_repository_without_remote_keeps_its_history_when_its_folder_is_renamed(house: House) -> None:
    """A folder's name is for people."""
    house.git("remote", "remove", "origin")
    house.run()
    house.repository = house.repository.rename(house.root / "renamed")
    house.run()
    assert house.line_lengths() == [2]
    assert house.count("project") == 1


def test_a_renamed_case_keeps_its_history(house: House) -> None:
    """Good names come late; a better one must not cost a history."""
    (project_id,) = {house.run(options={"case": "BenchmarkSrot"})["project_id"]}
    wanted = Rename("case", "example.com/thing", "BenchmarkSrot", "BenchmarkSort")
    rename(house.database, project_id, wanted, user=User("Ada"))
    house.run(options={"case": "BenchmarkSort"})
    assert house.line_lengths() == [2]
    # A run of the old name, from an old branch, still belongs to it.
    house.run(options={"case": "BenchmarkSrot"})
    assert house.line_lengths() == [3]


MATRIX = '[target.saying]\nwith = { args = ["{size}"] }\nmatrix = { size = [10, 100] }\n'


def test_a_new_axis_with_a_default_orphans_no_history(house: House) -> None:
    """What was measured all along was the axis at its default, only nobody said so."""
    house.run()
    house.write("bh.toml", MATRIX + "default = { size = 100 }\n")
    house.commit()
    house.run()
    assert house.series_lengths() == [2, 1]
    assert house.sql("SELECT params FROM bench_case WHERE framework <> 'process' ORDER BY id") == [
        {"params": "{}"},
        {"params": '{"size":"10"}'},
    ]


def test_a_new_axis_without_a_default_begins_new_histories(house: House) -> None:
    """Which of its values was measured before, nobody can know."""
    house.run()
    house.write("bh.toml", MATRIX)
    house.commit()
    house.run()
    assert house.series_lengths() == [1, 1, 1]


def learned_machine(house: House, name: str, **variables: str) -> Machine:
    """Return this machine as it would tell of itself under another name."""
    return learn_machine(msgspec.structs.replace(house.settings, machine=name), variables)


def test_another_laptop_of_the_same_class_carries_the_line_on(house: House) -> None:
    """People get new laptops and sit beside each other; the same hardware gives the same numbers."""
    house.run(machine=learned_machine(house, "ada"))
    house.run(machine=learned_machine(house, "grace"))
    assert house.line_lengths() == [2]
    assert [row["machine"] for row in house.sql("SELECT machine FROM printed ORDER BY run_id")] == ["ada", "grace"]


def test_a_fresh_ci_machine_of_the_same_kind_carries_the_line_on(house: House) -> None:
    """Each job gets a machine that nobody saw before; told apart, each line would have one point."""
    github = {"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "github-hosted", "ImageOS": "ubuntu24"}
    for number in (1, 2):
        variables = {**github, "RUNNER_NAME": f"GitHub Actions {number}", "ImageVersion": f"2026110{number}.1"}
        house.run(machine=learned_machine(house, f"fv-az{number}", **variables))
    assert house.line_lengths() == [2]
    assert house.count("machine_class") == 1


def test_a_machine_without_a_name_is_still_of_its_class(house: House) -> None:
    """Who switches the name off keeps the history."""
    house.run()
    nameless = learn_machine(msgspec.structs.replace(house.settings, keep_hostname=False), {})
    house.run(machine=nameless)
    assert house.line_lengths() == [2]


def test_a_fact_that_does_not_change_results_does_not_cut_the_line(house: House) -> None:
    """A kernel update or another locale is noted, and the line goes on."""
    one = house.run(TZ="UTC")
    two = house.run(TZ="Asia/Tokyo")
    assert house.line_lengths() == [2]
    assert one["environment_id"] != two["environment_id"]


def test_two_runs_in_a_row_share_their_environment(house: House) -> None:
    """Load and free memory differ at every moment: as facts they would make each run's environment its own."""
    assert house.run()["environment_id"] == house.run()["environment_id"]
    assert house.count("environment") == 1


# -- what must never be mixed ------------------------------------------------------------------------------------------


def two_lines_of_one_series(house: House) -> bool:
    return house.series_lengths() == [2] and house.line_lengths() == [1, 1]


@pytest.mark.parametrize(
    "change", [{"cpu_stepping": "99"}, {"cores": 99}, {"memory_bytes": 1 << 50}, {"runner": "github ubuntu24"}], ids=str
)
def test_another_machine_class_has_a_line_of_its_own(house: House, change: dict[str, Any]) -> None:
    """Another CPU is faster or slower whatever the code does."""
    house.run()
    machine = learned_machine(house, "laptop")
    other = msgspec.structs.replace(machine.machine_class, **change)
    house.run(machine=Machine("laptop", other))
    assert two_lines_of_one_series(house)


@pytest.mark.parametrize("state", ["modified", "untracked"])
def test_a_dirty_tree_has_a_line_of_its_own_and_is_no_trunk(house: House, state: str) -> None:
    """What ran is not what the commit says: it must become nobody's baseline."""
    clean = house.run()
    house.write("saying.txt" if state == "modified" else "new.txt", "changed")
    dirty = house.run()
    assert two_lines_of_one_series(house)
    assert (clean["trunk"], dirty["trunk"]) == (1, 0)
    assert clean["commit_id"] == dirty["commit_id"]
    assert clean["tree"] != dirty["tree"]


def test_a_fork_reports_to_upstream_on_a_line_of_its_own_and_is_no_trunk(house: House) -> None:
    """A stranger's main is not ours: its numbers are welcome in our project, and never our baseline."""
    upstream = house.run()
    house.git("remote", "set-url", "origin", "https://example.com/stranger/thing")
    house.git("remote", "add", "upstream", REMOTE)
    fork = house.run()
    assert two_lines_of_one_series(house)
    assert (upstream["project_id"], upstream["trunk"]) == (fork["project_id"], 1)
    assert (fork["trunk"], fork["fork"]) == (0, "example.com/stranger/thing")


def test_forks_are_apart_from_each_other(house: House) -> None:
    """Two strangers' branches may have one name."""
    house.git("remote", "add", "upstream", REMOTE)
    for owner in ("one", "two"):
        house.git("remote", "set-url", "origin", f"https://example.com/{owner}/thing")
        house.run()
    assert two_lines_of_one_series(house)


def test_a_fork_that_only_ci_tells_of_is_a_fork(house: House) -> None:
    """CI checks out a stranger's change in our own repository."""
    house.run()
    variables = {
        "GITLAB_CI": "true",
        "CI_SERVER_URL": "https://example.com",
        "CI_COMMIT_SHA": house.git("rev-parse", "HEAD"),
        "CI_MERGE_REQUEST_PROJECT_PATH": "them/thing",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "stranger/thing",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "main",
    }
    fork = house.run(machine=None, options=None, **variables)
    assert two_lines_of_one_series(house)
    assert (fork["trunk"], fork["fork"]) == (0, "example.com/stranger/thing")


def test_another_toolchain_has_a_line_of_its_own(house: House) -> None:
    """A new compiler makes the same code faster or slower: that is an epoch, and no regression of ours."""
    house.run(options={"toolchain": "go1.26.8"})
    house.run(options={"toolchain": "go1.27.3"})
    assert two_lines_of_one_series(house)


def test_other_flags_have_a_line_of_their_own(house: House) -> None:
    """`-O0` and `-O3` are two programs."""
    house.run(options={"flags": "-O0"})
    house.run(options={"flags": "-O3"})
    assert two_lines_of_one_series(house)


def test_another_branch_has_a_line_of_its_own_and_is_no_trunk(house: House) -> None:
    """A branch is compared with main; it is not a part of main's history."""
    main = house.run()
    house.git("checkout", "--quiet", "-b", "feature")
    feature = house.run()
    assert two_lines_of_one_series(house)
    assert (main["trunk"], feature["trunk"]) == (1, 0)


def test_what_nobody_knows_the_branch_of_is_no_trunk(house: House) -> None:
    """A detached head may be any commit, reverted ones included."""
    house.run()
    house.git("checkout", "--quiet", "--detach")
    assert house.run()["trunk"] == 0
    assert two_lines_of_one_series(house)


def test_a_directory_without_a_revision_is_no_trunk(house: House) -> None:
    """Nobody can say later what ran."""
    house.repository = house.root / "plain"
    house.write("saying.txt", "")
    row = house.run()
    assert (row["commit_id"], row["trunk"], row["dirty"]) == (None, 0, 0)


def test_two_projects_of_one_repository_are_apart(house: House) -> None:
    """The same case in two projects is two cases."""
    house.write("a/bh.toml", 'project = "a"\n')
    house.write("a/saying.txt", "")
    house.commit()
    house.run("//...")
    assert house.series_lengths() == [1, 1]
    assert house.count("project") == 2


def test_two_repositories_of_one_name_are_apart(house: House) -> None:
    """Half of all repositories are called `benchmarks`."""
    house.run()
    house.git("remote", "set-url", "origin", "https://example.com/others/thing")
    house.run()
    assert house.series_lengths() == [1, 1]


def test_an_axis_of_ours_is_apart_from_a_parameter_of_the_tool(house: House) -> None:
    """`size` in the tool's name and `size` of the matrix are set by two people, and may mean two things."""
    house.run(options={"case": "BenchmarkSort/size=10"})
    house.write("bh.toml", MATRIX)
    house.commit()
    house.run()
    assert house.series_lengths() == [1, 1, 1]


def test_the_report_says_where_the_fork_came_from_for_people(house: House) -> None:
    """Whose numbers these are can be asked in plain SQL."""
    house.git("remote", "set-url", "origin", "https://example.com/stranger/thing")
    house.git("remote", "add", "upstream", REMOTE)
    house.run()
    (row,) = rows_of(house.database, "run_row", run_id=1)
    assert row["branch"] == "fork:example.com/stranger/thing:main"
