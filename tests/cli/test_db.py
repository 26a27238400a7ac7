"""`bh db`: path, check, migrate, reproject."""

from bh_shell import Shell


def test_the_path_is_told_also_without_a_database(bh: Shell) -> None:
    assert bh("db", "path").out == f"{bh.db}\n"
    assert bh("db", "path", "--json").json == {"path": str(bh.db), "spool": f"{bh.db}.spool", "exists": False}
    assert not bh.db.parent.exists()


def test_flag_variable_and_home_decide_where_it_is(bh: Shell) -> None:
    assert bh("db", "path", "--db", "other.db").out == f"{bh.work / 'other.db'}\n"
    data = bh.work / "share"
    assert bh("db", "path", env={"BH_DB": "", "XDG_DATA_HOME": str(data)}).out == f"{data / 'benchhub' / 'bench.db'}\n"


def test_without_a_database_there_is_nothing_to_do(bh: Shell) -> None:
    for action in ("check", "migrate", "reproject"):
        done = bh("db", action)
        assert done.code == 5
        assert "bh run" in done.err


def test_a_sound_database_is_told_so(kept: Shell) -> None:
    assert kept("db", "check").code == 0
    deep = kept("db", "check", "--deep", "--json")
    assert (deep.code, deep.json["findings"]) == (0, [])


def test_a_damaged_database_gives_4_and_says_where(bh: Shell) -> None:
    bh("run", "--", "true")
    bh("db", "reproject")  # Another writer has put everything from the log into the file.
    data = bytearray(bh.db.read_bytes())
    data[len(data) // 2 :] = b"\xaa" * (len(data) - len(data) // 2)
    bh.db.write_bytes(data)
    for name in (f"{bh.db.name}-wal", f"{bh.db.name}-shm"):
        bh.db.with_name(name).unlink(missing_ok=True)
    done = bh("db", "check")
    assert done.code == 4
    assert "Traceback" not in done.err


def test_migrating_a_new_database_does_nothing(kept: Shell) -> None:
    done = kept("db", "migrate", "--json")
    assert done.code == 0
    assert done.json["before"] == done.json["after"]
    assert done.json["copy"] is None


def test_projecting_again_gives_the_same_rows(bh: Shell) -> None:
    bh("run", "--runs", "3", "--", "echo", "out")
    question = "SELECT run_id, run_uid, benchmark, metric, value, n, lo, hi FROM results ORDER BY run_id, metric"
    before = bh.rows(question)
    assert bh("db", "reproject").out == "3 runs projected\n"
    assert bh.rows(question) == before
    again = bh("db", "reproject", "--reread", "--framework", "command", "--json")
    assert (again.code, again.json["reports"], again.json["reread"]) == (0, 3, 3)
    assert bh.rows(question) == before
    assert bh("db", "reproject", "--framework", "gobench").out == "0 runs projected\n"


def test_an_option_of_another_action_is_refused(kept: Shell) -> None:
    assert kept("db", "migrate", "--deep").code == 2
    assert kept("db", "check", "--reread").code == 2
    assert kept("db", "reproject", "--framework", "gobecnh").code == 2
    assert kept("db", "frobnicate").code == 2
