"""The words that all verbs share."""

import argparse


def parser_of(verb: str, what: str) -> argparse.ArgumentParser:
    """Return a parser with the common options; a verb adds its own."""
    parser = argparse.ArgumentParser(
        prog=f"bh {verb}",
        description=what[0].upper() + what[1:] + ".",
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common = parser.add_argument_group("common options")
    common.add_argument("--db", metavar="PATH", help="the database file (default: BH_DB, else the user's own)")
    common.add_argument("--json", action="store_true", help="print JSON on standard output, and nothing else there")
    common.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return parser
