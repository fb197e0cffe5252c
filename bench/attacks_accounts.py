"""What somebody who means harm does with accounts: lock out, guess, fill the queue."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import attacks
import msgspec

GUESSES = 150
AT_ONCE = 10
FLOOD = 200


def _login(name: str, password: str = "wrong password") -> bytes:  # noqa: S107 (it is wrong)
    return attacks.posted(msgspec.json.encode({"username": name, "password": password}))


async def guess_one_name(port: int) -> str:
    """Fail with one name in every spelling from one address until it is refused."""
    outcomes: Counter[str] = Counter()
    for number in range(GUESSES):
        spelling = "".join(
            letter.upper() if number >> place & 1 else letter
            for place, letter in enumerate("admin")
        )
        outcomes[await attacks.ask(port, _login(spelling))] += 1
        if outcomes["429"]:
            break
    return f"{outcomes['401']} guesses, then 429: {outcomes['429'] > 0}"


async def guess_many_names(port: int) -> str:
    """Fail with a new name each time from one address until it is refused."""
    outcomes: Counter[str] = Counter()
    for first in range(0, GUESSES, AT_ONCE):
        names = [f"nobody-{number}" for number in range(first, first + AT_ONCE)]
        outcomes += Counter(
            await asyncio.gather(*(attacks.ask(port, _login(name)) for name in names))
        )
        if outcomes["429"]:
            break
    return f"{outcomes['401']} guesses, then 429: {outcomes['429'] > 0}"


async def flood_of_logins(port: int) -> str:
    """Log in very often at once; all are answered, most with 429."""
    tries = [attacks.ask(port, _login(f"flood-{number}")) for number in range(FLOOD)]
    return _told(Counter(await asyncio.gather(*tries)))


async def uploads_without_a_token(port: int) -> str:
    """Upload without a token: refused before the file is read."""
    path = b"/api/v1/admin/suppliers/27badfb6-b8fe-4aeb-8126-a60d99e2f721/upload"
    head = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n" % path
    tries = [attacks.ask(port, head + attacks.PIECE) for _ in range(20)]
    return _told(Counter(await asyncio.gather(*tries)))


def _told(outcomes: Counter[str]) -> str:
    return ", ".join(f"{count} x {outcome}" for outcome, count in sorted(outcomes.items()))


ATTACKS: dict[str, Callable[[int], Awaitable[str]]] = {
    "one name in all spellings": guess_one_name,
    "a flood of logins": flood_of_logins,
    "many names from one address": guess_many_names,
    "uploads without a token": uploads_without_a_token,
}
