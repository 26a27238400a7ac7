"""What ends a package before its time: a panic, a fatal error, Go's own time limit."""

PANIC_LINES_MAX = 400
_TIME_OUT = "panic: test timed out after "


class Trouble:
    """The trouble of one package, if there is any.

    Attributes:
        where: The case in which it came up, ``""`` when nobody says.
        timed_out_after: Go's own limit, ``None`` when that was not it.
    """

    def __init__(self) -> None:
        self.where = ""
        self.timed_out_after: str | None = None
        self._lines: list[str] = []
        self._timed_out: set[str] = set()
        self._is_listing = False

    def __bool__(self) -> bool:
        return bool(self._lines)

    @property
    def is_panic(self) -> bool:
        """Whether it is a panic or a fatal error, not the time limit."""
        return bool(self._lines) and self.timed_out_after is None

    def begin(self, where: str, line: str) -> None:
        """Take the line in which it shows first."""
        self.where = where
        self._lines = [line]
        if line.startswith(_TIME_OUT):
            self.timed_out_after = line.removeprefix(_TIME_OUT).strip()

    def notice(self, line: str) -> None:
        """Take a line behind it: its stack, or the list of the tests that were running."""
        if len(self._lines) < PANIC_LINES_MAX:
            self._lines.append(line)
        text = line.strip()
        if self.timed_out_after is None:
            return
        if text == "running tests:":
            self._is_listing = True
        elif self._is_listing and text:
            self._timed_out.add(text.rsplit(" (", 1)[0])
        else:
            self._is_listing = False

    def has_taken(self, name: str) -> bool:
        """Tell whether a panic is that of a case: Go logs the stack of a sub-test under its parent."""
        return self.is_panic and self.where != "" and (name == self.where or name.startswith(self.where + "/"))

    def has_timed_out(self, name: str) -> bool:
        """Tell whether a case was running when Go's time limit came."""
        if self.timed_out_after is None:
            return False
        return not self._timed_out or any(one == name or one.startswith(name + "/") for one in self._timed_out)

    def said(self) -> tuple[str, str, str] | None:
        """Return kind, place and text of the problem."""
        if self.timed_out_after is not None:
            return "timeout", "", f"test timed out after {self.timed_out_after}"
        return ("panic", self.where, "\n".join(self._lines).rstrip("\n")) if self._lines else None
