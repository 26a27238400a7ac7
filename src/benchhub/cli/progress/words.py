"""What is said while targets run, line by line."""

from benchhub.cli.clean import clean
from benchhub.cli.colour import Paint, Style
from benchhub.cli.human import human_seconds, plural
from benchhub.cli.run_results import counts_of, first_lines
from benchhub.flows.events import RunFinished, RunStarted, TargetFailed
from benchhub.model.record import Outcome

MESSAGE_LINES_SHOWN = 3
"""Of a failure that is told as it comes: the end shows more."""

STYLES: dict[str, Style] = {"passed": "green", "failed": "red", "error": "red", "timeout": "red"}


def build_line(label: str, note: str) -> str:
    """Return that something is built."""
    return f"  build {label} {note}".rstrip()


def start_line(event: RunStarted) -> str:
    """Return that a run begins."""
    return f"run {event.number}/{event.count} {event.label}{cell_text(event.cell)}"


def finished_line(event: RunFinished, paint: Paint) -> str:
    """Return how a run ended, and how much it gave."""
    envelope = event.report.envelope
    counts = ", ".join(f"{count} {word}" for word, count in counts_of([event]).items())
    wall_s = sum(execution.wall_s for execution in envelope.executions if execution.role in {"measure", "warmup"})
    number = f" {event.number}/{event.count}" if event.count > 1 else ""
    unread = event.collected.body.unread_count
    odd = f", {plural(unread, 'unread line')}" if unread else ""
    label = f"{envelope.label}{cell_text(envelope.spec.cell)}"
    status = paint(envelope.status, STYLES.get(envelope.status, "yellow"))
    return f"  {status}{number} {label}: {counts or 'nothing ran'}{odd} in {human_seconds(wall_s)}"


def target_failed_lines(event: TargetFailed, paint: Paint) -> list[str]:
    """Return that a target could not be built or started, and what to do about it."""
    why = f"  {paint('error', 'red')} {event.label}{cell_text(event.cell)}: {event.why}"
    return [*why.splitlines(), *([f"    {event.hint}"] if event.hint else [])]


def failure_lines(outcome: Outcome, paint: Paint, *, has_message: bool) -> list[str]:
    """Return that a case failed, and the beginning of why."""
    case = outcome.case
    took = f" in {human_seconds(outcome.duration_s)}" if outcome.duration_s else ""
    said = clean(case.said_name or case.name, is_coloured=False)
    head = f"  {paint(outcome.status, 'red')} {said} of {clean(case.suite, is_coloured=False)}{took}"
    if not has_message:
        return [head]
    message = first_lines(outcome.message, MESSAGE_LINES_SHOWN)
    return [head, *(f"    {clean(line, is_coloured=False)}" for line in message)]


def cell_text(cell: dict[str, str]) -> str:
    """Return ``{size=1000}``, nothing for a target without a matrix."""
    return f"{{{','.join(f'{name}={value}' for name, value in cell.items())}}}" if cell else ""
