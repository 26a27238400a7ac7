"""`parse` and `import`: what the output of a tool says, and that its JSON is what the schema promises."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # has no types of its own
import pytest
from bh_shell import Shell

from benchhub.cli.entry import main

ROOT = Path(__file__).parents[2]
CAPTURED = ROOT / "tests" / "frameworks" / "go" / "captured"

TEXT = b"""\
goos: linux
goarch: amd64
pkg: example.com/sort
cpu: Some CPU @ 3.00GHz
BenchmarkSort/size=10-8         1000000              1050 ns/op              16 B/op          1 allocs/op
BenchmarkSort/size=10-8         1000000              1000 ns/op              16 B/op          1 allocs/op
BenchmarkSort/size=20-8          500000              2000 ns/op              32 B/op          1 allocs/op
PASS
ok      example.com/sort        3.210s
"""


def schema(name: str) -> Any:  # noqa: ANN401 -- a JSON Schema
    return json.loads((ROOT / "docs" / "reference" / name).read_text())


@pytest.fixture
def output(bh: Shell) -> Path:
    path = bh.work / "out.txt"
    path.write_bytes(TEXT)
    return path


def test_parse_reads_a_file_and_touches_no_database(bh: Shell, output: Path) -> None:
    done = bh("parse", str(output), "--json")
    assert done.code == 0
    assert done.json["framework"] == "gobench"
    first = done.json["cases"][0]
    assert (first["name"], first["params"]["size"]) == ("BenchmarkSort", {"value": "10", "origin": "tool"})
    time = first["measurements"][0]
    assert (time["samples"], time["said_values"], time["said_unit"]) == ([1.05e-06, 1e-06], [1050, 1000], "ns/op")
    assert not bh.db.parent.exists()


def test_parse_reads_standard_input(bh: Shell, output: Path) -> None:
    assert bh("parse", "-", "--json", stdin=TEXT).json == bh("parse", str(output), "--json").json
    assert "BenchmarkSort/size=20" in bh("parse", "-", stdin=TEXT).out


def test_parse_says_of_a_case_once_what_holds_for_all_its_metrics(bh: Shell) -> None:
    rows = [line.split() for line in bh("parse", "-", stdin=TEXT).out.splitlines() if "time" in line or "alloc" in line]
    assert rows[0][:4] == ["example.com/sort", "BenchmarkSort/size=10", "passed", "time"]
    assert rows[1] == ["allocated", "16", "B", "2"]


def test_what_nobody_recognises_gives_2_and_says_who_could_read(bh: Shell) -> None:
    done = bh("parse", "-", stdin=b"Dear diary,\n")
    assert (done.code, done.out) == (2, "")
    assert "--framework" in done.err
    assert bh("parse", "nowhere.txt").code == 2
    unknown = bh("parse", "-", "--framework", "gobecnh", stdin=TEXT)
    assert unknown.code == 2
    assert "did you mean `gobench`?" in unknown.err


@pytest.mark.slow
def test_json_of_every_capture_fits_the_schema_and_says_documented_kinds(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    validator = jsonschema.Draft202012Validator(schema("parse.schema.json"))
    page = (ROOT / "docs" / "reference" / "parse.md").read_text(encoding="utf-8")
    captures = sorted(path for path in CAPTURED.iterdir() if path.is_dir())
    assert captures
    for capture in captures:
        files = [str(path) for path in sorted(capture.iterdir()) if path.name.startswith("std")]
        assert main(["parse", *files, "--json", "--framework", "gotest"]) == 0
        document = json.loads(capfdbinary.readouterr().out)
        assert not [error.message for error in validator.iter_errors(document)], capture.name
        kinds = {one["kind"] for one in document["problems"]} | {one["why"] for one in document["unread"]}
        assert all(f"| `{kind}` |" in page for kind in kinds), (capture.name, kinds)


def test_json_of_a_run_fits_the_schema(bh: Shell) -> None:
    done = bh("run", "--json", "--runs", "2", "--", "sh", "-c", "exit 3")
    jsonschema.validate(done.json, schema("run.schema.json"))
    missing = bh("run", "--json", "--", "no-such-program")
    jsonschema.validate(missing.json, schema("run.schema.json"))
    assert missing.json["failed_targets"][0]["label"] == "//:no-such-program"


def test_import_keeps_every_sample(bh: Shell, output: Path) -> None:
    done = bh("import", str(output), "--json")
    assert done.code == 0
    jsonschema.validate(done.json, schema("run.schema.json"))
    assert done.json["runs"][0]["run_id"] == 1
    question = "SELECT param_text, i, value FROM samples WHERE metric = 'time' ORDER BY param_text, i"
    assert bh.rows(question) == [
        {"param_text": "size=10", "i": 0, "value": 1.05e-06},
        {"param_text": "size=10", "i": 1, "value": 1e-06},
        {"param_text": "size=20", "i": 0, "value": 2e-06},
    ]
    assert bh("log", "--raw").out_bytes == TEXT


def test_import_assumes_neither_this_machine_nor_this_revision(bh: Shell, output: Path) -> None:
    bh("import", str(output))
    bh("import", str(output), "--here", "--name", "nightly", "-p", "kernel=6.1")
    away, here = bh.rows("SELECT target, machine, cpu, os, origin FROM runs ORDER BY run_id")
    assert away == {
        "target": "//:gobench",
        "machine": None,
        "cpu": "Some CPU @ 3.00GHz",
        "os": None,
        "origin": "import",
    }
    assert here["target"] == "//:nightly"
    assert here["os"] is not None
    assert bh.rows("SELECT DISTINCT param_text FROM results WHERE run_id = 2 ORDER BY 1")[0] == {
        "param_text": "kernel=6.1 size=10"
    }


def test_import_reads_standard_input_as_parse_does(bh: Shell, output: Path) -> None:
    done = bh("import", "-", "--json", stdin=output.read_bytes())
    assert done.code == 0
    whole = bh("import", str(output), "--json")
    assert done.json["runs"][0]["cases"] == whole.json["runs"][0]["cases"]
    assert bh("log", "1", "--raw").out_bytes == output.read_bytes()


def test_import_of_what_nobody_understands_keeps_nothing_and_says_what_was_seen(bh: Shell) -> None:
    garbage = bh.work / "garbage.bin"
    garbage.write_bytes(bytes(range(256)) * 10)
    done = bh("import", "--framework", "gobench", str(garbage))
    assert done.code == 2
    assert "`gobench` finds no test and no benchmark in there; it saw 'tool-error: " in done.err
    assert not bh.db.exists()
    assert bh("parse", "--framework", "gobench", str(garbage), "--json").json["run_status"] == "error"


def test_import_of_what_holds_nothing_keeps_nothing(bh: Shell) -> None:
    empty = bh.work / "empty.txt"
    empty.write_bytes(b"PASS\n")
    assert bh("import", str(empty), "--framework", "gobench").code == 2
    assert bh("runs").code == 5


def test_many_values_are_cut_for_eyes_with_the_command_that_shows_all(bh: Shell) -> None:
    many = bh.work / "many.txt"
    lines = "".join(f"BenchmarkMany/size={size}-8 100 {size} ns/op\n" for size in range(1, 251))
    many.write_text(f"pkg: example.com/many\n{lines}PASS\n")
    imported = bh("import", str(many))
    assert "… and 150 more cases; `bh show 1 --all` has them all" in imported.out
    assert "250 measured, 250 samples; saved as run 1" in imported.out
    assert "… and 150 more values; `bh show 1 --all` has them all" in bh("show").out
    assert "size=250" in bh("show", "1", "--all").out


def _event(action: str, test: str = "", **more: object) -> str:
    event = {"Time": "2026-01-02T03:04:05Z", "Action": action, "Package": "example.com/a"}
    return json.dumps(event | ({"Test": test} if test else {}) | more) + "\n"


FAILING = "".join(
    [
        _event("start"),
        *(_event("run", test) for test in ("TestA", "TestA/good", "TestA/bad")),
        _event("output", "TestA/bad", Output="    a_test.go:3: broken\n"),
        _event("output", "TestA/bad", Output="    --- FAIL: TestA/bad (0.00s)\n"),
        _event("fail", "TestA/bad", Elapsed=0),
        _event("pass", "TestA/good", Elapsed=0),
        _event("fail", "TestA", Elapsed=0),
        _event("output", Output="FAIL\n"),
        _event("fail", Elapsed=0.01),
    ]
)


def test_failures_are_told_once_with_their_message_and_passed_parts_are_not_listed(bh: Shell) -> None:
    output = bh.work / "tests.jsonl"
    output.write_text(FAILING)
    out = bh("import", str(output)).out
    assert "failed: example.com/a TestA/bad\n    a_test.go:3: broken\n" in out
    assert "TestA/good" not in out
    assert "failed: example.com/a TestA\n" not in out, "it says nothing that its part has not said"
    assert "2 failed" in out
    shown = bh("show").out
    assert "TestA/good" not in shown
    assert "TestA/good" in bh("show", "--all").out


def test_log_shows_events_as_text_and_the_bytes_when_asked(bh: Shell) -> None:
    output = bh.work / "tests.jsonl"
    output.write_text(FAILING)
    bh("import", str(output))
    assert "    a_test.go:3: broken\n" in bh("log").out
    assert bh("log", "--raw").out == FAILING
    of_case = bh("log", "latest", "TestA")
    assert "    a_test.go:3: broken\n" in of_case.out
    assert "\nFAIL\n" not in of_case.out
    assert bh("log", "latest", "TestA/god").code == 5
