"""Several API processes on one database: each returns every change, also without its listener."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import msgspec
import psycopg
import pytest
import sample
import soak
from servers import free_port, served

from pricebook.settings import Settings
from running_system import eventually

PROCESSES = 2
CHANGES = 30


@pytest.fixture
def processes(settings: Settings) -> Iterator[list[Settings]]:
    accepted = msgspec.structs.replace(settings, bcrypt_cost=Settings().bcrypt_cost)
    each = [msgspec.structs.replace(accepted, port=free_port()) for _ in range(PROCESSES)]
    with served(each[0]), served(each[1]):
        yield each


def shows_price(address: str, price: str) -> Callable[[], bool]:
    def is_shown() -> bool:
        pages = [
            httpx.get(f"{address}/api/v1/catalog{query}").json()["data"][0]["min_price"]
            for query in ("", "?search=stale")
        ]
        return pages == [price, price]

    return is_shown


@pytest.mark.parametrize("ends_listeners", [False, True])
async def test_every_change_reaches_every_process(
    processes: list[Settings], database_url: str, *, ends_listeners: bool
) -> None:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as conn:
        await soak.make_product(conn)
        for number in range(1, CHANGES + 1):
            if ends_listeners and number % 3 == 0:
                await conn.execute(soak.KILL, [soak.LISTENER_APPLICATION_NAME])
            await conn.execute("UPDATE supplier_items SET current_price = %s", [number])
            for each in processes:  # nothing else changes: a missed word would be missed for good
                eventually(shows_price(each.address, f"{number}.00"))


async def test_cursor_pages_during_an_import_show_each_product_once(
    processes: list[Settings], database_url: str, tmp_path: Path
) -> None:
    with psycopg.connect(database_url) as conn:
        sample.fill(conn, products=3000)
    importing = msgspec.structs.replace(processes[0], database_url=database_url)
    unchanged, seen = await soak.read_all_pages(importing, tmp_path / "list.csv", rows=3000)
    assert len(seen) == len(set(seen))
    assert unchanged <= set(seen)
    assert len(unchanged) > 2000
