"""What may stand at the cursor: verbs, options, or a value of an option or a place; read from the parsers."""

import argparse
import importlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchhub.cli import process
from benchhub.cli.completion.values import Candidate, Values
from benchhub.cli.entry import COMMON_OPTIONS, PASSING_ON, VERBS, module_of
from benchhub.cli.parser import parser_of

_REPEATABLE = ("*", "+")


def candidates(words: Sequence[str], current: str) -> list[Candidate] | None:
    """Return what could stand for the word at the cursor, ``None`` for names of files.

    Args:
        words: Before the cursor's own, without ``bh``; the verb first, if there is one.
        current: The word at the cursor, so far.
    """
    verb = words[0] if words else ""
    if verb in {"", *COMMON_OPTIONS} or verb.partition("=")[0] in COMMON_OPTIONS:
        return _before_the_verb(words, current)
    if verb == "help":
        return _beginning(_verbs(), current) if len(words) == 1 else []
    if verb not in VERBS:
        return []
    process.load_late()
    process.import_msgspec()
    parser = parser_of(verb, VERBS[verb])
    importlib.import_module(module_of(verb)).configure(parser)
    return _of_verb(_read(parser, words[1:], passes_on=verb in PASSING_ON), Values(words), current)


def _before_the_verb(words: Sequence[str], current: str) -> list[Candidate] | None:
    """Return the verbs, and what belongs to the options that all of them have."""
    place = _read(parser_of("VERB", "x"), words, passes_on=False)
    if not place.is_open or current.startswith("-"):
        return _of_verb(place, Values(words), current)
    return _beginning(_verbs(), current)


def _verbs() -> list[Candidate]:
    return [*(Candidate(verb, what) for verb, what in VERBS.items()), Candidate("help", "the words of a verb")]


class _Place(NamedTuple):
    """Where the cursor is.

    Attributes:
        expected: The action whose value comes next; ``None`` when none does.
        options: Those that may still be said, by each of their names.
        is_behind: The words are a program's, or a tool's.
        is_open: No option's value is due: an option may stand here too.
    """

    expected: argparse.Action | None
    options: dict[str, argparse.Action]
    is_behind: bool
    is_open: bool


def _read(parser: argparse.ArgumentParser, words: Sequence[str], *, passes_on: bool) -> _Place:
    """Walk the words as the parser would."""
    actions = parser._actions  # noqa: SLF001 -- argparse tells nowhere else
    options = {name: action for action in actions for name in action.option_strings}
    places = [action for action in actions if not action.option_strings]
    said: set[int] = set()
    due: argparse.Action | None = None
    for word in words:
        if due is not None:
            due = None
        elif word == "--":
            return _Place(places[0] if places else None, {}, is_behind=passes_on, is_open=False)
        elif word.startswith("-") and (action := options.get(word.partition("=")[0])):
            if not isinstance(action, argparse._AppendAction):  # noqa: SLF001 -- may be said again
                said.add(id(action))
            due = action if action.nargs not in {0, "?"} and "=" not in word else None
        elif places and places[0].nargs not in _REPEATABLE:
            del places[0]
    left = {name: action for name, action in options.items() if id(action) not in said}
    return _Place(due or (places[0] if places else None), left, is_behind=False, is_open=due is None)


def _of_verb(place: _Place, values: Values, current: str) -> list[Candidate] | None:
    if place.is_behind:
        return None
    if place.is_open and current.startswith("-"):
        name, equals, value = current.partition("=")
        if not equals:
            return _beginning(_options(place.options), current)
        found = values.of(place.options[name], value) if name in place.options else []
        return None if found is None else [Candidate(f"{name}={one.word}", one.what) for one in found]
    return (
        values.of(place.expected, current)
        if place.expected is not None
        else _beginning(_options(place.options), current)
    )


def _options(options: dict[str, argparse.Action]) -> Iterator[Candidate]:
    for name, action in options.items():
        if name.startswith("--") or len(action.option_strings) == 1:
            yield Candidate(name, (action.help or "").replace("%%", "%"))


def _beginning(all_of: Sequence[Candidate] | Iterator[Candidate], current: str) -> list[Candidate]:
    return [one for one in all_of if one.word.startswith(current)]
