"""`bh note`: sentences on runs, with who wrote them and when; added, never changed."""

import argparse
from textwrap import indent
from typing import Any

from benchhub.cli.desk import Desk
from benchhub.cli.pipes import print_json
from benchhub.errors import UserError
from benchhub.store.find import Rows, find_run, rows_of

NOTE_CHARACTERS_MAX = 10_000
NOTES_LISTED = 20

EPILOG = f"""\
Without TEXT the notes of a run are listed, without RUN the {NOTES_LISTED} newest of all runs. A note is never changed:
write another one. In SQL they are view `run_notes`; column `notes` of view `runs` counts them.

--json prints one object: run_id, run_uid, notes (note, user_name, noted_at); without RUN an array of run_id, target,
note, user_name, noted_at.

examples:
  bh note latest "laptop on battery, do not trust"
  bh note 12
  bh note
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("run", nargs="?", metavar="RUN", help="latest, -2, a number, the beginning of a uid")
    parser.add_argument("text", nargs="?", metavar="TEXT", help="what to write, one word of the shell: quote it")


def run(args: argparse.Namespace) -> int:
    """Write or list notes."""
    text = _checked(args.text)
    with Desk.open(args) as desk:
        if args.run is None:
            notes = rows_of(desk.database(), "recent_notes", count=NOTES_LISTED)
            _tell(args, notes, notes, "no run has a note; `bh note RUN TEXT` writes one")
            return 0
        database = desk.database() if text is None else desk.changing()
        found = find_run(database, args.run)
        if text is not None:
            from benchhub.store.remarks import add_note  # noqa: PLC0415 -- for changes only

            add_note(database, found.run_id, text, user=desk.person)
        notes = rows_of(database, "run_notes", run_id=found.run_id)
    document = {"run_id": found.run_id, "run_uid": found.uid, "notes": notes}
    _tell(args, document, [{"run_id": found.run_id, **note} for note in notes], f"run {found.run_id}: no notes")
    return 0


def _checked(text: str | None) -> str | None:
    if text is None:
        return None
    text = text.strip()
    if not text:
        what = "the note says nothing"
        raise UserError(what, hint='bh note latest "what to remember"')
    if len(text) > NOTE_CHARACTERS_MAX:
        what = f"a note of {len(text)} characters is too long; {NOTE_CHARACTERS_MAX} at most"
        raise UserError(what, hint="keep the text in a file, and its name in the note")
    return text


def _tell(args: argparse.Namespace, document: Any, notes: Rows, nothing: str) -> None:  # noqa: ANN401 -- JSON
    if args.json:
        print_json(document)
        return
    for note in notes:
        print(f"run {note['run_id']}  {note['noted_at']} UTC  {note['user_name']}")
        print(indent(note["note"], "    "))
    if not notes:
        print(nothing)
