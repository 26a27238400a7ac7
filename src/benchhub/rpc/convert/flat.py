"""Messages whose fields have the names of the model's: moved field by field, absent as absent."""

from typing import Any

import msgspec
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from benchhub.rpc.convert.refusal import finite, refuse

_NUMBERS = (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT)
_NOT_FLAT = (FieldDescriptor.CPPTYPE_MESSAGE, FieldDescriptor.CPPTYPE_ENUM)


def flat(message: Message, where: str = "") -> dict[str, Any]:
    """Return what a message says in its own fields, those of other messages and enumerations left out.

    What becomes a text in a column of a database holds no NUL, which PostgreSQL refuses.

    Raises:
        MessageError: A number is not finite, or a text holds NUL.
    """
    return {
        field.name: _value(message, field, f"{where}.{field.name}" if where else field.name)
        for field in message.DESCRIPTOR.fields
        if field.cpp_type not in _NOT_FLAT and (not field.has_presence or message.HasField(field.name))
    }


def _value(message: Message, field: Any, where: str) -> Any:  # noqa: ANN401 -- a descriptor, whoever wrote it; any scalar
    value = getattr(message, field.name)
    if field.is_repeated:
        return tuple(without_nul(text, f"{where}[{at}]") for at, text in enumerate(value))
    if field.cpp_type in _NUMBERS:
        return finite(value, where)
    return without_nul(value, where) if isinstance(value, str) else value


def without_nul(text: str, where: str) -> str:
    """Return a text that holds no NUL.

    Raises:
        MessageError: It does.
    """
    if "\0" in text:
        raise refuse(where, "holds NUL, which no database takes here")
    return text


def fields_of(struct: msgspec.Struct, *apart: str) -> dict[str, Any]:
    """Return what a struct of the model says in the fields that are the message's, those ``apart`` left out."""
    return {name: getattr(struct, name) for name in struct.__struct_fields__ if name not in apart}
