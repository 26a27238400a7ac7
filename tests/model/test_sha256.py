"""What is hashed by Python itself and by OpenSSL is the same."""

import hashlib
import subprocess
import sys
from io import BytesIO

import pytest

from benchhub.model.sha256 import LITTLE_BYTES_MAX, file_sha256, sha256

SIZES = [0, 1, LITTLE_BYTES_MAX - 1, LITTLE_BYTES_MAX, LITTLE_BYTES_MAX + 1, 3 * LITTLE_BYTES_MAX + 7]


@pytest.mark.parametrize("size_bytes", SIZES)
def test_little_and_much_have_the_digest_that_openssl_gives(size_bytes: int) -> None:
    data = (bytes(range(251)) * (size_bytes // 251 + 1))[:size_bytes]
    assert sha256(data) == file_sha256(BytesIO(data)) == hashlib.sha256(data).digest()


def test_a_file_is_hashed_from_its_current_place() -> None:
    file = BytesIO(b"head and tail")
    file.seek(4)
    assert file_sha256(file) == hashlib.sha256(b" and tail").digest()


def test_openssl_is_loaded_when_there_was_much_to_hash() -> None:
    script = """
import sys
from benchhub.model.sha256 import sha256
little = sha256(bytes(1_000))
assert "_hashlib" not in sys.modules
assert {sha256(bytes(1_000)) for _ in range(1_100)} == {little}
assert "_hashlib" in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
