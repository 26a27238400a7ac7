"""The screen of a terminal as a small SVG, which is dark where the reader's system is, and else light."""
# ruff: noqa: INP001 -- a folder of pages, no package

from collections.abc import Iterator, Sequence
from itertools import groupby
from xml.sax.saxutils import escape

from pyte.screens import Char

CELL_X, CELL_Y, MARGIN = 8.4, 18, 12

STYLE = """
svg{--back:#fdfdfd;--default:#24292f;--red:#c4232b;--green:#1a7f37;--brown:#8a6100;--blue:#0a58ca;--magenta:#8250df;
--cyan:#0e7490;--white:#57606a;font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}
@media(prefers-color-scheme:dark){svg{--back:#14171c;--default:#d7dce3;--red:#ff7b72;--green:#56d364;--brown:#e3b341;
--blue:#79c0ff;--magenta:#d2a8ff;--cyan:#56d4dd;--white:#8b949e}}
rect{fill:var(--back)}text{fill:var(--default);white-space:pre}.b{font-weight:bold}
"""
COLOURS = ("red", "green", "brown", "blue", "magenta", "cyan", "white")


def svg(lines: Sequence[Sequence[Char]], columns: int, title: str) -> str:
    """Return the picture of a screen.

    Args:
        lines: Its cells, row by row.
        columns: How wide the terminal was.
        title: For those who do not see it.
    """
    wide, high = columns * CELL_X + 2 * MARGIN, len(lines) * CELL_Y + 2 * MARGIN
    style = STYLE + "".join(f".{name}{{fill:var(--{name})}}" for name in COLOURS)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high}" width="{wide:.0f}" height="{high}">'
    )
    rows = "\n".join(text for at, line in enumerate(lines) for text in _texts(line, MARGIN + at * CELL_Y + 14))
    frame = f"<title>{escape(title)}</title>\n<style>{style}</style>\n<rect width='100%' height='100%'/>"
    return f"{head}\n{frame}\n{rows}\n</svg>\n"


def _texts(line: Sequence[Char], y: int) -> Iterator[str]:
    """Yield the parts of a row, each of one style."""
    at = 0
    for style, cells in groupby(line, key=lambda cell: (cell.fg, cell.bold)):
        text = "".join(cell.data for cell in cells)
        if text.strip():
            words = [style[0]] if style[0] in COLOURS else []
            words += ["b"] if style[1] else []
            dress = f' class="{" ".join(words)}"' if words else ""
            start = at + len(text) - len(text.lstrip(" "))
            shown = text.strip(" ")
            x, length = MARGIN + start * CELL_X, len(shown) * CELL_X
            yield f'<text x="{x:.1f}" y="{y}" textLength="{length:.1f}"{dress}>{escape(shown)}</text>'
        at += len(text)
