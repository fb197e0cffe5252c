"""The text of an API key: `pbk_<id>_<secret><checksum>`.

The prefix and the checksum let secret scanners find keys in repositories and logs without asking
anybody: `pbk_[0-9a-f]{32}_[0-9A-Za-z]{49}`.
"""

import hashlib
import re
import secrets
import zlib
from typing import NamedTuple
from uuid import UUID

PREFIX = "pbk_"
SECRET_BYTES = 32
SECRET_LENGTH, CHECKSUM_LENGTH = 43, 6  # in base 62, 256 and 32 bits
KEY = re.compile(r"pbk_([0-9a-f]{32})_[0-9A-Za-z]{43}([0-9A-Za-z]{6})", re.ASCII)
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class KeyReference(NamedTuple):
    """What a key's text says of it: its id, and the hash that is stored."""

    id: UUID
    secret_hash: bytes


def generate_key(key_id: UUID) -> str:
    """Return the text of a new key with a random secret of 256 bits."""
    number = int.from_bytes(secrets.token_bytes(SECRET_BYTES))
    text = f"{PREFIX}{key_id.hex}_{_base62(number, SECRET_LENGTH)}"
    return text + _checksum(text)


def read_key(text: str) -> KeyReference | None:
    """Return the reference of a key, None if the text is malformed or its checksum is wrong.

    The secret has 256 random bits: one round of SHA-256 is enough, and takes a microsecond.
    """
    match = KEY.fullmatch(text)
    if match is None or _checksum(text[:-CHECKSUM_LENGTH]) != match[2]:
        return None
    return KeyReference(UUID(match[1]), hash_key(text))


def hash_key(text: str) -> bytes:
    """Return the hash of a key, as it is stored."""
    return hashlib.sha256(text.encode()).digest()


def _checksum(text: str) -> str:
    return _base62(zlib.crc32(text.encode()), CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    digits: list[str] = []
    for _ in range(length):
        number, digit = divmod(number, len(DIGITS))
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))
