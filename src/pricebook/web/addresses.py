"""Who counts as one caller: an address, or a network where one caller has as many as they like."""

import ipaddress
from functools import lru_cache

# No address is longer; a proxy may have let its client choose another text.
MAX_LETTERS = 64


def caller_of(host: str) -> str:
    """Return what the requests of a caller have in common: an IPv4 address or a /64 of IPv6."""
    return _caller_of(host[:MAX_LETTERS])


@lru_cache(maxsize=10_000)
def _caller_of(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return host
