"""Which projects have tests for pytest, and which have benchmarks."""

from benchhub.frameworks.pytest import PYTEST, PYTEST_BENCHMARK
from benchhub.plugin.captures import MemoryTree

PLAIN = b"def test_sort():\n    pass\n"
BENCH = b"def test_speed(benchmark):\n    benchmark(len, '')\n"
UNITTEST = b"import unittest\n\nclass Old(unittest.TestCase):\n    def test_old(self):\n        pass\n"


def found(files: dict[str, bytes]) -> tuple[list[str], list[str]]:
    tree = MemoryTree(files)
    return [target.dir for target in PYTEST.detect(tree)], [target.dir for target in PYTEST_BENCHMARK.detect(tree)]


def test_a_small_project_without_any_configuration_is_one_target() -> None:
    assert found({"a/test_one.py": PLAIN, "b/two_test.py": PLAIN}) == ([""], [])


def test_a_benchmark_is_a_function_that_asks_for_the_fixture() -> None:
    assert found({"test_speed.py": BENCH}) == ([], [""])
    assert found({"test_speed.py": BENCH, "test_sort.py": PLAIN}) == ([""], [""])
    fixture = b"import pytest\n\n@pytest.fixture\ndef fast(benchmark):\n    return benchmark\n\ndef test_x(fast): ...\n"
    assert found({"test_speed.py": fixture})[1] == [""]
    assert found({"test_x.py": b"def test_x(tmp_path):\n    benchmark = 1\n"}) == ([""], [])


def test_tests_belong_to_the_nearest_place_where_pytest_is_configured() -> None:
    files = {
        "pyproject.toml": b"[project]\n",
        "api/pyproject.toml": b"[tool.pytest.ini_options]\n",
        "api/lib/setup.py": b"",
        "api/lib/tests/test_lib.py": PLAIN,
        "web/setup.cfg": b"[tool:pytest]\n",
        "web/tests/test_web.py": PLAIN,
        "tools/tox.ini": b"[tox]\n",
        "tools/test_tools.py": PLAIN,
        "test_top.py": PLAIN,
    }
    assert found(files)[0] == ["", "api", "tools", "web"]


def test_tests_of_unittest_alone_are_nobodys() -> None:
    assert found({"test_old.py": UNITTEST}) == ([], [])
    assert found({"test_old.py": UNITTEST, "conftest.py": b""}) == ([""], [])
    assert found({"test_old.py": UNITTEST, "pytest.ini": b"[pytest]\n"}) == ([""], [])


def test_a_file_that_is_no_test_file_is_not_looked_into() -> None:
    assert found({"pytest.ini": b"[pytest]\n", "sort.py": PLAIN, "tests/helper.py": BENCH}) == ([], [])
