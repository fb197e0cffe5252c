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
from pricebook.ingestion.schemas import Limits

_CONNECT_SECONDS = 10
_SILENCE_SECONDS = 60
_CHUNK_BYTES = 64 * 1024
_MEBIBYTE = 1024 * 1024


class Allowance(NamedTuple):
    """How large an answer of `source` may be, and when it must have come (monotonic clock)."""

    source: str
    mebibytes: int
    seconds: int
    ends_at: float

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return self.ends_at - time.monotonic()

    @property
    def timeout(self) -> Timeout:
        """How long to wait for a connection, and for each piece of an answer."""
        left = max(0.001, self.left)
        return Timeout(connect=min(_CONNECT_SECONDS, left), read=min(_SILENCE_SECONDS, left))


def allowance(source: str, limits: Limits) -> Allowance:
    """Begin to count the time that a source may take: half of what reading the list may."""
    seconds = max(1, limits.seconds // 2)
    return Allowance(source, limits.mebibytes, seconds, time.monotonic() + seconds)


def chunks(response: BaseHTTPResponse, allowed: Allowance) -> Generator[bytes, None, None]:
    """Yield the body of an answer, inflated, as it comes.

    Raises PriceListError when it is too large, SourceUnavailableError when it takes too long or
    breaks off.
    """
    received = 0
    with failures_of(allowed.source):
        while chunk := response.read1(_CHUNK_BYTES, decode_content=True):
            received += len(chunk)
            if received > allowed.mebibytes * _MEBIBYTE:
                raise PriceListError(
                    f"The list at {allowed.source} is larger than {allowed.mebibytes} MiB."
                )
            if allowed.left < 0:
                raise SourceUnavailableError(
                    f"{allowed.source} did not send the list within {allowed.seconds} s."
                )
            yield chunk


@contextmanager
def failures_of(source: str) -> Generator[None, None, None]:
    """Turn what goes wrong between us and a source into a sentence."""
    try:
        yield
    except HTTPError as error:
        raise _told(source, error) from error


def _told(source: str, error: HTTPError) -> PricebookError:
    cause = error.args[0] if isinstance(error, SSLError) and error.args else None
    if isinstance(cause, ssl.SSLCertVerificationError):
        return PriceListError(
            f"The certificate of {source} is not valid: {cause.verify_message.rstrip('.')}."
        )
    if isinstance(error, NewConnectionError):
        return SourceUnavailableError(f"{source} cannot be reached.")
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        return SourceUnavailableError(f"{source} does not answer in time.")
    return SourceUnavailableError(f"{source} broke off its answer.")
