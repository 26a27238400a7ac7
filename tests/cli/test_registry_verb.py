"""`bh registry`: check, apply, export, schema."""

import json
from pathlib import Path

from bh_shell import Shell

EXAMPLE = str(Path(__file__).parents[2] / "examples" / "registry")


def test_checking_touches_no_database(bh: Shell) -> None:
    done = bh("registry", "check", EXAMPLE)
    assert (done.code, done.err) == (0, "")
    assert "9 things declared in 3 files; policy known-projects" in done.out
    assert not bh.db.exists()
    assert bh("registry", "check", EXAMPLE, "--json").json["declared"] == 9


def test_what_is_wrong_is_said_in_one_line_and_gives_2(bh: Shell) -> None:
    (bh.work / "a.toml").write_text("[user.ada]\nmial = 'x'\n", encoding="utf-8")
    for action in ("check", "apply"):
        done = bh("registry", action, ".")
        assert (done.code, done.out) == (2, "")
        assert done.err == "bh: a.toml:2: unknown key `mial` in [user.ada]; did you mean `email`?\n"
    assert not bh.db.exists()


def test_words_that_do_not_belong_together_are_refused(bh: Shell) -> None:
    for words in (["check"], ["apply"], ["check", EXAMPLE, "--dry-run"], ["apply", EXAMPLE, "--all"], ["chek", "."]):
        assert bh("registry", *words).code == 2


def test_the_difference_is_shown_then_done_and_the_export_changes_nothing(bh: Shell) -> None:
    first = bh("registry", "apply", EXAMPLE)
    assert first.code == 0
    assert '+ project planner\n    repository      "git.acme.example/db/engine"\n' in first.out
    assert first.out.endswith("10 changes done\n")
    assert bh("registry", "apply", EXAMPLE).out == "nothing to change; 9 things declared\n"
    assert bh("registry", "export", "out").code == 0
    again = bh("registry", "apply", "out", "--json").json
    assert (again["changes"], again["is_done"]) == ([], True)
    assert bh("registry", "export", "out").code == 2
    printed = bh("registry", "export").out
    (bh.work / "one").mkdir()
    (bh.work / "one" / "all.toml").write_text(printed, encoding="utf-8")
    assert bh("registry", "apply", "one").out.startswith("nothing to change")


def test_a_dry_run_changes_nothing(bh: Shell) -> None:
    bh("registry", "apply", EXAMPLE)
    (bh.work / "registry.toml").write_text("[user.eve]\n", encoding="utf-8")
    for _ in range(2):
        done = bh("registry", "apply", ".", "--dry-run")
        assert "+ user eve\n- user ada" not in done.err
        assert "- user ada is archived\n" in done.out
        assert done.out.endswith("11 changes to do; nothing was changed\n")
    assert "user.ada" in bh("registry", "export").out


def test_an_export_of_all_is_something_to_begin_from(bh: Shell) -> None:
    assert bh("run", "--", "true").code == 0
    done = bh("registry", "export", "out", "--all")
    assert done.code == 0
    assert bh("registry", "check", "out").code == 0
    assert bh("registry", "apply", "out").code == 0
    assert bh("registry", "export", "--all", "again").code == 0
    for path in (bh.work / "out").iterdir():
        assert (bh.work / "again" / path.name).read_text() == path.read_text()


def test_the_schema_is_printed(bh: Shell) -> None:
    assert json.loads(bh("registry", "schema").out)["title"] == "a file of the registry"
