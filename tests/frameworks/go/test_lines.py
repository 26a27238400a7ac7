"""Lines of `go test -json` that are odd, made here because no tool prints them."""

import json
from collections.abc import Iterator

from benchhub.frameworks.go import GOBENCH
from benchhub.model.record import Record, Result, Unread
from benchhub.plugin.contract import Captured, Stream


def test_lines_are_counted_over_blocks_and_empty_ones_among_them() -> None:
    filler = event("output", Output="x" * 1000 + "\n")
    records = read(event("start"), *[filler] * 400, "", *[filler] * 400, "{", event("pass"))
    assert [record.line for record in records if isinstance(record, Unread)] == [803]


def test_a_number_with_a_comma_is_no_two_numbers() -> None:
    good, bad = "     100\t        12.5 ns/op\n", "     100\t       1,234 ns/op\n"
    records = read(*suite("BenchmarkX", f"BenchmarkX \t{bad}", f"BenchmarkX \t{good}"))
    assert [result.said_values for result in results_of(records)] == [[12.5]]


def test_numbers_that_json_has_not_are_kept() -> None:
    row = "     100\t         NaN ns/op\t        +Inf x\t         1.5 y\n"
    (result,) = results_of(read(*suite("BenchmarkX", f"BenchmarkX \t{row}")))
    assert [str(value) for value in result.said_values] == ["nan", "inf", "1.5"]


def test_a_second_gomaxprocs_makes_cases_of_the_results_before_and_behind_it() -> None:
    names = ["BenchmarkX", "BenchmarkX", "BenchmarkX-2", "BenchmarkX", "BenchmarkX-2"]
    records = read(*suite("BenchmarkX", *[f"{name} \t     100\t        12.5 ns/op\n" for name in names]))
    assert [result.case.params["cpu"].value for result in results_of(records)] == ["1", "1", "2", "1", "2"]


def test_a_name_is_read_anew_for_each_benchmark() -> None:
    """`BenchmarkX-2` is `BenchmarkX` on two processors, until a benchmark of that name is announced."""
    row = "BenchmarkX-2 \t     100\t        12.5 ns/op\n"
    first, second = suite("BenchmarkX", row), suite("BenchmarkX-2", row)
    results = results_of(read(*first[:-1], *second[1:]))
    assert [(result.case.said_name, result.facts) for result in results] == [
        ("BenchmarkX", {"procs": 2}),
        ("BenchmarkX-2", {"procs": 1}),
    ]


def suite(benchmark: str, *outputs: str) -> list[str]:
    """Return the events of a package with one benchmark."""
    printed = (f"=== RUN   {benchmark}\n", f"{benchmark}\n", *outputs)
    return [
        event("start"),
        event("run", Test=benchmark),
        *(event("output", Test=benchmark, Output=text) for text in printed),
        event("pass"),
    ]


def event(action: str, **fields: str) -> str:
    return json.dumps({"Action": action, "Package": "p", **fields})


def read(*lines: str) -> list[Record]:
    data = "\n".join((*lines, "")).encode()

    def chunks() -> Iterator[bytes]:
        yield data

    return list(GOBENCH.read(Captured(streams=(Stream("stdout", chunks),))))


def results_of(records: list[Record]) -> list[Result]:
    return [record for record in records if isinstance(record, Result)]
