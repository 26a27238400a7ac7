"""`junit` keeps the contract, over what a dozen tools wrote."""

from pathlib import Path
from typing import ClassVar

from benchhub.frameworks.junit import JUNIT
from benchhub.model.place import Target
from benchhub.plugin.conformance import STRANGERS, FrameworkConformance

HERE = Path(__file__).parent


class TestJunit(FrameworkConformance):
    framework = JUNIT
    captures = HERE / "junit" / "captured"
    targets = (
        Target("maven", "", "junit", options={"argv": ["mvn", "test"], "files": ["**/surefire-reports/TEST-*.xml"]}),
        Target("fresh", "", "junit", options={"argv": ["./t", "-o", "{results}/a.xml"], "files": ["{results}/a.xml"]}),
        Target("wrong", "", "junit", options={"argv": ["./t"], "files": ["../a.xml"]}),
    )
    others = (HERE / "command" / "captured", HERE / "go" / "captured", HERE / "pytest" / "captured")
    strangers: ClassVar[dict[str, bytes]] = {
        name: content for name, content in STRANGERS.items() if name != "TEST-junit.xml"
    }
