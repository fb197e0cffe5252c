"""Requests one spreadsheet from the Google Sheets API, with retries and exponential backoff."""

import random
import time
from contextlib import closing
from urllib.parse import urlencode

import msgspec
import urllib3
from urllib3.exceptions import InvalidHeader

from pricebook.errors import PricebookError, PriceListError, SourceUnavailableError
from pricebook.pricelists.schemas.read_request import GoogleSheetSource, ReadLimits
from pricebook.pricelists.sources.download import (
    DownloadBudget,
    read_body,
    start_budget,
    translate_http_errors,
)
from pricebook.pricelists.sources.google_account import AuthorizedAccount, authorize

_MAX_ATTEMPTS = 6
_MAX_BACKOFF_SECONDS = 60
_OK = 200
_TOO_MANY_REQUESTS = 429
_FIRST_SERVER_ERROR = 500


class _ErrorDetail(msgspec.Struct, frozen=True):
    reason: str = ""


class _ApiError(msgspec.Struct, frozen=True):
    message: str = ""
    details: list[_ErrorDetail] = []


class _ErrorResponse(msgspec.Struct, frozen=True):
    error: _ApiError = _ApiError()


def fetch_spreadsheet(
    price_list_source: GoogleSheetSource, spreadsheet_id: str, fields: str, limits: ReadLimits
) -> bytearray:
    """Return the JSON of these fields of a spreadsheet, read in one request.

    Statuses 429 and 5xx are retried with backoff, up to six attempts in all.

    Raises PriceListError if the spreadsheet may not be read, SourceUnavailableError if a later
    attempt can succeed.
    """
    source_name = f"The spreadsheet https://docs.google.com/spreadsheets/d/{spreadsheet_id}"
    budget = start_budget(source_name, limits)
    query = urlencode({"fields": fields, "prettyPrint": "false"})
    url = f"{price_list_source.api}/v4/spreadsheets/{spreadsheet_id}?{query}"
    with urllib3.PoolManager(retries=False, timeout=budget.timeout) as http:
        account = authorize(price_list_source.credentials_path, http)
        with closing(_request_with_retries(http, url, account, budget)) as response:
            body = bytearray()
            for chunk in read_body(response, budget):
                body += chunk
            if response.status != _OK:
                raise _response_error(response.status, bytes(body), account.email, source_name)
            return body


def backoff_seconds(attempt: int, retry_after: float | None, jitter: float) -> float:
    """Return the seconds to wait after an attempt (counted from 0).

    This is Retry-After if the response has it, else it doubles from 1 second. `jitter` (0 to 1)
    spreads the retries of clients that were rejected at the same time.
    """
    if retry_after is not None:
        return retry_after
    return min(2.0**attempt, _MAX_BACKOFF_SECONDS) * (0.5 + jitter / 2)


def _request_with_retries(
    http: urllib3.PoolManager, url: str, account: AuthorizedAccount, budget: DownloadBudget
) -> urllib3.BaseHTTPResponse:
    """Repeat a request until its response is final or the attempts or the time are used up."""
    attempt = 0
    while True:
        response = _send_request(http, url, account, budget)
        delay = backoff_seconds(attempt, _retry_after(response), random.random())  # noqa: S311 (jitter)
        is_final = attempt + 1 == _MAX_ATTEMPTS or delay > min(
            _MAX_BACKOFF_SECONDS, budget.seconds_left
        )
        if is_final or not _is_transient(response.status):
            return response
        response.close()
        time.sleep(delay)
        attempt += 1


def _send_request(
    http: urllib3.PoolManager, url: str, account: AuthorizedAccount, budget: DownloadBudget
) -> urllib3.BaseHTTPResponse:
    with translate_http_errors(budget.source_name):
        return http.urlopen(
            "GET",
            url,
            headers={
                **account.headers,
                "User-Agent": "pricebook (gzip)",
                "Accept-Encoding": "gzip",
            },
            timeout=budget.timeout,
            preload_content=False,
            redirect=False,
        )


def _is_transient(status: int) -> bool:
    return status == _TOO_MANY_REQUESTS or status >= _FIRST_SERVER_ERROR


def _retry_after(response: urllib3.BaseHTTPResponse) -> float | None:
    value = response.headers.get("Retry-After")
    try:
        return urllib3.Retry().parse_retry_after(value) if value else None
    except InvalidHeader:
        return None


def _response_error(status: int, body: bytes, email: str, source_name: str) -> PricebookError:
    """Return the error that a response without a spreadsheet means."""
    if status == _TOO_MANY_REQUESTS:
        return SourceUnavailableError(
            f"{source_name} cannot be read now: Google's quota is exceeded; try later."
        )
    if status >= _FIRST_SERVER_ERROR:
        return SourceUnavailableError(
            f"{source_name} cannot be read now: Google responds with status {status}."
        )
    api_error = _decode_error(body)
    if any(detail.reason == "SERVICE_DISABLED" for detail in api_error.details):
        return PriceListError(f"The Google Sheets API is not enabled for the project of {email}.")
    return PriceListError(
        {
            401: f"Google does not accept the key of {email}.",
            403: f"{source_name} is not shared with {email}; share it with this address.",
            404: f"{source_name} does not exist.",
        }.get(status, f"{source_name} cannot be read: {_describe_error(status, api_error.message)}")
    )


def _decode_error(body: bytes) -> _ApiError:
    try:
        return msgspec.json.decode(body, type=_ErrorResponse).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _ApiError()


def _describe_error(status: int, message: str) -> str:
    return message.rstrip(".") + "." if message else f"Google responds with status {status}."
