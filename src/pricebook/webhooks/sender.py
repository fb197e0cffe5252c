"""Sends a message to the address of a webhook."""

import asyncio
import ssl
import time
from concurrent.futures import Executor
from http import HTTPStatus
from ipaddress import ip_address

import httpx
import msgspec

from pricebook.errors import PricebookError
from pricebook.pricelists.sources.public_addresses import (
    HttpsUrl,
    NetworkPolicy,
    parse_https_url,
    resolve_allowed_addresses,
)
from pricebook.webhooks.schemas import Attempt, Outcome
from pricebook.webhooks.signature import signed_headers

TIMEOUT_SECONDS = 15.0
CONNECT_SECONDS = 5.0
MAX_BODY_BYTES = 64 * 1024
MAX_DIGITS = 9


class WebhookSender:
    """Sends messages to one webhook, over a connection that stays open between them."""

    def __init__(self, tls: ssl.SSLContext, network: NetworkPolicy, resolvers: Executor) -> None:
        timeout = httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_SECONDS)
        self._client = httpx.AsyncClient(verify=tls, trust_env=False, timeout=timeout)
        self._network, self._resolvers = network, resolvers

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def send(self, attempt: Attempt) -> Outcome:
        """Send a message and return what came of it; a redirect is not followed."""
        started = time.monotonic()
        status, error, retry_after = None, None, 0
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                response = await self._post(attempt)
            status, retry_after = response.status_code, parse_retry_after(response)
        except TimeoutError:
            error = f"The receiver does not respond within {TIMEOUT_SECONDS:.0f} s."
        except PricebookError as refusal:
            error = refusal.message
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as failure:
            error = describe_failure(failure)
        milliseconds = round((time.monotonic() - started) * 1000)
        return Outcome(milliseconds, status, error or describe_status(status), retry_after)

    async def _post(self, attempt: Attempt) -> httpx.Response:
        """Post to the first address of the host that accepts a connection."""
        target = parse_https_url(attempt.url)
        addresses = await asyncio.get_running_loop().run_in_executor(
            self._resolvers, resolve_allowed_addresses, target, self._network
        )
        body = msgspec.json.encode(attempt.message)
        headers = {
            "Host": target.authority,
            "User-Agent": "pricebook",
            "Content-Type": "application/json",
            **signed_headers(attempt.secrets, str(attempt.event_id), int(time.time()), body),
        }
        *first_candidates, last = addresses
        for address in first_candidates:
            try:
                return await self._post_to(address, target, headers, body)
            except (httpx.ConnectTimeout, httpx.ConnectError) as failure:
                if isinstance(_tls_error(failure), ssl.SSLCertVerificationError):
                    raise
        return await self._post_to(last, target, headers, body)

    async def _post_to(
        self, address: str, target: HttpsUrl, headers: dict[str, str], body: bytes
    ) -> httpx.Response:
        """Post to the address that was checked, without a second DNS lookup."""
        request = self._client.build_request(
            "POST",
            f"https://{_url_host(address)}:{target.port}{target.request_uri}",
            headers=headers,
            content=body,
            extensions={"sni_hostname": target.hostname},
        )
        response = await self._client.send(request, stream=True)
        try:
            await _skip_body(response)
        finally:
            await response.aclose()
        return response


def parse_retry_after(response: httpx.Response) -> int:
    """Return the seconds of the header Retry-After; 0 without one, and for one that is a date."""
    value = response.headers.get("Retry-After", "")
    is_number = value.isascii() and value.isdecimal() and len(value) <= MAX_DIGITS
    return int(value) if is_number else 0


def describe_status(status: int | None) -> str | None:
    """Return why a status is no success; None for a success."""
    if status is None or HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    if status < HTTPStatus.BAD_REQUEST:
        return f"The receiver responds with status {status}; redirects are not followed."
    return f"The receiver responds with status {status}."


def describe_failure(failure: Exception) -> str:
    """Return in a sentence why a request got no response."""
    tls_error = _tls_error(failure)
    if isinstance(tls_error, ssl.SSLCertVerificationError):
        reason = tls_error.verify_message.rstrip(".")
        return f"The certificate of the receiver is not valid: {reason}."
    if tls_error is not None:
        return "The receiver responds without encryption: its server may have no https there."
    if isinstance(failure, httpx.TimeoutException):
        return "The receiver does not respond in time."
    if isinstance(failure, httpx.ConnectError):
        return "The receiver cannot be reached."
    return "The receiver closed the connection, or its response is malformed."


def _tls_error(failure: BaseException) -> ssl.SSLError | None:
    """Return the error of the TLS library that caused a failure of the HTTP client."""
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


async def _skip_body(response: httpx.Response) -> None:
    """Read a short body, so that the connection can be used again."""
    received = 0
    async for chunk in response.aiter_raw():
        received += len(chunk)
        if received > MAX_BODY_BYTES:
            return


def _url_host(address: str) -> str:
    return f"[{address}]" if ip_address(address).version == 6 else address  # noqa: PLR2004
