"""Downloads a price list from an https URL into a file."""

import re
import ssl
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import unquote

from urllib3 import BaseHTTPResponse, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from pricebook.errors import PriceListError
from pricebook.pricelists.schemas.read_request import HttpCredentials, HttpsSource, ReadLimits
from pricebook.pricelists.sources.download import (
    DownloadBudget,
    read_body,
    start_budget,
    translate_http_errors,
)
from pricebook.pricelists.sources.public_addresses import (
    PUBLIC_NETWORK,
    UNRESTRICTED_NETWORK,
    HttpsUrl,
    NetworkPolicy,
    parse_https_url,
    resolve_allowed_addresses,
    resolve_redirect,
)
from pricebook.pricelists.sources.response_checks import check_access, check_page, check_status

_MAX_REDIRECTS = 5
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_MAX_NAME_CHARACTERS = 100


def download(
    source: HttpsSource, limits: ReadLimits, folder: Path, network: NetworkPolicy | None = None
) -> Path:
    """Download a price list into a folder; each redirect is checked like the first URL.

    Credentials are sent to their origin only, also after redirects.

    Raises PriceListError if the URL is not allowed or does not lead to a file,
    SourceUnavailableError if a later attempt can succeed.
    """
    network = network or (UNRESTRICTED_NETWORK if source.allow_private else PUBLIC_NETWORK)
    target, url = parse_https_url(source.url), source.url
    budget = start_budget(target.display_url, limits)
    for _ in range(_MAX_REDIRECTS + 1):
        credentials = _credentials_for(source, target)
        with closing(_send_request(target, network, budget, credentials)) as response:
            location = response.headers.get("Location")
            if response.status not in _REDIRECT_STATUSES or not location:
                if source.of_supplier:
                    check_access(response.status, target, credentials)
                check_status(response.status, budget.source_name)
                return _save_body(response, folder / file_name(target), budget, target)
        url = resolve_redirect(url, location)
        target = parse_https_url(url)
    raise PriceListError(
        f"{budget.source_name} redirects more than {_MAX_REDIRECTS} times: open the address in a"
        " browser, and set the one that it leads to."
    )


def file_name(target: HttpsUrl) -> str:
    """Return the last part of the path as a file name, which error messages then show."""
    last = unquote(target.request_uri.partition("?")[0].rpartition("/")[2])
    return re.sub(r"[^\w.-]", "_", last)[-_MAX_NAME_CHARACTERS:].strip(".") or "list"


def _credentials_for(source: HttpsSource, target: HttpsUrl) -> HttpCredentials | None:
    """Return the credentials of a source if the target has their origin."""
    credentials = source.credentials
    return credentials if credentials and credentials.origin == target.origin else None


def _send_request(
    target: HttpsUrl,
    network: NetworkPolicy,
    budget: DownloadBudget,
    credentials: HttpCredentials | None,
) -> BaseHTTPResponse:
    """Send the request to the first address of the host that accepts a connection."""
    *first_candidates, last = resolve_allowed_addresses(target, network)
    with translate_http_errors(target.display_url):
        for address in first_candidates:
            with suppress(NewConnectionError, ConnectTimeoutError):
                return _send_request_to(address, target, budget, credentials)
        return _send_request_to(last, target, budget, credentials)


def _send_request_to(
    address: str, target: HttpsUrl, budget: DownloadBudget, credentials: HttpCredentials | None
) -> BaseHTTPResponse:
    """Connect to the address that was checked, without a second DNS lookup."""
    pool = HTTPSConnectionPool(
        address,
        target.port,
        ssl_context=ssl.create_default_context(),
        server_hostname=target.hostname,
        retries=False,
        timeout=budget.timeout,
    )
    return pool.urlopen(
        "GET",
        target.request_uri,
        headers={
            "Host": target.authority,
            "User-Agent": "pricebook",
            "Accept-Encoding": "gzip",
            **({credentials.header: credentials.value} if credentials else {}),
        },
        preload_content=False,
        redirect=False,
    )


def _save_body(
    response: BaseHTTPResponse, path: Path, budget: DownloadBudget, target: HttpsUrl
) -> Path:
    with path.open("wb") as file:
        file.writelines(read_body(response, budget))
    check_page(path, budget.source_name, target)
    return path
