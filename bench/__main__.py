"""`python -m bench [PART…] [--quick] [--dir FOLDER]`: measure, and print medians beside their targets."""

import argparse
import importlib
import tempfile
from pathlib import Path

from bench.measure import Settings

PARTS = ("startup", "overhead", "reading", "ingest", "queries", "postgres", "server")


def main() -> None:
    """Run the parts that were asked for, else all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all when none is named")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything: does it work?")
    parser.add_argument(
        "--dir",
        type=Path,
        default=Path(tempfile.gettempdir()) / "benchhub-bench",
        help="where large files are kept for the next time (about 2 GB)",
    )
    args = parser.parse_args()
    unknown = [part for part in args.parts if part not in PARTS]
    if unknown:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    folder = args.dir / ("quick" if args.quick else "full")
    folder.mkdir(parents=True, exist_ok=True)
    for part in args.parts or PARTS:
        print(f"\n{part}")
        importlib.import_module(f"bench.{part}").run(Settings(folder, args.quick))


if __name__ == "__main__":
    main()
