"""Real servers beside real runs: started, waited for, asked, ended, and never left behind."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from benchhub.plugin.conformance_runtime import HOLD, is_free, is_free_soon
from benchhub.probes.group import find_homes
from stories.go_place import Place
from stories.test_killed import wait_for

ASK = """
import os, sys, urllib.request
said = urllib.request.urlopen(f"http://127.0.0.1:{os.environ['ASKED']}/hello.txt").read().decode()
print("heard", said)
"""
SERVER = (
    HOLD
    + """
import functools, http.server, signal
held = hold("up")
if "deaf" in sys.argv: signal.signal(signal.SIGTERM, lambda *_: print("I do not hear", flush=True))
print("serving on", sys.argv[1], flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
)
DAEMON = (
    HOLD
    + """
import subprocess
code = "import fcntl, time; f = open('up', 'w'); fcntl.flock(f, fcntl.LOCK_EX); open('there', 'w'); time.sleep(600)"
subprocess.Popen([sys.executable, "-c", code], start_new_session=True, stdin=subprocess.DEVNULL)
while not os.path.exists("there"): time.sleep(0.01)
print("I am a daemon now", flush=True)
"""
)
PARENT = """
import socket, subprocess, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
code = "import fcntl, time; f = open('up', 'w'); fcntl.flock(f, fcntl.LOCK_EX); open('there', 'w'); time.sleep(600)"
subprocess.Popen([sys.executable, "-c", code], start_new_session=True).wait()
"""
SILENT = HOLD + "held = hold('up'); print('thinking', flush=True); time.sleep(600)"
"""Holds a lock while it lives: a lock tells from outside whether a process lives; its id would not."""


def config(service: str, *, program: str = "ask.py", more: str = "") -> str:
    return f"""
[target.load]
use = "command"
env = {{ ASKED = "{{port.web}}" }}
with = {{ argv = ["python", "{program}"] }}
{more}

[target.load.services.web]
{service}

[target.other]
use = "command"
with = {{ argv = ["true"] }}
"""


HTTP = """
argv = ["python", "server.py", "{port}"]
ready = { http = "http://127.0.0.1:{port}/hello.txt" }
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path, {"hello.txt": "there", ".gitignore": "up\nthere\nrunning\n"})
    made.write({"ask.py": ASK, "server.py": SERVER, "daemon.py": DAEMON, "silent.py": SILENT})
    python = made.root / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(made.python)
    made.env["PATH"] = f"{python.parent}:{made.env['PATH']}"
    return made


def up(place: Place) -> Path:
    return place.work / "up"


def test_a_run_asks_its_server_and_the_server_is_gone_afterwards(place: Place) -> None:
    place.write({"bh.toml": config(HTTP)})
    place.bh("run", "//:load", "--runs", "2")
    assert place.bh("log", "latest").stdout == "heard there\n"
    assert is_free(up(place))
    runs = place.rows("SELECT status, exit_code FROM runs")
    assert runs == [{"status": "passed", "exit_code": 0}] * 2
    log = place.bh("log", "latest", "--service", "web")
    assert "serving on" in log.stdout
    assert 'GET /hello.txt HTTP/1.1" 200' in log.stdout


def test_what_a_service_used_is_kept_and_is_not_the_runs(place: Place) -> None:
    place.write({"bh.toml": config(HTTP)})
    place.bh("run", "//:load")
    shown = json.loads(place.bh("show", "latest", "--json").stdout)
    by_role = {execution["role"]: execution for execution in shown["executions"]}
    assert by_role["service"]["usage"]["user_s"] > 0
    assert by_role["service"]["signal"] == signal.SIGTERM
    assert by_role["measure"]["exit_code"] == 0
    assert [(one["name"], one["kind"]) for one in shown["artifacts"]] == [
        ("stdout", "output"),
        ("services/web.log", "log"),
    ]
    assert shown["problems"] == []
    assert "service" in place.bh("show", "latest").stdout


def test_each_run_has_a_fresh_server_at_a_port_of_its_own_and_one_spec(place: Place) -> None:
    place.write({"bh.toml": config(HTTP)})
    place.bh("run", "//:load", "--runs", "3")
    asked = [place.bh("log", str(number), "--service", "web").stdout.splitlines()[0] for number in (1, 2, 3)]
    assert all(line.startswith("serving on ") for line in asked)
    with place.sqlite() as connection:
        assert connection.execute("SELECT count(*) FROM spec").fetchone() == (1,)


@pytest.mark.parametrize(
    "ready",
    [
        "",
        "ready = { port = true }",
        'ready = { command = ["python", "-c", "import socket; socket.create_connection((\'localhost\', {port}))"] }',
    ],
)
def test_a_server_is_waited_for_by_port_or_by_command(place: Place, ready: str) -> None:
    service = f"""argv = ["sh", "-c", "sleep 0.3; exec python server.py {{port}}"]\n{ready}"""
    place.write({"bh.toml": config(service)})
    place.bh("run", "//:load")
    assert place.bh("log", "latest").stdout == "heard there\n"


def test_a_service_that_never_gets_ready_ends_its_target_and_no_other(place: Place) -> None:
    service = 'argv = ["python", "silent.py", "{port}"]\nready_timeout_s = 1.0'
    place.write({"bh.toml": config(service)})
    done = place.bh("run", "//...", "--runs", "3", code=1)
    assert done.stderr.count("the service `web` was not ready within 1 s") == 1, "it waits for it in each round"
    assert "  thinking" in done.stderr
    assert place.rows("SELECT target, count(*) AS n FROM runs GROUP BY target") == [{"target": "//:other", "n": 3}]
    assert is_free(up(place))
    place.bh("run", "//:load", code=6)
    assert [*place.spool.iterdir()] == []


def test_a_service_that_dies_early_says_its_last_words(place: Place) -> None:
    service = """argv = ["sh", "-c", "echo no such disk >&2; exit 3"]\nport = 1"""
    place.write({"bh.toml": config(service)})
    done = place.bh("run", "//:load", code=6)
    assert "the service `web` ended with 3 before it was ready" in done.stderr
    assert "no such disk" in done.stderr


def test_a_service_that_is_not_there_is_named(place: Place) -> None:
    place.write({"bh.toml": config('argv = ["no-such-server", "{port}"]')})
    assert "no-such-server" in place.bh("run", "//:load", code=6).stderr


def test_a_service_that_becomes_a_daemon_is_refused_and_the_daemon_is_ended(place: Place) -> None:
    place.write({"bh.toml": config('argv = ["python", "daemon.py", "{port}"]')})
    done = place.bh("run", "//:load", code=6)
    assert "ended with 0 before it was ready" in done.stderr
    assert "stays in the foreground" in done.stderr
    assert "I am a daemon now" in done.stderr
    assert is_free_soon(up(place))


@pytest.mark.slow
def test_a_server_that_will_not_hear_is_killed(place: Place) -> None:
    place.write({"bh.toml": config(HTTP.replace('"{port}"]', '"{port}", "deaf"]'))})
    place.bh("run", "//:load")
    assert is_free(up(place))
    shown = json.loads(place.bh("show", "latest", "--json").stdout)
    (service,) = (one for one in shown["executions"] if one["role"] == "service")
    assert service["signal"] == signal.SIGKILL


def test_a_service_that_dies_during_the_run_is_told(place: Place) -> None:
    place.write({"bh.toml": config('argv = ["sleep", "0.2"]', program="slow.py").replace("{port.web}", "none")})
    place.write({"slow.py": "import time; time.sleep(0.6)"})
    place.bh("run", "//:load")
    (problem,) = place.rows("SELECT kind, place, text FROM problems")
    assert (problem["kind"], problem["place"]) == ("service-ended", "web")
    assert "ended with 0" in problem["text"]


def test_a_fixed_port_that_somebody_has_is_refused(place: Place) -> None:
    import socket  # noqa: PLC0415 -- this test alone is the somebody

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        place.write({"bh.toml": config(f'argv = ["python", "server.py", "{{port}}"]\nport = {port}')})
        assert f"port {port} of the service `web` is taken" in place.bh("run", "//:load", code=6).stderr


def test_services_start_in_order_know_each_other_and_end_in_the_opposite_order(place: Place) -> None:
    note = "import signal, sys, time; w = lambda t: open('order', 'a').write(t + ' ')\n"
    note += "signal.signal(15, lambda *_: (w('-' + sys.argv[1]), sys.exit()))\nw('+' + sys.argv[1])\n"
    note += "import socket; s = socket.create_server(('127.0.0.1', int(sys.argv[2])))\ntime.sleep(600)"
    place.write(
        {
            "note.py": note,
            ".gitignore": "order\n",
            "bh.toml": """
[target.load]
use = "command"
with = { argv = ["cat", "order"] }
[target.load.services.first]
argv = ["python", "note.py", "first", "{port}"]
[target.load.services.second]
argv = ["python", "note.py", "second", "{port}", "{port.first}"]
""",
        }
    )
    place.bh("run", "//:load")
    assert place.bh("log", "latest").stdout == "+first +second "
    assert (place.work / "order").read_text() == "+first +second -second -first "


ENDLESS = "import time; open('running', 'w').close(); time.sleep(600)"


def begin(place: Place, service: str = HTTP) -> tuple[Path, "subprocess.Popen[bytes]"]:
    place.write(
        {"bh.toml": config(service, program="endless.py"), "endless.py": ENDLESS, ".gitignore": "up\nrunning\n"}
    )
    process = place.start("run", "//:load")
    wait_for((place.work / "running").exists)
    wait_for(lambda: up(place).exists() and not is_free(up(place)))
    return up(place), process


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_the_services_too_and_keeps_the_run(place: Place, number: signal.Signals) -> None:
    lock, process = begin(place)
    process.send_signal(number)
    process.communicate()
    assert is_free(lock)
    assert place.rows("SELECT status FROM runs") == [{"status": "interrupted"}]
    assert "serving on" in place.bh("log", "latest", "--service", "web").stdout


@pytest.mark.slow
def test_kill_9_leaves_no_service_behind_and_keeps_its_log(place: Place) -> None:
    lock, process = begin(place, HTTP.replace('"{port}"]', '"{port}", "deaf"]'))
    process.kill()
    process.communicate()
    assert is_free_soon(lock)
    assert place.rows("SELECT status FROM runs") == [{"status": "interrupted"}]
    assert "serving on" in place.bh("log", "latest", "--service", "web").stdout


@pytest.mark.slow
def test_kill_9_leaves_no_child_of_a_service_behind_that_left_its_group(place: Place) -> None:
    if find_homes() is None:
        pytest.skip("no control group can be made here, and nothing else would hold it")
    place.write({"parent.py": PARENT})
    lock, process = begin(place, 'argv = ["python", "parent.py", "{port}"]')
    process.kill()
    process.communicate()
    assert is_free_soon(lock)


@pytest.mark.slow
def test_a_time_limit_of_the_program_ends_the_services_too(place: Place) -> None:
    place.write({"bh.toml": config(HTTP, program="endless.py"), "endless.py": ENDLESS})
    place.bh("run", "//:load", "--timeout", "1", code=124)
    assert is_free(up(place))


@pytest.mark.slow
def test_ctrl_c_while_a_service_starts_ends_it(place: Place) -> None:
    place.write({"bh.toml": config('argv = ["python", "silent.py", "{port}"]')})
    process = place.start("run", "//:load")
    wait_for(lambda: up(place).exists() and not is_free(up(place)))
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 130
    assert is_free(up(place))


@pytest.mark.slow
def test_ctrl_c_while_the_services_end_kills_them_and_keeps_the_whole_run(place: Place) -> None:
    place.write({"bh.toml": config(HTTP.replace('"{port}"]', '"{port}", "deaf"]'))})
    process = place.start("run", "//:load")
    wait_for(lambda: any(b"I do not hear" in log.read_bytes() for log in place.spool.glob("*/services/web.log")))
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 130
    assert is_free_soon(up(place))
    assert place.rows("SELECT status, exit_code FROM runs") == [{"status": "passed", "exit_code": 0}]


def test_explain_shows_the_services(place: Place) -> None:
    place.write({"bh.toml": config(HTTP)})
    assert "service    web: python server.py '{port}'" in place.bh("explain", "//:load").stdout
    (explained,) = json.loads(place.bh("explain", "//:load", "--json").stdout)
    assert explained["services"]["web"]["argv"] == ["python", "server.py", "{port}"]
