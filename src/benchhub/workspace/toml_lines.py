"""On which line of a TOML text each key stands: the standard parser does not tell, and an error message must."""

import re

Path = tuple[str, ...]

_TOKEN = re.compile(
    r'(?P<multi>"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5})'
    r'|(?P<text>"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')'
    r"|(?P<comment>#[^\n]*)|(?P<mark>\[\[|\]\]|[\[\]{}=,.\n])|(?P<bare>[^\s\[\]{}=,.#\"']+)",
    re.DOTALL,
)


def key_lines(text: str) -> dict[Path, int]:
    """Return the line (from 1) of every key and table of a well-formed TOML text.

    Keys of inline tables and dotted keys are there in full; the first mention counts. Tables within arrays are not
    told apart.
    """
    reader = _Reader(text)
    reader.read()
    return reader.lines


class _Reader:
    """Walks the tokens once; only keys matter, values are skipped with care for nested brackets."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._tokens = _tokens(text)
        self._index = 0

    def read(self) -> None:
        table: Path = ()
        while self._index < len(self._tokens):
            mark = self._peek()
            if mark == "\n":
                self._index += 1
            elif mark in {"[", "[["}:
                self._index += 1
                table = self._key(())
                self._index += 1
            else:
                path = self._key(table)
                self._index += 1
                self._value(path)

    def _key(self, above: Path) -> Path:
        """Read a dotted key and leave the cursor on what follows it."""
        path = above
        while self._index < len(self._tokens):
            kind, text, line = self._tokens[self._index]
            if kind == "mark" and text != ".":
                break
            if text != ".":
                path = (*path, _unquoted(kind, text))
                self.lines.setdefault(path, line)
            self._index += 1
        return path

    def _value(self, table: Path) -> None:
        """Skip a value; keys of inline tables are noted below ``table``."""
        mark = self._peek()
        if mark == "{":
            self._index += 1
            self._inline_table(table)
        elif mark in {"[", "[["}:
            self._array(table)
        else:
            while self._peek() not in {"\n", ",", "}", "]", "]]", ""}:
                self._index += 1

    def _inline_table(self, table: Path) -> None:
        while self._peek() not in {"}", ""}:
            if self._peek() in {",", "\n"}:
                self._index += 1
                continue
            path = self._key(table)
            self._index += 1
            self._value(path)
        self._index += 1

    def _array(self, table: Path) -> None:
        depth = 0
        while (mark := self._peek()) != "":
            if mark == "{":
                self._index += 1
                self._inline_table(table)
                continue
            depth += {"[": 1, "[[": 2, "]": -1, "]]": -2}.get(mark, 0)
            self._index += 1
            if depth <= 0:
                return

    def _peek(self) -> str:
        """Return the next mark, ``value`` for anything else, ``""`` at the end."""
        if self._index >= len(self._tokens):
            return ""
        kind, text, _ = self._tokens[self._index]
        return text if kind == "mark" else "value"


def _tokens(text: str) -> list[tuple[str, str, int]]:
    """Return kind, text and line of every token but comments."""
    found: list[tuple[str, str, int]] = []
    line, counted_to = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", counted_to, match.start())
        counted_to = match.start()
        if match.lastgroup is not None and match.lastgroup != "comment":
            found.append((match.lastgroup, match[0], line))
    return found


def _unquoted(kind: str, text: str) -> str:
    return text[1:-1] if kind == "text" else text
