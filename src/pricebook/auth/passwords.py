"""Password hashes (bcrypt), checked on a thread of low priority with a bounded queue."""

import asyncio
import os
import secrets
import threading
import time
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from typing import Self

import bcrypt

from pricebook.errors import RateLimitExceededError, ValidationError
from pricebook.http.rate_limit import RateLimit, rate_limit_exceeded

MIN_CHARACTERS = 8
MAX_BYTES = 72  # the limit of bcrypt; a longer password is refused, not truncated
MAX_WAITING = 16
MAX_WAITING_KNOWN = 32
MAX_WAIT_SECONDS = 3.0  # for logins from unknown networks
LOGIN_QUEUE_LIMIT = RateLimit("login-queue", MAX_WAITING)
RETRY_AFTER_SECONDS = 5
NICENESS = 10
# The moving average of a check's duration starts with this estimate.
INITIAL_SECONDS, INITIAL_COST = 0.25, 12
AVERAGE_WINDOW = 4
# Unambiguous letters and digits, in groups: 79 bits.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LETTERS = 4, 4


def generate_password() -> str:
    """Generate a password that is easy to read out and to type."""
    groups = (
        "".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LETTERS)) for _ in range(_GROUPS)
    )
    return "-".join(groups)


def hash_password(password: str, cost: int) -> str:
    """Return the bcrypt hash of a new password; raises ValidationError if it is not allowed."""
    if len(password) < MIN_CHARACTERS or "\0" in password:
        raise ValidationError(f"A password must have at least {MIN_CHARACTERS} characters.")
    if len(password.encode()) > MAX_BYTES:
        raise ValidationError(f"A password must have at most {MAX_BYTES} bytes in UTF-8.")
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode()


class PasswordChecker:
    """Checks one password at a time; logins from known networks go before all others.

    bcrypt releases the interpreter lock while it computes, and its thread has a low priority, so
    that many logins do not delay other requests.
    """

    def __init__(self, cost: int) -> None:
        self._executor = ThreadPoolExecutor(1, "bcrypt", initializer=_lower_priority)
        self._check_lock = asyncio.Lock()
        self._unknown_network_lock = asyncio.Lock()  # at most one of them waits for _check_lock
        self._waiting = 0
        self._cost = cost
        self._average_seconds = INITIAL_SECONDS * 2 ** (cost - INITIAL_COST)
        # A hash of the same cost that no password matches.
        self._dummy = bcrypt.gensalt(cost) + b"." * 31

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)

    @asynccontextmanager
    async def slot(self, *, is_known_network: bool = False) -> AsyncGenerator[None]:
        """Wait until the check may run; raises RateLimitExceededError when the queue is full.

        A login from a known network goes before all that wait from unknown networks. One from an
        unknown network is refused if its expected wait is over MAX_WAIT_SECONDS.
        """
        if self._waiting >= (
            MAX_WAITING_KNOWN if is_known_network else self._max_waiting_unknown()
        ):
            raise _too_many_logins()
        self._waiting += 1
        try:
            async with (
                nullcontext() if is_known_network else self._wait_as_unknown_network(),
                self._check_lock,
            ):
                started_at = time.monotonic()
                yield
                self._average_seconds += (
                    time.monotonic() - started_at - self._average_seconds
                ) / AVERAGE_WINDOW
        finally:
            self._waiting -= 1

    @asynccontextmanager
    async def _wait_as_unknown_network(self) -> AsyncGenerator[None]:
        """Wait among the logins from unknown networks, at most MAX_WAIT_SECONDS."""
        try:
            async with asyncio.timeout(MAX_WAIT_SECONDS):
                await self._unknown_network_lock.acquire()
        except TimeoutError:
            raise _too_many_logins() from None
        try:
            yield
        finally:
            self._unknown_network_lock.release()

    def _max_waiting_unknown(self) -> int:
        return min(MAX_WAITING, 1 + int(MAX_WAIT_SECONDS / self._average_seconds))

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Return whether a password has this hash; without a hash False after the same time."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._check, password, password_hash)

    async def hash(self, password: str) -> str:
        """Return the hash of a new password; raises ValidationError if it is not allowed."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, hash_password, password, self._cost)

    def _check(self, password: str, password_hash: str | None) -> bool:
        encoded = password.encode()
        hashed = self._dummy if password_hash is None else password_hash.encode()
        equal = bcrypt.checkpw(encoded[:MAX_BYTES], hashed)
        return equal and password_hash is not None and len(encoded) <= MAX_BYTES


def _too_many_logins() -> RateLimitExceededError:
    return rate_limit_exceeded(LOGIN_QUEUE_LIMIT, RETRY_AFTER_SECONDS, "Too many logins at once")


def _lower_priority() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
