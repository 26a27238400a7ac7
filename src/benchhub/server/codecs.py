"""Codecs: messages are taken apart in a thread when they are large, so that the event loop goes on.

connectrpc decodes inside the event loop; what it gets from these codecs for a large message is the message still
packed, which the first interceptor unpacks elsewhere.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from connectrpc.code import Code
from connectrpc.codec import Codec
from connectrpc.compat import google_protobuf_binary_codec, google_protobuf_json_codec
from connectrpc.errors import ConnectError
from connectrpc.request import RequestContext
from typing_extensions import override

from benchhub.server.objects import COUNTED_BYTES_MIN, check_objects
from benchhub.server.wire_errors import refusal

MESSAGE_BYTES_MAX = 4 << 20
JSON_BYTES_MAX = 1 << 20
"""JSON is for people and curl: it takes ten times as long to read."""

INLINE_BYTES_MAX = 16 << 10
"""A thread costs more than decoding this."""


class Packed:
    """A message that is not decoded yet."""

    def __init__(self, codec: Codec[Any, Any], data: bytes | bytearray, kind: type[Any]) -> None:
        self._codec = codec
        self._data = data
        self._kind = kind

    def unpack(self) -> Any:  # noqa: ANN401 -- some message
        """Return the message.

        Raises:
            ConnectError: The bytes are none.
            MessageError: It holds too many others.
        """
        if self._codec.name() == "proto" and len(self._data) > COUNTED_BYTES_MIN:
            check_objects(bytes(self._data), self._kind)
        try:
            return self._codec.decode(self._data, self._kind)
        except Exception as error:  # whatever the runtime raises about bytes of a stranger
            what = f"this is no {self._kind.__name__}: {str(error)[:500]}"
            raise refusal(Code.INVALID_ARGUMENT, what) from error


class Encoded:
    """An answer that was encoded already."""

    def __init__(self, codec_name: str, data: bytes, message: Any) -> None:  # noqa: ANN401 -- some message
        self.codec_name = codec_name
        self.data = data
        self.message = message


class LimitedCodec(Codec[Any, Any]):
    """A codec that takes messages up to a size, and leaves large ones packed."""

    def __init__(self, codec: Codec[Any, Any], *, bytes_max: int, what_else: str) -> None:
        self._codec = codec
        self._bytes_max = bytes_max
        self._what_else = what_else

    @override
    def name(self) -> str:
        """Return what content types call it."""
        return self._codec.name()

    @override
    def encode(self, message: Any) -> bytes:
        """Return an answer as bytes."""
        if isinstance(message, Encoded):
            return message.data if message.codec_name == self.name() else self._codec.encode(message.message)
        return self._codec.encode(message)

    @override
    def decode(self, data: bytes | bytearray, message_class: type[Any]) -> Any:
        """Return a message, or what becomes one.

        Raises:
            ConnectError: It is too large, or none.
        """
        if len(data) > self._bytes_max:
            what = f"a message in {self.name()} may have {self._bytes_max} bytes, this one has {len(data)}"
            raise ConnectError(Code.RESOURCE_EXHAUSTED, f"{what}; {self._what_else}")
        packed = Packed(self._codec, data, message_class)
        return packed if len(data) > INLINE_BYTES_MAX else packed.unpack()


CODECS: tuple[Codec[Any, Any], ...] = (
    LimitedCodec(google_protobuf_binary_codec(), bytes_max=MESSAGE_BYTES_MAX, what_else="send a large report in parts"),
    LimitedCodec(
        google_protobuf_json_codec(), bytes_max=JSON_BYTES_MAX, what_else="send it as application/proto, or in parts"
    ),
)


_BY_NAME = {codec.name(): codec for codec in CODECS}


class Unpacking:
    """The interceptor that decodes and encodes large messages in a thread."""

    async def intercept_unary(
        self,
        call_next: Callable[[Any, RequestContext[Any, Any]], Awaitable[Any]],
        request: Any,  # noqa: ANN401 -- some message
        ctx: RequestContext[Any, Any],
    ) -> Any:  # noqa: ANN401 -- some message
        """Pass the message on, and the answer back."""
        if isinstance(request, Packed):
            request = await asyncio.to_thread(request.unpack)
        answer = await call_next(request, ctx)
        if answer.ByteSize() <= INLINE_BYTES_MAX:
            return answer
        name = "json" if "json" in ctx.request_headers.get("content-type", "") else "proto"
        return Encoded(name, await asyncio.to_thread(_BY_NAME[name].encode, answer), answer)
