"""A small Python project that has never heard of BenchHub, and `bh run` in it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stories.go_place import Place

pytestmark = pytest.mark.slow

TESTS = """
import pytest


@pytest.mark.parametrize("size", [10, 1000])
def test_sort(size):
    assert size < 1000, "too slow"


def test_told(capsys):
    pass


@pytest.mark.xfail(reason="known")
def test_known():
    assert False
"""
DIES = "import os\n\n\ndef test_before(): pass\n\n\ndef test_dies(): os._exit(0)\n\n\ndef test_after(): pass\n"
HANGS = "import time\n\n\ndef test_before(): pass\n\n\ndef test_hangs():\n    time.sleep(600)\n"
STATUSES = "SELECT test, param_text, status, flags FROM tests ORDER BY test, param_text"


@pytest.fixture
def project(tmp_path: Path) -> Place:
    place = Place(tmp_path, {"tests/test_sort.py": TESTS})
    place.env["VIRTUAL_ENV"] = sys.prefix  # Where pytest is installed.
    return place


def test_a_fresh_project_is_detected_run_and_kept(project: Place) -> None:
    said = project.bh("run", code=1)
    assert "too slow" in said.stdout
    rows = project.rows(STATUSES)
    assert [(row["test"], row["param_text"], row["status"], row["flags"] or "") for row in rows] == [
        ("test_known", "", "passed", "xfail"),
        ("test_sort[1000]", "size=1000", "failed", ""),
        ("test_sort[10]", "size=10", "passed", ""),
        ("test_told", "", "passed", ""),
    ]
    (row,) = project.rows("SELECT outcome, setup_s, call_s FROM pytest_results WHERE test = 'test_known'")
    assert row["outcome"] == "xfailed"
    assert row["setup_s"] > 0 < row["call_s"]


def test_a_path_and_words_of_the_user_reach_pytest_and_names_stay_the_same(project: Place) -> None:
    project.bh("run", "//tests/...", "--", "-k", "told")
    project.bh("run", "//:pytest", "--", "-k", "told")
    rows = project.rows("SELECT DISTINCT suite, test FROM tests")
    assert rows == [{"suite": "tests/test_sort.py", "test": "test_told"}]


def test_a_green_exit_in_the_middle_is_an_error_and_names_the_test(project: Place) -> None:
    project.write({"tests/test_sort.py": DIES})
    said = project.bh("run", code=1)
    assert "Python died (exit code 0) while this test ran" in said.stdout
    assert "1 of 3 collected tests did not run" in said.stdout
    rows = project.rows(STATUSES)
    assert [(row["test"], row["status"], row["flags"] or "") for row in rows] == [
        ("test_before", "passed", ""),
        ("test_dies", "error", "crashed"),
    ]


def test_the_time_limit_and_ctrl_c_keep_what_had_run(project: Place) -> None:
    project.write({"tests/test_sort.py": HANGS})
    project.bh("run", "--timeout", "4", code=124)
    process = project.start("run")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not any(
        b"test_hangs" in path.read_bytes().partition(b'"begin"')[2] for path in project.spool.glob("*/results/*.jsonl")
    ):
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    rows = project.rows("SELECT test, status, run_id FROM tests ORDER BY run_id, test")
    assert [(row["test"], row["status"]) for row in rows] == [
        ("test_before", "passed"),
        ("test_hangs", "timeout"),
        ("test_before", "passed"),
        ("test_hangs", "error"),
    ]


def test_a_session_that_is_ended_comes_to_its_end_and_children_of_tests_die_as_ever(project: Place) -> None:
    end = "def pytest_sessionfinish():\n    import time\n    time.sleep(1)\n    open('written', 'w').close()\n"
    child = "import multiprocessing, signal, time\n\n\ndef test_child():\n"
    child += "    child = multiprocessing.get_context('fork').Process(target=time.sleep, args=(600,))\n"
    child += "    child.start()\n    child.terminate()\n    child.join()\n"
    child += "    assert child.exitcode == -signal.SIGTERM\n\n\ndef test_hangs():\n    time.sleep(600)\n"
    project.write({"tests/test_sort.py": child, "conftest.py": end})
    project.bh("run", "--timeout", "5", code=124)
    assert (project.work / "written").exists()
    rows = project.rows("SELECT test, status FROM tests ORDER BY test")
    assert rows == [{"test": "test_child", "status": "passed"}, {"test": "test_hangs", "status": "timeout"}]


def test_a_python_without_pytest_is_named_with_what_to_do(project: Place) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", project.work / ".venv"], check=True)
    del project.env["VIRTUAL_ENV"]
    said = project.bh("run", code=6)
    python = project.work / ".venv" / "bin" / "python"
    assert f"pytest is not installed in `{python}`" in said.stderr
    assert f"`{python} -m pip install pytest`" in said.stderr
    assert len(said.stderr.strip().splitlines()) <= 6
    assert "Traceback" not in said.stderr


def test_the_environment_of_the_project_is_active_for_its_tests(project: Place) -> None:
    home = project.work / ".venv"
    home.symlink_to(sys.prefix)
    (project.work / ".gitignore").write_text(".venv\n")
    del project.env["VIRTUAL_ENV"]
    test = f"import os\n\ndef test_it():\n    assert os.environ['VIRTUAL_ENV'] == {str(home)!r}\n"
    test += f"    assert os.environ['PATH'].split({os.pathsep!r})[0] == {str(home / 'bin')!r}\n"
    project.write({"tests/test_sort.py": test})
    project.bh("run")
