"""What the names of a run mean, given the renames since and before."""

from benchhub.model.case import Case
from benchhub.model.rename import Names, Rename


def named(old: str, new: str) -> Rename:
    return Rename("case", "suite", old, new)


def today(said: str, *renames: Rename, before: int) -> str:
    (case,) = Names(renames, before).cases([Case("suite", said, said_name=f"{said}/size=1")])
    assert case.said_name == f"{case.name}/size=1"
    return case.name


def test_what_ran_before_a_rename_follows_it_and_all_later_ones() -> None:
    assert today("A", named("A", "B"), named("B", "C"), before=0) == "C"
    assert today("B", named("A", "B"), named("B", "C"), before=1) == "C"


def test_an_old_name_that_is_said_later_still_leads_to_the_thing() -> None:
    assert today("A", named("A", "B"), before=1) == "B"
    assert today("A", named("A", "B"), named("B", "C"), before=1) == "C"
    assert today("A", named("A", "B"), named("B", "C"), before=2) == "C"


def test_a_name_that_was_given_again_means_the_new_thing_from_then_on() -> None:
    renames = (named("A", "B"), named("C", "A"))
    assert [today("A", *renames, before=before) for before in (0, 1, 2)] == ["B", "B", "A"]


def test_two_that_swapped_their_names_keep_their_own_histories() -> None:
    swap = (named("A", "third"), named("B", "A"), named("third", "B"))
    assert [today(said, *swap, before=0) for said in ("A", "B")] == ["B", "A"]
    assert [today(said, *swap, before=3) for said in ("A", "B")] == ["A", "B"]


def test_renamed_back_is_as_it_was() -> None:
    renames = (named("A", "B"), named("B", "A"))
    for before in range(3):
        assert [today(said, *renames, before=before) for said in ("A", "B")] == ["A", "A"]


def test_parts_of_a_test_and_packages_below_a_package_move_along() -> None:
    assert today("A/empty", named("A", "B"), before=0) == "B/empty"
    assert today("Apart", named("A", "B"), before=0) == "Apart"
    names = Names((Rename("suite", "", "them/old", "them/new"),))
    assert [names.suite(said) for said in ("them/old", "them/old/in", "them/older")] == [
        "them/new",
        "them/new/in",
        "them/older",
    ]


def test_a_case_is_renamed_in_its_own_suite_alone_and_also_after_that_moved() -> None:
    renames = (Rename("suite", "", "old", "new"), Rename("case", "new", "A", "B"))
    cases = Names(renames).cases([Case("old", "A"), Case("other", "A")])
    assert [(case.suite, case.name) for case in cases] == [("new", "B"), ("other", "A")]


def test_a_run_that_says_both_names_has_two_things() -> None:
    cases = [Case("suite", "A"), Case("suite", "B")]
    assert [case.name for case in Names((named("A", "B"),), 1).cases(cases)] == ["A", "B"]
    assert [case.name for case in Names((named("A", "B"),), 1).cases(cases[:1])] == ["B"]


def test_a_target_is_another_thing_than_what_begins_with_its_label() -> None:
    names = Names((Rename("target", "", "//a:x", "//a:y"),))
    assert [names.target(said) for said in ("//a:x", "//a:x2")] == ["//a:y", "//a:x2"]


def test_a_person_who_asks_by_the_name_of_today_means_what_was_said() -> None:
    names = Names((named("A", "B"), named("B", "C")))
    assert [names.as_said(word) for word in ("C", "C/empty", "A", "D")] == ["A", "A/empty", "A", "D"]


def test_a_tool_that_does_not_begin_with_the_name_keeps_the_rest_of_what_it_wrote() -> None:
    (case,) = Names((named("test_x", "test_y"),)).cases([Case("suite", "test_x", said_name="test_x.py::test_x[1]")])
    assert case.said_name.endswith("[1]")
