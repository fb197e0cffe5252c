"""Encrypts the secrets of credentials with the keys of CREDENTIALS_KEY: AES-256-GCM."""

import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32
KEY_ID_BYTES = 8
KEY_INFO = b"pricebook credentials: key"
KEY_ID_INFO = b"pricebook credentials: id of the key"


class DecryptionError(Exception):
    """A ciphertext does not belong to this key and its associated data."""


class CredentialKeys:
    """Keys by their ids, which do not disclose them; the first encrypts, each decrypts."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._ciphers = {
            _derive(key, KEY_ID_INFO, KEY_ID_BYTES).hex(): AESGCM(_derive(key, KEY_INFO, KEY_BYTES))
            for key in keys
        }

    @property
    def current_id(self) -> str | None:
        """The id of the key that encrypts, None without a key."""
        return next(iter(self._ciphers), None)

    def __contains__(self, key_id: object) -> bool:
        """Return whether a key has this id."""
        return key_id in self._ciphers

    def encrypt(self, text: str, associated_data: bytes) -> bytes:
        """Return a text encrypted with the first key, after a random nonce; needs a key."""
        cipher = next(iter(self._ciphers.values()))
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + cipher.encrypt(nonce, text.encode(), associated_data)

    def decrypt(self, key_id: str, ciphertext: bytes, associated_data: bytes) -> str:
        """Return the text of a ciphertext; the key of that id must be there.

        Raises DecryptionError if the ciphertext or the associated data was altered.
        """
        nonce, encrypted = ciphertext[:NONCE_BYTES], ciphertext[NONCE_BYTES:]
        try:
            return self._ciphers[key_id].decrypt(nonce, encrypted, associated_data).decode()
        except (InvalidTag, ValueError):
            raise DecryptionError from None


def _derive(key: str, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=info).derive(key.encode())
