"""Secrets and signatures as Standard Webhooks describes them."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

SECRET_BYTES = 32
PREFIX = "whsec_"


def generate_secret() -> bytes:
    """Return a new secret."""
    return secrets.token_bytes(SECRET_BYTES)


def format_secret(secret: bytes) -> str:
    """Return a secret as the libraries of receivers expect it."""
    return PREFIX + base64.b64encode(secret).decode()


def signed_headers(
    keys: Sequence[bytes], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the headers of a message: its id, the time of the attempt in seconds, the signatures.

    A signature is the HMAC-SHA256 of all three; there is one for each secret.
    """
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    digests = [hmac.digest(key, signed, hashlib.sha256) for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(each).decode()}" for each in digests),
    }
