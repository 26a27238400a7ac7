"""A stream of XML that may be anything: cut, damaged, with bytes that XML forbids; what is whole is told.

Nothing is fetched and nothing is expanded: a document that declares entities is refused.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, IncrementalDecoder, getincrementaldecoder
from typing import Protocol
from xml.parsers import expat

import msgspec

HEAD_BYTES = 512
"""So much is looked at before the encoding is chosen."""

TAIL_BYTES = 1 << 20
"""So much of what went to the parser is remembered, to go on behind an error."""

RESUMPTIONS_MAX = 1_000
"""A document that is damaged more often is given up."""

_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)""")
_FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), 0xFFFD)
_WHITE = frozenset({9, 10, 13})
_CHARACTERS = ((0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))
"""Source: XML 1.0, production 2, Char."""

_REFERENCE = re.compile(r"&#(x[0-9a-fA-F]{1,8}|[0-9]{1,10});")
_OPEN_REFERENCE = re.compile(r"&#?x?[0-9a-fA-F]{0,10}\Z")
_START = re.compile(rb"<(?:\?xml\s|!DOCTYPE\s|(?:[\w.-]+:)?(?:testsuites?|testcase)[\s/>])")
_AGAIN = re.compile(rb"<(?:[\w.-]+:)?(?:testsuites?|testcase)[\s/>]")
_CLOSING = re.compile(rb"</(?:[\w.-]+:)?testsuites?\s*>")
_LONGEST_MARK = 64


class Handler(Protocol):
    """Who wants to know what the document says."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Text, in pieces of any size."""

    def abandon(self) -> None:
        """What is open inside a suite will never end."""


class Damage(msgspec.Struct, frozen=True):
    """A place where the document could not be read.

    Attributes:
        line: From 1.
        is_cut: It ends in the middle.
    """

    line: int
    byte_offset: int
    why: str
    text: str
    is_cut: bool = False


class _RefusedError(Exception):
    """The document declares entities."""


class XmlReader:
    """Feeds a handler, and goes on after damage with the next suite or case.

    Attributes:
        damages: Where something could not be read, in order.
        has_replaced: Bytes or characters that XML forbids were replaced.
    """

    def __init__(self, handler: Handler) -> None:
        self.damages: list[Damage] = []
        self.has_replaced = False
        self._handler = handler
        self._head = b""
        self._decoder: IncrementalDecoder | None = None
        self._held = ""
        self._parser: expat.XMLParserType | None = None
        self._mark = _START
        self._waiting = b""
        self._line = 1
        self._fed = 0
        self._skipped = b""
        self._offset = 0
        self._resumptions = 0
        self._is_given_up = False

    def feed(self, data: bytes) -> None:
        """Take bytes, cut anywhere."""
        if self._decoder is None:
            self._head += data
            if len(self._head) < HEAD_BYTES:
                return
            data, self._head = self._head, b""
            self._decoder = _decoder_of(data)
        self._take(self._decoder.decode(data), is_last=False)

    def close(self) -> None:
        """Take note that nothing follows."""
        if self._decoder is None:
            self._decoder = _decoder_of(self._head)
        self._take(self._decoder.decode(self._head, final=True), is_last=True)
        if self._parser is None:
            self._skip(self._waiting)
            self._tell_skipped()
        else:
            self._parse(b"", is_last=True)

    # -- characters

    def _take(self, text: str, *, is_last: bool) -> None:
        text = self._held + text
        self._held = ""
        if not is_last and (match := _OPEN_REFERENCE.search(text, max(0, len(text) - 16))):
            text, self._held = text[: match.start()], match[0]
        clean = _REFERENCE.sub(_allowed, text.translate(_FORBIDDEN))
        self.has_replaced |= clean != text or "\N{REPLACEMENT CHARACTER}" in text
        self._parse(clean.encode("utf-8", "replace"), is_last=False)

    # -- elements

    def _parse(self, data: bytes, *, is_last: bool) -> None:
        """Give bytes to the parser; where there is none, look for a place to begin."""
        while not self._is_given_up:
            if self._parser is None:
                data = self._begin(data)
                if self._parser is None:
                    return
            try:
                self._fed += len(data)
                self._waiting = (self._waiting + data)[-TAIL_BYTES:]
                self._parser.Parse(data, is_last)
            except expat.ExpatError:
                data = self._after_damage(is_last=is_last)
            except _RefusedError:
                self._refuse()
            else:
                return
            if is_last and not data:
                return

    def _begin(self, data: bytes) -> bytes:
        """Return the bytes from the next mark on, with a parser to read them; none where there is no mark."""
        data = self._waiting + data
        match = self._mark.search(data)
        if match is None:
            keep = min(len(data), _LONGEST_MARK)
            self._skip(data[: len(data) - keep])
            self._waiting = data[len(data) - keep :]
            return b""
        self._skip(data[: match.start()])
        self._tell_skipped()
        self._waiting = b""
        self._fed = 0
        self._parser = self._new_parser()
        if self._mark is _AGAIN:
            self._parser.Parse(b"<resumed>")
            self._fed = len(b"<resumed>")
            self._waiting = b"<resumed>"
        return data[match.start() :]

    def _skip(self, data: bytes) -> None:
        self._line += data.count(b"\n")
        self._offset += len(data)
        if self._mark is _START and len(self._skipped) < HEAD_BYTES:
            self._skipped += data[:HEAD_BYTES]

    def _tell_skipped(self) -> None:
        said, self._skipped = self._skipped.strip(), b""
        if said:
            text = said[:HEAD_BYTES].decode("utf-8", "replace")
            self.damages.append(Damage(1, 0, "not-xml", text))

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._handler.start
        parser.EndElementHandler = self._handler.end
        parser.CharacterDataHandler = self._handler.text
        parser.EntityDeclHandler = _refuse_entities
        return parser

    def _after_damage(self, *, is_last: bool) -> bytes:
        """Note the damage, and return the bytes behind it."""
        assert self._parser is not None  # noqa: S101 -- it just failed
        # The position counts from where this parser began; what is remembered ends with what it was given last.
        at = max(0, self._parser.ErrorByteIndex - (self._fed - len(self._waiting)))
        if self._waiting[at - 2 : at] == b"</":
            at -= 2  # Of a closing tag the parser tells where its name begins.
        rest = self._waiting[at:]
        closing = _CLOSING.match(rest)
        is_resumed_end = self._mark is _AGAIN and closing is not None
        why = expat.ErrorString(self._parser.ErrorCode)
        resumed = len(b"<resumed>") if self._mark is _AGAIN else 0
        offset = self._offset + self._parser.ErrorByteIndex - resumed
        line = self._line + self._parser.ErrorLineNumber - 1
        is_cut = is_last and self._parser.ErrorByteIndex >= self._fed - len(rest) and not rest.strip()
        is_after_all = why == "junk after document element"
        self._parser = None
        self._waiting = b""
        self._line, self._offset = line, offset
        self._mark = _AGAIN
        if is_resumed_end and closing is not None:
            self._handler.end(_local(closing[0][2:-1].decode("ascii", "replace").strip()))
            return self._behind(rest, closing.end())
        if is_cut and resumed and not rest:
            return b""  # Only our own element is open: the suites that are tell themselves that they never ended.
        self._resumptions += 1
        self._is_given_up = self._resumptions > RESUMPTIONS_MAX
        if not is_after_all or _AGAIN.search(rest) is None:
            text = rest[:HEAD_BYTES].decode("utf-8", "replace")
            self.damages.append(Damage(line, offset, str(why), text, is_cut=is_cut or is_last))
        self._handler.abandon()
        return self._behind(rest, 1 if rest[:1] == b"<" and not is_after_all else 0)

    def _behind(self, rest: bytes, count: int) -> bytes:
        self._line += rest[:count].count(b"\n")
        self._offset += count
        return rest[count:]

    def _refuse(self) -> None:
        self._is_given_up = True
        self._parser = None
        self._handler.abandon()
        self.damages.append(Damage(self._line, self._offset, "entities", "the document declares entities"))


def _decoder_of(head: bytes) -> IncrementalDecoder:
    name = "utf-8-sig"
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        name = "utf-16"
    elif not head.startswith(BOM_UTF8) and (match := _DECLARED.search(head[:HEAD_BYTES])):
        name = match[1].decode("ascii")
        name = "utf-8-sig" if name.lower() in {"utf-8", "utf8", "utf-16"} else name
    try:
        decoder = getincrementaldecoder(name)("replace")
        decoder.decode(b"<")
        decoder.reset()
    except (LookupError, ValueError, TypeError):
        decoder = getincrementaldecoder("utf-8-sig")("replace")
    return decoder


def _allowed(match: re.Match[str]) -> str:
    said = match[1]
    code = int(said[1:], 16) if said[0] == "x" else int(said)
    is_allowed = code in _WHITE or any(first <= code <= last for first, last in _CHARACTERS)
    return match[0] if is_allowed else "\N{REPLACEMENT CHARACTER}"


def _refuse_entities(*_declaration: object) -> None:
    raise _RefusedError


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]
