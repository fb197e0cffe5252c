"""Which values of the field Host are valid (RFC 9112, 3.2)."""

import re

from pricebook.http.asgi import Headers

HOST_PATTERN = re.compile(
    rb"(?:[A-Za-z0-9._~!$&'()*+,;=%-]*|\[[0-9A-Fa-fv:.]+\])(?::[0-9]{0,5})?",
)


def has_valid_host(headers: Headers, http_version: str) -> bool:
    """Return whether a head has one valid Host, which only HTTP/1.0 may leave out."""
    hosts = [value for name, value in headers if name == b"host"]
    if not hosts:
        return http_version == "1.0"
    return len(hosts) == 1 and HOST_PATTERN.fullmatch(hosts[0]) is not None
