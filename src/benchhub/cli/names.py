"""Names that are in the database, for `did you mean`."""

from collections.abc import Iterable
from typing import Any

from benchhub.store.database import Database
from benchhub.store.query import run_sql

NAMES_SHOWN_MAX = 6
ROWS_LOOKED_AT_MAX = 100_000


def nearest_name(database: Database, word: str, *places: tuple[str, str]) -> str | None:
    """Return a hint with the name that is nearest to ``word``, else the first few names; ``None`` when there is none.

    Args:
        database: Where to look.
        word: What somebody wrote.
        places: Pairs of view and column that hold names.
    """
    return nearest_of(word, (name for view, column in places for name in names_in(database, view, column)))


def nearest_of(word: str, names: Iterable[str]) -> str | None:
    """Return the same hint for names that are known; upper and lower case are not told apart."""
    import difflib  # noqa: PLC0415 -- for mistakes only

    names = list(dict.fromkeys(names))
    known = {name.casefold(): name for name in reversed(names)}
    near = difflib.get_close_matches(word.casefold(), known, n=1)
    near = near or [name for name in known if word.casefold() in name]
    if near:
        return f"did you mean `{known[near[0]]}`?"
    shown = ", ".join(f"`{name}`" for name in names[:NAMES_SHOWN_MAX])
    more = f" and {len(names) - NAMES_SHOWN_MAX} more" if len(names) > NAMES_SHOWN_MAX else ""
    return f"there {'is' if len(names) == 1 else 'are'} {shown}{more}" if names else None


def renamed_hint(database: Database, kind: str, name: str) -> str | None:
    """Return a hint with what a name was renamed to last; ``None`` when it was not."""
    question = "SELECT new_name FROM renames WHERE kind = :kind AND old_name = :name ORDER BY rename_id DESC LIMIT 1"
    found = next(iter(run_sql(database, question, {"kind": kind, "name": name}).rows), None)
    return f"it was renamed to `{found[0]}`" if found else None


def with_place(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows whose ``project`` tells its ``place`` too where another project has the same name."""
    rows = list(rows)
    places: dict[str, set[str]] = {}
    for row in rows:
        places.setdefault(row["project"], set()).add(row["place"])
    return [
        {**row, "project": f"{row['project']} ({row['place']})"} if len(places[row["project"]]) > 1 else row
        for row in rows
    ]


def names_in(database: Database, view: str, column: str) -> list[str]:
    """Return the names in a column of a view, sorted; of a very large view those of its first rows."""
    question = f"SELECT DISTINCT {column} FROM (SELECT {column} FROM {view} LIMIT {ROWS_LOOKED_AT_MAX}) ORDER BY 1"  # noqa: S608 -- words of ours
    return [str(row[0]) for row in run_sql(database, question).rows if row[0]]
