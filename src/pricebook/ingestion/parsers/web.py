"""Lists behind an https address, fetched into a file that is then read like any other."""

import re
import ssl
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import unquote

from urllib3 import BaseHTTPResponse, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from pricebook.errors import PriceListError, SourceUnavailableError
from pricebook.ingestion.parsers.addresses import (
    Network,
    Target,
    is_public,
    reachable_addresses,
    redirected,
    resolve,
    target_of,
)
from pricebook.ingestion.parsers.answers import Allowance, allowance, chunks, failures_of
from pricebook.ingestion.schemas import Limits, WebPlace

_INTERNET = Network(resolve, is_public)
_ANYWHERE = Network(resolve, bool)
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200
_FIRST_SERVER_ERROR = 500
_TRY_LATER = frozenset({408, 425, 429})
_LONGEST_NAME = 100


def download(place: WebPlace, limits: Limits, folder: Path, network: Network | None = None) -> Path:
    """Fetch a list into a folder; redirects are followed, each checked like the first address.

    Raises PriceListError when the address is refused or has no list, SourceUnavailableError when
    another try may get it.
    """
    network = network or (_ANYWHERE if place.allow_private else _INTERNET)
    target, url = target_of(place.url), place.url
    allowed = allowance(target.told, limits)
    for _ in range(_MOST_REDIRECTS + 1):
        with closing(_ask(target, network, allowed)) as response:
            location = response.headers.get("Location")
            if response.status not in _REDIRECTS or not location:
                return _saved(response, folder / file_name(target), allowed)
        url = redirected(url, location)
        target = target_of(url)
    raise PriceListError(f"{allowed.source} redirects more than {_MOST_REDIRECTS} times.")


def file_name(target: Target) -> str:
    """Name the file as the address does, so that messages about the list name it."""
    last = unquote(target.request_uri.partition("?")[0].rpartition("/")[2])
    return re.sub(r"[^\w.-]", "_", last)[-_LONGEST_NAME:].strip(".") or "list"


def _ask(target: Target, network: Network, allowed: Allowance) -> BaseHTTPResponse:
    """Ask the first address of a host that can be connected to."""
    *others, last = reachable_addresses(target, network)
    with failures_of(target.told):
        for address in others:
            with suppress(NewConnectionError, ConnectTimeoutError):
                return _ask_at(address, target, allowed)
        return _ask_at(last, target, allowed)


def _ask_at(address: str, target: Target, allowed: Allowance) -> BaseHTTPResponse:
    """Connect to the very address that was checked: another lookup may give another one."""
    pool = HTTPSConnectionPool(
        address,
        target.port,
        ssl_context=ssl.create_default_context(),
        server_hostname=target.name,
        retries=False,
        timeout=allowed.timeout,
    )
    return pool.urlopen(
        "GET",
        target.request_uri,
        headers={"Host": target.authority, "User-Agent": "pricebook", "Accept-Encoding": "gzip"},
        preload_content=False,
        redirect=False,
    )


def _saved(response: BaseHTTPResponse, path: Path, allowed: Allowance) -> Path:
    _check_status(response.status, allowed.source)
    with path.open("wb") as file:
        file.writelines(chunks(response, allowed))
    return path


def _check_status(status: int, source: str) -> None:
    if status >= _FIRST_SERVER_ERROR or status in _TRY_LATER:
        raise SourceUnavailableError(f"{source} answers {status} now, not with a list.")
    if status != _OK:
        raise PriceListError(f"{source} answers {status}, not with a list.")
