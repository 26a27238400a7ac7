"""The small parts of the Go reader: names, suffixes, units, blocks, modules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchhub.frameworks.go import GOBENCH, GOTEST
from benchhub.frameworks.go import blocks as blocks_module
from benchhub.frameworks.go.blocks import blocks
from benchhub.frameworks.go.names import bench_case, procs_of, suffixes_of
from benchhub.frameworks.go.units import Units
from benchhub.plugin.captures import MemoryTree
from benchhub.plugin.contract import Stream


@pytest.mark.parametrize(
    ("said", "name", "params"),
    [
        ("BenchmarkX", "BenchmarkX", {}),
        ("BenchmarkSort/size=1024/alg=quick", "BenchmarkSort", {"size": "1024", "alg": "quick"}),
        ("BenchmarkCRC/15", "BenchmarkCRC/15", {}),
        ("BenchmarkX/a=1/plain/b=2", "BenchmarkX/plain", {"a": "1", "b": "2"}),
        ("BenchmarkX/a=1/a=2", "BenchmarkX/a=2", {"a": "1"}),
        ("BenchmarkX/=1/2=3", "BenchmarkX/=1/2=3", {}),
        ("BenchmarkX/url=a=b", "BenchmarkX", {"url": "a=b"}),
    ],
)
def test_segments_with_a_key_become_parameters(said: str, name: str, params: dict[str, str]) -> None:
    case = bench_case("p", said)
    assert (case.name, {key: param.value for key, param in case.params.items()}) == (name, params)
    assert {param.origin for param in case.params.values()} <= {"tool"}
    assert case.said_name == said


def test_a_value_of_cpu_does_not_hide_the_tools_own_parameter_of_that_name() -> None:
    case = bench_case("p", "BenchmarkX/cpu=4", cpu=1)
    assert {key: (param.value, param.origin) for key, param in case.params.items()} == {
        "tool.cpu": ("4", "tool"),
        "cpu": ("1", "flag"),
    }


@pytest.mark.parametrize(
    ("printed", "announced", "procs"),
    [
        ("BenchmarkX", "BenchmarkX", 1),
        ("BenchmarkX-8", "BenchmarkX", 8),
        ("BenchmarkX/quick-2", "BenchmarkX/quick-2", 1),
        ("BenchmarkX/quick-2-2", "BenchmarkX/quick-2", 2),
        ("BenchmarkX-1", "BenchmarkX", None),
        ("BenchmarkX-08", "BenchmarkX", None),
        ("BenchmarkX-٣", "BenchmarkX", None),
        ("BenchmarkX-" + "9" * 5000, "BenchmarkX", None),
        ("BenchmarkXY-8", "BenchmarkX", None),
        ("BenchmarkY-8", "BenchmarkX", None),
    ],
)
def test_only_the_announced_name_tells_what_the_suffix_is(printed: str, announced: str, procs: int | None) -> None:
    assert procs_of(printed, announced) == procs


def test_without_announcements_all_names_of_a_package_decide_together() -> None:
    assert suffixes_of(["X-8", "Y/size-16-8"]).split("Y/size-16-8") == ("Y/size-16", 8)
    assert suffixes_of(["X", "Y/size-16"]).split("Y/size-16") == ("Y/size-16", 1)
    assert suffixes_of(["X", "X-2", "X-4"]).split("X-4") == ("X", 4)
    odd = suffixes_of(["size-16", "len-32"])
    assert odd.is_ambiguous
    assert odd.split("size-16") == ("size-16", 1)


def test_a_declared_unit_changes_what_is_better_and_not_what_is_measured() -> None:
    units = Units()
    assert units.shape(("rows",))[0].metric.better is None
    assert units.declare("Unit rows better=higher assume=exact")
    assert not units.declare("Unit of work")
    (rows,) = units.shape(("rows",))
    assert (rows.metric.better, rows.metric.exact, rows.base(3.0)) == ("higher", True, 3.0)
    (time,) = units.shape(("ns/op",))
    assert (time.metric.name, time.metric.unit, time.base(54.87)) == ("time", "s", 54.87 / 1e9)


@settings(max_examples=60, deadline=None)
@given(
    data=st.lists(st.sampled_from([b"a" * 7, b"\n", b"bb\n", b"c" * 50, b"\r\n"]), max_size=60).map(b"".join),
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=5),
)
def test_blocks_are_the_same_however_the_bytes_are_cut(data: bytes, sizes: list[int]) -> None:
    def cut() -> list[bytes]:
        chunks: list[bytes] = []
        at = 0
        while at < len(data):
            size = sizes[len(chunks) % len(sizes)]
            chunks.append(data[at : at + size])
            at += size
        return chunks

    previous = blocks_module.BLOCK_BYTES, blocks_module.LINE_BYTES_MAX
    blocks_module.BLOCK_BYTES, blocks_module.LINE_BYTES_MAX = 32, 100
    try:
        whole = list(blocks(Stream.of_bytes("stdout", data, chunk_bytes=1 << 20)))
        pieces = list(blocks(Stream("stdout", lambda: iter(cut()))))
    finally:
        blocks_module.BLOCK_BYTES, blocks_module.LINE_BYTES_MAX = previous
    assert pieces == whole
    assert b"".join(block.data for block in whole) == data
    assert [block.byte_offset for block in whole] == [
        sum(len(block.data) for block in whole[:index]) for index in range(len(whole))
    ]
    assert all(len(block.data) <= 100 for block in whole)


def test_a_module_within_another_is_found_by_itself() -> None:
    tree = MemoryTree(
        {
            "go.mod": b"module a\n",
            "a_test.go": b"package a\nfunc TestA(t *testing.T) {}\n",
            "tools/go.mod": b"module b\n",
            "tools/deep/b_test.go": b"package b\nfunc BenchmarkB(b *testing.B) {}\n",
            "none/go.mod": b"module c\n",
            "none/c_test.go": b"package c\n// func TestC(t *testing.T)\nfunc Benchmarking(b *testing.B) {}\n",
        }
    )
    assert [target.label for target in GOTEST.detect(tree)] == ["//:gotest"]
    assert [target.label for target in GOBENCH.detect(tree)] == ["//tools:gobench"]
