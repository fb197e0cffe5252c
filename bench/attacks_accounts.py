"""Attacks on accounts: guessed passwords, floods of logins, uploads without a token."""

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
    """Fail logins of one name in every spelling from one address until the response is 429."""
    outcomes: Counter[str] = Counter()
    for number in range(GUESSES):
        spelling = "".join(
            letter.upper() if number >> place & 1 else letter
            for place, letter in enumerate("admin")
        )
        outcomes[await attacks.send_request(port, _login(spelling))] += 1
        if outcomes["429"]:
            break
    return f"{outcomes['401']} guesses, then 429: {outcomes['429'] > 0}"


async def guess_many_names(port: int) -> str:
    """Fail logins of a new name each time from one address until the response is 429."""
    outcomes: Counter[str] = Counter()
    for first in range(0, GUESSES, AT_ONCE):
        names = [f"nobody-{number}" for number in range(first, first + AT_ONCE)]
        outcomes += Counter(
            await asyncio.gather(*(attacks.send_request(port, _login(name)) for name in names))
        )
        if outcomes["429"]:
            break
    return f"{outcomes['401']} guesses, then 429: {outcomes['429'] > 0}"


async def flood_of_logins(port: int) -> str:
    """Send many logins at once; all get a response, most of them 429."""
    tries = [attacks.send_request(port, _login(f"flood-{number}")) for number in range(FLOOD)]
    return _describe(Counter(await asyncio.gather(*tries)))


async def uploads_without_a_token(port: int) -> str:
    """Upload without a token; the response comes before the file is read."""
    path = b"/api/v1/admin/suppliers/27badfb6-b8fe-4aeb-8126-a60d99e2f721/upload"
    head = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n" % path
    tries = [attacks.send_request(port, head + attacks.PIECE) for _ in range(20)]
    return _describe(Counter(await asyncio.gather(*tries)))


def _describe(outcomes: Counter[str]) -> str:
    return ", ".join(f"{count} x {outcome}" for outcome, count in sorted(outcomes.items()))


ATTACKS: dict[str, Callable[[int], Awaitable[str]]] = {
    "one name in all spellings": guess_one_name,
    "a flood of logins": flood_of_logins,
    "many names from one address": guess_many_names,
    "uploads without a token": uploads_without_a_token,
}
