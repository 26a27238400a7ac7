"""`junit` as a target: any command, and where its files lie."""

from typing import Any

import pytest

from benchhub.errors import UserError
from benchhub.frameworks.junit import JUNIT
from benchhub.model.place import Target
from benchhub.plugin.contract import Plan, PlanRequest


def planned(*arguments: str, **options: Any) -> Plan:  # noqa: ANN401 -- the options of the framework
    target = Target("tests", "java", "junit", options=options)
    return JUNIT.plan(PlanRequest(target, JUNIT.options(**options), "/src/java", arguments=arguments))


def test_the_command_is_what_was_said_and_its_files_lie_below_the_target() -> None:
    plan = planned("-Dtest=A", argv=["mvn", "test"], files=["**/TEST-*.xml", "{results}/more.xml"])
    assert [step.argv for step in plan.steps] == [("mvn", "test", "-Dtest=A")]
    assert [(file.name, file.place) for file in plan.files] == [
        ("**/TEST-*.xml", "directory"),
        ("more.xml", "results"),
    ]


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"files": ["a.xml"]}, "names no program"),
        ({"argv": ["./t"]}, "does not say where"),
        ({"argv": ["./t"], "files": ["/tmp/a.xml"]}, "does not lie below"),  # noqa: S108 -- a path that is refused
        ({"argv": ["./t"], "files": ["x/../../a.xml"]}, "does not lie below"),
    ],
)
def test_what_is_missing_or_leads_elsewhere_is_told(options: dict[str, Any], what: str) -> None:
    with pytest.raises(UserError, match=what) as raised:
        planned(**options)
    assert "TEST-*.xml" in (raised.value.hint or "")
