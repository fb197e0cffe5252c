import asyncio

import pytest

from pricebook.auth import passwords
from pricebook.auth.passwords import PasswordChecker, hash_password
from pricebook.errors import RateLimitExceededError, ValidationError

COST = 4
PASSWORD = "correct horse"


async def test_password_check_does_not_block_the_event_loop() -> None:
    slow = hash_password(PASSWORD, 10)
    with PasswordChecker(10) as checker:
        check = asyncio.create_task(checker.matches(PASSWORD, slow))
        loop_iterations = 0
        while not check.done():
            loop_iterations += 1
            await asyncio.sleep(0)
        assert await check
    assert loop_iterations > 10


async def test_logins_above_the_queue_limit_are_refused_until_it_drains(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "MAX_WAITING", 3)
    with PasswordChecker(COST) as checker:
        go = asyncio.Event()

        async def wait_for_slot() -> None:
            async with checker.slot():
                await go.wait()

        waiting = [asyncio.create_task(wait_for_slot()) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(RateLimitExceededError) as refused:
            await wait_for_slot()
        assert int(refused.value.headers["Retry-After"]) > 0
        waiting[1].cancel()
        go.set()
        await asyncio.gather(*waiting, return_exceptions=True)
        await wait_for_slot()


@pytest.mark.parametrize("password", ["short", "x" * 73, "ä" * 37, "nul\0nul\0nul"])
def test_invalid_password_is_refused_not_truncated(password: str) -> None:
    with pytest.raises(ValidationError):
        hash_password(password, COST)
