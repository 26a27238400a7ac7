"""`bh _complete`: what a shell asks with every press of the key.

::

    bh _complete bash LINE BREAKS     the line up to the cursor, and COMP_WORDBREAKS
    bh _complete words WORD … WORD    the words behind `bh`, the last one at the cursor, perhaps empty

Prints a candidate a line; for ``words`` with a tab and what it is behind. A line that is a tab and ``files`` asks the
shell for names of files.
"""

from benchhub.cli.completion.line import as_bash_takes_it, split_line
from benchhub.cli.completion.words import candidates
from benchhub.cli.entry import verb_first

FILES = "\tfiles"


def answer(asked: list[str]) -> int:
    """Print what could stand at the cursor; says nothing where it does not understand the question."""
    form, *rest = asked or [""]
    if form == "bash" and len(rest) == 2:  # noqa: PLR2004 -- line and breaks
        line = split_line(rest[0])
        found = candidates(verb_first(line.words[1:]), line.current)
        lines = None if found is None else [as_bash_takes_it(one.word, line, rest[1]) for one in found]
    elif form == "words" and rest:
        found = candidates(verb_first(rest[:-1]), rest[-1])
        lines = None if found is None else [f"{one.word}\t{_first_line(one.what)}" for one in found]
    else:
        return 0
    print(FILES if lines is None else "\n".join(lines))
    return 0


def _first_line(text: str) -> str:
    return " ".join(text.split())
