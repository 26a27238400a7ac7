"""Makes the captures: small projects, run by real versions of pytest and its plug-ins.

::

    python capture_pytest.py [CASE …] NAME=PYTHON [NAME=PYTHON …]

A NAME ends the names of captures, e.g. ``p9``; PYTHON is one that has pytest, pytest-benchmark, pytest-xdist,
pytest-rerunfailures, pytest-timeout and, before pytest 9, pytest-subtests. Paths are made neutral; nothing else is.
"""
# ruff: noqa: T201 -- a script that tells what it does

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
INSIDE = HERE.parents[2] / "src" / "benchhub" / "frameworks" / "pytest" / "inside"
NEUTRAL = "/src/shop"

OUTCOMES = r"""
import sys
import unittest
import warnings

import pytest


def test_passes():
    print("all is well")


def test_fails():
    print("seen on stdout")
    print("seen on stderr", file=sys.stderr)
    assert [1, 2, 3] == [1, 2, 4]


def test_raises():
    raise ValueError("über\nline two \x1b[31mred\x1b[0m")


def test_fails_by_hand():
    pytest.fail("by hand", pytrace=False)


@pytest.mark.skip(reason="no database")
def test_skipped():
    pass


@pytest.mark.skipif(sys.version_info > (3,), reason="not on Python 3")
def test_skipped_if():
    pass


def test_skips_itself():
    pytest.skip("changed its mind")


@pytest.mark.xfail(reason="known bug")
def test_xfails():
    assert 1 == 2


@pytest.mark.xfail(reason="known bug")
def test_xpasses():
    pass


@pytest.mark.xfail(reason="known bug", strict=True)
def test_xpasses_strict():
    pass


@pytest.mark.xfail(run=False, reason="would hang")
def test_xfails_without_running():
    raise SystemExit


@pytest.fixture
def broken():
    raise RuntimeError("no server")


@pytest.fixture
def broken_at_the_end():
    yield
    raise RuntimeError("server would not stop")


def test_setup_fails(broken):
    pass


def test_teardown_fails(broken_at_the_end):
    pass


def test_fails_and_teardown_fails(broken_at_the_end):
    assert False, "first"


@pytest.mark.skip
def test_skipped_without_reason():
    pass


def test_prints_odd_bytes():
    sys.stdout.buffer.write(b"\xff\xfe\x00 raw \x1b[1mbold\x1b[0m\n")
    sys.stdout.flush()


def test_fails_after_odd_bytes():
    sys.stdout.buffer.write(b"\xff\xfe raw\n")
    sys.stdout.flush()
    assert "\x00\u2028\U0001f600" == ""


def test_warns():
    warnings.warn("old ways", DeprecationWarning)
    warnings.warn("and again", UserWarning)


def test_prints_what_looks_like_an_event():
    print('{"event": "report", "node": "fake.py::test_fake", "when": "call", "outcome": "failed", "duration_s": 1}')
    print("FAILED fake.py::test_fake - assert 0")


class TestStack:
    def test_push(self):
        pass

    class TestInner:
        def test_deep(self):
            assert not "deep"

    def test_pop(self):
        pass


class OldWays(unittest.TestCase):
    def test_equal(self):
        self.assertEqual(1, 2)

    @unittest.skip("old reason")
    def test_skip(self):
        pass

    @unittest.expectedFailure
    def test_expected(self):
        self.fail()
"""

PARAMS = r"""
import enum

import pytest


class Colour(enum.Enum):
    RED = 1


class Thing:
    pass


@pytest.mark.parametrize("size", [10, 1000])
@pytest.mark.parametrize("alg", ["quick", "merge-sort"])
def test_sort(alg, size):
    assert size != 1000 or alg != "quick"


@pytest.mark.parametrize("a,b", [(1, 2), (-1, 2.5), (True, None), ("x-y", "z")])
def test_pair(a, b):
    pass


@pytest.mark.parametrize("odd", ["", " ", "a/b", "a::b", "[x]", "é", "\n", "\x00", "-", "1-2", b"\xff", "x" * 200])
def test_odd(odd):
    pass


@pytest.mark.parametrize("thing", [Thing(), {"a": 1}, Colour.RED, len, Thing], ids=None)
def test_object(thing):
    pass


@pytest.mark.parametrize("data,expected", [pytest.param({}, 1, id="small"), pytest.param([], 2, id="large one")])
@pytest.mark.parametrize("fast", [True, False])
def test_named(data, expected, fast):
    pass


@pytest.mark.parametrize("same", [1, 1, 1])
def test_same(same):
    pass


@pytest.fixture(params=["sqlite", "postgres"], ids=lambda name: name[:3])
def database(request):
    return request.param


@pytest.mark.parametrize("rows", [1])
def test_indirect(database, rows):
    pass


@pytest.mark.parametrize("database", ["one"], indirect=True)
class TestClass:
    @pytest.mark.parametrize("x", [0.5])
    def test_in_class(self, database, x):
        pass


@pytest.mark.parametrize("none", [])
def test_empty(none):
    pass
"""

BENCHMARKS = r"""
import pytest


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@pytest.mark.parametrize("alg", ["sorted", "list.sort"])
@pytest.mark.parametrize("n", [10, 100])
def test_sort(benchmark, alg, n):
    benchmark.extra_info["rows"] = n
    benchmark.extra_info["deep"] = {"a": [1, None, "ü"]}
    benchmark(sorted, list(range(n)))


@pytest.mark.benchmark(group="fib", min_rounds=3)
def test_fib(benchmark):
    assert benchmark(fib, 5) == 5


def test_pedantic(benchmark):
    benchmark.pedantic(fib, args=(3,), rounds=7, iterations=20, warmup_rounds=1)


def test_wrong_after_measuring(benchmark):
    assert benchmark(fib, 5) == 6


def test_raises_inside(benchmark):
    def boom():
        raise ValueError("boom")

    benchmark(boom)


def test_never_measures(benchmark):
    pass


@pytest.mark.skip(reason="too slow")
def test_skipped(benchmark):
    benchmark(fib, 30)


@pytest.fixture
def indirectly(benchmark):
    return benchmark


class TestGroup:
    def test_indirect(self, indirectly):
        indirectly.pedantic(fib, args=(2,), rounds=3)


def test_no_benchmark():
    pass


def test_no_benchmark_fails():
    assert 0
"""

CRASHES = {
    "exit": "import os\nimport pytest\n\ndef test_before(): pass\n\n@pytest.mark.parametrize('n', [1, 2])\n"
    "def test_dies(n):\n    print('last words', flush=True)\n    if n == 2: os._exit(7)\n\ndef test_after(): pass\n",
    "segv": "import faulthandler\n\ndef test_before(): pass\n\ndef test_dies():\n    faulthandler._sigsegv()\n\n"
    "def test_after(): pass\n",
    "interrupt": "def test_before(): pass\n\ndef test_dies():\n    raise KeyboardInterrupt\n\ndef test_after(): pass\n",
    "pytest-exit": "import pytest\n\ndef test_before(): pass\n\ndef test_dies():\n    pytest.exit('enough', 3)\n\n"
    "def test_after(): pass\n",
    "sysexit": "import sys\n\ndef test_dies():\n    sys.exit(0)\n\ndef test_after(): pass\n",
    "internal": "def test_before(): pass\n",
    "exit-in-fixture": "import os\nimport pytest\n\n@pytest.fixture(scope='module')\ndef server():\n    yield\n"
    "    os._exit(0)\n\ndef test_one(server): pass\n\ndef test_two(server): pass\n",
}

FLAKY = r"""
import pytest

tries = []


def test_passes_at_last():
    tries.append(1)
    assert len(tries) > 2


def test_never_passes():
    assert not "once"


@pytest.fixture
def shy():
    tries.append(2)
    if tries.count(2) < 2:
        raise RuntimeError("not yet")


def test_shy_fixture(shy):
    pass
"""

SUBTESTS = r"""
import unittest


def test_evens(subtests):
    for i in range(4):
        with subtests.test("even", i=i):
            assert i % 2 == 0


def test_all_good(subtests):
    with subtests.test(msg="first"):
        pass
    with subtests.test():
        pass
    with subtests.test():
        pass


def test_fails_itself(subtests):
    with subtests.test(name="x y"):
        pass
    assert not "itself"


class Old(unittest.TestCase):
    def test_old(self):
        for i in range(3):
            with self.subTest("old", i=i):
                self.assertNotEqual(i, 1)
"""

SLOW = "import time\n\ndef test_before(): pass\n\ndef test_hangs():\n    time.sleep(30)\n\ndef test_after(): pass\n"
INI = "[pytest]\nminversion = 6.0\n"

PROJECTS: dict[str, dict[str, str]] = {
    "outcomes": {"pytest.ini": INI, "tests/test_outcomes.py": OUTCOMES},
    "params": {"pytest.ini": INI, "tests/test_params.py": PARAMS},
    "benchmarks": {"pytest.ini": INI, "benchmarks/test_speed.py": BENCHMARKS},
    "benchmarks-skipped": {
        "pytest.ini": INI + "addopts = --benchmark-skip -n2\n",
        "test_speed.py": "def test_it(benchmark):\n    benchmark.pedantic(len, args=('',), rounds=2)\n",
    },
    "flaky": {"test_flaky.py": FLAKY},
    "subtests": {"test_subtests.py": SUBTESTS},
    "slow": {"test_slow.py": SLOW},
    "broken": {
        "test_import.py": "import no_such_module\n",
        "test_syntax.py": "def test_x(:\n",
        "test_skipped.py": "import pytest\npytest.skip('not here', allow_module_level=True)\n",
        "test_good.py": "def test_good(): pass\n",
        "test_teardown.py": "import pytest\n\n@pytest.fixture(scope='module')\ndef f():\n    yield\n    1 / 0\n\n"
        "def test_uses(f): pass\n\ndef test_uses_too(f): pass\n",
    },
    "conftest": {"conftest.py": "1 / 0\n", "test_good.py": "def test_good(): pass\n"},
    "empty": {"notes.txt": "nothing here\n"},
    "mixed": {
        "test_mixed.py": "def test_one(): pass\n\ndef test_two(): assert 0\n\ndef test_three(): assert 0\n\n"
        "def test_four(): pass\n"
    },
    **{f"crash-{name}": {"pytest.ini": INI, "test_crash.py": source} for name, source in CRASHES.items()},
}
PROJECTS["crash-internal"]["conftest.py"] = "def pytest_runtest_protocol(item):\n    raise RuntimeError('hook broke')\n"

FAST = ("--benchmark-min-time=0.00001", "--benchmark-max-time=0.001", "--benchmark-min-rounds=3")
BENCH = ("--benchhub-only=benchmarks", "--benchmark-only", "--benchmark-json={results}/benchmark.json", *FAST)

CASES: dict[str, tuple[str, ...]] = {
    "outcomes": ("outcomes", "-v", "-rA"),
    "outcomes-quiet": ("outcomes", "-q"),
    "outcomes-xdist": ("outcomes", "-n2"),
    "params": ("params",),
    "params-xdist": ("params", "-n2"),
    "flaky": ("flaky", "--reruns=2"),
    "subtests": ("subtests", "-v"),
    "subtests-xdist": ("subtests", "-n2"),
    "timeout-signal": ("slow", "--timeout=0.3", "--timeout-method=signal"),
    "timeout-thread": ("slow", "--timeout=0.3", "--timeout-method=thread"),
    "broken": ("broken",),
    "broken-continue": ("broken", "--continue-on-collection-errors"),
    "conftest": ("conftest",),
    "empty": ("empty",),
    "usage": ("mixed", "--no-such-flag"),
    "no-match": ("mixed", "-k", "nothing"),
    "stop-at-first": ("mixed", "-x"),
    "deselected": ("mixed", "-k", "one or two"),
    "colour": ("mixed", "--color=yes", "-v"),
    "only-tests": ("benchmarks", "--benchhub-only=tests"),
    "bench": ("benchmarks", *BENCH),
    "bench-skipped-by-project": ("benchmarks-skipped", *BENCH, "-n0"),
    "bench-none": ("mixed", *BENCH),
    "bench-stop": ("benchmarks", *BENCH, "-x"),
    **{f"{name}": (name,) for name in PROJECTS if name.startswith("crash-")},
    "crash-xdist": ("crash-exit", "-n2"),
    "crash-segv-no-faulthandler": ("crash-segv", "-p", "no:faulthandler"),
}


def main() -> None:
    """Capture every case, or those that are named, with every Python given."""
    wanted = [word for word in sys.argv[1:] if "=" not in word] or list(CASES)
    for word in (word for word in sys.argv[1:] if "=" in word):
        name, _, python = word.partition("=")
        for case in wanted:
            print(name, case, capture(case, name, Path(python)))


def capture(case: str, version: str, python: Path) -> int:
    """Run one case in a fresh copy of its project, and keep what it wrote."""
    project, *arguments = CASES[case]
    with tempfile.TemporaryDirectory() as scratch:
        root, results = Path(scratch) / "shop", Path(scratch) / "results"
        for path, source in PROJECTS[project].items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(source)
        results.mkdir()
        argv = ["-m", "pytest", "-p", "benchhub_pytest", "--benchhub-events={results}/pytest.jsonl", "--rootdir=."]
        argv += ["-p", "no:cacheprovider", *arguments]
        run = subprocess.run(
            [python, *(word.replace("{results}", str(results)) for word in argv)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(INSIDE), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80"},
            capture_output=True,
            check=False,
            timeout=60,
        )
        folder = HERE / "captured" / f"{case}-{version}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        base = subprocess.check_output([python, "-c", "import sys; print(sys.base_prefix)"], text=True).strip()
        places = {
            str(root): NEUTRAL,
            str(python.parent.parent): "/venv",
            str(INSIDE): "/benchhub",
            scratch: "/scratch",
            base: "/python",
            f'"{platform.node()}"': '"host"',
        }
        written = {"stdout.txt": run.stdout, "stderr.txt": run.stderr}
        written |= {file.name: file.read_bytes() for file in sorted(results.iterdir())}
        for name, content in written.items():
            for real, neutral in places.items():
                content = content.replace(real.encode(), neutral.encode())  # noqa: PLW2901 -- step by step
            if content:
                (folder / name).write_bytes(content)
        code = run.returncode
        facts = {"argv": ["python", *argv], "exit_code": code if code >= 0 else 128 - code}
        (folder / "cmd.json").write_text(json.dumps(facts) + "\n")
    return run.returncode


if __name__ == "__main__":
    main()
