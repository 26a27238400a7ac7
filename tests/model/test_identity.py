"""What tells things apart, and what does not."""

import time
import uuid

from hypothesis import given
from hypothesis import strategies as st

from benchhub.model.case import Case, Param, case_hash
from benchhub.model.identity import canonical_json, digest, new_run_uid

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_a_run_uid_is_a_version_7_uuid_of_this_moment() -> None:
    before_ms = time.time_ns() // 1_000_000
    uid = uuid.UUID(new_run_uid())
    assert uid.version == 7
    assert uid.variant == uuid.RFC_4122
    assert before_ms <= uid.int >> 80 <= time.time_ns() // 1_000_000


def test_run_uids_do_not_repeat() -> None:
    assert len({new_run_uid() for _ in range(10_000)}) == 10_000


@given(st.dictionaries(st.text(), JSON))
def test_the_order_of_keys_changes_no_digest(value: dict[str, object]) -> None:
    turned = dict(reversed(list(value.items())))
    assert canonical_json(turned) == canonical_json(value)
    assert digest(turned) == digest(value)


def test_the_same_parameter_from_the_tool_and_from_a_cell_makes_two_cases() -> None:
    by_tool = Case("p", "B", {"size": Param("1", "tool")})
    by_cell = Case("p", "B", {"size": Param("1", "cell")})
    assert case_hash("gobench", by_tool) != case_hash("gobench", by_cell)


def test_the_order_in_which_parameters_were_written_makes_no_other_case() -> None:
    one = Case("p", "B", {"a": Param("1", "tool"), "b": Param("2", "tool")})
    other = Case("p", "B", {"b": Param("2", "tool"), "a": Param("1", "tool")})
    assert case_hash("gobench", one) == case_hash("gobench", other)
    assert one.key() == other.key()


def test_frameworks_suites_and_names_tell_cases_apart() -> None:
    case = Case("p", "B")
    hashes = {
        case_hash("gobench", case),
        case_hash("gotest", case),
        case_hash("gobench", Case("q", "B")),
        case_hash("gobench", Case("p", "C")),
        case_hash("gobench", Case("p/B", "")),
    }
    assert len(hashes) == 5
