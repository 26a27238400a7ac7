"""While a program is measured, `bh` does nothing but wait for it."""

import json
import subprocess
import sys

import pytest

from stories.go_place import Place

pytestmark = pytest.mark.slow

LISTENER = """
import json, sys, time
events = []
def listen(name, arguments):
    if name == "import" or (name == "subprocess.Popen" and arguments[0] == "sleep"):
        events.append((time.monotonic(), name, str(arguments[0])))
sys.addaudithook(listen)
from benchhub.cli.entry import main
code = main(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    json.dump(events, file)
sys.exit(code)
"""


def test_nothing_is_imported_between_the_start_of_a_program_and_its_end(place: Place) -> None:
    heard = place.root / "heard.json"
    words = ("run", "--runs", "3", "--", "sleep", "0.3")
    subprocess.run(
        [sys.executable, "-c", LISTENER, str(heard), *words], cwd=place.work, env=place.env, check=True
    )  # fmt: skip
    events = [(at_s, name, what) for at_s, name, what in json.loads(heard.read_text())]
    starts = [at_s for at_s, name, _ in events if name == "subprocess.Popen"]
    assert len(starts) == 3
    assert any(name == "import" and at_s < starts[0] for at_s, name, _ in events), "nothing was heard at all"
    late = [what for at_s, name, what in events if name == "import" for begin in starts if 0 < at_s - begin < 0.3]
    assert late == []


def test_the_second_run_imports_nothing_any_more(place: Place) -> None:
    """All runs of one command are measured under the same conditions."""
    heard = place.root / "heard.json"
    words = ("run", "--runs", "3", "--", "sleep", "0.01")
    subprocess.run([sys.executable, "-c", LISTENER, str(heard), *words], cwd=place.work, env=place.env, check=True)
    events = [(at_s, name, what) for at_s, name, what in json.loads(heard.read_text())]
    _, second, third = [at_s for at_s, name, _ in events if name == "subprocess.Popen"]
    assert [what for at_s, name, what in events if name == "import" and second <= at_s <= third] == []
