"""Command lines of pytest, and the questions before them, asked for real."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchhub.errors import ToolError, UserError
from benchhub.frameworks.pytest import PYTEST, PYTEST_BENCHMARK
from benchhub.frameworks.pytest.planning import INSIDE
from benchhub.model.place import Target
from benchhub.plugin.contract import Framework, Plan, PlanRequest

HERE = "/src/shop"
EVERYTHING = {"pytest": "9.2.0", "pytest-benchmark": "5.3.1", "pytest-xdist": "3.8.0", "pytest-cov": "7.1.0"}
FOUND = {"python": f"{HERE}/.venv/bin/python", "why": f"{HERE}/.venv", "env": {"VIRTUAL_ENV": f"{HERE}/.venv"}}


def facts(packages: dict[str, str | None], path: str = "") -> bytes:
    said = {"executable": "/x", "version": "3.13.1", "implementation": "CPython", "path": path, "packages": packages}
    return json.dumps(said).encode()


def planned(
    framework: Framework,
    *arguments: str,
    packages: dict[str, str | None] = EVERYTHING,  # type: ignore[assignment]
    found: dict[str, Any] = FOUND,
    filters: tuple[str, ...] = (),
    path: str = "",
    **options: Any,  # noqa: ANN401 -- the options of either framework
) -> Plan:
    target = Target("x", "", framework.name, options=options, filters=filters, env={"SIZE": "10"})
    answers = {"python": json.dumps(found).encode(), "facts": facts(packages, path)}
    return framework.plan(PlanRequest(target, framework.options(**options), HERE, arguments=arguments, answers=answers))


def words(plan: Plan) -> str:
    (step,) = plan.steps
    return " ".join(step.argv).replace("{results}", "R")


def test_the_tests_run_in_the_python_that_was_found_with_our_plugin_on_its_path() -> None:
    plan = planned(PYTEST, path="/lib/mine")
    assert words(plan) == (
        f"{HERE}/.venv/bin/python -m pytest --rootdir={HERE} -p benchhub_pytest --benchhub-events=R/pytest.jsonl "
        "--benchhub-only=tests"
    )
    assert plan.steps[0].env["PYTHONPATH"] == f"{INSIDE}{os.pathsep}/lib/mine"
    assert plan.steps[0].env["VIRTUAL_ENV"] == f"{HERE}/.venv"
    assert plan.steps[0].env["SIZE"] == "10"
    assert (plan.toolchain, plan.tool_version) == ("CPython 3.13.1", "9.2.0")
    assert [file.name for file in plan.files] == ["pytest.jsonl"]


def test_without_pytest_benchmark_nothing_is_left_out() -> None:
    assert "--benchhub-only" not in words(planned(PYTEST, packages={"pytest": "8.0.0"}))


def test_benchmarks_run_alone_whatever_the_project_is_set_to() -> None:
    said = words(planned(PYTEST_BENCHMARK))
    assert "--benchhub-only=benchmarks --benchmark-enable --benchmark-json=R/benchmark.json -n0 --no-cov" in said
    without = words(planned(PYTEST_BENCHMARK, packages={"pytest": "8.0.0", "pytest-benchmark": "4.0.0"}))
    assert "-n0" not in without
    assert "--no-cov" not in without


def test_options_paths_and_the_users_words_come_last_in_this_order() -> None:
    plan = planned(
        PYTEST, "-x", keyword="fast", markers="not slow", flags=["-q"], filters=("./tests/...", "-./tests/slow/...")
    )
    assert words(plan).endswith("-k=fast -m=not slow --ignore=./tests/slow -q ./tests -x")
    assert words(planned(PYTEST, paths=["tests/unit"])).endswith(" tests/unit")
    assert words(planned(PYTEST_BENCHMARK, min_rounds=3, max_time=0.5, warmup=True)).endswith(
        "--benchmark-min-rounds=3 --benchmark-max-time=0.5 --benchmark-warmup=on"
    )


@pytest.mark.parametrize(
    ("python", "start"),
    [
        (".venv/bin/python", f"{HERE}/.venv/bin/python -m pytest "),
        ("python3.12", "python3.12 -m pytest "),
        (["uv", "run", "python"], "uv run python -m pytest "),
        (["/opt/py/bin/python", "-X", "dev"], "/opt/py/bin/python -X dev -m pytest "),
    ],
)
def test_a_python_that_is_named_is_not_looked_for(python: str | list[str], start: str) -> None:
    assert words(planned(PYTEST, python=python)).startswith(start)
    request = PlanRequest(Target("x", "", "pytest"), PYTEST.options(python=python), HERE)
    assert list(PYTEST.plan(request).asks) == ["facts"]


def test_a_python_of_no_word_is_refused() -> None:
    with pytest.raises(UserError, match="is empty"):
        planned(PYTEST, python=" ")


def test_a_missing_pytest_is_told_with_place_and_remedy() -> None:
    with pytest.raises(ToolError) as raised:
        planned(PYTEST, packages={"pytest": None})
    assert raised.value.what == (
        f"pytest is not installed in `{HERE}/.venv/bin/python` (CPython 3.13.1, found by {HERE}/.venv)"
    )
    assert f"`{HERE}/.venv/bin/python -m pip install pytest`" in (raised.value.hint or "")
    with pytest.raises(ToolError, match="pytest-benchmark is not installed"):
        planned(PYTEST_BENCHMARK, packages={"pytest": "9.0.0"})


def test_where_a_lock_file_waits_for_its_environment_its_tool_is_the_remedy() -> None:
    with pytest.raises(ToolError) as raised:
        planned(PYTEST, packages={}, found={"python": "/usr/bin/python3", "why": "PATH", "maker": "uv sync"})
    assert (raised.value.hint or "").startswith("`uv sync`")


def test_no_python_and_one_that_does_not_answer_are_told() -> None:
    with pytest.raises(ToolError, match="no Python for"):
        planned(PYTEST, found={"python": None})
    target, options = Target("x", "", "pytest"), PYTEST.options(python="perl")
    with pytest.raises(ToolError, match="`perl` is no Python"):
        PYTEST.plan(PlanRequest(target, options, HERE, answers={"facts": b"hello"}))


# -- which Python --------------------------------------------------------------------------------------------------


def found_in(directory: Path, **environ: str) -> dict[str, Any]:
    script = INSIDE / "benchhub_find_python.py"
    run = subprocess.run(
        [sys.executable, "-I", script, directory], capture_output=True, check=True, env={"PATH": "/bin", **environ}
    )
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


def make_environment(home: Path) -> str:
    (home / "bin").mkdir(parents=True)
    (home / "pyvenv.cfg").touch()
    (home / "bin" / "python").symlink_to(sys.executable)
    return str(home / "bin" / "python")


def test_an_active_environment_wins_over_one_in_the_project(tmp_path: Path) -> None:
    active, own = make_environment(tmp_path / "active"), make_environment(tmp_path / "shop" / ".venv")
    assert found_in(tmp_path / "shop", VIRTUAL_ENV=str(tmp_path / "active"))["python"] == active
    assert found_in(tmp_path / "shop", CONDA_PREFIX=str(tmp_path / "active"))["python"] == active
    base = {"CONDA_PREFIX": str(tmp_path / "active"), "CONDA_DEFAULT_ENV": "base"}
    assert found_in(tmp_path / "shop", **base)["python"] == own
    assert found_in(tmp_path / "shop", VIRTUAL_ENV=str(tmp_path / "gone"))["python"] == own


def test_an_environment_above_counts_up_to_the_root_of_the_repository(tmp_path: Path) -> None:
    outside = make_environment(tmp_path / ".venv")
    (tmp_path / "shop" / "api").mkdir(parents=True)
    (tmp_path / "shop" / ".git").mkdir()
    assert found_in(tmp_path / "shop" / "api")["why"] == "PATH"
    own = make_environment(tmp_path / "shop" / "venv")
    assert found_in(tmp_path / "shop" / "api")["python"] == own
    assert own != outside


def test_an_environment_that_was_found_is_made_active_for_the_tests(tmp_path: Path) -> None:
    python = make_environment(tmp_path / ".venv")
    env = found_in(tmp_path)["env"]
    assert env["VIRTUAL_ENV"] == str(tmp_path / ".venv")
    assert env["PATH"] == f"{Path(python).parent}{os.pathsep}/bin"


def test_a_tool_that_keeps_environments_elsewhere_is_asked(tmp_path: Path) -> None:
    python = make_environment(tmp_path / "cache" / "shop-py3.11")
    programs = tmp_path / "programs"
    programs.mkdir()
    poetry = programs / "poetry"
    poetry.write_text(f"#!/bin/sh\n[ \"$*\" = 'env info --executable' ] && echo {python}\n")
    poetry.chmod(0o755)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "poetry.lock").touch()
    found = found_in(tmp_path / "shop", PATH=f"{programs}{os.pathsep}/bin")
    assert found["python"] == python
    assert found["maker"] == "poetry install"
    poetry.write_text("#!/bin/sh\nexit 1\n")
    assert found_in(tmp_path / "shop", PATH=f"{programs}{os.pathsep}/bin")["why"] == "PATH"


def test_a_python_says_what_it_has() -> None:
    run = subprocess.run([sys.executable, INSIDE / "benchhub_facts.py"], capture_output=True, check=True)
    said = json.loads(run.stdout)
    assert said["packages"]["pytest"] == pytest.__version__
    assert said["version"] == ".".join(map(str, sys.version_info[:3]))
