"""The process of `bh`: what it leaves out at its beginning and at its end."""

import subprocess
import sys

from bh_shell import Shell


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_msgspec_comes_without_typing_extensions_which_others_still_find() -> None:
    code = """
import sys
from benchhub.cli import process
process.import_msgspec()
print("msgspec" in sys.modules, "typing_extensions" in sys.modules)
import typing_extensions, msgspec
class Options(typing_extensions.TypedDict):
    size: typing_extensions.NotRequired[typing_extensions.Annotated[int, msgspec.Meta(ge=1)]]
print(msgspec.json.decode(b'{"size": 3}', type=Options), msgspec.json.decode(b"{}", type=Options))
"""
    assert python(code).splitlines() == ["True False", "{'size': 3} {}"]


def test_typing_extensions_that_is_there_already_stays() -> None:
    code = """
import sys, typing_extensions
from benchhub.cli import process
process.import_msgspec()
print(sys.modules["typing_extensions"] is typing_extensions)
"""
    assert python(code) == "True"


def test_what_comes_late_is_there_when_it_is_used() -> None:
    code = """
import sys
from benchhub.cli import process
process.load_late()
process.import_msgspec()
import msgspec, pathlib, shutil, subprocess
late = [name for name in process.LATE if "Lazy" in repr(type(sys.modules[name]))]
print(sorted(late) == sorted(process.LATE), "_bz2" in sys.modules, "_lzma" in sys.modules)
import bz2, ipaddress, locale, lzma, textwrap
print(msgspec.json.schema(int), msgspec.inspect.type_info(int) == msgspec.inspect.IntType())
print(bz2.decompress(bz2.compress(b"small")), lzma.decompress(lzma.compress(b"small")))
print(pathlib.PureWindowsPath("a/b"), textwrap.dedent("  in"), ipaddress.ip_address("::1"), locale.normalize("C"))
"""
    assert python(code).splitlines() == [
        "True False False",
        "{'type': 'integer'} True",
        "b'small' b'small'",
        r"a\b in ::1 C",
    ]


def test_the_end_loses_no_output_and_keeps_the_code() -> None:
    code = """
import sys
from benchhub.cli import process
sys.stdout.write("x" * 100_000)
sys.stderr.write("told")
process.end(7)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, len(done.stdout), done.stderr) == (7, 100_000, b"told")


def test_a_command_leaves_neither_log_nor_scratch_directory(bh: Shell) -> None:
    """The process ends at once, and what it made was put away before."""
    assert bh("run", "--", "echo", "said").code == 0
    assert sorted(path.name for path in bh.db.parent.iterdir()) == ["bench.db", "bench.db.spool"]
    assert list((bh.db.parent / "bench.db.spool").iterdir()) == []
    assert list((bh.db.parent.parent / "tmp").iterdir()) == []
