"""Asking the Google Sheets API for one spreadsheet, with the patience that its quotas ask for."""

import random
import time
from contextlib import closing
from urllib.parse import urlencode

import msgspec
import urllib3
from urllib3.exceptions import InvalidHeader

from pricebook.errors import PricebookError, PriceListError, SourceUnavailableError
from pricebook.ingestion.parsers.answers import Allowance, allowance, chunks, failures_of
from pricebook.ingestion.parsers.google_account import Account, log_in
from pricebook.ingestion.schemas import Limits, SheetPlace

_TRIES = 6
_LONGEST_PAUSE_SECONDS = 60
_OK = 200
_TOO_MANY_REQUESTS = 429
_FIRST_SERVER_ERROR = 500


class _Detail(msgspec.Struct, frozen=True):
    reason: str = ""


class _Refusal(msgspec.Struct, frozen=True):
    message: str = ""
    details: list[_Detail] = []


class _Refused(msgspec.Struct, frozen=True):
    error: _Refusal = _Refusal()


def read_spreadsheet(
    place: SheetPlace, spreadsheet_id: str, fields: str, limits: Limits
) -> bytearray:
    """Read the named fields of a spreadsheet in one request, and answer their JSON.

    Google's wishes to slow down are heeded, and its passing troubles outwaited, for six tries.

    Raises PriceListError when it may not be read at all, SourceUnavailableError when it cannot be
    read now.
    """
    source = f"The spreadsheet https://docs.google.com/spreadsheets/d/{spreadsheet_id}"
    allowed = allowance(source, limits)
    query = urlencode({"fields": fields, "prettyPrint": "false"})
    url = f"{place.api}/v4/spreadsheets/{spreadsheet_id}?{query}"
    with urllib3.PoolManager(retries=False, timeout=allowed.timeout) as http:
        account = log_in(place.credentials_path, http)
        with closing(_ask(http, url, account, allowed)) as response:
            body = bytearray()
            for chunk in chunks(response, allowed):
                body += chunk
            if response.status != _OK:
                raise _refusal(response.status, bytes(body), account.email, source)
            return body


def pause_seconds(attempt: int, retry_after: float | None, chance: float) -> float:
    """Tell how long to wait after a try (from 0): as asked, else doubling from a second.

    `chance` (0 to 1) keeps those who were refused together from coming back together.
    """
    if retry_after is not None:
        return retry_after
    return min(2.0**attempt, _LONGEST_PAUSE_SECONDS) * (0.5 + chance / 2)


def _ask(
    http: urllib3.PoolManager, url: str, account: Account, allowed: Allowance
) -> urllib3.BaseHTTPResponse:
    """Ask until there is an answer that stands, or another try is not worth it."""
    attempt = 0
    while True:
        response = _ask_once(http, url, account, allowed)
        pause = pause_seconds(attempt, _retry_after(response), random.random())  # noqa: S311 (jitter)
        is_over = attempt + 1 == _TRIES or pause > min(_LONGEST_PAUSE_SECONDS, allowed.left)
        if is_over or not _may_pass(response.status):
            return response
        response.close()
        time.sleep(pause)
        attempt += 1


def _ask_once(
    http: urllib3.PoolManager, url: str, account: Account, allowed: Allowance
) -> urllib3.BaseHTTPResponse:
    with failures_of(allowed.source):
        return http.urlopen(
            "GET",
            url,
            headers={
                **account.headers,
                "User-Agent": "pricebook (gzip)",
                "Accept-Encoding": "gzip",
            },
            timeout=allowed.timeout,
            preload_content=False,
            redirect=False,
        )


def _may_pass(status: int) -> bool:
    return status == _TOO_MANY_REQUESTS or status >= _FIRST_SERVER_ERROR


def _retry_after(response: urllib3.BaseHTTPResponse) -> float | None:
    value = response.headers.get("Retry-After")
    try:
        return urllib3.Retry().parse_retry_after(value) if value else None
    except InvalidHeader:
        return None


def _refusal(status: int, body: bytes, email: str, source: str) -> PricebookError:
    """Say what an answer without a spreadsheet means for the one who wants the list."""
    if status == _TOO_MANY_REQUESTS:
        return SourceUnavailableError(f"{source}: Google asks to read less often; try later.")
    if status >= _FIRST_SERVER_ERROR:
        return SourceUnavailableError(f"{source} cannot be read now: Google answers {status}.")
    refused = _refused(body)
    if any(detail.reason == "SERVICE_DISABLED" for detail in refused.details):
        return PriceListError(f"The Google Sheets API is not enabled for the project of {email}.")
    return PriceListError(
        {
            401: f"Google does not accept the key of {email}.",
            403: f"{source} is not shared with {email}; share it with this address.",
            404: f"{source} does not exist.",
        }.get(status, f"{source} cannot be read: {_said(status, refused.message)}")
    )


def _refused(body: bytes) -> _Refusal:
    try:
        return msgspec.json.decode(body, type=_Refused).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Refusal()


def _said(status: int, message: str) -> str:
    return message.rstrip(".") + "." if message else f"Google answers {status}."
