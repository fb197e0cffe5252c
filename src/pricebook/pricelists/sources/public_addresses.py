"""Parses https URLs and restricts downloads to addresses of the public internet."""

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
# IPv4 addresses as DNS64 translates them for IPv6-only machines (RFC 6052).
_NAT64 = ip_network("64:ff9b::/96")
# Networks whose addresses can lead to private ones: 6to4, Teredo, local-use translation (RFC 8215),
# and the deprecated site-local addresses.
_TUNNEL_NETWORKS = tuple(map(ip_network, ("2002::/16", "2001::/32", "64:ff9b:1::/48", "fec0::/10")))


class HttpsUrl(NamedTuple):
    """The parts of an https URL; the checks and the request use the same parts."""

    host: str
    port: int
    request_uri: str

    @property
    def authority(self) -> str:
        """Host and port as in the Host header field: without the default port."""
        return self.host if self.port == HTTPS_PORT else f"{self.host}:{self.port}"

    @property
    def hostname(self) -> str:
        """The host without the brackets of an IPv6 address, for DNS and certificates."""
        return self.host.strip("[]")

    @property
    def origin(self) -> str:
        """Scheme, host and port; the host is in lower case."""
        return f"https://{self.authority}"

    @property
    def display_url(self) -> str:
        """The URL for messages: without its query, which may hold a secret."""
        return f"{self.origin}{self.request_uri.partition('?')[0]}"


class NetworkPolicy(NamedTuple):
    """The resolver of host names and the rule for allowed addresses."""

    resolve: Callable[[str, int], Sequence[str]]
    is_allowed: Callable[[str], bool]


def parse_https_url(url: str) -> HttpsUrl:
    """Parse an https URL.

    Raises PriceListError if it is malformed, is not https, or has no host or a user name.
    """
    try:
        parsed = parse_url(url)
    except LocationParseError as error:
        raise PriceListError(f"The address {_redacted(url)} is malformed.") from error
    if parsed.scheme != "https" or not parsed.host:
        raise PriceListError(
            f"The address {_redacted(url)} does not start with https:// and a host: files are"
            " fetched over encrypted connections only."
        )
    if parsed.auth is not None:
        raise PriceListError("An address with a user name or a password is not allowed.")
    return HttpsUrl(parsed.host, parsed.port or HTTPS_PORT, parsed.request_uri)


def resolve_redirect(url: str, location: str) -> str:
    """Return the URL of a redirect; raises PriceListError if its location is malformed."""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise PriceListError(f"The address {_redacted(location)} is malformed.") from error


def resolve_allowed_addresses(target: HttpsUrl, network: NetworkPolicy) -> Sequence[str]:
    """Resolve a host once and return its addresses.

    Raises PriceListError if one of them is not allowed, SourceUnavailableError if there are none.
    """
    try:
        addresses = network.resolve(target.hostname, target.port)
    except (OSError, UnicodeError) as error:
        raise SourceUnavailableError(
            f"The host {quote(target.host)} has no address in DNS: check its spelling in the"
            " address."
        ) from error
    if not all(map(network.is_allowed, addresses)):
        raise PriceListError(
            f"The host {quote(target.host)} is in a private network, which is not allowed unless"
            " ALLOW_PRIVATE_URLS is set."
        )
    return addresses


def resolve(host: str, port: int) -> Sequence[str]:
    """Return all addresses of a host by the system's resolver; raises OSError if there are none."""
    address_infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in address_infos))


def is_public(address: str) -> bool:
    """Return whether an address belongs to the public internet."""
    ip: IPv4Address | IPv6Address = ip_address(address)
    if ip in _NAT64:
        ip = IPv4Address(int(ip) & 0xFFFF_FFFF)
    if ip.is_multicast or ip.is_reserved or any(ip in network for network in _TUNNEL_NETWORKS):
        return False
    return ip.is_global


PUBLIC_NETWORK = NetworkPolicy(resolve, is_public)
UNRESTRICTED_NETWORK = NetworkPolicy(resolve, bool)


def _redacted(url: str) -> str:
    return quote(url.partition("?")[0].rpartition("@")[2])
