"""`bh show`: one run, whole."""

import argparse
import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from benchhub.cli.desk import Desk
from benchhub.cli.fit import cut, shortened, wrapped, wrapped_command
from benchhub.cli.human import human, human_seconds, plural
from benchhub.cli.pipes import print_json
from benchhub.cli.run_results import first_line, print_text
from benchhub.cli.table import print_filled, room_on, without_repeated
from benchhub.cli.verbs.runs_verb import branch_of, cell_of, cell_text_of
from benchhub.model.circumstance import Subject
from benchhub.model.record import COUNTED_BY, DISTURBANCE, OWN_FACTS
from benchhub.model.report import Report
from benchhub.store.find import find_run, run_whole
from benchhub.store.ingest import load_report

ROWS_SHOWN_MAX = 100
INDENT = 12
"""Of what stands beside the name of a fact."""

USED = {
    "tree_memory_max": "peak memory of all processes",
    "read": "read",
    "written": "written",
    "cpu_stall": "waiting for a CPU",
    "memory_stall": "waiting for memory",
    "io_stall": "waiting for a device",
    "throttled": "stopped by a CPU limit",
    "involuntary_switches": "involuntary switches",
    "major_faults": "major faults",
    "instructions": "instructions",
}
"""What is said of a run's resources beside the time and memory of each program, where there is any."""

PART_METRICS = {"user": "user", "system": "system", "tree_memory_max": "peak memory", "instructions": "instructions"}

EPILOG = """\
--json prints one object: run, tags, notes, results, resources, tests, suites, context, problems and unread as the views
say them, and argv, spec, executions, machine, environment, revision, subject and artifacts as the run was reported.

examples:
  bh show                  the newest run
  bh show -2               the one before
  bh show 12 --all         every value and every outcome, also of tests that passed
  bh show 0198f0 --json    by the beginning of its uid, as JSON
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument(
        "run", nargs="?", default="latest", metavar="RUN", help="latest (default), -2, a number, the beginning of a uid"
    )
    parser.add_argument("--all", action="store_true", help="every row, also tests that passed")


def run(args: argparse.Namespace) -> int:
    """Print the run."""
    with Desk.open(args) as desk:
        database = desk.database()
        found = find_run(database, args.run)
        whole = run_whole(database, found.run_id)
        report = load_report(database, found.report_id)
    if args.json:
        run_row = {**whole["run"], "cell": cell_of(whole["run"]["cell"])}
        print_json({**whole, "run": run_row, **_circumstances(report)})
    else:
        _Shown(whole, report, is_all=args.all).print()
    return 0


def _circumstances(report: Report) -> dict[str, Any]:
    """Return what no view holds: the exact commands and all facts."""
    envelope = report.envelope
    return {
        "argv": envelope.argv,
        "spec": envelope.spec,
        "executions": envelope.executions,
        "machine": envelope.machine,
        "environment": envelope.environment,
        "revision": envelope.revision and msgspec.structs.replace(envelope.revision, chain=()),
        "subject": envelope.subject,
        "artifacts": [
            {"name": one.name, "kind": one.kind, "sha256": one.sha256, "size_bytes": one.size_bytes}
            for one in report.artifacts
        ],
    }


class _Shown:
    """A run for eyes: the important first."""

    def __init__(self, whole: dict[str, Any], report: Report, *, is_all: bool) -> None:
        self._row: dict[str, Any] = whole["run"]
        self._whole = whole
        self._report = report
        self._rows_max = sys.maxsize if is_all else ROWS_SHOWN_MAX
        self._is_all = is_all

    def print(self) -> None:
        self._print_head()
        self._print_results()
        self._print_parts()
        self._print_tests()
        self._print_odd()
        self._print_end()

    def _print_head(self) -> None:
        row, envelope = self._row, self._report.envelope
        print(f"run {row['run_id']}  {row['target']}{cell_text_of(row['cell'])}  {row['status']}")
        took = f", took {human_seconds(row['wall_s'])}" if row["wall_s"] is not None else ""
        commit = f"{row['commit_short']} {row['commit_subject'] or ''}".strip() if row["commit_short"] else None
        cores = plural(row["cores"], "CPU") if row["cores"] else None
        kind = envelope.machine.machine_class
        runner = f"runner {kind.runner}" if kind.runner else None
        settings = (f"{name}={value}" for name, value in envelope.environment.class_facts.items())
        facts = {
            "project": f"{row['project']} ({row['repo']})",
            "started": f"{row['started_at']} UTC{took}",
            "commit": commit,
            "branch": branch_of(row) + (" (the working tree differs from the commit)" if row["dirty"] else ""),
            "fork": row["fork"],
            "subject": _subject(envelope.subject),
            "machine": _joined(row["machine"], row["cpu"], cores, runner),
            "system": row["os"],
            "toolchain": _joined(row["toolchain"], *settings),
            "user": row["user_name"],
            "typed": shlex.join(envelope.argv) if envelope.argv else None,
            "uid": row["run_uid"],
            "tags": row["tags"],
        }
        room = room_on(sys.stdout)
        for name, value in facts.items():
            if value:
                print(f"  {name:<9} {wrapped(value, INDENT, room)}")
        for note in self._whole["notes"]:
            print(f"  {'note':<9} {note['noted_at']} UTC, {note['user_name']}:")
            print_text(note["note"], room=room)
        for execution in envelope.executions:
            how = "timeout" if execution.is_timed_out else "interrupted" if execution.is_interrupted else None
            how = how or (f"signal {execution.signal}" if execution.signal else f"exit {execution.exit_code}")
            used = execution.usage
            memory = f"{human(used.memory_bytes_max, 'B')} peak memory" if used.memory_bytes_max else None
            user = f"{human_seconds(used.user_s)} user" if used.user_s is not None else None
            system = f"{human_seconds(used.system_s)} system" if used.system_s is not None else None
            words = ["cd", shlex.quote(execution.cwd), "&&", *map(shlex.quote, execution.argv)]
            print(f"  {execution.role:<9} {wrapped_command(words, INDENT, room)}")
            said = _joined(f"{how} in {human_seconds(execution.wall_s)}", user, system, memory)
            print(f"  {'':<9} {wrapped(said, INDENT, room)}")
        self._print_used()

    def _print_used(self) -> None:
        """Say what the whole run used, beside the time and memory of each program."""
        used = {row["metric"]: row for row in self._whole["resources"] if row["part"] == "run"}
        said = [
            f"{human(row['value'], row['unit'])} {words}"
            for name, words in USED.items()
            if (row := used.get(name)) and row["value"]
        ]
        counted = [row["value"] for row in self._whole["context"] if row["key"] == COUNTED_BY]
        by = f" (counted by {', '.join(counted)})" if counted else ""
        if said:
            print(f"  used      {wrapped(', '.join(said) + by, INDENT, room_on(sys.stdout))}")

    def _print_parts(self) -> None:
        """Print what each program apart used, the greediest first."""
        parts: dict[str, dict[str, Any]] = {}
        for row in self._whole["resources"]:
            if row["part"] != "run":
                parts.setdefault(row["part_name"] or "all else", {})[row["metric"]] = row
        lines = [
            (name, *(human(row["value"], row["unit"]) if (row := used.get(metric)) else "" for metric in PART_METRICS))
            for name, used in sorted(parts.items(), key=lambda part: -_cpu_s(part[1]))
        ]
        if lines:
            print()
            print_filled(("program", *PART_METRICS.values()), lines[: self._rows_max])
            self._say_more(len(lines), "program")

    def _print_results(self) -> None:
        results = self._whole["results"]
        if not results:
            return
        has_suites = len({row["suite"] for row in results}) > 1
        lines = [_result_line(row, has_suites=has_suites) for row in results[: self._rows_max]]
        print()
        print_filled(("suite", "case", "metric", "value", "lo", "hi", "n"), without_repeated(lines, columns=2))
        self._say_more(len(results), "value")

    def _print_tests(self) -> None:
        tests = self._whole["tests"]
        counts = Counter(row["status"] for row in tests)
        if counts:
            print("\n" + ", ".join(f"{count} {status}" for status, count in counts.items()))
        shown = [row for row in tests if self._is_all or row["status"] != "passed"]
        for row in shown[: self._rows_max]:
            flags = f" [{row['flags']}]" if row["flags"] else ""
            attempt = f" (attempt {row['attempt']})" if row["attempt"] > 1 else ""
            took = f" in {human_seconds(row['seconds'])}" if row["seconds"] is not None else ""
            line = f"{row['status']}: {row['suite']} {row['test']}{attempt}{flags}{took}"
            print(shortened(line, room_on(sys.stdout)))
            whole = f"bh log {self._row['run_id']} {shlex.quote(row['test'])}"
            print_text(row["message"], room=room_on(sys.stdout), whole=whole)
        self._say_more(len(shown), "outcome")
        for suite in self._whole["suites"]:
            if self._is_all or suite["status"] not in {"passed", "skipped"}:
                print(f"suite {suite['status']}: {suite['suite']} {human_seconds(suite['seconds'])}".rstrip())

    def _print_odd(self) -> None:
        problems, unread = self._whole["problems"], self._whole["unread"]
        told = {first_line(row["message"]) for row in self._whole["tests"]}
        if problems or unread:
            print()
        for row in problems[: self._rows_max]:
            print(shortened(f"problem: {row['kind']}: {row['place']}", room_on(sys.stdout)))
            if first_line(row["text"]) not in told:
                print_text(row["text"], room=room_on(sys.stdout))
        self._say_more(len(problems), "problem")
        for row in unread[: self._rows_max]:
            line = f"unread: {row['stream']}:{row['line']}: {row['why']}: {row['text'][:80]!r}"
            print(cut(line, room_on(sys.stdout)))
        if self._row["unread_lines"] > len(unread[: self._rows_max]):
            print(f"… {plural(self._row['unread_lines'], 'unread line')} in all")

    def _print_end(self) -> None:
        context = [
            f"{row['key']}: {row['value']}"
            for row in self._whole["context"]
            if (self._is_all or not row["suite"]) and not row["key"].startswith(OWN_FACTS)
        ]
        if context:
            print("\n" + wrapped("the tool said: " + ", ".join(context), 2, room_on(sys.stdout)))
        disturbed = [
            f"{row['key'].removeprefix(DISTURBANCE)}: {row['value']}"
            for row in self._whole["context"]
            if self._is_all and row["key"].startswith(DISTURBANCE)
        ]
        if disturbed:
            print("\n" + wrapped("the machine: " + ", ".join(disturbed), 2, room_on(sys.stdout)))
        number = self._row["run_id"]
        kept = ", ".join(f"{one.name} ({human(one.size_bytes, 'B')})" for one in self._report.artifacts)
        said = f"kept: {kept}; `bh log {number}` prints it" if kept else "it printed nothing"
        print("\n" + wrapped(said, 2, room_on(sys.stdout)))

    def _say_more(self, count: int, what: str) -> None:
        if count > self._rows_max:
            more = plural(count - self._rows_max, f"more {what}")
            print(f"… and {more}; `bh show {self._row['run_id']} --all` has them all")


def _cpu_s(used: dict[str, Any]) -> float:
    return sum(float(used[metric]["value"]) for metric in ("user", "system") if metric in used)


def _subject(subject: Subject | None) -> str | None:
    if subject is None:
        return None
    configured = f"(configuration {subject.configuration[:10]})" if subject.configuration else None
    return _joined(subject.name, subject.version, configured, by=" ")


def _result_line(row: dict[str, Any], *, has_suites: bool) -> Sequence[Any]:
    unit = row["unit"]
    case = f"{row['benchmark']} {row['param_text']}".rstrip()
    values = (human(row["value"], unit), human(row["lo"], unit), human(row["hi"], unit), row["n"])
    return (row["suite"] if has_suites else "", case, row["metric"], *values)


def _joined(*words: str | None, by: str = ", ") -> str:
    return by.join(word for word in words if word)
