"""Files of JUnit XML become records, each streamed; several of them are one run."""

import re
from collections.abc import Iterator

from benchhub.frameworks.junit.suites import Suites
from benchhub.frameworks.junit.xml import Damage, XmlReader
from benchhub.model.record import MESSAGE_CHARACTERS_MAX, LogLine, Problem, Record, Unread
from benchhub.plugin.contract import Captured, Stream

WORDS_BYTES_MAX = 16_000
LINE_CHARACTERS_MAX = 1 << 16

_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<\?[^>]*\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>\s*)*"
    rb"<(?:[\w.-]+:)?(?:testsuites?|testcase)[\s/>]",
    re.DOTALL,
)
_ANYWHERE = re.compile(rb"^[ \t]*(?:<\?xml[^>\n]*\?>[ \t\r\n]{0,8})?<testsuites?[\s/>]", re.MULTILINE)


def is_junit(head: bytes) -> bool:
    """Tell whether a file that begins so is JUnit XML."""
    return _ROOT.match(_ascii(head)) is not None


def holds_junit(head: bytes) -> bool:
    """Tell whether JUnit XML begins somewhere in what a file begins with."""
    return _ANYWHERE.search(_ascii(head)) is not None


def _ascii(head: bytes) -> bytes:
    """Return UTF-16 as if it were ASCII."""
    is_wide = head[:2] in {b"\xff\xfe", b"\xfe\xff"}
    return head.decode("utf-16", "replace").encode("ascii", "replace") if is_wide else head


def read(captured: Captured, *, logs: bool = False) -> Iterator[Record]:
    """Yield what the bytes say; never raises."""
    records: list[Record] = []
    suites = Suites(records.append, is_logged=logs)
    has_any = False
    for stream in captured.streams:
        head = stream.head()
        if is_junit(head) or holds_junit(head):
            has_any = True
            for _ in _read_file(stream, suites, records):
                yield from records
                records.clear()
        elif stream.name in {"stdout", "stderr"} and captured.executions:
            yield from _log_lines(stream) if logs else ()
        elif head.strip() and (stream.name == "stdout" or stream.name.endswith(".xml")):
            yield Unread(1, "not-junit", head[:500].decode("utf-8", "replace"), stream=stream.name)
    suites.finish()
    yield from records
    if not has_any:
        yield from _complaint(captured)


def _read_file(stream: Stream, suites: Suites, records: list[Record]) -> Iterator[None]:
    """Read a file into ``records``, and pause whenever some may be taken."""
    reader = XmlReader(suites)
    for chunk in stream.open():
        reader.feed(chunk)
        yield
    reader.close()
    records += _damages(stream.name, reader.damages)
    suites.end_file(stream.name)
    if reader.has_replaced:
        records.append(Problem("forbidden-characters", stream.name, "replaced in records, kept in the raw output"))
    yield


def _damages(name: str, damages: list[Damage]) -> Iterator[Record]:
    for damage in damages:
        if damage.why == "entities":
            yield Problem("entities-refused", f"{name}:{damage.line}", damage.text)
        elif damage.why == "not-xml":
            yield Unread(damage.line, "not-xml", damage.text, damage.byte_offset, name)
        else:
            yield Unread(damage.line, "not-well-formed", damage.text, damage.byte_offset, name)
            yield Problem("damaged-xml", f"{name}:{damage.line}", damage.why)


def _complaint(captured: Captured) -> Iterator[Record]:
    """Yield what a command said last that ended badly and wrote no report."""
    if not captured.exit_code:
        return
    for name in ("stderr", "stdout"):
        tail = b""
        for stream in captured.streams:
            if stream.name == name:
                for chunk in stream.open():
                    tail = (tail + chunk)[-WORDS_BYTES_MAX:]
        said = tail.decode("utf-8", "replace").strip()
        if said:
            yield Problem("no-report", name, said[-MESSAGE_CHARACTERS_MAX:])
            return


def _log_lines(stream: Stream) -> Iterator[LogLine]:
    rest = b""
    for chunk in stream.open():
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (_line(stream.name, line) for line in lines)
    if rest:
        yield _line(stream.name, rest)


def _line(stream: str, line: bytes) -> LogLine:
    return LogLine(None, stream, line.decode("utf-8", "replace").rstrip("\r")[:LINE_CHARACTERS_MAX])
