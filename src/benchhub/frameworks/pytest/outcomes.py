"""What became of one test: the reports of its phases together."""

import re

import msgspec

from benchhub.frameworks.pytest.events import Event
from benchhub.model.case import Case
from benchhub.model.record import MESSAGE_CHARACTERS_MAX, RETRIED, CaseStatus, Outcome

PHASES = ("setup", "call", "teardown")

SECTIONS_CHARACTERS_MAX = 2_000
"""Of a message, at most this many are what the test printed."""

_TIMEOUTS = ("Failed: Timeout >", "Failed: Timeout (")
"""How pytest-timeout fails a test, up to version 2.3 and from 2.4."""


_STRICT = re.compile(r"\A(?:\[gw\d+\] .*\n)?\[XPASS\(strict\)\]")
"""How a failure begins that is a success; a worker says first who it is."""


class Running(msgspec.Struct):
    """A test that began and has not ended: its reports by phase."""

    node: str
    reports: dict[str, Event] = msgspec.field(default_factory=dict)
    is_odd: bool = False

    def take(self, report: Event) -> bool:
        """Take a report, and return whether it is the last."""
        when = report.when or "?"
        self.is_odd |= when not in PHASES
        self.reports[when] = report
        return when == "teardown" or self.is_odd


class Ending(msgspec.Struct, frozen=True):
    """How a test ended, in the common word and in pytest's."""

    status: CaseStatus
    raw_status: str | None
    flags: tuple[str, ...] = ()
    message: str = ""


def outcome_of(case: Case, running: Running, attempt: int, ending: Ending | None = None) -> Outcome:
    """Return the outcome of a test.

    Args:
        case: Which test.
        running: Its reports.
        attempt: From 1.
        ending: How it ended, where the reports do not say.
    """
    ending = ending or ending_of(running)
    reports = running.reports
    facts: dict[str, int | float | str] = {f"{when}_s": reports[when].duration_s for when in PHASES if when in reports}
    worker = next((report.worker for report in reports.values() if report.worker), None)
    if worker:
        facts["worker"] = worker
    return Outcome(
        case,
        ending.status,
        raw_status=ending.raw_status,
        attempt=attempt,
        duration_s=sum(report.duration_s for report in reports.values()) if reports else None,
        message=_message(ending.message, reports) or None,
        flags=ending.flags,
        facts=facts or None,
    )


def ending_of(running: Running) -> Ending:
    """Return how a test ended whose phases were all reported."""
    reports = running.reports
    if running.is_odd:
        (odd,) = (report for when, report in reports.items() if when not in PHASES)
        return Ending("error", odd.outcome or None, ("crashed",), odd.text)
    rerun = next((report for report in reports.values() if report.outcome == "rerun"), None)
    if rerun is not None:
        status: CaseStatus = "failed" if rerun.when == "call" else "error"
        return Ending(status, "rerun", (RETRIED,), rerun.text)
    teardown = reports.get("teardown")
    ending = _before_teardown(running)
    if teardown is None or teardown.outcome != "failed":
        return ending
    if ending.status in {"passed", "skipped"}:
        return Ending("error", "error", (*ending.flags, "teardown"), teardown.text)
    text = f"{ending.message}\n\nand in teardown:\n{teardown.text}"
    return msgspec.structs.replace(ending, flags=(*ending.flags, "teardown"), message=text)


def _before_teardown(running: Running) -> Ending:
    setup, call = running.reports.get("setup"), running.reports.get("call")
    report = setup if setup is not None and setup.outcome != "passed" else call
    if report is None:
        return Ending("error", None, ("incomplete",), "pytest reported no call of this test")
    return of_report(report)


def of_report(report: Event) -> Ending:
    """Return what one report says."""
    if report.xfail is not None and report.outcome in {"skipped", "passed"}:
        word = "xfail" if report.outcome == "skipped" else "xpass"
        reason = report.xfail.removeprefix("reason: ")
        return Ending("passed", f"{word}ed", (word,), "\n".join(filter(None, (reason, report.crash))))
    if report.outcome == "passed":
        return Ending("passed", "passed")
    if report.outcome == "skipped":
        return Ending("skipped", "skipped", (), report.text.removeprefix("Skipped: "))
    if report.crash.startswith(_TIMEOUTS):
        return Ending("timeout", report.outcome, (), report.text)
    if report.when != "call":
        return Ending("error", "error", (str(report.when),), report.text)
    flags = ("xpass",) if _STRICT.search(report.text) else ()
    return Ending("failed", report.outcome or None, flags, report.text)


def _message(text: str, reports: dict[str, Event]) -> str:
    """Return why a test did not pass and what it printed: of both the ends, since the reason stands last."""
    is_good = not any(report.outcome in {"failed", "rerun"} for report in reports.values())
    sections = [] if is_good else next((r.sections for r in reversed(reports.values()) if r.sections), [])
    printed = "\n".join(f"--- {title} ---\n{said.rstrip()}" for title, said in sections)
    printed = ending_with(printed, SECTIONS_CHARACTERS_MAX)
    whole = f"{ending_with(text, MESSAGE_CHARACTERS_MAX - len(printed) - 1)}\n{printed}" if printed else text
    return ending_with(whole.strip("\n"), MESSAGE_CHARACTERS_MAX)


def ending_with(text: str, characters_max: int) -> str:
    """Return the end of a text that is too long, and how long it was."""
    if len(text) <= characters_max:
        return text
    note = f"… {len(text)} characters in all …\n"
    return note + text[len(note) - characters_max :]
