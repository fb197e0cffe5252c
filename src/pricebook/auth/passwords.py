"""Passwords: bcrypt, on a thread of its own, so that nobody else waits for it."""

import asyncio
import os
import threading
import time
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from typing import Self

import bcrypt

from pricebook.errors import RateLimitExceededError, ValidationError
from pricebook.web.rate_limit import Limit, exceeded

MIN_CHARACTERS = 8
MAX_BYTES = 72  # bcrypt takes no more; a longer password is refused, never cut
MAX_WAITING = 16
MAX_WAITING_KNOWN = 32
MAX_WAIT_SECONDS = 3.0  # of strangers
QUEUE = Limit("login-queue", MAX_WAITING)
RETRY_SECONDS = 5
NICENESS = 10
# A check's time is measured: a moving average, which begins with that of a processor of today.
FIRST_SECONDS, FIRST_COST = 0.25, 12
AVERAGED = 4


def hash_password(password: str, cost: int) -> str:
    """Hash a password that somebody is to have; raises ValidationError if it may not be one."""
    if len(password) < MIN_CHARACTERS or "\0" in password:
        raise ValidationError(f"A password has at least {MIN_CHARACTERS} characters.")
    if len(password.encode()) > MAX_BYTES:
        raise ValidationError(f"A password has at most {MAX_BYTES} bytes.")
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode()


class PasswordChecker:
    """Checks one password at a time, with a short queue for users before that of strangers.

    bcrypt lets go of the interpreter while it computes, and its thread gives way to the one that
    answers requests: a storm of logins takes only what nobody else needs.
    """

    def __init__(self, cost: int) -> None:
        self._thread = ThreadPoolExecutor(1, "bcrypt", initializer=_give_way)
        self._turn = asyncio.Lock()
        self._turn_of_strangers = asyncio.Lock()  # so that one of them at most is in that queue
        self._waiting = 0
        self._seconds = FIRST_SECONDS * 2 ** (cost - FIRST_COST)
        # No password has it; its cost is the same as that of the others.
        self._dummy = bcrypt.gensalt(cost) + b"." * 31

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    @asynccontextmanager
    async def turn(self, *, is_known: bool = False) -> AsyncGenerator[None]:
        """Wait for one's turn; raises RateLimitExceededError when too many wait already.

        Whoever logs in from a known network comes before all strangers who wait, and strangers are
        refused who would wait for more than MAX_WAIT_SECONDS.
        """
        if self._waiting >= (MAX_WAITING_KNOWN if is_known else self._room_for_strangers()):
            raise _too_many()
        self._waiting += 1
        try:
            async with nullcontext() if is_known else self._as_stranger(), self._turn:
                begun = time.monotonic()
                yield
                self._seconds += (time.monotonic() - begun - self._seconds) / AVERAGED
        finally:
            self._waiting -= 1

    @asynccontextmanager
    async def _as_stranger(self) -> AsyncGenerator[None]:
        """Wait for the turn among strangers, in case checks take longer than they did."""
        try:
            async with asyncio.timeout(MAX_WAIT_SECONDS):
                await self._turn_of_strangers.acquire()
        except TimeoutError:
            raise _too_many() from None
        try:
            yield
        finally:
            self._turn_of_strangers.release()

    def _room_for_strangers(self) -> int:
        return min(MAX_WAITING, 1 + int(MAX_WAIT_SECONDS / self._seconds))

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Tell whether the password is the one; without a hash, take as long to say no."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._check, password, password_hash)

    def _check(self, password: str, password_hash: str | None) -> bool:
        given = password.encode()
        hashed = self._dummy if password_hash is None else password_hash.encode()
        equal = bcrypt.checkpw(given[:MAX_BYTES], hashed)
        return equal and password_hash is not None and len(given) <= MAX_BYTES


def _too_many() -> RateLimitExceededError:
    return exceeded(QUEUE, RETRY_SECONDS, "Too many logins at once")


def _give_way() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
