"""Result files: found, told apart from what older runs left, kept, and read again."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from reporting import Reporting

from benchhub.flows import result_files
from benchhub.flows.events import Event, RunFinished
from benchhub.flows.keep_run import recover
from benchhub.flows.reproject import reproject
from benchhub.flows.run_target import Chosen, RunRequest, run_targets
from benchhub.flows.spool import Unfinished, open_run_spool
from benchhub.model.circumstance import Environment, Machine, User
from benchhub.model.place import Cell, Target
from benchhub.model.record import Problem
from benchhub.model.report import FrameworkFacts, Report
from benchhub.plugin.contract import ResultFile
from benchhub.runtimes.shell import SHELL
from benchhub.store.database import Database, open_database
from benchhub.store.ingest import artifact_chunks, load_report
from benchhub.store.keeper import Keeper
from store.factory import LAPTOP, PROJECT, envelope


class Bench:
    """A directory in which a tool writes result files, and a database that keeps its runs."""

    def __init__(self, root: Path, database: Database) -> None:
        self.work = root / "work"
        self.work.mkdir()
        self.database = database
        self.spool = root / "bench.db.spool"
        self.scratch = root / "scratch"

    def write(self, path: str, text: str) -> Path:
        file = self.work / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def run(self, program: str, *files: ResultFile) -> Report:
        """Run a Python program whose result files are ``files``, and return what was kept of it."""
        (report,) = self.run_often(program, files, 1)
        return report

    def run_often(self, program: str, files: tuple[ResultFile, ...], runs: int) -> list[Report]:
        framework = Reporting(files, (sys.executable, "-c", textwrap.dedent(program), "{results}"))
        seen: list[Event] = []
        request = RunRequest(lambda argv: argv, self.scratch, self.spool, runs=runs)
        chosen = Chosen(
            Target("reports", "", "reporting"),
            Cell(),
            str(self.work),
            PROJECT,
            User("Ada"),
            Machine("desk", LAPTOP),
            lambda _toolchain, _facts: Environment(),
        )
        run_targets(
            [chosen],
            request,
            frameworks={"reporting": framework},
            runtime=SHELL,
            database=lambda: Keeper(self.database),
            watcher=_Seen(seen),
        )
        ended = [event for event in seen if isinstance(event, RunFinished)]
        assert [event.not_kept_because for event in ended] == [None] * runs
        return [load_report(self.database, event.run_id) for event in ended if event.run_id]

    def bytes_of(self, report: Report, name: str) -> bytes:
        (artifact,) = (one for one in report.artifacts if one.name == name)
        return b"".join(artifact_chunks(self.database, artifact.sha256))


class _Seen(msgspec.Struct):
    seen: list[Event]
    pace_s: float | None = None

    def on(self, event: Event) -> None:
        self.seen.append(event)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_database(tmp_path / "bench.db") as database:
        yield Bench(tmp_path, database)


def numbers(report: Report) -> dict[str, list[float | str]]:
    """Return what was read, by the file that said it."""
    said: dict[str, list[float | str]] = {}
    for case, value in zip(report.body.lines.case, report.body.lines.said_values, strict=True):
        said.setdefault(report.catalog.cases[case].name, []).append(value)
    return said


def problems(report: Report) -> list[tuple[str, str]]:
    return [(problem.kind, problem.where) for problem in report.body.problems]


WRITE_ALL = """
import pathlib, sys
results = pathlib.Path(sys.argv[1])
assert results.is_absolute() and not any(results.iterdir())
for name in ("b.txt", "a.txt", "deep/er/c.txt", "unasked.log"):
    (results / name).parent.mkdir(parents=True, exist_ok=True)
    (results / name).write_text("1\\n2\\n")
print(3)
"""
WRITE_HERE = """
import pathlib
for name in ("build/one/TEST-a.txt", "build/TEST-b.txt"):
    pathlib.Path(name).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(name).write_text("1\\n")
"""
HERE = ResultFile("build/**/TEST-*.txt", place="directory")


def test_several_result_files_of_one_run_are_read_together(bench: Bench) -> None:
    report = bench.run(WRITE_ALL, ResultFile("*.txt"), ResultFile("**/c.txt"))
    assert numbers(report) == {"stdout": [3.0], "a.txt": [1.0, 2.0], "b.txt": [1.0, 2.0], "deep/er/c.txt": [1.0, 2.0]}
    assert [(one.name, one.kind) for one in report.artifacts] == [
        ("stdout", "output"),
        ("a.txt", "result"),
        ("b.txt", "result"),
        ("deep/er/c.txt", "result"),
    ]
    assert problems(report) == []
    assert [*bench.spool.iterdir()] == []


def test_each_run_has_a_result_directory_of_its_own(bench: Bench) -> None:
    reports = bench.run_often(WRITE_ALL, (ResultFile("a.txt"),), 3)
    assert [numbers(report)["a.txt"] for report in reports] == [[1.0, 2.0]] * 3


def test_what_a_tool_writes_at_a_place_of_its_own_is_collected(bench: Bench) -> None:
    report = bench.run(WRITE_HERE, HERE)
    assert numbers(report) == {"build/one/TEST-a.txt": [1.0], "build/TEST-b.txt": [1.0]}
    assert bench.bytes_of(report, "build/TEST-b.txt") == b"1\n"
    assert problems(report) == []
    assert (bench.work / "build" / "TEST-b.txt").exists(), "the tool's own file is the tool's"


def test_a_file_of_an_older_run_is_never_read(bench: Bench) -> None:
    bench.write("build/TEST-old.txt", "99\n")
    report = bench.run(WRITE_HERE, HERE)
    assert "build/TEST-old.txt" not in numbers(report)
    assert problems(report) == [("stale-result", "build/TEST-old.txt")]
    assert "build/TEST-old.txt" not in [one.name for one in report.artifacts]


def test_where_nothing_but_stale_files_lies_the_result_is_missing_too(bench: Bench) -> None:
    bench.write("build/TEST-old.txt", "99\n")
    bench.write("build/TEST-older.txt", "98\n")
    report = bench.run("", HERE)
    assert numbers(report) == {}
    assert problems(report) == [("stale-result", HERE.name), ("missing-result", HERE.name)]
    assert "`build/TEST-old.txt`, `build/TEST-older.txt`" in report.body.problems[0].text
    assert report.envelope.status == "error", "a tool that wrote nothing has not passed"


def test_runs_one_after_the_other_do_not_read_each_others_files(bench: Bench) -> None:
    once = "import pathlib\nfor _ in [1]:\n    if not pathlib.Path('build').exists():\n" + textwrap.indent(
        textwrap.dedent(WRITE_HERE), "        "
    )
    first, second = bench.run_often(once, (HERE,), 2)
    assert numbers(first) == {"build/one/TEST-a.txt": [1.0], "build/TEST-b.txt": [1.0]}
    assert numbers(second) == {}


def _rewrite(bench: Bench, old: str, new: str, then: str = "") -> Report:
    file = bench.write("build/TEST-x.txt", old)
    os.utime(file, (1_000_000_000, 1_000_000_000))
    return bench.run(f"import os, pathlib, shutil\nfile = pathlib.Path({str(file)!r})\nnew = {new!r}\n{then}", HERE)


@pytest.mark.parametrize(
    ("old", "new", "how"),
    [
        ("1\n", "22\n", "file.write_text(new); os.utime(file, (10**9, 10**9))"),
        ("1\n", "2\n", "file.write_text(new); os.utime(file, (10**9, 10**9))"),
        ("2\n", "2\n", "file.write_text(new)"),
        ("2\n", "2\n", "file.with_name('x').write_text(new); file.with_name('x').replace(file)"),
    ],
    ids=["another size", "another content at the same time and size", "the same content later", "another inode"],
)
def test_a_file_that_was_written_again_is_new(bench: Bench, old: str, new: str, how: str) -> None:
    report = _rewrite(bench, old, new, how)
    assert numbers(report) == {"build/TEST-x.txt": [float(new)]}
    assert problems(report) == []


@pytest.mark.parametrize("how", ["file.read_bytes()", "file.chmod(0o600)", "os.link(file, file.with_name('y'))"])
def test_a_file_that_was_only_looked_at_is_stale(bench: Bench, how: str) -> None:
    assert problems(_rewrite(bench, "1\n", "", how))[0] == ("stale-result", "build/TEST-x.txt")


def test_what_is_missing_is_told(bench: Bench) -> None:
    program = "import sys, pathlib; pathlib.Path(sys.argv[1], 'empty.txt').touch()"
    optional = ResultFile("perhaps.txt", is_optional=True)
    report = bench.run(program, ResultFile("gone.txt"), ResultFile("empty.txt"), HERE, optional)
    assert problems(report) == [
        ("missing-result", "gone.txt"),
        ("missing-result", "empty.txt"),
        ("missing-result", HERE.name),
    ]
    assert report.artifacts == ()


def test_a_tool_that_fails_before_it_writes_is_told_from_one_that_forgets(bench: Bench) -> None:
    report = bench.run("raise SystemExit(3)", ResultFile("gone.txt"))
    assert (report.envelope.exit_code, report.envelope.status) == (3, "error")
    assert problems(report) == [("missing-result", "gone.txt")]


def test_a_kind_that_nobody_reads_is_kept(bench: Bench) -> None:
    report = bench.run(WRITE_ALL, ResultFile("a.txt", kind="profile"), ResultFile("b.txt"))
    assert numbers(report) == {"stdout": [3.0], "b.txt": [1.0, 2.0]}
    assert bench.bytes_of(report, "a.txt") == b"1\n2\n"
    assert [one.kind for one in report.artifacts] == ["output", "profile", "result"]


def test_too_many_are_told_and_left_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_files, "RESULT_FILES_MAX", 2)
    program = WRITE_ALL + "for n in range(4): pathlib.Path(f'TEST-{n}.txt').write_text('7')"
    report = bench.run(program, ResultFile("*.txt"), ResultFile("*.log"), ResultFile("TEST-*.txt", place="directory"))
    assert [*numbers(report)] == ["stdout", "a.txt", "b.txt"]
    told = [problem for problem in report.body.problems if problem.kind == "result-limit"]
    assert {name for name in ("TEST-3.txt", "unasked.log", "TEST-0.txt") if any(name in p.text for p in told)} == {
        "TEST-3.txt",
        "unasked.log",
        "TEST-0.txt",
    }
    assert "missing-result" not in {problem.kind for problem in report.body.problems}


def test_too_large_ones_are_told_and_left_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_files, "RESULT_BYTES_MAX", 5)
    program = "import pathlib\nfor n in (1, 2, 3): pathlib.Path(f'TEST-{n}.txt').write_text(str(n) * n)"
    report = bench.run(program, ResultFile("TEST-*.txt", place="directory"))
    assert numbers(report) == {"TEST-1.txt": [1.0], "TEST-2.txt": [22.0]}
    assert problems(report) == [("result-limit", "TEST-3.txt")]


def test_a_file_that_cannot_be_read_is_told(bench: Bench) -> None:
    program = "import os; os.symlink('TEST-a.txt', 'TEST-a.txt')"  # Root may read whatever leads somewhere.
    report = bench.run(program, ResultFile("TEST-a.txt", place="directory"))
    assert ("missing-result", "TEST-a.txt") in problems(report)


def test_odd_names_are_kept_and_never_mistaken_for_output(bench: Bench) -> None:
    program = """
    import os, pathlib, sys
    for name in (b"odd \\xff \\n.txt", b"stdout", b"a.txt"):
        pathlib.Path(os.fsdecode(name)).write_text("1")
    pathlib.Path(sys.argv[1], "a.txt").write_text("2")
    pathlib.Path(os.fsdecode(os.fsencode(sys.argv[1]) + b"/\\xfe.txt")).write_text("4")
    print(5)
    """
    report = bench.run(program, ResultFile("*", place="directory"), ResultFile("*"))
    assert numbers(report) == {
        "stdout": [5.0],
        "odd \ufffd \n.txt": [1.0],
        "./stdout": [1.0],
        "a.txt": [2.0],
        "./a.txt": [1.0],
        "\ufffd.txt": [4.0],
    }


def test_what_was_kept_is_read_again_as_it_was(bench: Bench) -> None:
    bench.write("build/TEST-old.txt", "99\n")
    before = bench.run(WRITE_HERE + WRITE_ALL, HERE, ResultFile("*.txt", kind="profile"), ResultFile("gone.txt"))
    shutil.rmtree(bench.work)
    framework = Reporting((), ())
    done = reproject(bench.database, {"reporting": framework}, is_reread=True)
    assert (done.reread, done.complaints) == (1, ())
    (run_id,) = bench.database.execute("SELECT run_id FROM runs").fetchone()
    after = load_report(bench.database, run_id)
    assert numbers(after) == numbers(before)
    assert sorted(problems(after)) == sorted(problems(before)) != []
    assert after.artifacts == before.artifacts


def killed(bench: Bench, *files: ResultFile) -> Path:
    """Return the folder of a run whose owner is gone."""
    facts = FrameworkFacts("reporting", "", 1)
    run = open_run_spool(bench.spool, Unfinished(envelope(framework=facts, native=()), files=files))
    run.write("stdout", b"3\n")
    run.close()
    return run.path


def recovered(bench: Bench) -> Report:
    (one,) = recover(bench.spool, Keeper(bench.database), {"reporting": Reporting((), ())})
    assert one.unread_because is None
    (run_id,) = bench.database.execute("SELECT run_id FROM runs").fetchone()
    return load_report(bench.database, run_id)


def test_a_killed_run_keeps_the_result_files_that_had_been_written(bench: Bench) -> None:
    folder = killed(bench, ResultFile("*.txt"), ResultFile("later.json"))
    (folder / "results").mkdir()
    (folder / "results" / "a.txt").write_text("1\n")
    report = recovered(bench)
    assert numbers(report) == {"stdout": [3.0], "a.txt": [1.0]}
    assert problems(report) == [("missing-result", "later.json")]
    assert report.envelope.status == "interrupted"


def test_a_killed_run_takes_nothing_that_may_be_of_another_run(bench: Bench) -> None:
    folder = killed(bench, HERE)
    (folder / "collected.draft" / "build").mkdir(parents=True)
    (folder / "collected.draft" / "build" / "TEST-half.txt").write_text("1\n")
    bench.write("build/TEST-a.txt", "1\n")
    report = recovered(bench)
    assert numbers(report) == {"stdout": [3.0]}
    assert report.body.problems == (
        Problem(
            "missing-result",
            HERE.name,
            "the run was killed before it was collected: what is there now may be of another run",
        ),
    )


def test_a_run_that_is_killed_after_its_files_were_collected_keeps_them(bench: Bench) -> None:
    folder = killed(bench, HERE)
    (folder / "collected" / "build").mkdir(parents=True)
    (folder / "collected" / "build" / "TEST-a.txt").write_text("1\n")
    report = recovered(bench)
    assert numbers(report) == {"stdout": [3.0], "build/TEST-a.txt": [1.0]}
    assert problems(report) == []
