"""Another process that keeps runs: ``python worker.py PATH|ADDRESS FIRST COUNT``; says each number once it is kept."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchhub.store.database import open_database
from benchhub.store.keeper import Keeper
from store.factory import bench_report, revision


def work(place: Path | str, first: int, count: int) -> None:
    raw = (place if isinstance(place, Path) else Path.cwd() / "server").with_name(f"raw-{first}")
    with open_database(place) as database:
        keeper = Keeper(database)
        for number in range(first, first + count):
            raw.write_bytes(b"run %d\n" % number * 100)
            report = bench_report(20, 2, 3, seed=number, artifact=raw, revision=revision(number))
            keeper.keep(report)
            print(report.envelope.uid, flush=True)  # noqa: T201 -- what it is for


if __name__ == "__main__":
    address = sys.argv[1]
    work(address if "://" in address else Path(address), int(sys.argv[2]), int(sys.argv[3]))
