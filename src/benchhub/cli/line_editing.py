"""Lines that somebody types on a terminal: edited, completed and remembered by readline, where Python has it."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any


def _readline() -> Any:  # noqa: ANN401 -- a module or None
    try:
        import readline  # noqa: PLC0415 -- loaded when it is used
    except ImportError:  # A Python that was built without it.
        return None
    return readline


readline = _readline()

ENTRIES_MAX = 10_000

Completer = Callable[[str, str], list[str]]
"""From the line up to the cursor, and the word at its end, to what the word may become."""


class Editor:
    """Asks for lines.

    Args:
        history: The file that remembers them; it is made, for its owner alone.
        delimiters: Where a word begins.
    """

    def __init__(self, history: Path, *, delimiters: str) -> None:
        self._history = history
        if readline is None:
            return
        readline.set_completer_delims(delimiters)
        # Apple's Python has an imitation of readline that takes other words.
        is_imitation = "libedit" in (readline.__doc__ or "")
        readline.parse_and_bind("bind ^I rl_complete" if is_imitation else "tab: complete")
        readline.set_auto_history(False)
        readline.set_history_length(ENTRIES_MAX)
        with suppress(OSError):  # None yet, or not ours to read: then nothing is remembered.
            readline.read_history_file(history)

    def ask(self, prompt: str) -> str:
        """Return the next line, without its end.

        Raises:
            EOFError: Ctrl-D.
            KeyboardInterrupt: Ctrl-C.
        """
        return input(prompt)

    def complete_with(self, completer: Completer) -> None:
        """Ask ``completer`` when somebody presses TAB."""
        if readline is None:
            return
        found: list[str] = []

        def complete(word: str, state: int) -> str | None:
            nonlocal found
            if state == 0:
                found = completer(readline.get_line_buffer()[: readline.get_endidx()], word)
            return found[state] if state < len(found) else None

        readline.set_completer(complete)

    def remember(self, text: str) -> None:
        """Keep what was typed for the next time; many lines are one entry, unless a comment ends one of them."""
        if readline is None:
            return
        entries = text.splitlines() if "--" in text else [" ".join(text.splitlines())]
        for entry in entries:
            readline.add_history(entry)
        with suppress(OSError):  # A home that cannot be written remembers nothing.
            self._history.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._history, os.O_CREAT | os.O_WRONLY, 0o600))
            if hasattr(readline, "append_history_file"):
                readline.append_history_file(len(entries), self._history)
            else:
                readline.write_history_file(self._history)
