"""Capture what real versions of hyperfine write: `python capture_hyperfine.py PATH/TO/hyperfine…`.

Each program given is asked its version; its captures go to `captured/<version>-<case>/`.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CAPTURED = Path(__file__).parent / "captured"
SCRIPT = """\
import pathlib, sys
count = pathlib.Path("count")
runs = len(count.read_text()) if count.exists() else 0
count.write_text("x" * (runs + 1))
sys.exit(runs % 3 == 2)
"""

CASES: dict[str, dict[str, Any]] = {
    "two-commands": {"argv": ["-w", "1", "-r", "5", "sleep 0.01", "sleep 0.02"]},
    "lists": {
        "argv": ["-r", "3", "-L", "n", "100,200", "-L", "tool", "seq,seq -s x", "{tool} {n}"],
        "options": {"commands": ["{tool} {n}"], "parameters": {"n": [100, 200], "tool": ["seq", "seq -s x"]}},
    },
    "scan": {
        "argv": ["-r", "2", "-P", "s", "0.01", "0.03", "-D", "0.01", "sleep {s}"],
        "options": {"commands": ["sleep {s}"], "scan": {"s": [0.01, 0.03, 0.01]}},
    },
    "names": {
        "argv": ["-r", "2", "-n", "short", "-n", 'löng "nap"', "sleep 0.01", "sleep 0.02"],
        "options": {"commands": ["sleep 0.01", "sleep 0.02"], "names": ["short", 'löng "nap"']},
    },
    "named-list": {
        "argv": ["-r", "2", "-L", "n", "1,2", "-n", "count {n}", "seq {n}"],
        "options": {"commands": ["seq {n}"], "names": ["count {n}"], "parameters": {"n": [1, 2]}},
    },
    "ignored-failures": {"argv": ["-i", "-r", "3", "--shell=default", "exit 3", "kill -9 $$", "true"]},
    "grep-finds-nothing": {
        "argv": ["-i", "-r", "3", "grep nothing /dev/null"],
        "options": {"commands": ["grep nothing /dev/null"], "ignore_failure": [1]},
    },
    "sometimes-fails": {"argv": ["-i", "-r", "5", f"{sys.executable} count.py"]},
    "fails-at-the-second": {"argv": ["-r", "2", "--shell=default", "true", "exit 3", "sleep 0.01"]},
    "fails-at-once": {"argv": ["-r", "2", "false"]},
    "no-such-program": {"argv": ["-N", "no-such-program-anywhere"]},
    "prepare-fails": {"argv": ["-r", "2", "-p", "exit 4", "true"]},
    "unknown-flag": {"argv": ["--no-such-flag", "true"]},
    "too-fast": {"argv": ["-r", "20", "--shell=default", "true"]},
    "twice-the-same": {"argv": ["-r", "2", "sleep 0.01", "sleep 0.01"]},
    "one-run": {"argv": ["-r", "1", "sleep 0.01"]},
    "table": {"argv": ["-r", "3", "-L", "n", "1,2", "sleep 0.0{n}"], "is_csv": True},
    "spoken": {"argv": ["-r", "2", "--output=inherit", "echo Warning: mine"]},
}
ONLY_2: dict[str, dict[str, Any]] = {
    "every-metric": {"argv": ["-r", "3", "--metrics", "all", "sleep 0.01"]},
    "table-in-other-units": {
        "argv": ["-r", "3", "--metrics", "time_wall_clock:ms,memory_peak_resident:KiB", "sleep 0.01"],
        "is_csv": True,
    },
}


def main() -> None:
    for program in sys.argv[1:]:
        version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.split()[1]
        cases = CASES | (ONLY_2 if version.startswith("2") else {})
        for name, case in cases.items():
            capture(program, version, name, case)


def capture(program: str, version: str, name: str, case: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "count.py").write_text(SCRIPT)
        export = "--export-csv=hyperfine.csv" if case.get("is_csv") else "--export-json=hyperfine.json"
        argv = ["--style=basic", export, *case["argv"]]
        done = subprocess.run([program, *argv], cwd=place, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        folder = CAPTURED / f"{version}-{name}"
        folder.mkdir(parents=True, exist_ok=True)
        files = {"stdout.txt": done.stdout, "stderr.txt": done.stderr}
        files |= {file.name: file.read_bytes() for file in Path(place).glob("hyperfine.*")}
        for file_name, data in files.items():
            (folder / file_name).write_bytes(data.replace(sys.executable.encode(), b"python3"))
        facts = {
            "argv": [word.replace(sys.executable, "python3") for word in ("hyperfine", *argv)],
            "version": version,
            "exit_code": done.returncode,
            "options": case.get("options", {}),
        }
        (folder / "cmd.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
