"""`bh history` without a case: every line that there is, with its newest value and where it came from."""

from itertools import groupby
from typing import Any

from benchhub.cli.chart import sparkline
from benchhub.cli.human import human, plural
from benchhub.cli.names import with_place
from benchhub.cli.pipes import print_json
from benchhub.cli.table import print_filled, without_repeated
from benchhub.store.find import Rows

SHOWN_MAX = 200
VALUES_MIN = 2

COLUMNS = ("project", "suite", "case", "metric", "value", "before", "change", "branch", "recent")


def of_one_metric(lines: Rows) -> Rows:
    """Return the first metric of each case alone: what people look at."""
    return [next(metrics) for _, metrics in groupby(lines, key=lambda line: (line["case_id"], line["lane_id"]))]


def print_list(lines: Rows, *, is_drawn: bool, is_unicode: bool) -> None:
    """Print one row for each line.

    Args:
        lines: As ``store.find.newest_lines`` has them.
        is_drawn: With a sparkline.
        is_unicode: Of more than ASCII.
    """
    shown = with_place(lines[:SHOWN_MAX])
    # What all share is said once: the room belongs to what differs.
    shared = [name for name in ("project", "suite") if len({line[name] for line in shown}) == 1]
    if shared:
        print("  ".join(str(shown[0][name]) for name in shared))
    apart = [{**line, **dict.fromkeys(shared, "")} for line in shown]
    rows = [_row(line, is_drawn=is_drawn, is_unicode=is_unicode) for line in apart]
    print_filled(COLUMNS, without_repeated(rows, columns=2))
    if len(lines) > SHOWN_MAX:
        print(f"… and {plural(len(lines) - SHOWN_MAX, 'more line')}; --project or a name shows fewer, --json all")


def print_list_json(lines: Rows) -> None:
    """Print one object."""
    print_json({"lines": lines})


def _row(line: dict[str, Any], *, is_drawn: bool, is_unicode: bool) -> tuple[Any, ...]:
    values = line["values"]
    is_line = is_drawn and sum(value is not None for value in values) >= VALUES_MIN
    return (
        line["project"],
        line["suite"],
        f"{line['benchmark']} {line['param_text']}".rstrip(),
        line["metric"],
        human(line["value"], line["unit"]),
        human(line["previous_value"], line["unit"]),
        f"{(line['ratio'] - 1) * 100:+.1f}%" if line["ratio"] is not None else "",
        f"{line['branch']}{'+' if line['dirty'] else ''}",
        sparkline(values, columns=len(values), is_unicode=is_unicode) if is_line else "",
    )
