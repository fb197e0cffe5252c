"""What a response has instead of a price list, as a sentence with what to do."""

import re
from pathlib import Path

from pricebook.errors import PriceListError, SourceUnavailableError
from pricebook.pricelists.schemas.read_request import HttpCredentials
from pricebook.pricelists.sources.public_addresses import HttpsUrl

_OK = 200
_FIRST_SERVER_ERROR = 500
_TOO_MANY_REQUESTS = 429
_MISSING_STATUSES = frozenset({404, 410})
_RETRYABLE_STATUSES = frozenset({408, 425, _TOO_MANY_REQUESTS})
# By status, and whether credentials were sent.
_ACCESS_PROBLEMS = {
    (401, False): "requires credentials (status 401): set those of {origin} in the settings of the"
    " supplier.",
    (401, True): "refuses the stored credentials (status 401): set them again in the settings of"
    " the supplier.",
    (403, False): "denies access (status 403): set credentials of {origin} in the settings of the"
    " supplier, if it has any, or request access from the supplier.",
    (403, True): "denies access with the stored credentials (status 403): request access for them"
    " from the supplier, or set others in its settings.",
}
_START_BYTES = 64 * 1024
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|!--|html|head|body)\b", re.IGNORECASE)
_PASSWORD_FIELD = re.compile(rb"""<input[^>]*type\s*=\s*["']?password""", re.IGNORECASE)
_TABLE = re.compile(rb"<table\b", re.IGNORECASE)


def check_access(status: int, target: HttpsUrl, credentials: HttpCredentials | None) -> None:
    """Raise PriceListError for a response that requires, or refuses, credentials."""
    problem = _ACCESS_PROBLEMS.get((status, credentials is not None))
    if problem is not None:
        raise PriceListError(f"{target.display_url} {problem.format(origin=target.origin)}")


def check_status(status: int, source_name: str) -> None:
    """Raise PriceListError for a status without a file, SourceUnavailableError for a passing one.

    `source_name` is the address as messages show it.
    """
    if status == _OK:
        return
    problem = f"{source_name} responds with status {status} instead of a file"
    if status == _TOO_MANY_REQUESTS:
        raise SourceUnavailableError(
            f"{problem}: its server limits the number of requests. Try later, or less often."
        )
    if status >= _FIRST_SERVER_ERROR or status in _RETRYABLE_STATUSES:
        raise SourceUnavailableError(
            f"{problem}: its server has a problem. Try later; if it persists, contact those who run"
            " it."
        )
    if status in _MISSING_STATUSES:
        raise PriceListError(
            f"{problem}: there is no such file. Open the address in a browser, and correct it."
        )
    raise PriceListError(f"{problem}. Open the address in a browser, and correct it.")


def check_page(path: Path, source_name: str, target: HttpsUrl) -> None:
    """Raise PriceListError for a login page, or another page without a table, in place of a file.

    `target` is where the last redirect led to.
    """
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
    if not _HTML.match(start):
        return
    last = target.display_url
    where = source_name if last == source_name else f"{source_name} redirects to {last}, which"
    if _PASSWORD_FIELD.search(start):
        raise PriceListError(
            f"{where} is a login page instead of a file: set the credentials of the address, or an"
            " address that leads to the file without this page."
        )
    if not _TABLE.search(start):
        raise PriceListError(
            f"{where} is a web page instead of a file: open the address in a browser, and set the"
            " address of the file itself."
        )
