"""What `bh db stats` and `bh db prune` print for eyes."""

from collections import Counter
from typing import TYPE_CHECKING

from benchhub.cli.human import human, plural
from benchhub.cli.table import print_filled

if TYPE_CHECKING:
    from benchhub.store.pruning import Prunable
    from benchhub.store.sizes import Sizes

TABLES_SHOWN_MAX = 12
GROUPS_SHOWN_MAX = 20


def print_sizes(found: "Sizes") -> None:
    """Print what the database holds and what that takes."""
    print(found.path)
    removed = f" and {found.removed_runs} removed" if found.removed_runs else ""
    per_measurement = found.bytes_per_measurement
    facts = {
        "file": human(found.file_bytes, "B"),
        "log": human(found.log_bytes, "B"),
        "free in it": f"{human(found.free_bytes, 'B')}; `bh db vacuum` gives it back" if found.free_bytes else None,
        "large files": human(found.blob_file_bytes, "B") if found.blob_file_bytes else None,
        "raw output": f"{human(found.raw_bytes, 'B')}, kept as {human(found.raw_stored_bytes, 'B')}",
        "runs": f"{found.runs}{removed}",
        "values": f"{plural(found.measurements, 'measurement')} of {plural(found.samples, 'sample')}",
        "outcomes": str(found.outcomes),
        "per value": per_measurement and f"{per_measurement:.0f} B of the file, raw output left out",
    }
    for name, text in facts.items():
        if text:
            print(f"  {name:<11} {text}")
    print()
    shown = [table for table in found.tables if table.rows][:TABLES_SHOWN_MAX]
    print_filled(("table", "rows", "with indexes"), [(one.name, one.rows, human(one.bytes, "B")) for one in shown])
    if any(table.bytes is None for table in found.tables):
        print("this SQLite cannot tell what a table takes (it was built without dbstat)")
    print()
    lines = [
        (
            row["project"],
            row["place"],
            row["runs"],
            row["measurements"],
            row["samples"],
            row["outcomes"],
            human(row["raw_bytes"], "B"),
            row["newest_at"],
        )
        for row in found.projects
    ]
    columns = ("project", "place", "runs", "measurements", "samples", "outcomes", "raw output", "newest (UTC)")
    print_filled(columns, lines)


def print_prunable(found: "Prunable", *, is_done: bool) -> None:
    """Print what goes or went, by target and branch."""
    goes = "went for good" if is_done else "would go for good"
    groups = Counter((row["project"], row["target"], row["branch"]) for row in found.runs)
    oldest: dict[tuple[str, str, str], list[str]] = {}
    for row in found.runs:
        oldest.setdefault((row["project"], row["target"], row["branch"]), []).append(row["started_at"])
    lines = [(*group, count, min(oldest[group]), max(oldest[group])) for group, count in groups.most_common()]
    if lines:
        print_filled(("project", "target", "branch", "runs", "from (UTC)", "to (UTC)"), lines[:GROUPS_SHOWN_MAX])
        if len(lines) > GROUPS_SHOWN_MAX:
            print(f"… and {plural(len(lines) - GROUPS_SHOWN_MAX, 'more target')}; --json has every run")
    counts = f"{plural(len(found.removed), 'removed run')} and {plural(len(found.runs), 'other run')}"
    print(f"{counts} {goes}: {_bytes(found)}")
    if found.tagged:
        print(f"{plural(found.tagged, 'tagged run')} kept")
    if not is_done and (found.report_ids or found.blobs):
        print("nothing was done; --yes does it")
    elif is_done and found.report_ids:
        print("`bh db vacuum` gives the room back")


def _bytes(found: "Prunable") -> str:
    reports = f"{human(found.report_bytes, 'B')} of reports"
    return f"{reports}, {plural(found.blobs, 'piece')} of raw output ({human(found.blob_bytes, 'B')})"
