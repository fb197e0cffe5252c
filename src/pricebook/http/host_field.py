"""Validation of the field Host (RFC 9112, 3.2)."""

import re
from functools import lru_cache

from pricebook.http.asgi import Headers

HOST_PATTERN = re.compile(
    rb"(?:[A-Za-z0-9._~!$&'()*+,;=%-]*|\[[0-9A-Fa-fv:.]+\])(?::[0-9]{0,5})?",
)
# A name in the DNS has at most 255 bytes (RFC 1035, 2.3.4), a port six with its colon.
MAX_HOST_BYTES = 255 + 6


def has_valid_host(headers: Headers, fields: dict[bytes, bytes], http_version: str) -> bool:
    """Return whether a head has exactly one Host, a valid one; HTTP/1.0 may omit it.

    `fields` are the same headers by name: only a head that repeats a name is searched for a second
    Host.
    """
    host = fields.get(b"host")
    if host is None:
        return http_version == "1.0"
    if len(fields) < len(headers) and sum(name == b"host" for name, _ in headers) > 1:
        return False
    return len(host) <= MAX_HOST_BYTES and _is_host(host)


@lru_cache(maxsize=256)
def _is_host(host: bytes) -> bool:
    return HOST_PATTERN.fullmatch(host) is not None
