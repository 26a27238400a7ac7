"""`did you mean`: the nearest name to one that does not exist."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name nearest to ``word``, ``None`` when none is near."""
    import difflib  # noqa: PLC0415 -- only an error needs it

    found = difflib.get_close_matches(word, list(known), n=1)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean `name`?`` to append to a message, or nothing."""
    meant = nearest(word, known)
    return f"; did you mean `{meant}`?" if meant else ""
