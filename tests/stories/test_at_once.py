"""Many `bh run` on one database: all are kept."""

import pytest

from stories.go_place import Place

pytestmark = pytest.mark.slow

COUNT = 20


def test_twenty_at_once_on_a_database_that_is_not_there_yet(place: Place) -> None:
    started = [
        place.start("run", "--runs", "3", "--name", f"program-{index}", "--", "sh", "-c", f"echo {index}")
        for index in range(COUNT)
    ]
    ended = [(process.communicate(timeout=600), process.returncode) for process in started]
    assert [code for _, code in ended] == [0] * COUNT, [err for (_, err), code in ended if code]
    assert not any(b"not in the database" in out for (out, _), _ in ended)
    rows = place.rows("SELECT target, count(*) AS runs, count(DISTINCT run_uid) AS uids FROM runs GROUP BY target")
    assert sorted(row["target"] for row in rows) == sorted(f"//:program-{index}" for index in range(COUNT))
    assert {(row["runs"], row["uids"]) for row in rows} == {(3, 3)}
    with place.sqlite() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM samples WHERE metric = 'time'").fetchone() == (COUNT * 3,)
    place.bh("db", "check")
    assert list(place.spool.iterdir()) == []


def test_go_runs_at_once_in_one_module(place: Place) -> None:
    words = ("run", "//:gobench", "--runs", "2", "--with", "bench=Area", "--with", "benchtime=10x")
    started = [place.start(*words) for _ in range(4)]
    ended = [(process.communicate(timeout=600), process.returncode) for process in started]
    assert [code for _, code in ended] == [0] * 4, ended
    (row,) = place.rows("SELECT count(DISTINCT run_id) AS runs, count(*) AS samples FROM samples")
    assert row == {"runs": 8, "samples": 8 * 2 * 6}
