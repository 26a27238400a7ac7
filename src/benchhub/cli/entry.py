"""`bh`: finds the verb, loads that verb alone, and turns errors into words and an exit code."""

import sys
from io import TextIOWrapper

from benchhub.cli import exit_codes, process
from benchhub.cli.pipes import may_be_unread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from benchhub.cli.parser import Parser

VERBS = {
    "run": "run tests and benchmarks, and keep every result",
    "list": "list what can be run",
    "explain": "say what would run, and run nothing",
    "estimate": "say how long a run would take, from earlier ones",
    "runs": "list the runs that are kept",
    "show": "show one run",
    "log": "print the output of a run, or of one of its cases",
    "history": "show the values of a case over time",
    "tag": "put short words on runs, or list them",
    "note": "write a sentence on a run, or list them",
    "rm": "remove runs, or bring them back",
    "rename": "rename a case, suite, target or project; its history goes along",
    "sql": "ask the database in SQL, read-only",
    "export": "write results into a file, as CSV, JSON lines or Parquet",
    "import": "keep output files that were made elsewhere",
    "parse": "read output files and print what they say; no database",
    "db": "path, check, migrate, reproject, stats, prune or vacuum the database",
    "core": "serve a database to a team, check it, make its tables again",
    "token": "make, list and revoke what lets people and machines into a server",
    "registry": "check, apply or export the files that declare users, projects and machines",
    "init": "write a small bh.toml that says what is detected",
    "config": "show every setting that holds here, and where it comes from",
    "completion": "print a script that completes the words of bh in a shell",
    "new-framework": "write a package that teaches bh a tool, to start from",
    "doctor": "look at tools, git, database, machine and permissions",
}

COMMON_OPTIONS = {"--json": 1, "--color": 2, "--debug": 1, "--db": 2}
"""Words that each of the common options takes, itself included; they may also stand before the verb."""


PASSING_ON = frozenset({"run", "list", "explain", "estimate"})
"""The verbs whose words behind `--` are a program, or arguments for a tool."""

WITH_THREADS = frozenset({"core"})
"""The verbs that answer many at once, and load what they need before."""


def program() -> None:
    """Be ``bh``: the whole process."""
    process.begin()
    process.end(main())


def main(words: list[str] | None = None) -> int:
    """Run ``bh`` with ``words`` and return its exit code; the codes are listed in docs/reference/exit-codes.md."""
    words = sys.argv[1:] if words is None else words
    _speak_utf8()
    code = exit_codes.OK
    try:
        with may_be_unread(sys.stdout):
            code = _dispatch(words)
    except KeyboardInterrupt:
        with may_be_unread(sys.stderr):
            print("bh: interrupted", file=sys.stderr)
        return exit_codes.INTERRUPTED
    return code


def _speak_utf8() -> None:
    """Make the standard streams UTF-8, whatever the locale: JSON is, and `µ` must not end us.

    Bytes of a file name that are no UTF-8 come out as they came in.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")


def _dispatch(words: list[str]) -> int:
    if words in (["--version"], ["-V"]):
        from benchhub import __version__  # noqa: PLC0415 -- start-up counts

        print(f"bh {__version__}")
        return exit_codes.OK
    if words[:1] == ["_complete"]:
        import importlib  # noqa: PLC0415

        # By name, as verbs are: it reads the table of verbs above.
        return int(importlib.import_module("benchhub.cli.completion.answer").answer(words[1:]))
    words = verb_first(words)
    if words[:1] == ["help"] and len(words) > 1:
        words = [words[1], "--help"]
    verb = words[0] if words else ""
    if verb in {"", "-h", "--help", "help"}:
        print(usage(), file=sys.stdout if verb else sys.stderr)
        return exit_codes.OK if verb else exit_codes.USAGE
    if verb not in VERBS:
        _complain_about(verb)
        return exit_codes.USAGE
    return _run(verb, words[1:])


def _run(verb: str, words: list[str]) -> int:
    import importlib  # noqa: PLC0415

    if verb not in WITH_THREADS:
        process.load_late()
    process.import_msgspec()
    from benchhub.cli.parser import parser_of  # noqa: PLC0415
    from benchhub.errors import BenchHubError  # noqa: PLC0415

    before, after = _split(words) if verb in PASSING_ON else (words, None)
    try:
        _check_text(words)
        module = importlib.import_module(module_of(verb))
        parser = parser_of(verb, VERBS[verb])
        module.configure(parser)
        args = _read(parser, before)
        args.after = after
        return int(module.run(args))
    except BenchHubError as error:
        if "--debug" in before:
            raise
        _show(error.what, error.where, error.hint)
        return error.exit_code


def _read(parser: "Parser", words: list[str]) -> "Namespace":
    """Return what the words say; an option may stand between others: `bh registry apply --dry-run DIR`."""
    if all(word.startswith("-") for word in words):
        return parser.parse_args(words)  # Nothing to stand between, and no usage is written for it.
    return parser.parse_intermixed_args(words)


def _check_text(words: list[str]) -> None:
    """Refuse words that are no text in this locale: what is run is kept, and what is kept is text."""
    from benchhub.errors import UserError  # noqa: PLC0415

    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError as error:
            what = f"`{ascii(word)[1:-1]}` is no UTF-8"
            raise UserError(what, hint="put such bytes into a file, or into a script that bh runs") from error


def module_of(verb: str) -> str:
    """Return the module that a verb lives in: ``new-framework`` in ``new_framework_verb``."""
    return f"benchhub.cli.verbs.{verb.replace('-', '_')}_verb"


def verb_first(words: list[str]) -> list[str]:
    """Return the words with the common options that stand before the verb behind it: ``bh --json runs`` works."""
    at = 0
    while at < len(words) and (taken := COMMON_OPTIONS.get(words[at].partition("=")[0])):
        at += 1 if "=" in words[at] else taken
    return [*words[at : at + 1], *words[:at], *words[at + 1 :]]


def _split(words: list[str]) -> tuple[list[str], list[str] | None]:
    """Return the words before the first ``--`` and those after it, ``None`` when there is none."""
    if "--" not in words:
        return words, None
    at = words.index("--")
    return words[:at], words[at + 1 :]


def usage() -> str:
    """Return the overview that ``bh --help`` prints."""
    width = max(map(len, VERBS))
    verbs = "\n".join(f"  {verb:<{width}} {what}" for verb, what in VERBS.items())
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
    import difflib  # noqa: PLC0415 -- for mistakes only

    near = difflib.get_close_matches(verb, VERBS, n=1)
    meant = f"did you mean `bh {near[0]}`?" if near else "`bh --help` lists the verbs"
    _show(f"no verb `{verb}`", None, meant)


def _show(what: str, where: str | None, hint: str | None) -> None:
    print(f"bh: {what}", file=sys.stderr)
    if where and where not in what:
        print(f"    at {where}", file=sys.stderr)
    if hint:
        print(f"    {hint}", file=sys.stderr)


if __name__ == "__main__":
    program()
