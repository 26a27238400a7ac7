"""One ``testcase`` element, and what became of it: an outcome for each time that it ran."""

import json
import re
from collections.abc import Iterator

import msgspec

from benchhub.frameworks.junit.durations import seconds_of
from benchhub.model.case import Case
from benchhub.model.record import MESSAGE_CHARACTERS_MAX, RETRIED, CaseStatus, LogLine, Outcome

TEXT_CHARACTERS_MAX = 64_000
"""Of one element's text, at its beginning and at its end; what is between is left out."""

OUTPUT_CHARACTERS_MAX = 2_000
"""Of a message, at most this many are what the case printed."""

NAMELESS = "(no name)"
"""How a case without a name is called, such as what surefire makes of a class that cannot be set up."""

ENDINGS = frozenset({"failure", "error", "skipped"})
AGAIN = frozenset({"flakyFailure", "flakyError", "rerunFailure", "rerunError"})
OUTPUTS = frozenset({"system-out", "system-err"})

NO_NAMES = frozenset({"", "(empty)", "undefined"})
"""What ctest and jest-junit call a suite that has no name."""

_ANY_CLASS = "test"
"""What node calls every class."""

_NOT_RUN = frozenset({"notrun", "disabled", "skipped", "suppressed"})
_TIMEOUT = re.compile(
    r"timed out after|^test timed out|^Failed: Timeout |^test timeout$|"
    r"timeout of \d+ ?ms exceeded|exceeded timeout of \d",
    re.IGNORECASE | re.MULTILINE,
)


class Said(msgspec.Struct):
    """An element with text: why a case did not pass, or what it printed."""

    tag: str
    message: str = ""
    type: str = ""
    text: str = ""
    last: str = ""

    def add(self, data: str) -> None:
        """Append text; of very much, what stands between the beginning and the end is left out."""
        room = TEXT_CHARACTERS_MAX - len(self.text)
        self.text += data[: max(0, room)]
        self.last = (self.last + data[max(0, room) :])[-TEXT_CHARACTERS_MAX:]

    def told(self) -> str:
        """Return its text, and before it its message where the text does not say it."""
        text, message = (self.text + self.last).strip(), self.message.strip("\n")
        if self.tag in OUTPUTS:
            return text
        head = message if not self.type or message else self.type
        return text if head.partition("\n")[0] in text else f"{head}\n{text}".strip("\n")


class OpenCase(msgspec.Struct):
    """A ``testcase`` while it is read."""

    attributes: dict[str, str]
    suites: list[str]
    said: list[Said] = msgspec.field(default_factory=list)
    properties: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def case(self) -> Case:
        """Whose outcomes these are.

        The suite is the class, or else the outermost suite that has a name. Suites within that belong to the name
        where the class does not tell them apart.
        """
        name = self.attributes.get("name", "")
        classname = self.attributes.get("classname", "")
        named = [suite for suite in self.suites if suite not in NO_NAMES]
        inner = [suite for suite in named[1:] if suite not in classname and suite not in name]
        # Some writers say the name, or its end, once more.
        is_said = classname.strip() not in {"", name.strip(), _ANY_CLASS} and not name.endswith(f" {classname}")
        suite = classname if is_said else next(iter(named), "")
        return Case(suite, " > ".join([*inner, name or NAMELESS]), {}, "test", name)

    def outcomes(self, case: Case, attempt: int) -> Iterator[Outcome]:
        """Yield one for each time that it ran, the one that counts last.

        Args:
            case: Itself.
            attempt: Of the first of them.
        """
        status, raw_status, flags = self._ending()
        reasons = [said for said in self.said if said.tag in ENDINGS]
        if any(said.tag in AGAIN for said in self.said):
            *tries, reasons = self._tries(reasons)
            for said in (said for (said,) in tries):
                how: CaseStatus = "error" if said.tag.lower().endswith("error") else "failed"
                message = shortened(said.told(), MESSAGE_CHARACTERS_MAX) or None
                yield Outcome(case, how, said.tag, attempt, message=message, flags=(RETRIED,))
                attempt += 1
            flags = (*flags, "flaky") if status == "passed" else flags
        yield Outcome(
            case,
            status,
            raw_status,
            attempt,
            duration_s=seconds_of(self.attributes.get("time")),
            message=(self._message(reasons, status) or None) if self.said else None,
            flags=flags,
            facts=self._facts() or None,
        )

    def _tries(self, reasons: list[Said]) -> list[list[Said]]:
        """Return why each time failed, the one that counts last: of a case that passed at last, there is no why."""
        flaky = [said for said in self.said if said.tag.startswith("flaky")]
        again = [said for said in self.said if said.tag.startswith("rerun")]
        first = [said for said in reasons if said.tag != "skipped"]
        tries = [*flaky, *(first[-1:] if again else []), *again[:-1]]
        return [*([said] for said in tries), again[-1:] or reasons]

    def _ending(self) -> tuple[CaseStatus, str | None, tuple[str, ...]]:
        tags = {said.tag for said in self.said}
        word = self.attributes.get("result") or self.attributes.get("status") or None
        if "skipped" in tags and "failure" in tags and "error" not in tags:
            return "skipped", "skipped", ("failure-allowed",)  # Catch2's `[!mayfail]`.
        if {"failure", "error"} & tags:
            bad = [said for said in self.said if said.tag in {"failure", "error"}]
            if any(_TIMEOUT.search(text) for said in bad for text in (said.message, said.type) if text):
                return "timeout", bad[0].tag, ()
            return ("error", "error", ()) if "error" in tags else ("failed", "failure", ())
        if "skipped" in tags or (word or "").lower() in _NOT_RUN:
            return "skipped", word if "skipped" not in tags else "skipped", ()
        return "passed", word, ()

    def _message(self, reasons: list[Said], status: CaseStatus) -> str:
        why = "\n\n".join(filter(None, (said.told() for said in reasons)))
        printed = [said for said in self.said if said.tag in OUTPUTS and said.text.strip()]
        if status in {"passed", "skipped"} or not printed:
            return shortened(why, MESSAGE_CHARACTERS_MAX)
        told = "\n".join(f"--- {said.tag} ---\n{said.told()}" for said in printed)
        told = _ending_with(told, OUTPUT_CHARACTERS_MAX)
        return f"{shortened(why, MESSAGE_CHARACTERS_MAX - len(told) - 1)}\n{told}".strip("\n")

    def _facts(self) -> dict[str, int | float | str]:
        facts: dict[str, int | float | str] = {}
        for name in ("file", "line", "assertions", "hostname", "value_param", "type_param"):
            if self.attributes.get(name):
                facts[name] = self.attributes[name]
        bad = next((said.type for said in self.said if said.type and said.tag in ENDINGS), "")
        if bad:
            facts["type"] = bad
        if self.properties:
            facts["properties"] = json.dumps(self.properties, ensure_ascii=True)
        return facts

    def log_lines(self, case: Case) -> Iterator[LogLine]:
        """Yield what is said of the case and what it printed."""
        for said in self.said:
            stream = "stderr" if said.tag == "system-err" else "stdout"
            yield from (LogLine(case, stream, line) for line in said.told().splitlines())


def shortened(text: str, characters_max: int) -> str:
    """Return a text that is too long without its middle: some tools say the reason first, others last."""
    if len(text) <= characters_max:
        return text
    note = f"\n… {len(text)} characters in all …\n"
    last = (characters_max - len(note)) // 3
    return text[: characters_max - len(note) - last] + note + text[len(text) - last :]


def _ending_with(text: str, characters_max: int) -> str:
    """Return the end of a text that is too long, and how long it was."""
    if len(text) <= characters_max:
        return text
    note = f"… {len(text)} characters in all …\n"
    return note + text[len(note) - characters_max :]
