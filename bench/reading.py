"""Reading `go test -json`, beside a bare loop that only decodes the same lines."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from bench.measure import Settings, say
from bench.reports import Shop

MEGABYTES = 200


class Event(msgspec.Struct, gc=False):
    """The six fields of an event."""

    Time: str = ""
    Action: str = ""
    Package: str = ""
    Test: str = ""
    Output: str = ""
    Elapsed: float = 0.0


def run(settings: Settings) -> None:
    """Print speeds, their ratio, and the peak memory of each in a process of its own."""
    path = settings.folder / "huge.jsonl"
    megabytes = MEGABYTES // 10 if settings.is_quick else MEGABYTES
    if not path.exists() or path.stat().st_size < megabytes * 1_000_000:
        _write(path, megabytes * 1_000_000)
    times = {what: _medians(what, path, settings.times(5)) for what in ("bare", "reader", "collect")}
    size = path.stat().st_size / 1e6
    for what, (took_s, memory_bytes) in times.items():
        say(f"read {size:.0f} MB, {what}", f"{size / took_s:.0f} MB/cpu-s", f"peak memory {memory_bytes / 1e6:.0f} MB")
    say("  reader over bare loop", f"{times['bare'][0] / times['reader'][0]:.0%}", "≥ 40 %, goal 60 %; memory < 80 MB")


def _write(path: Path, size_bytes: int) -> None:
    """Write the output of one package after the other, each with numbers and a name of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shop = Shop(400, 3, 3)
    with path.open("wb") as file:
        number = 0
        while file.tell() < size_bytes:
            number += 1
            name = f"example.com/thing/r{number:05}".encode()
            file.write(b'{"Action":"start","Package":"%s"}\n' % name)
            file.write(shop.raw(number).replace(b"example.com/thing/sort", name))
            file.write(b'{"Action":"pass","Package":"%s","Elapsed":1.5}\n' % name)


def _medians(what: str, path: Path, times: int) -> tuple[float, int]:
    said = [
        json.loads(
            subprocess.run([sys.executable, "-m", "bench.reading", what, path], check=True, capture_output=True).stdout
        )
        for _ in range(times)
    ]
    return sorted(one["cpu_s"] for one in said)[times // 2], max(one["memory_bytes"] for one in said)


def _bare(path: Path) -> int:
    decode = msgspec.json.Decoder(Event).decode
    count = 0
    with path.open("rb") as file:
        for line in file:
            decode(line)
            count += 1
    return count


def _reader(path: Path) -> int:
    from benchhub.frameworks.go import GOBENCH  # noqa: PLC0415 -- for this process alone
    from benchhub.plugin.contract import Captured, Stream  # noqa: PLC0415

    return sum(1 for _ in GOBENCH.read(Captured((Stream.of_file("stdout", path),))))


def _collect(path: Path) -> int:
    from benchhub.flows.collect import collect  # noqa: PLC0415 -- for this process alone
    from benchhub.frameworks.go import GOBENCH  # noqa: PLC0415
    from benchhub.plugin.contract import Captured, Stream  # noqa: PLC0415

    return len(collect(GOBENCH.read(Captured((Stream.of_file("stdout", path),)))).body.lines.case)


def _main(what: str, path: Path) -> None:
    work = {"bare": _bare, "reader": _reader, "collect": _collect}[what]
    before = time.process_time()
    count = work(path)
    took = time.process_time() - before
    memory_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"cpu_s": took, "memory_bytes": memory_bytes, "count": count}))


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
