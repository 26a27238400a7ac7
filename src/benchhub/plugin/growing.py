"""Lines that are shown while they grow: for readers that follow a tool, and for whoever shows what it prints."""

LINE_BYTES_MAX = 1 << 14
"""More of a line is counted, and not kept: nobody reads it while it goes by, and memory stays small."""


class GrowingLines:
    """Bytes of one stream become whole lines as they come.

    Attributes:
        open: The line that has not ended, as far as it is kept.
    """

    def __init__(self, *, bytes_max: int = LINE_BYTES_MAX) -> None:
        self.open = b""
        self._bytes_max = bytes_max
        self._cut_bytes = 0
        self._has_returned = False

    def take(self, data: bytes) -> list[bytes]:
        """Return the lines that end in ``data``, without their ends.

        Of a long one come the beginning and how much more there was; of one that went back to its beginning (a progress
        bar), what stood there at last.
        """
        first, *others = data.split(b"\n")
        self._grow(first)
        if not others:
            return []
        *whole, last = others
        lines = [self._ended()]
        lines += [line if len(line) <= self._bytes_max and b"\r" not in line else self._alone(line) for line in whole]
        self._grow(last)
        return lines

    def end(self) -> list[bytes]:
        """Return the line that nobody ended, if there is one."""
        return [self._ended()] if self.open else []

    def _alone(self, line: bytes) -> bytes:
        self._grow(line)
        return self._ended()

    def _grow(self, data: bytes) -> None:
        if not data:
            return
        body = data.removesuffix(b"\r")
        at = body.rfind(b"\r")
        if self._has_returned or at >= 0:
            self.open, self._cut_bytes = b"", 0
        self._has_returned = len(body) < len(data)
        body = body[at + 1 :]
        room = self._bytes_max - len(self.open)
        self.open += body[:room]
        self._cut_bytes += max(0, len(body) - room)

    def _ended(self) -> bytes:
        line, cut_bytes = self.open, self._cut_bytes
        self.open, self._cut_bytes, self._has_returned = b"", 0, False
        return line + f" … {cut_bytes} bytes more".encode() if cut_bytes else line
