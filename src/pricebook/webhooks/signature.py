"""Secrets and signatures as Standard Webhooks describes them."""

import base64
import hashlib
import hmac
import secrets

SECRET_BYTES = 32
PREFIX = "whsec_"


def generate_secret() -> bytes:
    """Return a new secret."""
    return secrets.token_bytes(SECRET_BYTES)


def format_secret(secret: bytes) -> str:
    """Return a secret as the libraries of receivers expect it."""
    return PREFIX + base64.b64encode(secret).decode()


def signed_headers(secret: bytes, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers of a message: its id, the time of the attempt in seconds, the signature.

    The signature is the HMAC-SHA256 of all three.
    """
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    signature = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }
