"""`bh`: finds the verb, loads that verb alone, and turns errors into words and an exit code."""

import sys

from benchhub.cli import exit_codes

VERBS = {
    "run": "run tests and benchmarks, and keep every result",
    "list": "list what can be run",
    "explain": "say what would run, and run nothing",
    "runs": "list the runs that are kept",
    "show": "show one run",
    "log": "print the output of a run, or of one of its cases",
    "history": "show the values of a case over time",
    "sql": "ask the database in SQL, read-only",
    "import": "keep output files that were made elsewhere",
    "parse": "read output files and print what they say; no database",
    "db": "path, check, migrate or reproject the database",
}


def main(words: list[str] | None = None) -> int:
    """Run ``bh`` with ``words`` and return its exit code; the codes are listed in docs/reference/exit-codes.md."""
    words = sys.argv[1:] if words is None else words
    if words in (["--version"], ["-V"]):
        from benchhub import __version__  # noqa: PLC0415 -- start-up counts

        print(f"bh {__version__}")
        return 0
    try:
        return _dispatch(words)
    except KeyboardInterrupt:
        print("bh: interrupted", file=sys.stderr)
        return exit_codes.INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has seen enough; the interpreter must not complain when it flushes.
        sys.stdout = None
        return 0


def _dispatch(words: list[str]) -> int:
    words = _verb_first(words)
    verb = words[0] if words else ""
    if verb in {"", "-h", "--help", "help"}:
        print(usage())
        return 0 if verb else exit_codes.USAGE
    if verb not in VERBS:
        _complain_about(verb)
        return exit_codes.USAGE
    import importlib  # noqa: PLC0415

    from benchhub.cli.parser import parser_of  # noqa: PLC0415
    from benchhub.errors import BenchHubError  # noqa: PLC0415

    module = importlib.import_module(f"benchhub.cli.verbs.{verb}_verb")
    parser = parser_of(verb, VERBS[verb])
    module.configure(parser)
    before, after = _split(words[1:])
    args = parser.parse_args(before)
    args.after = after
    try:
        return int(module.run(args))
    except BenchHubError as error:
        if args.debug:
            raise
        _show(error.what, error.where, error.hint)
        return error.exit_code


def _verb_first(words: list[str]) -> list[str]:
    """Return the words with the common options that stand before the verb behind it: ``bh --json runs`` works."""
    at = 0
    while at < len(words) and words[at] in {"--json", "--debug", "--db"}:
        at += 2 if words[at] == "--db" else 1
    return [*words[at : at + 1], *words[:at], *words[at + 1 :]]


def _split(words: list[str]) -> tuple[list[str], list[str] | None]:
    """Return the words before the first ``--`` and those after it, ``None`` when there is none."""
    if "--" not in words:
        return words, None
    at = words.index("--")
    return words[:at], words[at + 1 :]


def usage() -> str:
    """Return the overview that ``bh --help`` prints."""
    verbs = "\n".join(f"  {verb:<9} {what}" for verb, what in VERBS.items())
    return f"""\
usage: bh VERB …

Runs the tests and benchmarks of any language, keeps every result in a SQL database,
and says honestly what changed.

{verbs}

  bh run                    everything below this folder
  bh run -- CMD ARG…        time any program
  bh VERB --help            the words of one verb
  bh --version"""


def _complain_about(verb: str) -> None:
    import difflib  # noqa: PLC0415

    near = difflib.get_close_matches(verb, VERBS, n=1)
    meant = f"did you mean `bh {near[0]}`?" if near else "`bh --help` lists the verbs"
    _show(f"no verb `{verb}`", None, meant)


def _show(what: str, where: str | None, hint: str | None) -> None:
    print(f"bh: {what}", file=sys.stderr)
    if where:
        print(f"    at {where}", file=sys.stderr)
    if hint:
        print(f"    {hint}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
