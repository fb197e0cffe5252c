"""The key of a client for rate limits: an IPv4 address or a /64 network of IPv6."""

import ipaddress
from functools import lru_cache

# No address is longer; a proxy may forward any text that its client sent.
MAX_ADDRESS_LENGTH = 64


def client_network(host: str) -> str:
    """Return the key of a client address: the IPv4 address, or the /64 network of IPv6."""
    return _client_network(host[:MAX_ADDRESS_LENGTH])


@lru_cache(maxsize=10_000)
def _client_network(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return host
