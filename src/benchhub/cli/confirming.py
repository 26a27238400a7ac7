"""Asking before something goes: a person is asked, a script must have said it."""

import sys

from benchhub.errors import UserError


def confirmed(question: str, *, is_yes: bool, is_asking: bool = True) -> bool:
    """Tell whether it may be done.

    Args:
        question: What will be done, with a question mark.
        is_yes: `--yes` was said.
        is_asking: A person may be asked; else `--yes` is needed.

    Raises:
        UserError: Nobody said yes, and nobody is there to be asked.
    """
    if is_yes:
        return True
    if not is_asking or not sys.stdin.isatty():
        what = "nobody is there to be asked, and nothing was done"
        raise UserError(what, hint="--yes does it")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
