"""What does not fit is shortened where it says least."""

import shlex
import subprocess

import pytest

from benchhub.cli.fit import shortened, width, wrapped, wrapped_command
from benchhub.cli.table import print_filled

COLUMNS = ("case", "metric", "value", "spread", "runs", "samples", "before", "change")
ROWS = [
    (f"BenchmarkSort alg=bottomup size={size}", "throughput", "104.2 MB/s", "±6.1%", 3, 15, "103.5 MB/s", "+0.7%")
    for size in (1, 10_000, 1_000_000)
]


def printed(capsys: pytest.CaptureFixture[str], room: int, **words: object) -> list[str]:
    print_filled(COLUMNS, ROWS, room=room, **words)  # type: ignore[arg-type]  # spare
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("room", [200, 120, 100, 80, 72, 60])
def test_no_line_of_a_table_is_wider_than_the_terminal(capsys: pytest.CaptureFixture[str], room: int) -> None:
    lines = printed(capsys, room, spare=("samples", "runs", "before"))
    assert len(lines) == 4
    assert all(width(line) <= room for line in lines)
    assert all(line.endswith("+0.7%") for line in lines[1:]), "the change is never left out"


def test_columns_go_in_the_order_in_which_they_can_be_spared(capsys: pytest.CaptureFixture[str]) -> None:
    spare = ("samples", "runs", "before")
    headings = [printed(capsys, room, spare=spare)[0].split() for room in (110, 88, 80, 70)]
    assert [[name for name in spare if name not in heading] for heading in headings] == [
        [], ["samples"], ["samples", "runs"], ["samples", "runs", "before"],
    ]  # fmt: skip
    assert print_filled(COLUMNS, ROWS, spare=spare, room=70) == list(spare)


def test_where_there_is_room_nothing_is_shortened(capsys: pytest.CaptureFixture[str]) -> None:
    assert "BenchmarkSort alg=bottomup size=1000000" in printed(capsys, 200)[3]
    assert "…" not in "".join(printed(capsys, 200, spare=("runs",)))


def test_a_number_is_never_shortened(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, 40)
    assert all("104.2 MB/s" in line and "103.5 MB/s" in line for line in lines[1:])


def test_the_end_of_a_name_stays() -> None:
    assert shortened("BenchmarkSort alg=bottomup size=1000000", 20).endswith("ze=1000000")


@pytest.mark.parametrize("columns", [30, 40, 80, 200])
def test_a_command_in_several_lines_is_the_same_command(columns: int) -> None:
    words = ["printf", "%s.", "a", "b c", "d'e", "-test.run=^$", *(f"--flag-{n}=value" for n in range(20))]
    text = wrapped_command([shlex.quote(word) for word in words], 12, columns)
    said = subprocess.run(["sh", "-c", text], capture_output=True, check=True, text=True).stdout
    assert said == "".join(f"{word}." for word in words[2:])
    assert all(len(line) <= columns for line in text.splitlines()[1:])


def test_text_is_broken_between_words() -> None:
    assert wrapped("one two three", 4, 40) == "one two three"
    lines = wrapped("word " * 30, 12, 40).splitlines()
    assert len(lines) > 1
    assert all(line.startswith(" " * 12) for line in lines[1:])
    assert all(len(line) <= 40 for line in lines[1:])
