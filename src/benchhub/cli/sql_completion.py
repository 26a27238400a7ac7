"""What may follow in a question: keywords, views, columns, functions, and names that are in the database."""

import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

_KEYWORDS = """
    SELECT DISTINCT FROM WHERE AND OR NOT IN IS NULL LIKE GLOB BETWEEN EXISTS GROUP BY HAVING ORDER ASC DESC LIMIT
    OFFSET JOIN LEFT CROSS ON USING AS WITH RECURSIVE UNION ALL EXCEPT INTERSECT CASE WHEN THEN ELSE END CAST COLLATE
    NOCASE VALUES FILTER OVER PARTITION ROWS RANGE PRECEDING FOLLOWING UNBOUNDED CURRENT ROW EXPLAIN QUERY PLAN
"""
KEYWORDS = _KEYWORDS.split()

COMMANDS = (".help", ".mode", ".quit", ".schema", ".tables", ".timer", ".wide")

DELIMITERS = " \t\n.(),;=<>!+-*/%|"
"""Where a word begins, for readline. No quotes: it would close some of them by itself."""

_QUOTED = re.compile(r"'(?:[^']|'')*'")
_OPEN_TEXT = re.compile(r"'((?:[^']|'')*)$")
_RELATION = re.compile(r"\b(?:FROM|JOIN)\s+$", re.IGNORECASE)
_ASKED_COLUMN = re.compile(
    r"(\w+)\s*(?:=|==|<>|!=|\b(?:NOT\s+)?(?:LIKE|GLOB|IS)|\b(?:NOT\s+)?IN\s*\([^()]*)\s*$", re.IGNORECASE
)


class Known(msgspec.Struct, frozen=True):
    """What a database has.

    Attributes:
        columns: Of each view and table.
        functions: Names of SQL functions.
        names: Values of a column that holds names; of ``""`` all that people ask for.
    """

    columns: Mapping[str, Sequence[str]]
    functions: Sequence[str]
    names: Callable[[str], Sequence[str]]


def completions(before: str, line: str, word: str, known: Known, *, modes: Sequence[str]) -> list[str]:
    """Return what ``word`` may become, sorted.

    Args:
        before: The lines of the question before this one.
        line: This line up to the cursor; ends with ``word``.
        word: What follows the last delimiter.
        known: The database.
        modes: What ``.mode`` takes.
    """
    if not before and line.startswith("."):
        return _of_command(line, word, known, modes)
    statement = _QUOTED.sub("_", f"{before}\n{line}")
    text = _OPEN_TEXT.search(statement)
    if text is not None:
        return _of_names(statement[: text.start()], text[1], word, known)
    # All that a database has is written small: who writes large means a keyword.
    large = [keyword for keyword in KEYWORDS if word and keyword.startswith(word)]
    if large:
        return large
    keywords = [keyword.lower() for keyword in KEYWORDS]
    if _RELATION.search(statement.removesuffix(word)):
        words = list(known.columns)
    else:
        words = [*keywords, *_columns(statement, word, known), *(f"{name}(" for name in known.functions)]
    return sorted({one for one in words if word and one.lower().startswith(word.lower())})


def _of_command(line: str, word: str, known: Known, modes: Sequence[str]) -> list[str]:
    command, space, _ = line.partition(" ")
    if not space:  # The dot is a delimiter.
        return [one[1:] for one in COMMANDS if one.startswith(line)]
    choices: dict[str, Sequence[str]] = {
        ".schema": sorted(known.columns),
        ".mode": modes,
        ".timer": ("off", "on"),
        ".wide": ("off", "on"),
    }
    return [one for one in choices.get(command, ()) if one.startswith(word)]


def _of_names(before: str, begun: str, word: str, known: Known) -> list[str]:
    """Return the rest of the names that a text may become, closed; `word` is the end of what is begun of it."""
    column = _ASKED_COLUMN.search(before)
    names = ("'" + name.replace("'", "''") + "'" for name in known.names(column[1].lower() if column else ""))
    return sorted({name[1 + len(begun) - len(word) :] for name in names if name.startswith("'" + begun)})


def _columns(statement: str, word: str, known: Known) -> list[str]:
    """Return the columns of the views that the question names so far, of all while it names none."""
    words = set(re.findall(r"\w+", statement.removesuffix(word)))
    named = [columns for view, columns in known.columns.items() if view in words]
    return [column for columns in named or known.columns.values() for column in columns]
