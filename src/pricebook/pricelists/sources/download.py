"""Receiving an answer over HTTP within limits of size and time."""

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
from pricebook.pricelists.schemas import ReadLimits

_CONNECT_TIMEOUT_SECONDS = 10
_READ_TIMEOUT_SECONDS = 60
_CHUNK_BYTES = 64 * 1024
_MEBIBYTE = 1024 * 1024


class DownloadBudget(NamedTuple):
    """How large an answer of `source` may be, and when it must have come (monotonic clock)."""

    source_name: str
    mebibytes: int
    seconds: int
    deadline: float

    @property
    def seconds_left(self) -> float:
        """The seconds that are left."""
        return self.deadline - time.monotonic()

    @property
    def timeout(self) -> Timeout:
        """How long to wait for a connection, and for each piece of an answer."""
        seconds_left = max(0.001, self.seconds_left)
        return Timeout(
            connect=min(_CONNECT_TIMEOUT_SECONDS, seconds_left),
            read=min(_READ_TIMEOUT_SECONDS, seconds_left),
        )


def start_budget(source_name: str, limits: ReadLimits) -> DownloadBudget:
    """Begin to count the time that a source may take: half of what reading the list may."""
    seconds = max(1, limits.seconds // 2)
    return DownloadBudget(source_name, limits.mebibytes, seconds, time.monotonic() + seconds)


def read_body(response: BaseHTTPResponse, budget: DownloadBudget) -> Generator[bytes, None, None]:
    """Yield the body of an answer, inflated, as it comes.

    Raises PriceListError when it is too large, SourceUnavailableError when it takes too long or
    breaks off.
    """
    received = 0
    with translate_http_errors(budget.source_name):
        while chunk := response.read1(_CHUNK_BYTES, decode_content=True):
            received += len(chunk)
            if received > budget.mebibytes * _MEBIBYTE:
                raise PriceListError(
                    f"The list at {budget.source_name} is larger than {budget.mebibytes} MiB."
                )
            if budget.seconds_left < 0:
                raise SourceUnavailableError(
                    f"{budget.source_name} did not send the list within {budget.seconds} s."
                )
            yield chunk


@contextmanager
def translate_http_errors(source_name: str) -> Generator[None, None, None]:
    """Turn what goes wrong between us and a source into a sentence."""
    try:
        yield
    except HTTPError as error:
        raise _source_error(source_name, error) from error


def _source_error(source_name: str, error: HTTPError) -> PricebookError:
    cause = error.args[0] if isinstance(error, SSLError) and error.args else None
    if isinstance(cause, ssl.SSLCertVerificationError):
        return PriceListError(
            f"The certificate of {source_name} is not valid: {cause.verify_message.rstrip('.')}."
        )
    if isinstance(error, NewConnectionError):
        return SourceUnavailableError(f"{source_name} cannot be reached.")
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        return SourceUnavailableError(f"{source_name} does not answer in time.")
    return SourceUnavailableError(f"{source_name} broke off its answer.")
