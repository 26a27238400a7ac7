"""What goes out as messages comes back as it was, in one part or in many."""

from pathlib import Path

import msgspec
import pytest

from benchhub.errors import MessageError
from benchhub.model.report import Report
from benchhub.rpc.convert import to_parts, to_report
from benchhub.rpc.v1.report_service_pb2 import SubmitReportRequest
from store.factory import bench_report, outcome_report


def _with_words(report: Report) -> Report:
    """Return the report with numbers that are none, and facts that differ from line to line."""
    count = len(report.body.lines.said_values)
    said: list[float | str] = [("NaN", "Infinity", "-Infinity", 1.5)[at % 4] for at in range(count)]
    facts = {"procs": [2], "tag": [f"t{at}" for at in range(len(report.body.lines.case))]}
    lines = msgspec.structs.replace(report.body.lines, said_values=said, facts=facts)
    return msgspec.structs.replace(report, body=msgspec.structs.replace(report.body, lines=lines))


REPORTS = {
    "lines": bench_report(40, 3, 5),
    "words and facts": _with_words(bench_report(40, 2, 2)),
    "outcomes": outcome_report({f"Test{at}": ("passed", "failed")[at % 2] for at in range(200)}),
    "nothing": bench_report(0, 1),
}


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("bytes_max", [3 << 20, 5_000])
def test_a_report_comes_back_as_it_was(name: str, bytes_max: int) -> None:
    parts = to_parts(REPORTS[name], bytes_max=bytes_max)
    sent = [SubmitReportRequest.FromString(part.SerializeToString()) for part in parts]
    assert to_report(sent) == REPORTS[name]
    assert bytes_max > 5_000 or len(parts) > 1 or name == "nothing"


def test_an_artifact_goes_along_without_its_path(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.write_bytes(b"PASS\n")
    report = bench_report(artifact=raw)
    (artifact,) = to_report(to_parts(report)).artifacts
    assert artifact == msgspec.structs.replace(report.artifacts[0], path=None)


def test_what_cannot_be_is_refused_with_its_field() -> None:
    (part,) = to_parts(bench_report(3, 2))
    part.body.lines.case[1] = 99
    with pytest.raises(MessageError) as told:
        to_report([part])
    assert told.value.field == "body.lines.case[1]"
