"""Folders of runs: made and removed by many at once, and by processes that die over it."""

import threading
from pathlib import Path

from benchhub.flows.spool import GONE, NEW, Unfinished, abandoned, open_run_spool
from store.factory import envelope


def test_who_tidies_up_removes_nothing_that_is_being_made(tmp_path: Path) -> None:
    spool = tmp_path / "bench.db.spool"
    ended = threading.Event()
    found: list[Path] = []

    def tidy() -> None:
        while not ended.is_set():
            found.extend(run.path for run in abandoned(spool))

    others = [threading.Thread(target=tidy) for _ in range(3)]
    for other in others:
        other.start()
    try:
        for _ in range(150):
            run = open_run_spool(spool, Unfinished(envelope()))
            assert run.path.parent == spool, "somebody took it while it was made"
            run.discard()
    finally:
        ended.set()
        for other in others:
            other.join()
    assert found == [], "a run of a living process was taken for an abandoned one"


def test_what_lies_half_made_or_half_removed_goes(tmp_path: Path) -> None:
    spool = tmp_path / "bench.db.spool"
    for half in (f"{NEW}before-its-lock", f"{NEW}with-its-lock", f"{GONE}half-removed"):
        (spool / half).mkdir(parents=True)
    (spool / f"{NEW}with-its-lock" / "lock").touch()
    (spool / f"{GONE}half-removed" / "stdout").touch()
    assert [*abandoned(spool)] == []
    assert [*spool.iterdir()] == []
