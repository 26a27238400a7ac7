"""``--export-csv``: statistics of each command, no single run."""

import csv
import io
import re
from collections.abc import Iterator

from benchhub.frameworks.hyperfine.naming import Naming
from benchhub.frameworks.hyperfine.units import SYSTEM, USER, WALL, unit_of
from benchhub.model.case import Case
from benchhub.model.record import UNREAD_TEXT_CHARACTERS_MAX, Record, Statistic, Unread

COLUMNS_OF_1 = ("command", "mean", "stddev", "median", "user", "system", "min", "max")
STATISTICS = ("mean", "stddev", "median", "min", "max")
_OF_2 = re.compile(r"command,\w+_unit,\w+_mean,")
_PARAMETER = "parameter_"


def is_csv(text: str) -> bool:
    """Tell whether a text begins as hyperfine's CSV."""
    return text.startswith(",".join(COLUMNS_OF_1)) or _OF_2.match(text) is not None


def csv_records(text: str, stream: str, naming: Naming) -> Iterator[Record]:
    """Yield the statistics of each row; a row that is no row is unread."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = next(reader)
        for row in reader:
            # Rows know no line numbers: a command may hold line ends.
            statistics = list(_row(dict(zip(header, row, strict=True)), naming)) if len(row) == len(header) else []
            yield from statistics
            if not statistics and row:
                said = ",".join(row)[:UNREAD_TEXT_CHARACTERS_MAX]
                yield Unread(max(1, reader.line_num), "not-a-hyperfine-result", said, stream=stream)
    except csv.Error as error:
        yield Unread(max(1, reader.line_num), "not-a-hyperfine-export", str(error), stream=stream)


def _row(row: dict[str, str], naming: Naming) -> Iterator[Record]:
    params = {name.removeprefix(_PARAMETER): value for name, value in row.items() if name.startswith(_PARAMETER)}
    case = naming.case(row.get("command", ""), params)
    if "mean" in row:
        for statistic in STATISTICS:
            yield from _statistic(case, WALL, "s", statistic, row.get(statistic, ""))
        yield from _statistic(case, USER, "s", "mean", row.get("user", ""))
        yield from _statistic(case, SYSTEM, "s", "mean", row.get("system", ""))
        return
    for column, unit in row.items():
        metric = column.removesuffix("_unit")
        if metric != column and not column.startswith(_PARAMETER):
            for statistic in STATISTICS:
                yield from _statistic(case, metric, unit, statistic, row.get(f"{metric}_{statistic}", ""))


def _statistic(case: Case, metric: str, unit: str, statistic: str, said: str) -> Iterator[Record]:
    try:
        value = float(said)
    except ValueError:
        return  # Of a single run there is no deviation.
    yield Statistic(case, unit_of(metric, unit, unit), statistic, value)
