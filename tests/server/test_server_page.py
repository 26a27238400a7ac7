"""The commands of docs/server.md, run in the order of the page."""

import json
import re
import subprocess
from pathlib import Path

from benchhub.rpc.convert import PARTS_MAX
from benchhub.server import artifacts, bodies, codecs, serve
from server.serving import BH, served

PAGE = (Path(__file__).parents[2] / "docs" / "server.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


def test_every_command_of_the_page_works(tmp_path: Path) -> None:
    start, report, ask, artifact, tokens = BLOCKS
    assert "bh core serve --db bench.db" in start
    with served(tmp_path) as server:

        def run(block: str) -> str:
            script = block.replace("http://127.0.0.1:8585", server.url)
            env = {**server.env, "PATH": f"{Path(BH).parent}:{server.env['PATH']}"}
            words = ["sh", "-euc", script.replace("curl ", "curl --fail-with-body --silent --show-error ")]
            done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done
            return done.stdout

        assert json.loads(run(report)) == {"state": "SUBMIT_STATE_STORED"}
        assert json.loads(run(report)) == {"state": "SUBMIT_STATE_DUPLICATE"}
        while server.ask("GET", "/readyz").json["reports_waiting"]:
            pass
        assert re.search(r"GET / +latency +0\.01275 +s +3", run(ask))
        run(artifact)
        listed = run(tokens)
        assert "bh_" in listed
        assert "report artifact" in listed


def test_the_page_names_every_limit_as_it_is() -> None:
    said = dict(re.findall(r"^\| (?:an? )?([a-z ]+) \| (.*) \|$", PAGE, re.MULTILINE))
    assert said["message"].startswith(
        f"{codecs.MESSAGE_BYTES_MAX >> 20} MiB, {codecs.JSON_BYTES_MAX >> 20} MiB in JSON"
    )
    assert said["report"] == f"{PARTS_MAX} parts"
    assert said["artifact"] == f"{artifacts.ARTIFACT_BYTES_MAX >> 30} GiB"
    assert said["connections"].startswith(f"{serve.CONNECTIONS_MAX // 1000} 000;")
    assert said["headers"] == f"within {serve.HEADERS_S:g} s"
    assert said["body"].startswith(f"no pause above {bodies.PAUSE_S:g} s, all within {bodies.BODY_S:g} s")
    assert said["answer"] == f"each piece taken within {bodies.TAKEN_S:g} s"
