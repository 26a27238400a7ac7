"""What a program writes is kept whole, and told at a pace."""

from pathlib import Path

from benchhub.flows.events import Event, Heard
from benchhub.flows.follow import TOLD_BYTES_MAX, Following
from benchhub.frameworks.go import GOTEST
from benchhub.frameworks.pytest import PYTEST
from benchhub.model.record import LogLine
from benchhub.plugin.contract import Captured, TickingSink


class Kept:
    def __init__(self) -> None:
        self.data = b""

    def write(self, stream: str, data: bytes) -> None:
        assert stream == "stdout"
        self.data += data


class Heeding:
    def __init__(self, pace_s: float = 0.0) -> None:
        self.pace_s = pace_s
        self.heard: list[Heard] = []

    def on(self, event: Event) -> None:
        assert isinstance(event, Heard)
        self.heard.append(event)

    @property
    def said(self) -> bytes:
        return b"".join(data for heard in self.heard for _, data in heard.said)


def test_all_is_kept_and_told_in_order() -> None:
    kept, watcher = Kept(), Heeding()
    following = Following(kept, watcher)
    for word in (b"one ", b"two\n", b"three"):
        following.write("stdout", word)
    assert watcher.heard == []
    following.tell()
    assert kept.data == watcher.said == b"one two\nthree"


def test_of_too_much_the_beginning_is_told_and_then_whole_lines_again() -> None:
    kept, watcher = Kept(), Heeding()
    following = Following(kept, watcher)
    flood = b"".join(b"line %d\n" % number for number in range(100_000))
    for at in range(0, len(flood), 1 << 16):
        following.write("stdout", flood[at : at + (1 << 16)])
    following.tell()
    following.write("stdout", b"the end of a line\nafter\n")
    following.tell()
    assert kept.data == flood + b"the end of a line\nafter\n"
    assert watcher.heard[0].said[0][1] == flood[:TOLD_BYTES_MAX]
    assert watcher.heard[0].skipped_bytes == len(flood) - TOLD_BYTES_MAX
    assert watcher.heard[1].said == (("stdout", b"\nafter\n"),)
    assert watcher.heard[1].skipped_bytes == len(b"the end of a line")
    assert len(watcher.said) + sum(heard.skipped_bytes for heard in watcher.heard) == len(kept.data)


def test_what_a_warm_up_writes_is_not_told_but_time_passes() -> None:
    kept, watcher = Kept(), Heeding()
    following = Following(kept, watcher, is_told=False)
    following.write("stdout", b"warm\n")
    following.tell()
    assert kept.data == b"warm\n"
    assert watcher.heard == [Heard()]


def test_a_reader_says_what_the_bytes_mean() -> None:
    watcher = Heeding()
    following = Following(Kept(), watcher, reader=GOTEST.live(Captured()))  # type: ignore[attr-defined]  # it is Followed
    following.write("stdout", b'{"Action":"run","Package":"p","Test":"TestX"}\n{"Action":"pass","Pack')
    following.tell()
    following.write("stdout", b'age":"p","Test":"TestX","Elapsed":0.5}\n')
    following.tell()
    assert [type(record).__name__ for heard in watcher.heard for record in heard.records] == ["Began", "Outcome"]
    assert watcher.said == b""


def test_it_says_when_it_wants_to_be_asked_again() -> None:
    following = Following(Kept(), Heeding(pace_s=0.1))
    assert isinstance(following, TickingSink)
    assert 0.1 < following.tick() <= 1.0
    following.write("stdout", b"x")
    assert following.tick() <= 0.1


def test_a_file_that_grows_is_heard_of_as_soon_as_it_is_there(tmp_path: Path) -> None:
    watcher, events = Heeding(pace_s=0.1), tmp_path / "pytest.jsonl"
    reader = PYTEST.live(Captured())  # type: ignore[attr-defined]  # it is Followed
    following = Following(Kept(), watcher, reader=reader, files={events.name: events})
    following.tell()
    assert 0 < following.tick() <= 0.1
    with events.open("ab", buffering=0) as file:
        file.write(b'{"event": "item", "node": "a.py::test_x"}\n{"event": "begin", "node": "a.py::test_x"}\n')
        following.tell()
        file.write(b'{"event": "report", "node": "a.py::test_x", "when": "call", "outcome": "passed"}\n')
        file.write(b'{"event": "end", "node": "a.py::test_x"}\n')
        following.tell()
    following.close()
    told = [record for heard in watcher.heard for record in heard.records]
    assert [(type(record).__name__, record.case.name) for record in told if not isinstance(record, LogLine)] == [
        ("Began", "test_x"),
        ("Outcome", "test_x"),
    ]
