"""What a dozen tools wrote is read as the standard library's parser counts it, and some of it record by record."""

import random
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchhub.flows.collect import collect, status_of
from benchhub.flows.parse_output import parse_output
from benchhub.frameworks.junit import JUNIT
from benchhub.model.record import RETRIED, Outcome, Problem, Record, SuiteResult, Unread
from benchhub.model.run import Execution
from benchhub.plugin.captures import Capture, load_captures
from benchhub.plugin.contract import Captured, Stream
from golden import compare

HERE = Path(__file__).parent
CAPTURES = {capture.name: capture for capture in load_captures(HERE / "captured")}
DAMAGED = {"node-20", "mocha-12-xunit"}
"""Bytes that XML forbids, and a print before the XML."""

GOLDEN = """
catch2-2 ctest-3 go-junit-report-end-panic-go127 gtest-1 jest-30 mocha-10 mocha-12-xunit nextest-0 node-20
pytest-broken-p9 pytest-outcomes-p9 surefire-3-reruns vitest-4
"""


def read(*documents: bytes, chunk_bytes: int = 1 << 18) -> list[Record]:
    streams = tuple(
        Stream.of_bytes(f"TEST-{number}.xml", document, chunk_bytes=chunk_bytes)
        for number, document in enumerate(documents)
    )
    return list(JUNIT.read(Captured(streams=streams)))


def outcomes(records: list[Record]) -> list[Outcome]:
    return [record for record in records if isinstance(record, Outcome)]


def names(records: list[Record]) -> list[str]:
    return [outcome.case.name for outcome in outcomes(records)]


def kinds(records: list[Record]) -> set[str]:
    return {record.kind for record in records if isinstance(record, Problem)}


def counted(capture: Capture) -> Counter[str]:
    """Return how many cases ended in each way, by a parser that knows nothing of us."""
    counts: Counter[str] = Counter()
    for content in capture.data.values():
        for case in ET.fromstring(content).iter("testcase"):  # noqa: S314 -- captured by ourselves
            tags = {child.tag for child in case}
            if "skipped" in tags or case.get("status") in {"disabled", "notrun"}:
                counts["error" if "error" in tags else "skipped"] += 1
            else:
                counts["error" if "error" in tags else "failed" if "failure" in tags else "passed"] += 1
    return counts


@pytest.mark.parametrize("name", [name for name in CAPTURES if name not in DAMAGED])
def test_as_many_cases_ended_in_each_way_as_another_parser_counts(name: str) -> None:
    told: Counter[str] = Counter()
    for outcome in outcomes(list(JUNIT.read(CAPTURES[name].captured()))):
        if RETRIED not in outcome.flags:
            raw = {"failure": "failed", "error": "error"}.get(outcome.raw_status or "", outcome.status)
            told[raw] += 1
    assert told == counted(CAPTURES[name])


@pytest.mark.parametrize("name", CAPTURES)
def test_no_two_cases_of_a_file_fall_together(name: str) -> None:
    found = outcomes(list(JUNIT.read(CAPTURES[name].captured())))
    keys = Counter(outcome.case.key() for outcome in found if RETRIED not in outcome.flags)
    # Repetitions of JUnit 5 and of pytest-rerunfailures, and two failures of one test, are said under one name.
    assert {key[1] for key, count in keys.items() if count > 1} <= {
        "rep", "test_passes_at_last", "test_never_passes", "test_shy_fixture", "test_fails_and_teardown_fails",
    }  # fmt: skip
    attempts = Counter((outcome.case.key(), outcome.attempt) for outcome in found)
    assert max(attempts.values()) == 1


@pytest.mark.parametrize("name", GOLDEN.split())
def test_the_records_are_the_golden_ones(name: str, is_golden_write: bool) -> None:  # noqa: FBT001 -- a fixture
    compare(
        JUNIT.read(CAPTURES[name].captured(), logs=True), HERE / "golden" / f"{name}.jsonl", is_write=is_golden_write
    )


def test_a_directory_of_reports_is_one_run() -> None:
    parsed = parse_output([HERE / "captured" / "surefire-3-reruns"], {"junit": JUNIT})
    assert {case.suite for case in parsed.cases} == {"BrokenTest", "FlakyTest"}
    assert parsed.framework == "junit"
    assert parsed.unread_count == 0


# -- again and again -----------------------------------------------------------------------------------------------


def test_a_case_that_passes_at_last_does_not_fail_the_run() -> None:
    document = b"""<testsuites><testsuite name="s" tests="1" failures="0" errors="0">
      <testcase name="a" classname="s" time="0.1"><flakyFailure message="once" type="t"><stackTrace>trace</stackTrace>
      </flakyFailure><flakyError message="twice"/></testcase></testsuite></testsuites>"""
    records = read(document)
    told = [(o.attempt, o.status, o.raw_status, o.flags) for o in outcomes(records)]
    assert told == [
        (1, "failed", "flakyFailure", (RETRIED,)),
        (2, "error", "flakyError", (RETRIED,)),
        (3, "passed", None, ("flaky",)),
    ]
    assert status_of(collect(records), exit_code=0, is_timed_out=False, is_interrupted=False) == "passed"


def test_of_reruns_that_all_fail_the_last_counts() -> None:
    document = b"""<testsuite name="s"><testcase name="a"><failure message="first"/><rerunFailure message="second"/>
      <rerunFailure message="third"/></testcase></testsuite>"""
    told = [(o.attempt, o.status, o.message, o.flags) for o in outcomes(read(document))]
    assert told == [
        (1, "failed", "first", (RETRIED,)),
        (2, "failed", "second", (RETRIED,)),
        (3, "failed", "third", ()),
    ]


def test_a_name_that_is_said_twice_has_two_attempts_also_over_two_files() -> None:
    document = b'<testsuite name="s"><testcase name="a"/><testcase name="a"><error/></testcase></testsuite>'
    told = [(o.case.name, o.attempt, o.status) for o in outcomes(read(document, document))]
    assert told == [("a", 1, "passed"), ("a", 2, "error"), ("a", 3, "passed"), ("a", 4, "error")]


# -- suites --------------------------------------------------------------------------------------------------------


def test_suites_within_suites_keep_cases_apart() -> None:
    document = b"""<testsuites name="all"><testsuite name="one"><testcase name="x"/>
      <testsuite name="in"><testcase name="x"/></testsuite></testsuite>
      <testsuite name="two"><testcase name="x"/></testsuite></testsuites>"""
    assert [(o.case.suite, o.case.name) for o in outcomes(read(document))] == [
        ("one", "x"), ("one", "in > x"), ("two", "x"),
    ]  # fmt: skip


def test_a_suite_that_passed_in_one_file_and_failed_in_another_has_failed() -> None:
    good = b'<testsuite name="s" time="1"><testcase name="a" classname="s"/></testsuite>'
    bad = b'<testsuite name="t" time="2"><testcase name="b" classname="s"><failure/></testcase></testsuite>'
    records = read(good, bad)
    assert {(r.suite, r.status) for r in records if isinstance(r, SuiteResult)} == {("s", "failed"), ("t", "failed")}
    assert status_of(collect(records), exit_code=None, is_timed_out=False, is_interrupted=False) == "failed"


def test_a_suite_that_fails_outside_its_cases_is_an_error() -> None:
    document = b'<testsuite name="s"><testcase name="a"/><error message="no server">trace</error></testsuite>'
    records = read(document)
    assert "suite-error" in kinds(records)
    assert [r.status for r in records if isinstance(r, SuiteResult)] == ["error"]


def test_more_failures_announced_than_shown_are_told() -> None:
    assert "count-mismatch" in kinds(read(b'<testsuite name="s" failures="2"><testcase name="a"/></testsuite>'))
    assert "count-mismatch" not in kinds(read(b'<testsuite failures="x" name="s"><testcase name="a"/></testsuite>'))


def test_properties_are_context_but_no_secrets_and_not_all_that_java_knows() -> None:
    document = b"""<testsuite name="s"><properties><property name="java.class.path" value="/x"/>
      <property name="java.version" value="17"/><property name="db.password" value="p"/></properties>
      <testcase name="a"><properties><property name="issue" value="12"/></properties></testcase></testsuite>"""
    records = read(document)
    context = {record.key: record.value for record in records if type(record).__name__ == "Context"}  # type: ignore[union-attr]
    assert context == {"java.version": "17"}
    assert outcomes(records)[0].facts == {"properties": '{"issue": "12"}'}


# -- damage --------------------------------------------------------------------------------------------------------

WHOLE = b"""<?xml version="1.0"?>
<testsuites><testsuite name="s"><testcase name="a"/>
<testcase name="b"><failure message="m">text</failure></testcase>
<testcase name="c"/></testsuite>
<testsuite name="t"><testcase name="d"/></testsuite></testsuites>
"""


@pytest.mark.parametrize("end", range(10, len(WHOLE) - 16))
def test_of_a_file_that_is_cut_anywhere_every_whole_case_is_kept(end: int) -> None:
    records = read(WHOLE[:end])
    whole = [name for name in "abcd" if WHOLE.find(b'name="%s"' % name.encode()) > 0]
    ends = {
        "a": WHOLE.index(b"/>") + 2,
        "b": WHOLE.index(b"</testcase>") + 11,
        "c": WHOLE.index(b"/>", WHOLE.index(b'"c"')) + 2,
        "d": WHOLE.index(b"/>", WHOLE.index(b'"d"')) + 2,
    }
    assert names(records) == [name for name in whole if ends[name] <= end]
    if names(records):
        assert kinds(records) & {"unfinished-suite", "damaged-xml"}


def test_what_stands_before_and_behind_damage_is_kept() -> None:
    damaged = WHOLE.replace(b"text</failure>", b"text</fail")
    records = read(damaged)
    assert names(records) == ["a", "c", "d"]
    assert "damaged-xml" in kinds(records)
    (unread,) = (record for record in records if isinstance(record, Unread))
    assert (unread.line, unread.why) == (3, "not-well-formed")


def test_several_documents_in_one_file_and_prints_around_them_are_read() -> None:
    records = read(b"starting\n" + WHOLE + b"\ndone\n" + WHOLE + b"bye\n")
    assert names(records) == ["a", "b", "c", "d"] * 2
    assert len(outcomes(records)) == len({(o.case.key(), o.attempt) for o in outcomes(records)})


def test_entities_are_refused_and_nothing_is_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("do not tell")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY l0 "ha">{laughs}]><testsuite name="&l9;"/>'
    external = f'<!DOCTYPE s [<!ENTITY x SYSTEM "{secret.as_uri()}">]><testsuite><testcase name="&x;"/></testsuite>'
    for document in (bomb, external):
        records = read(document.encode())
        assert kinds(records) == {"entities-refused"}
        assert "do not tell" not in repr(records)
    assert names(
        read(b'<!DOCTYPE s SYSTEM "http://127.0.0.1:9/s.dtd"><testsuite><testcase name="a"/></testsuite>')
    ) == ["a"]


def test_bytes_that_xml_forbids_are_replaced_and_told() -> None:
    said = b"\x1b[31m \xff &#27; &#x0; &#233;"
    records = read(b'<testsuite><testcase name="a"><failure>' + said + b"</failure></testcase></testsuite>")
    assert outcomes(records)[0].message == "\ufffd[31m \ufffd \ufffd \ufffd é"
    assert "forbidden-characters" in kinds(records)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_every_encoding_is_read_that_a_file_declares(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    document = f'<?xml version="1.0" encoding="{declared}"?><testsuite name="s"><testcase name="größe"/></testsuite>'
    records = read(document.encode(encoding))
    assert names(records) == ["größe"]
    assert not kinds(records)


def test_the_place_of_damage_does_not_hang_on_how_the_bytes_are_cut() -> None:
    dice = random.Random(3)  # noqa: S311 -- must be repeatable, not secret
    for _ in range(30):
        at = dice.randrange(len(WHOLE))
        document = WHOLE[:at] + bytes([dice.randrange(256)]) + WHOLE[at + 1 :] + WHOLE
        whole = repr(read(document, chunk_bytes=1 << 20))
        for chunk_bytes in (1, 7, 100):
            assert repr(read(document, chunk_bytes=chunk_bytes)) == whole


def test_very_many_cases_need_little_memory_and_very_long_text_is_shortened() -> None:
    text = b"x" * 3_000_000
    document = (
        b'<testsuite name="s"><testcase name="a"><failure>first ' + text + b" last</failure></testcase></testsuite>"
    )
    message = outcomes(read(document))[0].message or ""
    assert message.startswith("first ")
    assert message.endswith(" last")
    assert len(message) <= 8_000


def test_a_file_that_is_no_junit_xml_is_unread() -> None:
    records = read(b"<html><body>404</body></html>")
    assert [record.why for record in records if isinstance(record, Unread)] == ["not-junit"]


def test_what_a_command_prints_beside_its_reports_is_not_unread() -> None:
    streams = (Stream.of_bytes("stdout", b"building ...\n"), Stream.of_bytes("TEST-s.xml", WHOLE))
    execution = Execution(("mvn",), "/src", 0, 1.0, exit_code=0)
    records = list(JUNIT.read(Captured(streams=streams, executions=(execution,), exit_code=0)))
    assert not [record for record in records if isinstance(record, Unread)]
    alone = list(JUNIT.read(Captured(streams=streams[:1])))
    assert [record.why for record in alone if isinstance(record, Unread)] == ["not-junit"]
