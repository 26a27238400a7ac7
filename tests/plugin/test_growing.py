"""Lines that are shown while they grow."""

from benchhub.plugin.growing import GrowingLines


def test_lines_come_when_they_end_however_the_bytes_are_cut() -> None:
    whole = b"one\n\ntwo\r\nthree"
    for size in (1, 2, 3, 100):
        growing = GrowingLines()
        lines = [line for at in range(0, len(whole), size) for line in growing.take(whole[at : at + size])]
        assert lines == [b"one", b"", b"two"]
        assert growing.open == b"three"
        assert growing.end() == [b"three"]
        assert growing.end() == []


def test_of_a_long_line_the_beginning_is_kept_and_the_rest_counted() -> None:
    growing = GrowingLines(bytes_max=10)
    for _ in range(1000):
        assert growing.take(b"x" * 1000) == []
        assert len(growing.open) == 10
    assert growing.take(b"\nnext\n") == [b"x" * 10 + " … 999990 bytes more".encode(), b"next"]
    assert GrowingLines(bytes_max=4).take(b"123456\n") == ["1234 … 2 bytes more".encode()]


def test_a_line_that_goes_back_is_what_stood_there_at_last_however_it_is_cut() -> None:
    whole = b"".join(b"%d%%\r" % percent for percent in range(101)) + b"\nnext\r\r\nlong" + b"x" * 200 + b"\rshort\n"
    for size in (1, 2, 7, 5000):
        growing = GrowingLines(bytes_max=100)
        lines = [line for at in range(0, len(whole), size) for line in growing.take(whole[at : at + size])]
        assert lines == [b"100%", b"", b"short"]
