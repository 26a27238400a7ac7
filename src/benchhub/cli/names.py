"""Names that are in the database, for `did you mean`."""

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
    import difflib  # noqa: PLC0415 -- for mistakes only

    names = list(dict.fromkeys(name for view, column in places for name in _names(database, view, column)))
    near = difflib.get_close_matches(word, names, n=1)
    near = near or [name for name in names if word.lower() in name.lower()]
    if near:
        return f"did you mean `{near[0]}`?"
    shown = ", ".join(f"`{name}`" for name in names[:NAMES_SHOWN_MAX])
    more = f" and {len(names) - NAMES_SHOWN_MAX} more" if len(names) > NAMES_SHOWN_MAX else ""
    return f"there are {shown}{more}" if names else None


def _names(database: Database, view: str, column: str) -> list[str]:
    question = f"SELECT DISTINCT {column} FROM (SELECT {column} FROM {view} LIMIT {ROWS_LOOKED_AT_MAX}) ORDER BY 1"  # noqa: S608 -- words of ours
    return [str(row[0]) for row in run_sql(database, question).rows if row[0]]
