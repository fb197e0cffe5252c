"""The time of failed logins, and the catalog under many logins: `python bench/logins.py [tries]`.

Prints the median times of a login with an unknown user and with a wrong password and their ratio,
which must be near 1. Then prints the p95 of the catalog's first page without and with 50 logins a
second.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median, quantiles

import httpx
import msgspec
import psycopg
import sample
from servers import migrated_servers, served, settings_for

from pricebook.auth.passwords import hash_password
from pricebook.settings import Settings

PORT = 8090
LOGIN = "/api/v1/auth/login"
RIGHT = "the right password"
WRONG = "not-this-one"
STORM_SECONDS = 15.0
LOGINS_A_SECOND = 50
PAGES_A_SECOND = 50


def main() -> None:
    """Create accounts, run the API and measure."""
    tries = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with migrated_servers() as endpoints:
        with psycopg.connect(endpoints.database_url) as conn:
            sample.fill(conn, products=10_000)
            make_users(conn, tries)
        settings = settings_for(endpoints, PORT)
        unlimited = msgspec.structs.replace(settings, login_failures_per_address=1_000_000)
        with served(unlimited):
            asyncio.run(measure(tries))


def make_users(conn: psycopg.Connection, count: int) -> None:
    """Create accounts that share a password."""
    password_hash = hash_password(RIGHT, Settings().bcrypt_cost)
    conn.execute(
        """
        INSERT INTO users (username, password_hash, role)
        SELECT 'user-' || n, %s, 'sales' FROM generate_series(1, %s) AS n
        """,
        [password_hash, count],
    )


async def measure(tries: int) -> None:
    """Measure the two failures, then the catalog without and with many logins."""
    limits = httpx.Limits(max_connections=200)
    address = f"http://127.0.0.1:{PORT}"
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
        unknown: list[float] = []
        wrong: list[float] = []
        for number in range(1, tries + 1):  # in turn, so that other load affects both
            unknown.append(await seconds_of(log_in(client, f"nobody-{number}", WRONG)))
            wrong.append(await seconds_of(log_in(client, f"user-{number}", WRONG)))
        ratio = median(unknown) / median(wrong)
        print(f"{tries} tries each: unknown user {median(unknown) * 1000:.1f} ms, wrong password")
        print(f"  {median(wrong) * 1000:.1f} ms (medians), ratio {ratio:.3f}")
        print(f"catalog p95, no logins:            {await page_p95(client):6.1f} ms")
        storm = asyncio.create_task(
            at_rate(LOGINS_A_SECOND, lambda: log_in(client, "user-1", RIGHT))
        )
        print(f"catalog p95, {LOGINS_A_SECOND} logins a second: {await page_p95(client):6.1f} ms")
        await storm


async def page_p95(client: httpx.AsyncClient) -> float:
    """Return the p95 of the catalog's first page in milliseconds, at a steady rate."""
    seconds = await at_rate(PAGES_A_SECOND, lambda: client.get("/api/v1/catalog"))
    return quantiles(seconds, n=20)[-1] * 1000


async def log_in(client: httpx.AsyncClient, name: str, password: str) -> None:
    """Send a login; ignore the response."""
    await client.post(LOGIN, json={"username": name, "password": password})


async def at_rate(rate: int, send: Callable[[], Awaitable[object]]) -> list[float]:
    """Send requests at a steady rate, independent of the responses; return their seconds."""
    start = time.perf_counter()
    requests: list[asyncio.Task[float]] = []
    for number in range(int(STORM_SECONDS * rate)):
        await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
        requests.append(asyncio.create_task(seconds_of(send())))
    return await asyncio.gather(*requests)


async def seconds_of(request: Awaitable[object]) -> float:
    """Return the seconds until the response."""
    start = time.perf_counter()
    await request
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
