"""SHA-256 of little and of much.

`hashlib` loads OpenSSL, which takes longer than all that a short command has to hash. Python has a SHA-256 of its own,
a sixth as fast; so the first bytes of a process are hashed by that one, and all others by OpenSSL.
"""

from typing import BinaryIO

try:
    from _sha2 import sha256 as _of_little  # type: ignore[import-not-found, unused-ignore]  # from Python 3.12
except ImportError:
    try:
        from _sha256 import sha256 as _of_little  # type: ignore[import-not-found, no-redef, unused-ignore]  # up to 3.11
    except ImportError:  # A Python that was built without.
        from hashlib import sha256 as _of_little

LITTLE_BYTES_MAX = 1 << 20
"""Of a process: about where OpenSSL has won back the time of its loading."""

_bytes_left = LITTLE_BYTES_MAX


def sha256(data: bytes) -> bytes:
    """Return the 32 bytes."""
    global _bytes_left  # noqa: PLW0603 -- what was hashed decides what is loaded, and neither is ever taken back
    if len(data) <= _bytes_left:
        _bytes_left -= len(data)
        return bytes(_of_little(data).digest())
    _bytes_left = 0
    import hashlib  # noqa: PLC0415 -- it loads OpenSSL

    return hashlib.sha256(data).digest()


def file_sha256(file: BinaryIO) -> bytes:
    """Return the 32 bytes of what a file holds from its current place on."""
    start = file.read(LITTLE_BYTES_MAX + 1)
    if len(start) <= LITTLE_BYTES_MAX:
        return sha256(start)
    import hashlib  # noqa: PLC0415 -- it loads OpenSSL

    whole = hashlib.sha256(start)
    while part := file.read(LITTLE_BYTES_MAX):
        whole.update(part)
    return whole.digest()
