"""Receives the body of an HTTP response within limits of size and time."""

import ssl
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import NamedTuple

from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from pricebook.errors import PricebookError, PriceListError, SourceUnavailableError
from pricebook.pricelists.schemas.read_request import ReadLimits

_CONNECT_TIMEOUT_SECONDS = 10
_READ_TIMEOUT_SECONDS = 60
_CHUNK_BYTES = 64 * 1024
_MEBIBYTE = 1024 * 1024


class DownloadBudget(NamedTuple):
    """The limits of one download: MiB after decompression, seconds, deadline (monotonic clock)."""

    source_name: str
    mebibytes: int
    seconds: int
    deadline: float

    @property
    def seconds_left(self) -> float:
        """The seconds until the deadline; negative after it."""
        return self.deadline - time.monotonic()

    @property
    def timeout(self) -> Timeout:
        """The timeouts for connecting and for each read."""
        seconds_left = max(0.001, self.seconds_left)
        return Timeout(
            connect=min(_CONNECT_TIMEOUT_SECONDS, seconds_left),
            read=min(_READ_TIMEOUT_SECONDS, seconds_left),
        )


def start_budget(source_name: str, limits: ReadLimits) -> DownloadBudget:
    """Start the budget of a download: half of the time limit for reading the price list."""
    seconds = max(1, limits.seconds // 2)
    return DownloadBudget(source_name, limits.mebibytes, seconds, time.monotonic() + seconds)


def read_body(response: BaseHTTPResponse, budget: DownloadBudget) -> Generator[bytes, None, None]:
    """Yield the decompressed body of a response as it arrives.

    Raises PriceListError if it is too large, SourceUnavailableError if it exceeds the deadline or
    the connection is lost.
    """
    received = 0
    with translate_http_errors(budget.source_name):
        while chunk := response.read1(_CHUNK_BYTES, decode_content=True):
            received += len(chunk)
            if received > budget.mebibytes * _MEBIBYTE:
                raise PriceListError(
                    f"{budget.source_name} is larger than {budget.mebibytes:,} MiB."
                )
            if budget.seconds_left < 0:
                raise SourceUnavailableError(
                    f"{budget.source_name} did not send the file within {budget.seconds} s: try"
                    " later, or set PARSER_MAX_SECONDS, of which this is half, higher."
                )
            yield chunk


@contextmanager
def translate_http_errors(source_name: str) -> Generator[None, None, None]:
    """Convert errors of the HTTP client to PriceListError or SourceUnavailableError."""
    try:
        yield
    except HTTPError as error:
        raise _source_error(source_name, error) from error


def _source_error(source_name: str, error: HTTPError) -> PricebookError:
    cause = error.args[0] if isinstance(error, SSLError) and error.args else None
    if isinstance(cause, ssl.SSLCertVerificationError):
        return PriceListError(
            f"The certificate of {source_name} is not valid: {cause.verify_message.rstrip('.')}."
            " Those who run its server have to renew it; SSL_CERT_FILE of the worker adds the"
            " certificates of another authority."
        )
    if isinstance(error, NewConnectionError):
        return SourceUnavailableError(
            f"{source_name} cannot be reached: its server, or a firewall before it, refuses the"
            " connection. Check host and port of the address, and try later."
        )
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        return SourceUnavailableError(
            f"{source_name} does not respond in time, which is {_CONNECT_TIMEOUT_SECONDS} s for the"
            f" connection and {_READ_TIMEOUT_SECONDS} s for each part of the response: check host"
            " and port of the address, and try later."
        )
    if isinstance(error, SSLError):
        return SourceUnavailableError(
            f"{source_name} responds without encryption: its server may have no https there. Check"
            " the port of the address, or upload the file."
        )
    return SourceUnavailableError(
        f"{source_name} closed the connection during its response: try later."
    )
