"""Which addresses a list may be fetched from: those of the public internet, nothing nearer."""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from pricebook.errors import PriceListError, SourceUnavailableError
from pricebook.pricelists.text import quote

HTTPS_PORT = 443
# An address of IPv4 as DNS64 gives it to machines that have IPv6 only (RFC 6052).
_NAT64 = ip_network("64:ff9b::/96")
# Nobody serves lists from these, and what they lead to cannot be told: 6to4, Teredo, translation
# of a network's own, and the abolished site-local addresses.
_TUNNEL_NETWORKS = tuple(map(ip_network, ("2002::/16", "2001::/32", "64:ff9b:1::/48", "fec0::/10")))


class HttpsUrl(NamedTuple):
    """An https address taken apart once, so that what was checked is what is asked."""

    host: str
    port: int
    request_uri: str

    @property
    def authority(self) -> str:
        """Host and port as the server is told them."""
        return self.host if self.port == HTTPS_PORT else f"{self.host}:{self.port}"

    @property
    def hostname(self) -> str:
        """The host as certificates and resolvers know it."""
        return self.host.strip("[]")

    @property
    def display_url(self) -> str:
        """The address for a message: without its query, which may hold a secret."""
        return f"https://{self.authority}{self.request_uri.partition('?')[0]}"


class NetworkPolicy(NamedTuple):
    """How a name becomes addresses, and which of these may be reached."""

    resolve: Callable[[str, int], Sequence[str]]
    is_allowed: Callable[[str], bool]


def parse_https_url(url: str) -> HttpsUrl:
    """Take an address apart.

    Raises PriceListError if it is not https, names no host, or names a user.
    """
    try:
        parsed = parse_url(url)
    except LocationParseError as error:
        raise PriceListError(f"The address {_redacted(url)} cannot be understood.") from error
    if parsed.scheme != "https" or not parsed.host:
        raise PriceListError(
            f"The address {_redacted(url)} does not begin with https:// and a host."
        )
    if parsed.auth is not None:
        raise PriceListError("An address with a user name or a password in it is refused.")
    return HttpsUrl(parsed.host, parsed.port or HTTPS_PORT, parsed.request_uri)


def resolve_redirect(url: str, location: str) -> str:
    """Tell where a redirect leads; raises PriceListError if that is no address."""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise PriceListError(f"The address {_redacted(location)} cannot be understood.") from error


def resolve_allowed_addresses(target: HttpsUrl, network: NetworkPolicy) -> Sequence[str]:
    """Resolve a host, once.

    Raises PriceListError if one of its addresses may not be reached, SourceUnavailableError if it
    has none.
    """
    try:
        addresses = network.resolve(target.hostname, target.port)
    except (OSError, UnicodeError) as error:
        raise SourceUnavailableError(f"The host {quote(target.host)} is not known.") from error
    if not all(map(network.is_allowed, addresses)):
        raise PriceListError(
            f"The host {quote(target.host)} is within a private network, so it is refused."
        )
    return addresses


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system for all addresses of a host; raises OSError if there are none."""
    address_infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in address_infos))


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet."""
    ip: IPv4Address | IPv6Address = ip_address(address)
    if ip in _NAT64:
        ip = IPv4Address(int(ip) & 0xFFFF_FFFF)
    if ip.is_multicast or ip.is_reserved or any(ip in network for network in _TUNNEL_NETWORKS):
        return False
    return ip.is_global


def _redacted(url: str) -> str:
    return quote(url.partition("?")[0].rpartition("@")[2])
