"""`bh export`: results for other programs, as many as there are."""

import argparse
import os
import re
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import msgspec

from benchhub.cli.desk import Desk
from benchhub.cli.human import plural
from benchhub.cli.names import nearest_name
from benchhub.cli.pipes import print_json
from benchhub.cli.table import print_table
from benchhub.errors import NothingMatchedError, UserError
from benchhub.flows.export import FORMS, Form, export_to_path, export_to_stream
from benchhub.store.database import Database
from benchhub.store.export import Export, Filters, export_answer, export_view
from benchhub.store.find import find_run

VIEW = "results"

EPILOG = """\
Rows are those of a view, docs/reference/schema.md, and come as they are found: any number takes no more memory. Without
-o they go to standard output. A file is written beside its place and is there as a whole or not at all.

Numbers are exact. Times are UTC and say so. CSV is as PostgreSQL's COPY has it: nothing is NULL, "" is an empty text.
Parquet needs pyarrow (pip install 'benchhub[parquet]') and has timestamps, 64-bit integers and doubles; of --sql, where
no type is declared, the first rows decide.

--json prints, with -o, one object: path, format, rows, and columns with name and type (integer, real, text, time, null
where none is declared); else an array with an object for each row.

examples:
  bh export --run latest
  bh export --view samples --project sort --since 30d -o samples.parquet
  bh export --benchmark "BenchmarkSort*" -o sort.csv
  bh export --sql "SELECT benchmark, avg(value) AS mean FROM results GROUP BY 1" --format jsonl
"""

_SUFFIXES: dict[str, Form] = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_AGO = re.compile(r"([0-9]{1,5})\s*([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    parser.add_argument("-o", "--output", metavar="FILE", help="write here; - or nothing is standard output")
    parser.add_argument("--format", choices=FORMS, help="default: what the file's name ends with, else csv")
    parser.add_argument(
        "--view", metavar="NAME", help=f"which rows: results, samples, tests, runs, … (default: {VIEW})"
    )
    parser.add_argument("--sql", metavar="QUESTION", help="the answer to this, in place of a view")
    parser.add_argument("--project", metavar="NAME", help="only of this project")
    parser.add_argument("--benchmark", metavar="NAME", help="only of this benchmark or test; * and ? match")
    parser.add_argument("--since", metavar="WHEN", help="only of runs since 2026-01-31, or since 12h, 30d, 8w ago; UTC")
    parser.add_argument(
        "--run", metavar="RUN", help="only of this run: a number, latest, -2, or the beginning of an id"
    )


def run(args: argparse.Namespace) -> int:
    """Write the rows."""
    path = None if args.output in {None, "-"} else Path(args.output)
    form = args.format or _form_of(path)
    if args.json and args.format and path is None:
        what = f"--json and --format {args.format} contradict each other"
        raise UserError(what, hint="--json prints an array; with -o it says what was written")
    with Desk.open(args) as desk:
        export = _found(desk.database(), args)
        # Closed before the database is, also when the disk is full or nobody reads on.
        with closing(cast("Generator[Sequence[Any]]", export.rows)):
            if path is not None:
                count = export_to_path(export, form, path)
                _tell(args, export, path, form, count)
            elif args.json:
                print_table([column.name for column in export.columns], export.rows, "json")
            else:
                _to_standard_output(export, form)
    return 0


def _form_of(path: Path | None) -> Form:
    if path is None:
        return "csv"
    form = _SUFFIXES.get(path.suffix.lower())
    if form is None:
        what = f"`{path.name}` does not tell its format"
        raise UserError(what, hint=f"end it with {', '.join(_SUFFIXES)}, or say --format")
    return form


def _to_standard_output(export: Export, form: Form) -> None:
    if form == "parquet" and sys.stdout.isatty():
        what = "Parquet is nothing for a terminal"
        raise UserError(what, hint="-o FILE.parquet, or into a pipe")
    try:
        export_to_stream(export, form, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise  # Who reads no more has enough: the door knows.
    except OSError as error:
        # The interpreter must not try again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        what = f"standard output cannot be written: {error.strerror or error}"
        raise UserError(what) from error


def _tell(args: argparse.Namespace, export: Export, path: Path, form: Form, count: int) -> None:
    if args.json:
        document = {"path": str(path), "format": form, "rows": count, "columns": export.columns}
        print_json(document)
    else:
        print(f"bh: {plural(count, 'row')} in {path}", file=sys.stderr)


# -- which rows ----------------------------------------------------------------------------------------------------


def _found(database: Database, args: argparse.Namespace) -> Export:
    """Return what is to be written.

    Raises:
        NothingMatchedError: The filters leave nothing.
    """
    words = {name: getattr(args, name) for name in ("view", "project", "benchmark", "since", "run")}
    said = [f"--{name}" for name, value in words.items() if value is not None]
    if args.sql is not None:
        if said:
            what = f"--sql and {said[0]} contradict each other"
            raise UserError(what, hint="say it in the question, with WHERE")
        return export_answer(database, args.sql, {})
    filters = Filters(
        project=args.project,
        benchmark=args.benchmark,
        since=None if args.since is None else since(args.since, datetime.now(UTC)),
        run_id=None if args.run is None else find_run(database, args.run).run_id,
    )
    export = export_view(database, args.view or VIEW, filters)
    first = next(export.rows, None)
    if first is None and filters != Filters():
        raise _nothing(database, args)
    return msgspec.structs.replace(export, rows=_chained(first, export.rows))


def _chained(first: Sequence[Any] | None, rest: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    if first is not None:
        yield first
    yield from rest


def since(text: str, now: datetime) -> str:
    """Return a moment as the database writes it, for a date, a time or how long ago.

    Raises:
        UserError: It is none.
    """
    ago = _AGO.fullmatch(text.strip())
    try:
        moment = now - timedelta(hours=int(ago[1]) * _HOURS[ago[2]]) if ago else datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError) as error:
        what = f"--since `{text}` is no moment"
        raise UserError(what, hint="2026-01-31, 2026-01-31T12:00, or 12h, 30d, 8w ago; UTC") from error
    said = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).replace(tzinfo=None)
    return said.isoformat(sep=" ", timespec="seconds")


def _nothing(database: Database, args: argparse.Namespace) -> NothingMatchedError:
    """Return what to say when no row is left, with the nearest name that exists."""
    filters = {"project": args.project, "benchmark": args.benchmark, "since": args.since, "run": args.run}
    words = " ".join(f"--{name} {value}" for name, value in filters.items() if value is not None)
    hint = None
    if args.project and next(export_view(database, "runs", Filters(project=args.project)).rows, None) is None:
        hint = nearest_name(database, args.project, ("runs", "project"))
    elif args.benchmark:
        hint = nearest_name(database, args.benchmark, ("benchmarks", "benchmark"), ("tests", "test"))
    return NothingMatchedError(f"no row of `{args.view or VIEW}` matches {words}", hint=hint)
